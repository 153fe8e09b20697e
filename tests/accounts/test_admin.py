"""Django's admin: an emergency exit for administrators, to people and invitations only."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from accounts.admin import PasswordForm, site
from accounts.models import Invitation, Role, User
from tests.factories import PASSWORD, make_invitation, make_user, prove

pytestmark = pytest.mark.django_db

PEOPLE = reverse("admin:accounts_user_changelist")


@pytest.fixture
def administrator(client):
    user = make_user(Role.ADMINISTRATOR)
    TOTP.activate(user, generate_totp_secret())
    client.force_login(user)
    prove(client)
    return user


def test_admin_knows_people_and_invitations_only():
    assert set(site._registry) == {User, Invitation}


@pytest.mark.parametrize("roles", [[], [Role.HIRING_MANAGER, Role.INTERVIEWER, Role.RECRUITER]])
def test_admin_is_closed_to_others(client, roles):
    client.force_login(make_user(*roles))

    assert client.get(PEOPLE, follow=True).status_code == 403


@pytest.mark.parametrize("url", [PEOPLE, reverse("admin:login"), reverse("admin:index")])
def test_admin_has_no_sign_in_of_its_own(client, url):
    response = client.get(url, follow=True)

    assert response.request["PATH_INFO"] == reverse("account_login")


@pytest.mark.parametrize(
    "name",
    [
        "index",
        "accounts_user_changelist",
        "accounts_user_add",
        "accounts_invitation_changelist",
        "accounts_invitation_add",
    ],
)
def test_admin_pages_open(client, administrator, name):
    make_invitation()

    assert client.get(reverse(f"admin:{name}")).status_code == 200


def test_admin_without_a_second_factor_leads_to_one(client):
    client.force_login(make_user(Role.ADMINISTRATOR))

    response = client.get(PEOPLE, follow=True)

    assert response.request["PATH_INFO"] == reverse("mfa_index")
    assert "The emergency pages need a second factor:" in response.content.decode()


def test_admin_changes_roles(client, administrator):
    user = make_user(Role.RECRUITER)
    url = reverse("admin:accounts_user_change", args=[user.pk])
    assert client.get(url).status_code == 200

    response = client.post(url, change(user, roles=["interviewer", "recruiter"]))

    user.refresh_from_db()
    assert response.url == PEOPLE
    assert user.roles == [Role.INTERVIEWER, Role.RECRUITER]
    assert user.check_password(PASSWORD)


def test_admin_switches_an_account_off(client, administrator):
    user = make_user()

    client.post(reverse("admin:accounts_user_change", args=[user.pk]), change(user) | {"is_active": ""})

    user.refresh_from_db()
    assert user.is_active is False


def test_admin_gives_a_new_address_and_the_old_signs_in_no_more(client, administrator):
    user = make_user(email="old@example.test")
    EmailAddress.objects.create(user=user, email="old@example.test")

    client.post(reverse("admin:accounts_user_change", args=[user.pk]), change(user, email="New@Example.test"))

    assert User.objects.get(pk=user.pk).email == "new@example.test"
    assert client.login(email="old@example.test", password=PASSWORD) is False
    assert client.login(email="new@example.test", password=PASSWORD) is True


def test_admin_sets_a_password(client, administrator):
    user = make_user()

    client.post(
        reverse("admin:auth_user_password_change", args=[user.pk]),
        {"usable_password": "true", "password1": "staple orbit lantern", "password2": "staple orbit lantern"},
    )

    user.refresh_from_db()
    assert user.check_password("staple orbit lantern")


def test_admin_adds_a_person(client, administrator):
    client.post(
        reverse("admin:accounts_user_add"),
        {
            "email": "Ada@example.test",
            "name": "Ada",
            "roles": ["recruiter"],
            "usable_password": "true",
            "password1": "staple orbit lantern",
            "password2": "staple orbit lantern",
        },
    )

    user = User.objects.get(email="ada@example.test")
    assert (user.name, user.roles) == ("Ada", [Role.RECRUITER])
    assert user.check_password("staple orbit lantern")


def test_admin_deletes_nobody(client, administrator):
    assert client.post(reverse("admin:accounts_user_delete", args=[administrator.pk])).status_code == 403


def test_admin_invites_and_shows_the_link_once(client, administrator):
    response = client.post(
        reverse("admin:accounts_invitation_add"), {"email": "Ada@example.test", "roles": ["recruiter"]}, follow=True
    )

    link = re.search(r"http://localhost:8000(/accounts/invitations/[\w-]+/)", response.content.decode())[1]
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.roles, invitation.invited_by) == (
        "ada@example.test",
        [Role.RECRUITER],
        administrator,
    )
    assert client.get(link).status_code == 200
    assert link not in client.get(reverse("admin:accounts_invitation_changelist")).content.decode()


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (
            {"email": "there@example.test", "roles": ["recruiter"]},
            {"email": ["Somebody signs in with this address already."]},
        ),
        (
            {"email": "new@example.test"},
            {"roles": ["Choose at least one role: without one, a person sees nothing."]},
        ),
    ],
)
def test_admin_refuses_to_invite_in_words(client, administrator, data, errors):
    make_user(email="there@example.test")

    response = client.post(reverse("admin:accounts_invitation_add"), data)

    assert response.context["adminform"].form.errors == errors
    assert Invitation.objects.count() == 0


def test_admin_revokes_an_invitation(client, administrator):
    invitation, token = make_invitation()

    client.post(reverse("admin:accounts_invitation_delete", args=[invitation.pk]), {"post": "yes"})

    assert client.get(reverse("accounts:invitation_accept", args=[token])).status_code == 404


def change(user, **data):
    fields = {
        "name": user.name,
        "email": user.email,
        "roles": user.roles,
        "is_active": "on",
        "time_zone": user.time_zone,
    }
    return {**fields, **data}


@pytest.mark.parametrize("data", [{"roles": ["recruiter"]}, {"is_active": ""}, {"roles": [], "is_active": ""}])
def test_admin_keeps_the_last_administrator(client, administrator, data):
    make_user(Role.ADMINISTRATOR, is_active=False)

    response = client.post(
        reverse("admin:accounts_user_change", args=[administrator.pk]), change(administrator, **data)
    )

    administrator.refresh_from_db()
    assert response.context["adminform"].form.errors == {
        "roles": ["There would be no administrator left. Give the role to somebody else first."]
    }
    assert (administrator.roles, administrator.is_active) == ([Role.ADMINISTRATOR], True)


def test_admin_switching_off_does_all_that_deactivating_does(client, administrator):
    user, device = make_user(Role.ADMINISTRATOR), Client()
    device.force_login(user)
    make_invitation(invited_by=user)
    url = reverse("admin:accounts_user_change", args=[user.pk])

    client.post(url, change(user, is_active=""))
    user.refresh_from_db()
    off = user.is_active, user.sessions_ended, Invitation.objects.open().count()
    client.post(url, change(user))
    user.refresh_from_db()

    assert (off, user.is_active) == ((False, 1, 0), True)
    assert device.get("/").status_code == 302


def test_admin_taking_the_role_does_all_that_changing_does(client, administrator):
    user = make_user(Role.ADMINISTRATOR, email="old@example.test")
    make_invitation(invited_by=user)
    SocialAccount.objects.create(user=user, provider="sso", uid="1")

    client.post(
        reverse("admin:accounts_user_change", args=[user.pk]),
        change(user, roles=["recruiter"], email="new@example.test", name="Ada", time_zone="Europe/Berlin"),
    )

    user.refresh_from_db()
    assert (user.roles, user.email, user.name, user.time_zone) == (
        [Role.RECRUITER],
        "new@example.test",
        "Ada",
        "Europe/Berlin",
    )
    assert (Invitation.objects.open().count(), SocialAccount.objects.count()) == (0, 0)


def test_admin_setting_a_password_leaves_the_rest_alone():
    user = make_user()
    User.objects.filter(pk=user.pk).update(is_active=False, sessions_ended=3)
    form = PasswordForm(
        user, {"usable_password": "true", "password1": "staple orbit lantern", "password2": "staple orbit lantern"}
    )

    assert form.is_valid()
    form.save()

    user.refresh_from_db()
    assert (user.is_active, user.sessions_ended, user.check_password("staple orbit lantern")) == (False, 3, True)
