"""Who has which second factor, and where somebody was going who is asked for one first."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.sessions import end_other_sessions

# Recovery codes are for the day when the others are lost: alone they are no second factor. `MFAAdapter.is_mfa_enabled` asks.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
GOING_TO = "second_factor_going_to"


def factors_of(user):
    """The kinds this person has: of "totp", "webauthn", "recovery_codes". One query."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def ask_for_one(request, words, *, going_to):
    """Leads to where a second factor is set up, says why, and remembers where the person was going."""
    request.session[GOING_TO] = going_to
    say_once(request, words)
    return redirect("mfa_index")


def say_once(request, words):
    """Several tabs are led to one page, which need not say it several times."""
    waiting = messages.get_messages(request)
    if words not in [message.message for message in waiting]:
        messages.info(request, words)
    waiting.used = False


def way_on(request):
    """Where the person was going before, once, if that is a page of ours; else the list of their second factors."""
    going_to = request.session.pop(GOING_TO, "")
    ours = url_has_allowed_host_and_scheme(going_to, {request.get_host()}, require_https=request.is_secure())
    return going_to if ours else reverse("mfa_index")


def sign_out_elsewhere(sender, request, authenticator, **kwargs):
    """A session from before never proved the factor, and could be a thief's."""
    if authenticator.type in FACTORS and end_other_sessions(request):
        messages.info(request, _("You are signed out everywhere else: only here have you shown the new factor."))
