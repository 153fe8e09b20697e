"""How allauth behaves here: nobody signs up on their own, and it speaks in our words."""

import base64
import hashlib
import logging
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.notices import tell_of_own
from accounts.second_factor import FACTORS
from config.address import base_url

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

    def get_reauthentication_methods(self, user):
        """allauth's, in our words."""
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use your passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        return [method | {"description": words[method["id"]]} for method in methods]

    def set_password(self, user, password):
        """Nothing but the password: the rest of the row may have changed since it was read, as by a deactivation."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def get_reset_password_from_key_url(self, key):
        """Where Evenhand is, and not where the request says it is: that is whatever somebody typed."""
        return base_url() + urlsplit(super().get_reset_password_from_key_url(key)).path

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """In our words, after the change, and never in its way."""
        tell_of_own(user, template_prefix, request=self.request)

    def send_mail(self, template_prefix, email, context_data):
        """A page that says so, with status 503, when the mail server refuses or cannot be reached."""
        try:
            super().send_mail(template_prefix, email, context_data)
        except OSError as error:  # smtplib's exceptions are OSErrors too
            logger.exception("A mail could not be sent. Check EMAIL_URL.")
            raise ImmediateHttpResponse(render(context.request, "accounts/mail_failed.html", status=503)) from error


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of the second factor are encrypted in the database, with keys derived from SECRET_KEY and its fallbacks."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or has ended. Enter the one that is shown now."),
    }

    def is_mfa_enabled(self, user, types=None):
        """Whether this person has a second factor: a passkey or an app. The one answer, for allauth and for us."""
        return super().is_mfa_enabled(user, types=FACTORS if types is None else types)

    def generate_authenticator_name(self, user, type):
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey %(number)s") % {"number": number}

    def encrypt(self, text):
        return fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return fernet().decrypt(encrypted_text.encode()).decode()


def fernet():
    return MultiFernet([Fernet(key_of(secret)) for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def key_of(secret):
    return base64.urlsafe_b64encode(hashlib.sha256(b"evenhand.mfa:" + secret.encode()).digest())
