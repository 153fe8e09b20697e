"""Account pages that allauth does not have: coming by invitation, and one's own settings."""

import logging

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.utils import perform_login
from allauth.account.views import PasswordSetView
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from allauth.utils import get_request_param
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from requests import RequestException

from accounts.acting import acted_by
from accounts.forms import AcceptForm, SettingsForm
from accounts.models import Closed, Invitation, User, role_names
from accounts.proof import ask_for_proof
from accounts.sessions import end_other_sessions, sessions_of
from accounts.single_sign_on import failed

logger = logging.getLogger(__name__)
set_password = PasswordSetView.as_view(template_name="account/password_change.html")


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
        except IntegrityError:  # somebody was given the address meanwhile
            return invitation_closed(request, Closed.TAKEN)
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
    """One's own name, time zone and keys. No query beyond the session's and the user's, two more to save."""
    form = SettingsForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        with acted_by(request.user):
            form.instance.save(update_fields=list(form.fields))
        messages.success(request, _("Your settings are saved."))
        return redirect("accounts:settings_edit")
    return render(request, "accounts/settings_edit.html", {"form": form, "roles": role_names(request.user.roles)})


def password_set(request):
    """A first password, for who signs in without one. A way in is added only by who has just proved that it is they."""
    if not request.user.has_usable_password():
        ask_for_proof(request)
    return set_password(request)


@require_safe
def signed_in(request):
    """Where signing in from the room leads: the page tells the room, and closes. No query."""
    return render(request, "accounts/signed_in.html")


@require_http_methods(["GET", "HEAD", "POST"])
def usersessions_list(request):
    """Where one is signed in; posted to, it ends all but this one. Two queries beyond the session's and the user's."""
    if request.method == "POST":
        end_other_sessions(request)
        get_adapter().add_message(request, messages.INFO, "usersessions/messages/sessions_logged_out.txt")
        return redirect("usersessions_list")
    sessions = sessions_of(request.user)
    context = {"sessions": sessions, "session_count": len(sessions)}
    return render(request, "usersessions/usersession_list.html", context)


@login_not_required
@require_POST
def sso_login(request, provider_id):
    """On to the provider. For who is signed in there is nothing to do: an identity is linked by signing in with it only.

    Not by a redirect: browsers hold a form to `form-action` through every redirect, and who can say where a provider's
    lead? A page that moves on by itself is bound by nothing of the kind.
    """
    if request.user.is_authenticated:
        return redirect("interviews:today")
    if get_request_param(request, "process", AuthProcess.LOGIN) != AuthProcess.LOGIN:
        raise SuspiciousOperation("Single sign-on signs in; it does nothing else.")
    try:
        response = openid_connect.login(request, provider_id)
    except Http404:
        raise
    except Exception:  # whatever a provider answers that is no answer
        logger.exception("The sign-in provider could not be reached. Check OIDC_SERVER_URL.")
        return failed(request, 503)
    if response.status_code != 302:
        return response
    if not response.url.startswith(("https://", "http://")):
        logger.error("The sign-in provider names no address to sign in at. Check OIDC_SERVER_URL.")
        return failed(request, 503)
    return render(request, "socialaccount/leaving.html", {"url": response.url})


@login_not_required
def sso_back(request, provider_id):
    """Back from the provider. What it says comes from outside: nothing of it may end in an error of ours."""
    try:
        return openid_connect.callback(request, provider_id)
    except Http404:
        raise
    except (IntegrityError, Invitation.DoesNotExist, RequestException):
        logger.exception("Single sign-on: somebody came twice at once, or the provider went away.")
        return failed(request, 503)
    except Exception:  # no `sub`, a list for an address: allauth takes the answer for what it should be
        logger.exception("Single sign-on: the provider's answer could not be used.")
        return failed(request, 403)


@login_not_required
@require_safe
def sso_cancelled(request):
    messages.info(request, _("You are not signed in: the sign-in was cancelled."))
    return redirect("account_login")


@login_not_required
@require_safe
def sso_failed(request):
    return failed(request, 403)
