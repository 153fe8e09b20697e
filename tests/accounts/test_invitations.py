"""From `manage.py invite` to a signed-in person."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Role, User, token_digest
from tests.factories import PASSWORD, make_invitation, make_user

pytestmark = pytest.mark.django_db

ANSWERS = {"name": "Ada Lovelace", "password": "staple orbit lantern", "time_zone": "Europe/London"}


def link(token):
    return reverse("accounts:invitation_accept", args=[token])


def invite(capsys, *args):
    call_command("invite", *args)
    return capsys.readouterr().out


def test_invite_prints_a_link_that_lets_somebody_in(client, capsys):
    out = invite(capsys, "Ada@Example.test", "--role", "administrator", "--role", "recruiter")
    address = out.splitlines()[-1]

    response = client.post(address.removeprefix("http://localhost:8000"), ANSWERS)

    user = User.objects.get()
    assert response.url == reverse("interviews:today")
    assert (user.email, user.name, user.time_zone) == ("ada@example.test", "Ada Lovelace", "Europe/London")
    assert user.roles == [Role.ADMINISTRATOR, Role.RECRUITER]
    assert user.check_password("staple orbit lantern")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_invite_prints_who_the_link_is_for(capsys):
    out = invite(capsys, "ada@example.test", "--role", "hiring_manager", "--base-url", "https://evenhand.example.com/")

    first, second = out.splitlines()
    assert first == (
        "Send this link to ada@example.test (Hiring manager). It works once, for seven days, and is shown only now:"
    )
    assert re.fullmatch(r"https://evenhand\.example\.com/accounts/invitations/[\w-]{43}/", second)


def test_invite_in_production_names_the_first_host(capsys, settings):
    settings.DEVELOPMENT = False
    settings.ALLOWED_HOSTS = [".example.com", "evenhand.example.com"]

    out = invite(capsys, "ada@example.test", "--role", "recruiter")

    assert out.splitlines()[-1].startswith("https://evenhand.example.com/accounts/invitations/")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["not an address", "--role", "recruiter"], "Enter a valid email address."),
        (["there@example.test", "--role", "recruiter"], "Somebody signs in with this address already."),
        (["a@example.test"], "Error: the following arguments are required: --role"),
        (["a@example.test", "--role", "king"], "Error: argument --role: invalid choice: 'king'"),
    ],
)
def test_invite_refuses_in_words(args, message):
    make_user(email="there@example.test")

    with pytest.raises(CommandError, match=re.escape(message)):
        call_command("invite", *args)

    assert Invitation.objects.count() == 0


def test_an_invitation_stores_no_token():
    invitation, token = make_invitation()

    assert len(token) == 43
    assert invitation.token_hash == token_digest(token)
    assert token not in str(vars(invitation))


def test_an_invitation_lasts_seven_days():
    invitation, _token = make_invitation()

    assert timedelta(0) <= timezone.now() + timedelta(days=7) - invitation.expires_at < timedelta(minutes=1)


def test_an_invitation_needs_a_role():
    with pytest.raises(ValidationError, match="Choose at least one role"):
        Invitation.objects.invite(email="a@example.test", roles=[])


def test_an_unknown_role_is_refused_by_the_database():
    with pytest.raises(IntegrityError, match="user_roles_exist"), transaction.atomic():
        make_user("king")


def test_a_newer_invitation_replaces_the_older(client):
    _older, token = make_invitation(email="ada@example.test")
    make_invitation(email="ADA@example.test")

    response = client.get(link(token))

    assert response.status_code == 410
    assert "This invitation has ended" in response.content.decode()


def test_the_page_of_an_invitation_shows_a_form_and_changes_nothing(client):
    invitation, token = make_invitation(Role.RECRUITER, Role.INTERVIEWER, email="ada@example.test")

    response = client.get(link(token))

    page = response.content.decode()
    assert response.status_code == 200
    assert "You sign in as <b>ada@example.test</b>. Your roles: Recruiter, Interviewer." in page
    assert "no-store" in response["Cache-Control"]
    assert list(Invitation.objects.open()) == [invitation]
    assert User.objects.count() == 0


def test_only_an_empty_form_takes_the_zone_of_the_browser(client):
    _invitation, token = make_invitation()

    empty, refused = client.get(link(token)), client.post(link(token), ANSWERS | {"name": ""})

    assert "data-time-zone" in empty.content.decode()
    assert "data-time-zone" not in refused.content.decode()


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"name": " "}, {"name": ["Enter your name."]}),
        ({"password": ""}, {"password": ["Choose a password."]}),
        ({"password": "short"}, {"password": ["This password is too short. It must contain at least 12 characters."]}),
        ({"password": "123456789012"}, {"password": ["This password is entirely numeric."]}),
        ({"password": "1qaz2wsx3edc"}, {"password": ["This password is too common."]}),
        ({"password": "ada@example.test"}, {"password": ["The password is too similar to the e-mail address."]}),
        ({"time_zone": "Mars"}, {"time_zone": ["Select a valid choice. Mars is not one of the available choices."]}),
    ],
)
def test_accepting_refuses_in_words_and_keeps_what_was_typed(client, changed, errors):
    invitation, token = make_invitation(email="ada@example.test")

    response = client.post(link(token), ANSWERS | changed)

    assert response.status_code == 200
    assert response.context["form"].errors == errors
    assert response.context["form"]["time_zone"].value() == (ANSWERS | changed)["time_zone"]
    assert list(Invitation.objects.open()) == [invitation]
    assert User.objects.count() == 0


def test_an_invitation_works_once(client, client_of):
    _invitation, token = make_invitation()
    client.post(link(token), ANSWERS)

    again = client.post(link(token), ANSWERS | {"name": "Somebody else"})

    assert again.status_code == 410
    assert "This account exists already" in again.content.decode()
    assert [user.name for user in User.objects.all()] == ["Ada Lovelace"]


def test_accepting_an_invitation_used_meanwhile_makes_no_second_user():
    invitation, _token = make_invitation()
    invitation.accept(name="Ada", password=PASSWORD)

    with pytest.raises(Invitation.DoesNotExist):
        invitation.accept(name="Ada", password=PASSWORD)

    assert User.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_invitation_ends_after_seven_days(client, method):
    _invitation, token = make_invitation()
    Invitation.objects.update(expires_at=timezone.now())

    response = getattr(client, method)(link(token), ANSWERS)

    assert response.status_code == 410
    assert "This invitation has ended" in response.content.decode()
    assert list(Invitation.objects.open()) == []
    assert User.objects.count() == 0


def test_an_invitation_to_somebody_with_an_account_leads_to_sign_in(client):
    invitation, token = make_invitation()
    make_user(email=invitation.email)

    response = client.post(link(token), ANSWERS)

    assert response.status_code == 410
    assert "This account exists already" in response.content.decode()
    assert User.objects.count() == 1


def test_an_unknown_token_is_not_found(client):
    response = client.get(link("x" * 43))

    assert response.status_code == 404
    assert "This link is not whole" in response.content.decode()


def test_an_invitation_takes_no_other_method(client):
    _invitation, token = make_invitation()

    assert client.delete(link(token)).status_code == 405


def test_accepting_while_signed_in_says_so_and_changes_the_session(client):
    client.force_login(make_user(name="Grace Hopper"))
    _invitation, token = make_invitation(email="ada@example.test")

    page = client.get(link(token)).content.decode()
    client.post(link(token), ANSWERS)

    assert "You are signed in as Grace Hopper. Creating this account signs you out of that one." in page
    assert client.session["_auth_user_id"] == str(User.objects.get(email="ada@example.test").pk)


def test_accepting_is_listed_as_a_sign_in_and_proves_who_it_is(client):
    _invitation, token = make_invitation()
    client.post(link(token), ANSWERS)
    elsewhere = Client()
    elsewhere.post(reverse("account_login"), {"login": User.objects.get().email, "password": ANSWERS["password"]})

    page = client.get(reverse("usersessions_list")).content.decode()
    adding = client.get(reverse("mfa_add_webauthn")).status_code
    elsewhere.post(reverse("usersessions_list"))

    assert (page.count(", from 127."), page.count("this one"), adding) == (2, 1, 200)
    assert client.get(reverse("interviews:today")).status_code == 302


@pytest.mark.parametrize(
    ("what", "words"),
    [("expired", "This invitation has ended"), ("withdrawn", "This invitation was withdrawn")],
)
def test_an_invitation_that_is_over_says_why_and_where_to_sign_in(client, what, words):
    invitation, token = make_invitation()
    if what == "withdrawn":
        invitation.withdraw(by=None)
    Invitation.objects.update(expires_at=timezone.now())

    page = client.get(link(token)).content.decode()

    assert f"<h1>{words}</h1>" in page
    assert f'href="{reverse("account_login")}">Sign in</a>' in page
