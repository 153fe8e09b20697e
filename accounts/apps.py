from allauth.usersessions.apps import UserSessionsConfig
from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        from allauth.mfa.signals import authenticator_added

        from accounts.second_factor import sign_out_elsewhere

        refuse_unknown_roles()
        authenticator_added.connect(sign_out_elsewhere)


def refuse_unknown_roles():
    """A role that is misspelt would ask nobody for a second factor, and nobody would notice."""
    from accounts.models import Role

    if unknown := [role for role in settings.MFA_REQUIRED_ROLES if role not in Role.values]:
        raise ImproperlyConfigured(
            f"MFA_REQUIRED_ROLES names {', '.join(unknown)}, which is no role. The roles are {', '.join(Role.values)}."
        )


class SessionsConfig(UserSessionsConfig):
    """allauth's list of sessions, kept by `accounts.sessions`: its own asks three queries of each session at a sign-in."""

    def ready(self):
        from allauth.account.signals import password_changed, password_set, user_logged_in
        from allauth.usersessions.signals import on_password_changed

        from accounts.sessions import list_session

        user_logged_in.connect(list_session)
        for changed in (password_set, password_changed):
            changed.connect(on_password_changed)
