"""How allauth behaves here: nobody signs up on their own, and it speaks in our words."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "This e-mail address and password do not belong together. Check both, or choose a new password below."
        ),
        "enter_current_password": _("This is not your current password. Enter the one you signed in with."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request):
        """False: people come by invitation only."""
        return False

    def get_password_change_redirect_url(self, request):
        return reverse("accounts:settings_edit")

    def send_mail(self, template_prefix, email, context_data):
        """A page that says so, with status 503, when the mail server refuses or cannot be reached."""
        try:
            super().send_mail(template_prefix, email, context_data)
        except OSError as error:  # smtplib's exceptions are OSErrors too
            logger.exception("A mail could not be sent. Check EMAIL_URL.")
            raise ImmediateHttpResponse(render(context.request, "accounts/mail_failed.html", status=503)) from error
