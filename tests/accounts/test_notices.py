"""Mails about how a person signs in: after what they changed themselves, and after what an administrator did."""

import re
from pathlib import Path

import allauth
import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.urls import reverse

from accounts import people
from accounts.models import Role, User
from accounts.notices import OWN
from tests.factories import PASSWORD, make_passkey, make_user, prove

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
# Of addresses to confirm and of linking single sign-on while signed in, which have no pages here.
NEVER_HERE = {"account/email/email_changed", "account/email/email_deleted", "account/email/email_confirm"}


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """What is mailed, as `(to, subject, body)`, while something is done: `told(lambda: …)`."""

    def make(act):
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return [(*message.to, message.subject, message.body) for message in mail.outbox]

    return make


@pytest.fixture
def person(client):
    """Signed in, with a password proved just now."""
    user = make_user(Role.INTERVIEWER, name="Ada Lovelace", email="ada@example.test", time_zone="Asia/Tokyo")
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return user


@pytest.fixture
def administrator(client):
    user = make_user(Role.ADMINISTRATOR)
    TOTP.activate(user, generate_totp_secret())
    client.force_login(user)
    prove(client)
    return user


def test_new_password_is_told_with_when_and_from_where(client, person, told):
    passwords = {"oldpassword": PASSWORD, "password1": "staple orbit lantern"}
    headers = {"User-Agent": FIREFOX}

    ((to, subject, body),) = told(lambda: client.post(reverse("account_change_password"), passwords, headers=headers))

    assert (to, subject) == ("ada@example.test", "Your password was changed")
    assert body.startswith("Hello Ada Lovelace,\n\nYour password for Evenhand was changed.\n\nWhen: ")
    assert "(Asia/Tokyo)\nFrom: Firefox on Linux, 127.0.0.1\n" in body
    assert "New password: http://localhost:8000/accounts/password/reset/" in body
    assert "Where you are signed in: http://localhost:8000/accounts/sessions/" in body


def test_password_chosen_by_a_mailed_link_is_told(client, told):
    user = make_user()
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = next(line for line in mail.outbox[0].body.splitlines() if line.startswith("http"))
    path = client.get(link, follow=True).request["PATH_INFO"]

    mails = told(lambda: client.post(path, {"password1": "staple orbit lantern"}))

    assert mails[-1][:2] == (user.email, "Your password was changed")
    assert "with a link that we mailed to you" in mails[-1][2]


def test_app_and_passkey_removed_and_codes_made_are_told(client, person, told):
    TOTP.activate(person, generate_totp_secret())
    passkey = make_passkey(person)

    def change():
        client.post(reverse("mfa_generate_recovery_codes"))
        client.post(reverse("mfa_remove_webauthn", args=[passkey.pk]))
        client.post(reverse("mfa_deactivate_totp"))

    assert sorted(subject for _to, subject, _body in told(change)) == [
        "A passkey was removed",
        "New recovery codes were made",
        "The app with codes was removed",
    ]


def test_every_notice_that_allauth_sends_has_words():
    sources = "".join(path.read_text() for path in Path(allauth.__file__).parent.rglob("*.py"))
    sent = set(re.findall(r'send_notification_mail\(\s*"([^"]+)"', sources))

    assert sent - NEVER_HERE - {"socialaccount/email/account_disconnected"} == set(OWN)


def test_new_address_is_told_to_both(client, administrator, told):
    user = make_user(Role.INTERVIEWER, email="old@example.test")
    data = {"email": "new@example.test", "roles": ["interviewer"]}
    pages = []

    mails = told(lambda: pages.append(client.post(reverse("people:person_edit", args=[user.pk]), data, follow=True)))

    words = (
        "An administrator changed the address you sign in to Evenhand with, from old@example.test to new@example.test."
    )
    assert [to for to, _subject, _body in mails] == ["old@example.test", "new@example.test"]
    assert [words in body for _to, _subject, body in mails] == [True, True]
    assert f"{user.name} signs in as new@example.test now" in pages[0].content.decode()


def test_roles_alone_are_told_to_nobody(client, administrator, told):
    user = make_user(Role.INTERVIEWER)
    data = {"email": user.email, "roles": ["recruiter"]}

    assert told(lambda: client.post(reverse("people:person_edit", args=[user.pk]), data)) == []


def test_what_an_administrator_does_is_told(client, administrator, told):
    user = make_user(Role.INTERVIEWER)
    TOTP.activate(user, generate_totp_secret())

    def act():
        for name in ("person_remove_factors", "person_deactivate", "person_reactivate"):
            client.post(reverse(f"people:{name}", args=[user.pk]))

    assert [(to, subject) for to, subject, _body in told(act)] == [
        (user.email, "Your second factors were removed"),
        (user.email, "Your account was deactivated"),
        (user.email, "Your account is active again"),
    ]


def test_emergency_pages_tell_as_well(client, administrator, told):
    user = make_user(Role.INTERVIEWER, email="old@example.test")
    data = {"name": user.name, "email": "new@example.test", "roles": user.roles, "time_zone": "UTC"}
    passwords = {"usable_password": "true", "password1": "staple orbit lantern", "password2": "staple orbit lantern"}

    def act():
        client.post(reverse("admin:accounts_user_change", args=[user.pk]), data)
        client.post(reverse("admin:auth_user_password_change", args=[user.pk]), passwords)

    assert [(to, subject) for to, subject, _body in told(act)] == [
        ("old@example.test", "Your e-mail address for Evenhand was changed"),
        ("new@example.test", "Your e-mail address for Evenhand was changed"),
        ("new@example.test", "Your account was deactivated"),
        ("new@example.test", "Your password was changed"),
    ]


def test_mail_server_that_fails_undoes_nothing(client, administrator, person, told, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 9  # nothing listens there
    client.force_login(person)
    passwords = {"oldpassword": PASSWORD, "password1": "staple orbit lantern"}
    statuses = []

    def act():
        people.deactivate(user=make_user(email="leaver@example.test"), by=None)
        statuses.append(client.post(reverse("account_change_password"), passwords).status_code)

    told(act)

    person.refresh_from_db()
    assert statuses == [302]
    assert person.check_password("staple orbit lantern")
    assert User.objects.get(email="leaver@example.test").is_active is False
    assert [record.message for record in caplog.records if record.name == "accounts.notices"] == [
        "A mail about signing in could not be sent. Check EMAIL_URL."
    ] * 2
