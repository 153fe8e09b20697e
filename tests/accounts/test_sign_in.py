"""Signing in and out, and what stands in the way of strangers."""

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import Role
from tests.factories import PASSWORD, make_session, make_user

pytestmark = pytest.mark.django_db

SIGN_IN = reverse("account_login")
NOT_CURRENT = "This is not your current password. Enter the one you signed in with."
MISMATCH = "This e-mail address and password do not belong together. Check both, or choose a new password below."


def sign_in(client, email, password=PASSWORD, **data):
    return client.post(SIGN_IN, {"login": email, "password": password, **data})


def test_sign_in_leads_to_today(client):
    user = make_user()

    response = sign_in(client, user.email)

    assert response.status_code == 302
    assert response.url == reverse("interviews:today")
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("typed", ["Ada.Lovelace@Example.TEST", " ada.lovelace@example.test "])
def test_sign_in_takes_any_case_and_spaces(client, typed):
    user = make_user(email="Ada.Lovelace@example.test")

    sign_in(client, typed)

    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("password", ["wrong horse battery", PASSWORD + " "])
def test_sign_in_with_another_password_says_what_to_do(client, password):
    user = make_user()

    response = sign_in(client, user.email, password)

    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == [MISMATCH]
    assert response.context["form"]["login"].value() == user.email


def test_sign_in_of_nobody_reads_like_a_wrong_password(client):
    response = sign_in(client, "nobody@example.test")

    assert response.context["form"].non_field_errors() == [MISMATCH]


def test_sign_in_with_nothing_names_both_fields(client):
    response = sign_in(client, "", "")

    assert response.context["form"].errors == {
        "login": ["Enter your e-mail address."],
        "password": ["Enter your password."],
    }


def test_sign_in_is_closed_to_an_inactive_account(client):
    user = make_user(is_active=False)

    response = sign_in(client, user.email)

    assert response.url == reverse("account_inactive")
    assert "_auth_user_id" not in client.session
    assert "This account is deactivated" in client.get(response.url).content.decode()


def test_deactivating_ends_a_session(client):
    user = make_user()
    client.force_login(user)
    user.is_active = False
    user.save()

    assert client.get(reverse("accounts:settings_edit")).status_code == 302


def test_sign_in_returns_to_the_page_that_asked(client):
    user = make_user()

    assert sign_in(client, user.email, next="/accounts/settings/").url == "/accounts/settings/"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "\x08//evil.example",
        "https://testserver@evil.example/",
    ],
)
def test_sign_in_goes_nowhere_else(client, target):
    user = make_user()

    assert sign_in(client, user.email, next=target).url == reverse("interviews:today")


def test_sign_in_stops_after_five_wrong_passwords(client):
    user = make_user()
    for _attempt in range(5):
        sign_in(client, user.email, "wrong horse battery")

    response = sign_in(client, user.email)

    assert response.context["form"].non_field_errors() == ["Too many attempts. Wait five minutes, then try again."]
    assert "_auth_user_id" not in client.session


def test_sign_in_page_stops_a_flood(client):
    responses = [sign_in(client, f"nobody-{number}@example.test", "") for number in range(31)]

    assert [response.status_code for response in responses] == [200] * 30 + [429]
    assert "Wait a minute" in responses[-1].content.decode()


def test_rate_limits_survive_a_flood_of_names(settings):
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
    assert settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"] == 100_000


def test_sign_out_asks_first_and_then_ends_the_session(client):
    client.force_login(make_user())

    asked = client.get(reverse("account_logout"))
    done = client.post(reverse("account_logout"))

    assert asked.status_code == 200
    assert done.url == SIGN_IN
    assert "_auth_user_id" not in client.session


def test_sign_out_goes_nowhere_else(client):
    client.force_login(make_user())

    assert client.post(reverse("account_logout"), {"next": "https://evil.example/"}).url == SIGN_IN


