"""Single sign-on: who the provider vouches for gets in if they are here, or invited, or of a domain that may join."""

import logging

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.shortcuts import render

from accounts.models import Invitation, User, normal_email

logger = logging.getLogger(__name__)


class SocialAdapter(DefaultSocialAccountAdapter):
    """Links an identity to a person the first time; from then on the identity signs them in, whatever their address."""

    def is_open_for_signup(self, request, sociallogin):
        """False: nobody becomes a person here but by `person_for`."""
        return False

    def pre_social_login(self, request, sociallogin):
        """Answers with a page that says why, status 403, for whom there is no place here."""
        if sociallogin.is_existing:
            return
        email = verified_address(sociallogin)
        person = person_for(email, name=sociallogin.account.get_provider_account().get_user_data().get("name", ""))
        if person is None:
            raise ImmediateHttpResponse(render(request, "socialaccount/refused.html", {"email": email}, status=403))
        sociallogin.connect(request, person)

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        logger.warning("Single sign-on failed: %s %s", error, exception or "")


def verified_address(sociallogin):
    """The address the provider vouches for, or "": one that is not verified could be anybody's."""
    return next((normal_email(address.email) for address in sociallogin.email_addresses if address.verified), "")


def person_for(email, *, name):
    """The active person of this address; made from an invitation or for a domain that may join; else None."""
    if not email:
        return None
    person = User.objects.filter(email=email).first()
    if person:
        return person if person.is_active else None
    name = name.strip()[:120] or email.partition("@")[0]
    invitation = Invitation.objects.open().filter(email=email).first()
    if invitation:
        return invitation.accept(name=name, password=None)
    if email.rpartition("@")[2] in settings.OIDC_JOIN_DOMAINS:
        return User.objects.create_user(email, None, name=name)
    return None
