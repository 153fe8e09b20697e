"""What surrounds every page: who may come in, whose clock, which caches and which sources."""

import json
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import get_resolver, path, reverse
from django.utils import timezone

from accounts import middleware
from accounts.models import Role
from config.settings import BASE_DIR
from tests.factories import make_user

pytestmark = pytest.mark.django_db

SETTINGS = reverse("accounts:settings_edit")
SIGN_IN = reverse("account_login")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
OPEN = {
    "healthz",
    "service_worker",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "mfa_authenticate",  # only between the two steps of signing in
    "mfa_login_webauthn",
    "openid_connect_callback",
    "openid_connect_login",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "accounts:invitation_accept",
    "admin:login",
}


def test_only_named_views_are_open_to_strangers():
    """Every other view in the resolver asks for a sign-in."""
    assert {name for name, view in views(get_resolver()) if not getattr(view, "login_required", True)} == OPEN


def views(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from views(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            yield f"{prefix}{pattern.name}", pattern.callback


def test_a_stranger_is_led_to_sign_in_and_back(client):
    response = client.get("/plans/?draft=1")

    assert (response.status_code, response.url) == (302, f"{SIGN_IN}?next=/plans/%3Fdraft%3D1")


@pytest.mark.parametrize(
    ("referer", "target"),
    [
        ("http://testserver/accounts/settings/?x=1", "/accounts/settings/%3Fx%3D1"),
        ("https://evil.example/accounts/settings/", "/"),
        ("", "/"),
    ],
)
def test_a_strangers_form_leads_back_to_its_page(client, referer, target):
    response = client.post("/plans/suggest/", headers={"referer": referer})

    assert (response.status_code, response.url) == (302, f"{SIGN_IN}?next={target}")


@pytest.mark.parametrize("headers", [{"accept": "application/json"}, {"content-type": "application/json"}])
def test_a_strangers_json_is_refused(client, headers):
    response = client.post(SETTINGS, "{}", content_type="application/json", headers=headers)

    assert response.status_code == 401
    assert response.json() == {"code": "signed-out", "message": "Sign in to save."}


def test_a_strangers_event_stream_is_refused(client):
    assert client.get(SETTINGS, headers={"accept": "text/event-stream"}).status_code == 401


def test_a_strangers_fragment_leads_to_sign_in_and_back_to_the_page(client):
    response = client.get(
        "/sets/?q=a", headers={"hx-request": "true", "hx-current-url": "http://testserver/sets/?q=relu"}
    )

    assert (response.status_code, response["HX-Redirect"]) == (401, f"{SIGN_IN}?next=/sets/%3Fq%3Drelu")


def test_a_strangers_fragment_from_elsewhere_leads_to_today(client):
    response = client.get("/sets/", headers={"hx-request": "true", "hx-current-url": "https://evil.example/sets/"})

    assert response["HX-Redirect"] == f"{SIGN_IN}?next=/"


def test_a_form_sent_by_htmx_stays_where_it_was_typed(client):
    response = client.post(SETTINGS, headers={"hx-request": "true", "hx-current-url": "http://testserver/sets/"})

    assert response.status_code == 401
    assert "HX-Redirect" not in response


@pytest.mark.parametrize("url", [SIGN_IN, SETTINGS, "/nowhere/"])
def test_every_page_carries_the_policy(client, url):
    client.force_login(make_user()) if url != SIGN_IN else None

    response = client.get(url)

    assert directives(response["Content-Security-Policy"]) == directives(CSP)
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def directives(policy):
    return sorted(policy.split("; "))


@pytest.mark.parametrize("url", [SIGN_IN, SETTINGS, reverse("account_reset_password"), "/nowhere/"])
def test_no_page_holds_inline_code(client, url):
    client.force_login(make_user()) if url == SETTINGS else None

    page = client.get(url).content.decode()

    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
    assert " onclick" not in page


def test_nothing_of_a_signed_in_page_stays_in_a_cache(client):
    client.force_login(make_user())

    response = client.get(SETTINGS)

    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert {"Cookie", "HX-Request"} <= set(response["Vary"].split(", "))


def test_a_strangers_page_varies_but_may_be_kept(client):
    response = client.get("/nowhere/")

    assert "Cache-Control" not in response
    assert "HX-Request" in response["Vary"].split(", ")


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Asia/Tokyo", "Asia/Tokyo"), ("UTC", "UTC"), ("", "UTC"), ("Mars/Olympus", "UTC"), ("Europe", "UTC")],
)
def test_times_are_shown_in_the_readers_zone(rf, zone, shown):
    seen = []
    request = rf.get("/")
    request.user = make_user(time_zone=zone)

    middleware.TimeZoneMiddleware(lambda _request: seen.append(timezone.get_current_timezone_name()))(request)

    assert seen == [shown]
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize(
    ("roles", "labels"),
    [
        ([], ["Today"]),
        ([Role.ADMINISTRATOR], ["Today", "People"]),
        ([Role.INTERVIEWER], ["Today", "Question bank", "Interviews", "Records"]),
        ([Role.RECRUITER], ["Today", "Question bank", "Plans", "Interviews", "Records", "Candidates", "Openings"]),
        (
            [Role.HIRING_MANAGER],
            ["Today", "Question bank", "Plans", "Interviews", "Records", "Candidates", "Openings"],
        ),
    ],
)
def test_the_header_shows_what_a_role_may_open(client, roles, labels):
    client.force_login(make_user(*roles))

    assert [item["label"] for item in client.get(SETTINGS).context["nav"]] == labels


def test_the_header_of_a_stranger_shows_nothing(client):
    assert client.get(SIGN_IN).context["nav"] == []


def test_a_page_for_a_stranger_without_a_session_asks_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(SIGN_IN)


def test_a_form_with_a_stale_token_is_not_sent():
    client = Client(enforce_csrf_checks=True)

    page, answer = client.post(SIGN_IN), client.post(SIGN_IN, "{}", content_type="application/json")

    assert page.status_code == 403
    assert "This form was not sent" in page.content.decode()
    assert answer.status_code == 403
    assert json.loads(answer.content)["code"] == "csrf"


class TestErrorPages:
    """Signed in and signed out, with the status they stand for."""

    pytestmark = pytest.mark.urls(__name__)

    @pytest.mark.parametrize("signed_in", [False, True])
    @pytest.mark.parametrize(
        ("url", "status", "title"),
        [
            ("/suspicious/", 400, "This request was not understood"),
            ("/forbidden/", 403, "You can see this, but not change it"),
            ("/nowhere/", 404, "Page not found"),
            ("/broken/", 500, "Something went wrong on our side"),
        ],
    )
    def test_error_page_says_what_happened(self, client, caplog, signed_in, url, status, title):
        client.raise_request_exception = False
        if signed_in:
            client.force_login(make_user())

        response = client.get(url)

        assert response.status_code == status
        assert title in response.content.decode()
        assert ("account-menu" in response.content.decode()) == (signed_in and status != 500)

    def test_an_unknown_host_is_not_understood(self, client):
        response = client.get("/nowhere/", headers={"host": "evil.example"})

        assert response.status_code == 400
        assert "This request was not understood" in response.content.decode()

    def test_error_page_of_a_stranger_asks_nothing(self, client, django_assert_num_queries):
        client.raise_request_exception = False

        with django_assert_num_queries(0):
            client.get("/nowhere/")
            client.get("/broken/")

    def test_error_page_costs_the_session_and_the_user(self, client, django_assert_num_queries):
        client.force_login(make_user())

        with django_assert_num_queries(2):
            client.get("/nowhere/")


def raising(exception):
    def view(request):
        raise exception

    view.login_required = False
    return view


def with_error_pages():
    """The real addresses, and three that fail."""
    from django.core.exceptions import PermissionDenied, SuspiciousOperation

    from config import urls

    failing = {"suspicious/": SuspiciousOperation, "forbidden/": PermissionDenied, "broken/": RuntimeError}
    return [*(path(address, raising(error("on purpose"))) for address, error in failing.items()), *urls.urlpatterns]


urlpatterns = with_error_pages()
handler400 = "accounts.views.errors.bad_request"
handler403 = "accounts.views.errors.permission_denied"
handler404 = "accounts.views.errors.page_not_found"
handler500 = "accounts.views.errors.server_error"


PRODUCTION = {
    "SESSION_COOKIE_NAME": "__Host-session",
    "CSRF_COOKIE_NAME": "__Host-csrf",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_PATH": "/",
    "CSRF_COOKIE_PATH": "/",
    "SESSION_COOKIE_DOMAIN": None,
    "CSRF_COOKIE_DOMAIN": None,
    "SECURE_SSL_REDIRECT": True,
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
}


def test_cookies_in_production_belong_to_the_host():
    """The browser keeps a `__Host-` cookie only if it is secure, for the whole host and for no other."""
    program = (
        "import json, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; "
        "from django.conf import settings; "
        f"print(json.dumps({{name: getattr(settings, name, 'unset') for name in {list(PRODUCTION)!r}}}))"
    )
    environment = {
        "EVENHAND_ENV": "production",
        "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "evenhand.example.com",
        "DATABASE_URL": "postgres://evenhand@localhost/evenhand",
    }

    run = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=BASE_DIR, capture_output=True, check=True
    )

    assert json.loads(run.stdout) == PRODUCTION


@pytest.mark.parametrize("header", [{"HX-Request": "true", "HX-Current-URL": "http://["}, {"Referer": "http://["}])
def test_address_that_is_none_leads_to_the_start(client, header):
    response = client.generic("POST" if "Referer" in header else "GET", SETTINGS, headers=header)

    led_to = response.headers.get("HX-Redirect") or response.url
    assert led_to == f"{SIGN_IN}?next=/"


def test_session_cookie_that_was_never_one_is_none(client):
    client.cookies["sessionid"] = '"abcdefgh\\000"'

    assert client.get(SETTINGS).url == f"{SIGN_IN}?next={SETTINGS}"
