"""Proving once more that it is you, before it changes who may come in and what they may do."""

import functools
import time

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from django.shortcuts import render


def ask_for_proof(request):
    """Nothing, if the person has proved within five minutes that it is they; else they are asked to.

    With a password or a second factor, allauth asks for it and then takes up the request where it was, a form with all
    that was typed. Who signs in by the provider only has nothing of the kind here: they are told to sign in once more.
    At most four queries.
    """
    proof_if_no_flow(request)
    raise_if_reauthentication_required(request, app="")  # True for who has nothing here to prove themselves with


def proof_if_no_flow(request):
    """Who would lose what they type is told before they begin. One query for who has no password, none for others."""
    user = request.user
    if user.has_usable_password() or Authenticator.objects.filter(user_id=user.pk).exists():
        return
    if not signed_in_lately(request):
        raise ImmediateHttpResponse(render(request, "accounts/sign_in_again.html", status=403))


def signed_in_lately(request):
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT


def proved(view):
    """For allauth's views of how one signs in: it lets in who has nothing to prove themselves with, we do not."""

    @functools.wraps(view)
    def wrapped(request, *args, **kwargs):
        if request.user.is_authenticated:
            ask_for_proof(request)
        return view(request, *args, **kwargs)

    return wrapped