@pytest.mark.parametrize("method", ["get", "post"])
def test_signing_up_is_closed(client, method):
    response = getattr(client, method)(reverse("account_signup"), {"email": "a@example.test", "password1": PASSWORD})

    assert response.status_code == 200
    assert "People come by invitation" in response.content.decode()


def test_changing_the_password_keeps_this_device_signed_in(client):
    user = make_user()
    client.force_login(user)

    response = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "staple orbit lantern"}
    )

    user.refresh_from_db()
    assert response.url == reverse("accounts:settings_edit")
    assert user.check_password("staple orbit lantern")
    assert client.get(reverse("accounts:settings_edit")).status_code == 200


def test_changing_the_password_signs_other_devices_out(client, client_of):
    user = make_user()
    elsewhere = client_of(user)
    client.force_login(user)

    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "staple orbit lantern"})

    assert elsewhere.get(reverse("accounts:settings_edit")).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "errors"),
    [
        (
            "wrong",
            "staple orbit lantern",
            {"oldpassword": [NOT_CURRENT]},
        ),
        (PASSWORD, "short", {"password1": ["This password is too short. It must contain at least 12 characters."]}),
        ("", "", {"oldpassword": ["Enter your current password."], "password1": ["Choose a password."]}),
    ],
)
def test_changing_the_password_refuses_in_words(client, old, new, errors):
    user = make_user()
    client.force_login(user)

    response = client.post(reverse("account_change_password"), {"oldpassword": old, "password1": new})

    user.refresh_from_db()
    assert response.context["form"].errors == errors
    assert user.check_password(PASSWORD)


def test_setting_a_password_is_for_those_without(client, settings):
    user = make_user(password=None)
    client.cookies[settings.SESSION_COOKIE_NAME] = make_session(user)
    assert client.get(reverse("account_change_password")).url == reverse("account_set_password")
    assert "<h1>Set a password</h1>" in client.get(reverse("account_set_password")).content.decode()

    client.post(reverse("account_set_password"), {"password1": "staple orbit lantern"})

    user.refresh_from_db()
    assert user.check_password("staple orbit lantern")


def test_resetting_a_password_by_mail(client):
    user = make_user(email="ada@example.test", name="Ada Lovelace")

    response = client.post(reverse("account_reset_password"), {"email": "ADA@example.test"})
    message = mail.outbox[0]
    link = next(line for line in message.body.splitlines() if line.startswith("http"))
    form_page = client.get(link, follow=True)
    done = client.post(form_page.request["PATH_INFO"], {"password1": "staple orbit lantern"})

    user.refresh_from_db()
    assert response.url == reverse("account_reset_password_done")
    assert message.to == ["ada@example.test"]
    assert message.subject == "A new password for Evenhand"
    assert message.body.startswith("Hello Ada Lovelace,")
    assert done.url == SIGN_IN
    assert user.check_password("staple orbit lantern")
    assert "This link does not work" in client.get(link, follow=True).content.decode()


def test_resetting_the_password_of_nobody_reads_the_same(client):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.test"})

    assert response.url == reverse("account_reset_password_done")
    assert "Nobody signs in with it." in mail.outbox[0].body


def test_resetting_a_password_refuses_a_weak_one(client):
    user = make_user()
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = next(line for line in mail.outbox[0].body.splitlines() if line.startswith("http"))
    form_page = client.get(link, follow=True)

    response = client.post(form_page.request["PATH_INFO"], {"password1": user.email})

    assert response.context["form"].errors == {"password1": ["The password is too similar to the e-mail address."]}


def test_resetting_a_password_says_when_mail_fails(client, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 9  # nothing listens there
    user = make_user()

    response = client.post(reverse("account_reset_password"), {"email": user.email})

    assert response.status_code == 503
    assert "The mail could not be sent" in response.content.decode()
    assert [record.message for record in caplog.records if record.name == "accounts.adapter"] == [
        "A mail could not be sent. Check EMAIL_URL."
    ]


@pytest.mark.parametrize("role", Role.values)
def test_every_role_signs_in(client, role):
    sign_in(client, make_user(role).email)

    assert client.get(reverse("accounts:settings_edit")).status_code == 200
