"""The demo's people."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.demo import PEOPLE, SIGN_INS, create_demo_users
from accounts.models import Role, User

pytestmark = pytest.mark.django_db


def test_demo_users_cover_the_roles():
    users = create_demo_users()

    assert list(users) == list(PEOPLE)
    assert len(users) == 6
    assert {role for user in users.values() for role in user.roles} == set(Role.values)
    assert users["lead"].email == "lead@demo.example"
    assert all(user.name.startswith("Demo ") for user in users.values())


def test_demo_users_are_created_once(django_assert_num_queries):
    first = create_demo_users()

    with django_assert_num_queries(1):
        second = create_demo_users()

    assert first == second
    assert User.objects.count() == 6


def test_sign_ins_of_everybody_in_the_demo_work(client):
    create_demo_users()

    assert [who for who, _email, _password in SIGN_INS] == [
        *("Hiring manager", "Lead", "Panelist", "Observer"),
        *("Recruiter", "Administrator"),
    ]
    for _who, email, password in SIGN_INS:
        assert client.login(email=email, password=password)
    assert {role for person in User.objects.all() for role in person.roles} == set(Role.values)


def test_demo_users_are_refused_in_production(settings):
    settings.DEVELOPMENT = False

    with pytest.raises(ImproperlyConfigured, match="public password"):
        create_demo_users()

    assert User.objects.count() == 0
