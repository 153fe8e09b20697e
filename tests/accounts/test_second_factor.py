"""A second factor: codes, recovery codes, roles that must have one, and the list of sessions. Passkeys: tests/e2e."""

import re
import time
import uuid

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from cryptography.fernet import InvalidToken
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.adapter import MFAAdapter
from accounts.models import Role
from accounts.templatetags.browsers import browser
from interviews.saving import PROTOCOL
from tests.factories import PASSWORD, make_passkey, make_scorecard, make_user, prove

pytestmark = pytest.mark.django_db

SET_UP = reverse("mfa_activate_totp")


def sign_in(client, user):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def key_on(response):
    """The app's key as the page shows it, and as selecting or copying takes it: in fours, with nothing between."""
    shown = re.search(r'<code class="key" id="secret"[^>]*>(.*?)</code>', response.content.decode())[1]
    fours = re.findall(r"<span>(\w{1,4})</span>", shown)
    assert "".join(fours) == re.sub(r"<[^>]*>", "", shown)
    return "".join(fours)


def codes_on(response):
    return re.findall(r"^\d{8}$", re.search(r"<pre[^>]*>(.*?)</pre>", response.content.decode(), re.S)[1], re.M)


def banners(page):
    return re.findall(r'<div class="((?:message|callout)[^"]*)"(?![^>]* hidden)[^>]*><p>([^<]*)</p>', page)


def with_app(client, before=lambda user: None):
    """A user who has set up an app, signed in; and the app's secret."""
    user = make_user(Role.INTERVIEWER)
    before(user)
    sign_in(client, user)
    prove(client)
    secret = key_on(client.get(SET_UP))
    client.post(SET_UP, {"code": code_of(secret)})
    return user, secret


def test_app_is_set_up_with_its_first_code_and_gives_recovery_codes(client):
    user, secret = with_app(client)

    first = client.get(reverse("mfa_view_recovery_codes"))
    page, codes = first.content.decode(), codes_on(first)
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()

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
    code = codes_on(client.get(reverse("mfa_view_recovery_codes")))[0]
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


@pytest.mark.django_db(transaction=True)
def test_first_recovery_codes_come_with_one_quiet_banner(client):
    with_app(client)

    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()

    assert banners(page) == [("message success", "Your app with codes is set up.")]
    assert [kind in page for kind in ("data-copy=", "data-download=", "data-print-page")] == [True] * 3


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_say_that_the_old_ones_work_no_more(client):
    with_app(client)
    client.get(reverse("mfa_view_recovery_codes"))

    page = client.post(reverse("mfa_generate_recovery_codes"), follow=True).content.decode()

    assert banners(page) == [("message success", "New recovery codes are made. Those from before work no more.")]


def test_key_of_the_app_opens_it_on_the_phone_itself(client):
    sign_in(client, make_user())
    prove(client)

    response = client.get(SET_UP)

    address = re.search(r'href="(otpauth://totp/[^"]+)"', response.content.decode())[1]
    assert f"secret={key_on(response)}" in address


@pytest.mark.parametrize("method", ["get", "post"])
def test_second_step_of_somebody_whose_factors_were_removed_begins_anew(client, method):
    user = make_user()
    make_passkey(user)
    waiting = sign_in(client, user).url
    Authenticator.objects.all().delete()

    response = getattr(client, method)(waiting, {"code": "123456"}, follow=True)

    assert response.redirect_chain == [(reverse("account_login"), 302)]
    assert "How you sign in has changed meanwhile. Sign in again." in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert sign_in(client, user).url == "/"


