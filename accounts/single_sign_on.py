"""Single sign-on: who the provider vouches for gets in if they are here, or invited, or of a domain that may join."""

import logging

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount import signals
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.db import transaction
from django.shortcuts import redirect, render
from requests import RequestException

from accounts.models import Invitation, User, normal_email

logger = logging.getLogger(__name__)


class SocialAdapter(DefaultSocialAccountAdapter):
    """Links an identity to a person the first time; from then on the identity signs them in, until an administrator
    gives them another address."""

    def is_open_for_signup(self, request, sociallogin):
        """False: nobody becomes a person here but by `person_for`."""
        return False

    def pre_social_login(self, request, sociallogin):
        """Answers with a page that says why, status 403, for whom there is no place here."""
        if sociallogin.is_existing:
            return
        email = verified_address(sociallogin)
        with transaction.atomic():
            person = person_for(email, name=name_of(sociallogin))
            if person and person.is_active:
                link(sociallogin, person)
        if person is None:
            raise ImmediateHttpResponse(render(request, "socialaccount/refused.html", {"email": email}, status=403))
        if not person.is_active:
            raise ImmediateHttpResponse(redirect("account_inactive"))
        signals.social_account_added.send(sender=SocialLogin, request=request, sociallogin=sociallogin)
        context = {"account": sociallogin.account, "provider": sociallogin.account.get_provider()}
        self.send_notification_mail("socialaccount/email/account_connected", person, context)

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        if error == AuthError.CANCELLED:
            return
        logger.warning("Single sign-on failed: %s %s", error, exception or "")
        raise ImmediateHttpResponse(failed(request, 503 if isinstance(exception, RequestException) else 403))


def failed(request, status):
    """The page that says that signing in did not work: 503 where trying again may help, 403 where it will not."""
    return render(request, "socialaccount/failed.html", status=status)


def link(sociallogin, person):
    """The identity signs this person in from now on. allauth's own way would write the whole person anew, and with it what
    they were when they were read."""
    sociallogin.user = sociallogin.account.user = person
    sociallogin.account.save()


def verified_address(sociallogin):
    """The address the provider vouches for, or "": one that is not verified could be anybody's.

    Some providers say so in words, where "false" is as true as any; only `true` and "true" are yes. Where one says nothing
    of it, OIDC_ADDRESSES_VERIFIED does.
    """
    verified = claims_of(sociallogin).get("email_verified", settings.OIDC_ADDRESSES_VERIFIED)
    if not (verified is True or verified == "true"):
        return ""
    return next((normal_email(address.email) for address in sociallogin.email_addresses), "")


def name_of(sociallogin):
    """What the provider calls the person, or ""."""
    name = claims_of(sociallogin).get("name")
    return name.strip() if isinstance(name, str) else ""


def claims_of(sociallogin):
    return sociallogin.account.get_provider_account().get_user_data() or {}


def person_for(email, *, name):
    """The person of this address, active or not; made from an invitation or for a domain that may join; else None.

    Of two who come at once with an address that is new, one meets `IntegrityError` or `Invitation.DoesNotExist`.
    """
    if not email:
        return None
    if person := User.objects.filter(email=email).first():
        return person
    name = name[:120] or email.partition("@")[0]
    invitation = Invitation.objects.open().filter(email=email).first()
    if invitation:
        return invitation.accept(name=name, password=None)
    if email.rpartition("@")[2] in settings.OIDC_JOIN_DOMAINS:
        return User.objects.create_user(email, None, name=name)
    return None
