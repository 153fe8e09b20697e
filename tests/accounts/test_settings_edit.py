"""One's own settings, and what a person is."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Role, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db

SETTINGS = reverse("accounts:settings_edit")


def test_settings_change_name_zone_and_keys(client):
    user = make_user(Role.RECRUITER)
    client.force_login(user)

    response = client.post(SETTINGS, {"name": "Ada Lovelace", "time_zone": "Asia/Tokyo"})

    user.refresh_from_db()
    assert response.url == SETTINGS
    assert (user.name, user.time_zone, user.single_keys) == ("Ada Lovelace", "Asia/Tokyo", False)
    assert "Your settings are saved." in client.get(SETTINGS).content.decode()


def test_settings_change_nothing_else(client):
    user = make_user(Role.RECRUITER, is_active=True)
    client.force_login(user)

    client.post(SETTINGS, {"name": "Ada", "time_zone": "UTC", "roles": "administrator", "email": "x@example.test"})

    after = User.objects.get()
    assert (after.roles, after.email) == ([Role.RECRUITER], user.email)


def test_settings_refuse_in_words(client):
    client.force_login(make_user())

    response = client.post(SETTINGS, {"name": "", "time_zone": "Nowhere/Land"})

    assert response.status_code == 200
    assert response.context["form"].errors == {
        "name": ["Enter your name."],
        "time_zone": ["Select a valid choice. Nowhere/Land is not one of the available choices."],
    }


def test_settings_keep_a_zone_without_a_place(client):
    user = make_user(time_zone="Etc/GMT-14")
    client.force_login(user)

    client.post(SETTINGS, {"name": user.name, "time_zone": "Etc/GMT-14"})

    user.refresh_from_db()
    assert user.time_zone == "Etc/GMT-14"


def test_settings_are_for_those_signed_in(client):
    assert client.get(SETTINGS).url == f"{reverse('account_login')}?next={SETTINGS}"


def test_settings_take_no_other_method(client):
    client.force_login(make_user())

    assert client.delete(SETTINGS).status_code == 405


def test_settings_name_the_roles(client):
    client.force_login(make_user(Role.HIRING_MANAGER, Role.RECRUITER, email="ada@example.test"))

    assert (
        "You sign in as ada@example.test. Your roles: Hiring manager, Recruiter."
        in client.get(SETTINGS).content.decode()
    )


def test_settings_cost_the_session_and_the_user(client, django_assert_num_queries):
    client.force_login(make_user())

    with django_assert_num_queries(2):
        client.get(SETTINGS)


def test_an_address_is_lower_case_in_the_database():
    user = make_user()

    with pytest.raises(IntegrityError, match="user_email_is_lower_case"), transaction.atomic():
        User.objects.filter(pk=user.pk).update(email="Ada@example.test")


def test_an_address_signs_in_one_person():
    make_user(email="ada@example.test")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(email="ADA@example.test")


@pytest.mark.parametrize(
    ("name", "initials"), [("Ada Lovelace", "AL"), ("Ada", "A"), ("Ada King of Lovelace", "AL"), ("", "P")]
)
def test_initials_stand_for_a_name(name, initials):
    assert User(name=name, email="p@example.test").initials == initials


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (None, set()),
        (Role.ADMINISTRATOR, {"is_staff"}),
        (Role.HIRING_MANAGER, {"edits_bank", "reads_bank", "edits_plans", "schedules"}),
        (Role.INTERVIEWER, {"reads_bank"}),
        (Role.RECRUITER, {"reads_bank", "schedules"}),
    ],
)
def test_a_role_gives_its_rights_and_no_more(role, rights):
    user = User(roles=[role] if role else [])

    assert {right for right in ALL_RIGHTS if getattr(user, right)} == rights


def test_nobody_has_rights_while_inactive():
    user = User(roles=Role.values, is_active=False)

    assert {right for right in ALL_RIGHTS if getattr(user, right)} == set()


ALL_RIGHTS = {"is_staff", "edits_bank", "reads_bank", "edits_plans", "schedules"}