@pytest.mark.parametrize(
    ("kinds", "shown"),
    [
        ({"totp", "recovery_codes"}, {"app"}),
        ({"totp", "webauthn", "recovery_codes"}, {"app", "passkey instead"}),
        ({"webauthn", "recovery_codes"}, {"passkey", "recovery code instead"}),
        ({"webauthn"}, {"passkey"}),
    ],
)
def test_second_step_shows_what_the_person_has(client, kinds, shown):
    user = make_user()
    if "totp" in kinds:
        TOTP.activate(user, generate_totp_secret())
    if "recovery_codes" in kinds:
        RecoveryCodes.activate(user)
    if "webauthn" in kinds:
        make_passkey(user)

    page = sign_in_and_follow(client, user)

    words = {
        "app": "Enter the code that your app shows",
        "passkey": ">Use your passkey<",
        "passkey instead": ">Use your passkey instead<",
        "recovery code instead": "Use a recovery code instead",
    }
    assert {name for name, said in words.items() if said in page} == shown
    assert ('name="code"' in page) == (kinds != {"webauthn"})


def test_wrong_code_gets_a_sentence_for_what_the_person_has(client):
    with_passkey, with_app_too = make_user(), make_user()
    for user in (with_passkey, with_app_too):
        RecoveryCodes.activate(user)
    make_passkey(with_passkey)
    TOTP.activate(with_app_too, generate_totp_secret())
    errors = []
    for user in (with_passkey, with_app_too):
        device = Client()
        sign_in(device, user)
        response = device.post(reverse("mfa_authenticate"), {"code": "12345678"})
        errors.append(response.context["form"].errors["code"])
    page = response.content.decode()

    assert errors == [
        ["This recovery code is not right, or was used already. Enter one that you have not used yet."],
        [
            "This code is not right, or was used already. "
            "Enter the one that your app shows now, or a recovery code that you have not used yet."
        ],
    ]
    assert "Error:" in page


@pytest.mark.parametrize("name", ["account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"])
def test_who_is_asked_again_can_leave_it(client, name):
    user = make_user()
    make_passkey(user)
    RecoveryCodes.activate(user)
    client.force_login(user)

    page = client.get(reverse(name)).content.decode()

    assert f'<a href="{reverse("accounts:settings_edit")}">Cancel</a>' in page
    assert "authenticator app or code" not in page


@pytest.mark.parametrize(
    ("asked", "going_to"), [("/?from=mail", "/?from=mail"), (reverse("admin:index"), reverse("admin:index"))]
)
def test_second_factor_that_was_asked_for_leads_on(client, settings, asked, going_to):
    settings.MFA_REQUIRED_ROLES = ["administrator"] if asked.startswith("/?") else []
    sign_in(client, make_user(Role.ADMINISTRATOR))
    prove(client)
    response = client.get(asked, follow=True)
    said = [str(message) for message in response.context["messages"]]
    client.post(SET_UP, {"code": code_of(key_on(client.get(SET_UP)))})

    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()

    assert (len(said), said[0].count("."), "add a passkey or an app with codes" in said[0]) == (1, 1, True)
    assert re.search(r'href="([^"]*)">I have kept them', page)[1] == going_to
    assert client.get(going_to).status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_second_factor_leads_nowhere_else(client, elsewhere):
    sign_in(client, make_user(Role.ADMINISTRATOR))
    prove(client)
    client.get(reverse("admin:login"), {"next": elsewhere})
    client.post(SET_UP, {"code": code_of(key_on(client.get(SET_UP)))})

    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()

    assert re.search(r'href="([^"]*)">I have kept them', page)[1] == reverse("mfa_index")


def test_session_that_took_a_code_is_listed(client):
    user, secret = with_app(client)
    phone = Client()
    sign_in(phone, user)
    phone.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    page = phone.get(reverse("usersessions_list")).content.decode()

    assert (page.count(", from 127."), page.count("this one")) == (2, 1)


def sign_in_and_follow(client, user):
    return client.get(sign_in(client, user).url).content.decode()


def test_recovery_codes_alone_are_no_second_factor(client, settings):
    settings.MFA_REQUIRED_ROLES = ["administrator"]
    user = make_user(Role.ADMINISTRATOR)
    RecoveryCodes.activate(user)

    signed_in = sign_in(client, user)
    page, admin = client.get(reverse("people:person_list")), client.get(reverse("admin:index"), follow=True)
    settings.MFA_REQUIRED_ROLES = []
    person = client.get(reverse("people:person_edit", args=[user.pk])).content.decode()

    assert (signed_in.url, page.url) == ("/", reverse("mfa_index"))
    assert admin.request["PATH_INFO"] == reverse("mfa_index")
    assert "Remove second factors" not in person


