"""Who has which second factor, and where somebody was going who is asked for one first."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

GOING_TO = "second_factor_going_to"


def factors_of(user):
    """The kinds this person has: of "totp", "webauthn", "recovery_codes". One query."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def ask_for_one(request, words, *, going_to):
    """Leads to where a second factor is set up, says why, and remembers where the person was going."""
    request.session[GOING_TO] = going_to
    messages.info(request, words)
    return redirect("mfa_index")


def way_on(request):
    """Where the person was going before, once, if that is a page of ours; else the list of their second factors."""
    going_to = request.session.pop(GOING_TO, "")
    ours = url_has_allowed_host_and_scheme(going_to, {request.get_host()}, require_https=request.is_secure())
    return going_to if ours else reverse("mfa_index")
