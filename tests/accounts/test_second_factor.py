"""A second factor: codes, recovery codes, roles that must have one, and the list of sessions. Passkeys: tests/e2e."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from accounts.templatetags.browsers import browser
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

SET_UP = reverse("mfa_activate_totp")


def sign_in(client, user):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def prove(client):
    """Says once more who it is, as changing how one signs in asks for."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def with_app(client):
    """A user who has set up an app, signed in; and the app's secret."""
    user = make_user(Role.INTERVIEWER)
    sign_in(client, user)
    prove(client)
    secret = re.search(r'id="secret" type="text" value="(\w+)"', client.get(SET_UP).content.decode())[1]
    client.post(SET_UP, {"code": code_of(secret)})
    return user, secret


def test_app_is_set_up_with_its_first_code_and_gives_recovery_codes(client):
    user, secret = with_app(client)

    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()

    codes = re.findall(r"^\d{8}$", re.search(r"<pre[^>]*>(.*?)</pre>", page, re.S)[1], re.M)
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert len(set(codes)) == 10
    assert secret not in stored  # encrypted
    assert "They are shown only now." in page
    assert "<pre" not in again


def test_app_is_not_set_up_by_a_wrong_code(client):
    user = make_user()
    sign_in(client, user)
    prove(client)
    client.get(SET_UP)

    response = client.post(SET_UP, {"code": "000000"})

    assert "This code is not right, or has ended." in response.content.decode()
    assert not Authenticator.objects.exists()


def test_setting_up_asks_for_the_password_once_more(client):
    user = make_user()
    client.force_login(user)

    response = client.get(SET_UP, follow=True)

    assert response.request["PATH_INFO"] == reverse("account_reauthenticate")
    wrong = client.post(response.request["PATH_INFO"], {"password": "nothing like it", "next": SET_UP})
    right = client.post(response.request["PATH_INFO"], {"password": PASSWORD, "next": SET_UP})
    assert wrong.status_code == 200
    assert right.url == SET_UP


def test_signing_in_asks_for_the_code(client):
    user, secret = with_app(client)
    phone = Client()

    first = sign_in(phone, user)
    before = phone.get("/").status_code
    wrong = phone.post(reverse("mfa_authenticate"), {"code": "123"})
    right = phone.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert (first.url, before) == (reverse("mfa_authenticate"), 302)
    assert "This code is not right" in wrong.content.decode()
    assert (right.url, phone.get("/").status_code) == ("/", 200)


def test_recovery_code_signs_in_once(client):
    user, _secret = with_app(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    code = re.search(r"^\d{8}$", re.search(r"<pre[^>]*>(.*?)</pre>", page, re.S)[1], re.M)[0]
    urls = []
    for _time in range(2):
        device = Client()
        sign_in(device, user)
        device.post(reverse("mfa_authenticate"), {"code": code})
        urls.append(device.get("/").status_code)

    assert urls == [200, 302]


def test_too_many_wrong_codes_are_stopped(client):
    user, secret = with_app(client)
    phone = Client()
    sign_in(phone, user)

    for _time in range(6):
        phone.post(reverse("mfa_authenticate"), {"code": "000000"})
    phone.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert phone.get("/").status_code == 302


def test_app_can_be_removed(client):
    user, _secret = with_app(client)

    page = client.get(reverse("mfa_index")).content.decode()
    client.post(reverse("mfa_deactivate_totp"))

    assert "Remove the app" in page
    assert not Authenticator.objects.filter(user=user, type="totp").exists()


@pytest.mark.parametrize(
    ("roles", "where"), [([Role.ADMINISTRATOR], "mfa_index"), ([Role.INTERVIEWER], "interviews:today")]
)
def test_role_that_must_have_a_second_factor_sets_one_up_first(client, settings, roles, where):
    settings.MFA_REQUIRED_ROLES = ["administrator"]
    client.force_login(make_user(*roles))

    response = client.get("/", follow=True)

    assert response.request["PATH_INFO"] == reverse(where)


def test_role_that_takes_its_second_factor_away_is_asked_again(client, settings):
    settings.MFA_REQUIRED_ROLES = ["interviewer"]
    with_app(client)
    page = reverse("questionbank:set_list")
    before = client.get(page).status_code

    client.post(reverse("mfa_deactivate_totp"))

    assert (before, client.get(page).url) == (200, reverse("mfa_index"))


def test_second_factor_costs_others_no_query(client, settings):
    client.force_login(make_user(Role.INTERVIEWER))
    page = reverse("questionbank:set_list")
    client.get(page)
    counts = []
    for roles in ([], ["administrator"]):
        settings.MFA_REQUIRED_ROLES = roles
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_sessions_are_listed_and_ended_elsewhere():
    user = make_user()
    laptop = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    phone = Client(
        headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"}
    )
    for device in (laptop, phone):
        sign_in(device, user)

    page = laptop.get(reverse("usersessions_list")).content.decode()
    laptop.post(reverse("usersessions_list"))

    assert ("Firefox on Linux" in page, "Safari on iPhone" in page, page.count("this one")) == (True, True, 1)
    assert (laptop.get("/").status_code, phone.get("/").status_code) == (200, 302)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605 Version/18 Safari/605", "Safari on Mac"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/156.0 Mobile Safari/537", "Chrome on Android"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_browser_is_called_by_its_name(user_agent, words):
    assert browser(user_agent) == words


def test_second_factor_pages_need_someone_signed_in(client):
    names = [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_list_webauthn",
        "usersessions_list",
    ]

    assert {client.get(reverse(name)).url for name in names} == {
        f"{reverse('account_login')}?next={reverse(name)}" for name in names
    }
    assert mail.outbox == []


def test_session_from_before_the_list_was_kept_is_told(client):
    client.force_login(make_user())
    UserSession.objects.all().delete()

    assert "Nowhere but here, as far as is known" in client.get(reverse("usersessions_list")).content.decode()