def test_required_role_without_a_factor_does_nothing_by_posting(client, settings):
    settings.MFA_REQUIRED_ROLES = ["administrator"]
    client.force_login(make_user(Role.ADMINISTRATOR))
    person = make_user()

    response = client.post(reverse("people:person_sign_out", args=[person.pk]))

    person.refresh_from_db()
    assert (response.url, person.sessions_ended) == (reverse("mfa_index"), 0)


def test_words_from_a_room_are_taken_when_a_rule_comes_into_force(client, settings):
    scorecard = make_scorecard()
    client.force_login(scorecard.author)
    settings.MFA_REQUIRED_ROLES = ["interviewer"]
    operation = {"op": str(uuid.uuid4()), "writer": str(uuid.uuid4()), "field": "summary", "parent": None}
    operation |= {"value": "Drew the graph.", "typed_at": timezone.now().isoformat()}
    batch = {"protocol": PROTOCOL, "user": scorecard.author_id, "operations": [operation]}

    response = client.post(
        reverse("interviews:scorecard_ops", args=[scorecard.pk]), batch, content_type="application/json"
    )

    scorecard.refresh_from_db()
    assert (response.status_code, scorecard.summary) == (200, "Drew the graph.")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"accept": "application/json"}, 403),
        ({"accept": "text/event-stream"}, 403),
        ({"hx-request": "true"}, 403),
        ({}, 302),
    ],
)
def test_fetch_that_asks_for_a_second_factor_is_led_nowhere(client, settings, method, headers, status):
    settings.MFA_REQUIRED_ROLES = ["hiring_manager"]
    client.force_login(make_user(Role.HIRING_MANAGER))

    response = getattr(client, method)(reverse("interviews:plan_suggest"), headers=headers)

    led_to = reverse("mfa_index") if method == "get" and "hx-request" in headers else None
    assert (response.status_code, response.headers.get("HX-Redirect")) == (status, led_to)
    if "application/json" in headers.values():
        words = "Your role needs a second factor: add a passkey or an app with codes, and you go on to where you were going."
        assert response.json() == {"code": "second-factor", "message": words}


def test_second_factor_is_asked_for_once_however_many_tabs_there_are(client, settings):
    settings.MFA_REQUIRED_ROLES = ["hiring_manager"]
    client.force_login(make_user(Role.HIRING_MANAGER))
    for headers in ({}, {"accept": "application/json"}, {"hx-request": "true"}, {}):
        client.get(reverse("questionbank:set_list"), headers=headers)

    page = client.get(reverse("mfa_index")).content.decode()

    assert page.count("Your role needs a second factor") == 1


@pytest.mark.parametrize(("ago", "right"), [(0, True), (30, True), (90, False), (300, False)])
def test_code_is_right_for_a_minute(client, ago, right):
    """The one before is taken too, for who types slowly; older ones may have been looked at over a shoulder."""
    user, secret = with_app(client)
    cache.clear()  # the code that set it up counts as used
    phone = Client()
    sign_in(phone, user)
    counter = (int(time.time()) - ago) // 30

    phone.post(reverse("mfa_authenticate"), {"code": format_hotp_value(hotp_value(secret, counter))})

    assert (phone.get("/").status_code == 200) == right


def test_secret_of_an_earlier_key_is_read_while_the_key_is_kept(settings):
    kept = MFAAdapter().encrypt("JBSWY3DPEHPK3PXP")
    earlier, settings.SECRET_KEY = settings.SECRET_KEY, "another-" + "1" * 50
    settings.SECRET_KEY_FALLBACKS = [earlier]
    read = MFAAdapter().decrypt(kept)
    settings.SECRET_KEY_FALLBACKS = []

    assert read == "JBSWY3DPEHPK3PXP"
    with pytest.raises(InvalidToken):
        MFAAdapter().decrypt(kept)
