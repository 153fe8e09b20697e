"""Mails to a person about how they sign in: what changed, when and from where, and what to do if it was not they.

Sent once the change is committed. A mail that cannot be sent stands in the log and undoes nothing.
"""

import logging
from functools import partial

from allauth.account.adapter import get_adapter
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.address import base_url

logger = logging.getLogger(__name__)

# What a person changed themselves, under allauth's names: (subject, sentence).
OWN = {
    "account/email/password_changed": (_("Your password was changed"), _("Your password for Evenhand was changed.")),
    "account/email/password_reset": (
        _("Your password was changed"),
        _("A new password for Evenhand was chosen with a link that we mailed to you."),
    ),
    "account/email/password_set": (_("A password was set"), _("A password for Evenhand was set. You had none before.")),
    "mfa/email/totp_activated": (
        _("An app with codes was added"),
        _("An app with codes was set up. Signing in to Evenhand asks for a code from now on."),
    ),
    "mfa/email/totp_deactivated": (
        _("The app with codes was removed"),
        _("The app with codes was removed. Signing in to Evenhand asks for its codes no more."),
    ),
    "mfa/email/webauthn_added": (_("A passkey was added"), _("A passkey or security key for Evenhand was added.")),
    "mfa/email/webauthn_removed": (
        _("A passkey was removed"),
        _("A passkey or security key for Evenhand was removed."),
    ),
    "mfa/email/recovery_codes_generated": (
        _("New recovery codes were made"),
        _("New recovery codes for Evenhand were made. Those from before work no more."),
    ),
    "socialaccount/email/account_connected": (
        _("Single sign-on was added"),
        _("You can sign in to Evenhand with single sign-on from now on."),
    ),
}
# What an administrator did.
BY_ADMINISTRATOR = {
    "address": (
        _("Your e-mail address for Evenhand was changed"),
        _("An administrator changed the address you sign in to Evenhand with, from %(old)s to %(new)s."),
    ),
    "factors": (
        _("Your second factors were removed"),
        _(
            "An administrator removed your passkeys, your app with codes and your recovery codes, and signed you out of "
            "Evenhand everywhere."
        ),
    ),
    "password": (
        _("Your password was changed"),
        _("An administrator changed your password for Evenhand, and you are signed out everywhere."),
    ),
    "deactivated": (
        _("Your account was deactivated"),
        _("An administrator deactivated your account for Evenhand. You cannot sign in. What you wrote is kept."),
    ),
    "reactivated": (
        _("Your account is active again"),
        _("An administrator reactivated your account for Evenhand. You sign in as before."),
    ),
}


def tell_of_own(user, what, *, request):
    """The person hears of a change that was made in their name: `what` is of OWN."""
    origin = {"ip": get_adapter().get_client_ip(request), "user_agent": request.headers.get("User-Agent", "")}
    tell(user, *OWN[what], origin=origin)


def tell_of_administrator(user, what, *, to=None, **values):
    """The person hears what an administrator did: `what` is of BY_ADMINISTRATOR, `values` are named in its sentence."""
    subject, sentence = BY_ADMINISTRATOR[what]
    tell(user, subject, sentence % values, to=to)


def tell(user, subject, sentence, *, to=None, **details):
    """A mail to `to`, by default the person's address, once this transaction is committed. No query."""
    about = {"user": user, "sentence": sentence, "at": timezone.now(), **details}
    transaction.on_commit(partial(send, user, subject, about, to or user.email), robust=True)


def send(user, subject, about, to):
    with timezone.override(user.zone):
        body = render_to_string("accounts/mail/notice.txt", about | {"base_url": base_url()}).strip() + "\n"
    try:
        EmailMessage(str(subject), body, to=[to]).send()
    except OSError:  # smtplib's exceptions are OSErrors too
        logger.exception("A mail about signing in could not be sent. Check EMAIL_URL.")
