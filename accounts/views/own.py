"""Account pages that allauth does not have: coming by invitation, and one's own settings."""

import logging

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.utils import perform_login
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from requests import RequestException

from accounts.forms import AcceptForm, SettingsForm
from accounts.models import Closed, Invitation, User, role_names

logger = logging.getLogger(__name__)


@sensitive_post_parameters("password")
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request, token):
    """The page behind a one-time link: whoever has it names themselves and is signed in. Works for seven days."""
    invitation = Invitation.objects.for_token(token).first()
    if reason := invitation.closed() if invitation else Closed.UNKNOWN:
        return invitation_closed(request, reason)
    newcomer = User(email=invitation.email)
    form = AcceptForm(request.POST if request.method == "POST" else None, instance=newcomer)
    if form.is_valid():
        try:
            user = invitation.accept(**form.cleaned_data)
        except Invitation.DoesNotExist:
            return invitation_closed(request, Closed.USED)
        messages.success(request, _("Welcome to Evenhand. Your account is ready."))
        response = perform_login(request, user, email=user.email)
        reauthenticate_by_password(request)  # they have chosen it just now
        return response
    return render(
        request,
        "accounts/invitation_accept.html",
        {"form": form, "invitation": invitation, "roles": role_names(invitation.roles)},
    )


def invitation_closed(request, reason):
    """Says why a link does not work and what to do. 404 for one that never did, 410 for one that did."""
    status = 404 if reason == Closed.UNKNOWN else 410
    return render(request, "accounts/invitation_closed.html", {"reason": reason.value}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def settings_edit(request):
    """One's own name, time zone and keys. No query beyond the session's and the user's, one more to save."""
    form = SettingsForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        form.instance.save(update_fields=list(form.fields))
        messages.success(request, _("Your settings are saved."))
        return redirect("accounts:settings_edit")
    return render(request, "accounts/settings_edit.html", {"form": form, "roles": role_names(request.user.roles)})


@require_safe
def signed_in(request):
    """Where signing in from the room leads: the page tells the room, and closes. No query."""
    return render(request, "accounts/signed_in.html")


@login_not_required
@require_POST
def sso_login(request, provider_id):
    """On to the provider. For who is signed in there is nothing to do: an identity is linked by signing in with it only."""
    if request.user.is_authenticated:
        return redirect("interviews:today")
    try:
        return openid_connect.login(request, provider_id)
    except RequestException:
        logger.exception("The sign-in provider could not be reached. Check OIDC_SERVER_URL.")
        return render(request, "socialaccount/failed.html")


@login_not_required
@require_safe
def sso_cancelled(request):
    messages.info(request, _("You are not signed in: the sign-in was cancelled."))
    return redirect("account_login")


@login_not_required
@require_safe
def sso_failed(request):
    return render(request, "socialaccount/failed.html")
