"""Deny by default, the reader's clock, and nothing of a record in a shared cache."""

from urllib.parse import urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext as _

from accounts.second_factor import ask_for_one

SAFE_METHODS = ("GET", "HEAD")


class LoginRequiredMiddleware(DjangoLoginRequiredMiddleware):
    """Every view needs a signed-in user unless it says otherwise.

    A page redirects to sign-in and back. A fetch would follow that redirect to a page with status 200 and take it for
    success, so fetches get 401: as JSON with code `signed-out`, an event stream with nothing. For htmx a 401 that asked
    to read carries `HX-Redirect`; one that sent a form does not, because leaving the page would lose what was typed.
    """

    def handle_no_permission(self, request, view_func):
        login_url = resolve_url(self.get_login_url(view_func))
        if wants_json(request):
            return JsonResponse({"code": "signed-out", "message": _("Sign in to save.")}, status=401)
        if wants_events(request) or (request.htmx and request.method not in SAFE_METHODS):
            return HttpResponse(status=401)
        redirect = redirect_to_login(page_of(request), login_url, self.get_redirect_field_name(view_func))
        if request.htmx:
            return HttpResponse(status=401, headers={"HX-Redirect": redirect.url})
        return redirect


class SecondFactorMiddleware:
    """Who holds a role of MFA_REQUIRED_ROLES sets up a second factor before anything else.

    Words on their way from a room are taken all the same: a rule that comes into force during an interview loses none.
    One query for them, none for anyone else: a factor that was taken away meanwhile is noticed at the next page.
    A page is led to where a factor is set up, with words. A fetch would take that page for its answer, so fetches get 403:
    as JSON with code `second-factor`, an event stream with nothing, htmx with `HX-Redirect` if it asked to read.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        user = request.user
        if not (user.is_authenticated and user.holds(*settings.MFA_REQUIRED_ROLES)):
            return None
        if request.path.startswith(ALWAYS_OPEN) or request.resolver_match.view_name in WORDS_ON_THEIR_WAY:
            return None
        if is_mfa_enabled(user):
            return None
        words = _(
            "Your role needs a second factor: add a passkey or an app with codes, and you go on to where you were going."
        )
        if wants_json(request):
            return JsonResponse({"code": "second-factor", "message": words}, status=403)
        if wants_events(request) or (request.htmx and request.method not in SAFE_METHODS):
            return HttpResponse(status=403)
        if request.htmx:
            return HttpResponse(status=403, headers={"HX-Redirect": reverse("mfa_index")})
        return ask_for_one(request, words, going_to=page_of(request))


ALWAYS_OPEN = ("/accounts/", "/static/", "/sw.js", "/healthz")
WORDS_ON_THEIR_WAY = {"interviews:scorecard_ops"}


class TimeZoneMiddleware:
    """Times are stored in UTC and shown in the user's zone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            timezone.activate(request.user.zone)
        else:
            timezone.deactivate()
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


class PrivateResponseMiddleware:
    """What a signed-in user sees is for them alone: no cache keeps it, and a fragment is never taken for a page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.user.is_authenticated and "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response


def wants_json(request):
    return request.content_type == "application/json" or "application/json" in request.headers.get("Accept", "")


def wants_events(request):
    return "text/event-stream" in request.headers.get("Accept", "")


def page_of(request):
    """The address of the page somebody was on: a fragment, or where a form goes, is no place to come back to. "/" where
    the browser names none, or none that is an address."""
    if not request.htmx and request.method in SAFE_METHODS:
        return request.get_full_path()
    try:
        if request.htmx:
            return request.htmx.current_url_abs_path or "/"
        referer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    return referer._replace(scheme="", netloc="").geturl() if referer.netloc == request.get_host() else "/"
