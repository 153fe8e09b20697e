"""Inviting people by mail: the one-time link goes to the address it is for, and nowhere else."""

import logging

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Invitation, role_names
from config.address import base_url

logger = logging.getLogger(__name__)


def invite(*, email, roles, by):
    """A fresh invitation, mailed with its link: `(invitation, link)`.

    `link` is "" once the mail is on its way; where the mail server refuses or cannot be reached, it is the link, for the
    administrator to hand on, as nothing else has it. Raises `ValidationError` as `Invitation.objects.invite`.
    """
    invitation, token = Invitation.objects.invite(email=email, roles=roles, invited_by=by)
    link = base_url() + reverse("accounts:invitation_accept", args=[token])
    return invitation, "" if mailed(invitation, link) else link


def mailed(invitation, link):
    context = {"invitation": invitation, "link": link, "roles": role_names(invitation.roles)}
    subject = render_to_string("accounts/mail/invitation_subject.txt", context).strip()
    body = render_to_string("accounts/mail/invitation.txt", context).strip() + "\n"
    try:
        return bool(EmailMessage(subject, body, to=[invitation.email]).send())
    except OSError:  # smtplib's exceptions are OSErrors too
        logger.exception("An invitation could not be mailed. Check EMAIL_URL.")
        return False
