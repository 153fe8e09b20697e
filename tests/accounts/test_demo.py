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


def test_sign_ins_work_one_for_each_role(client):
    create_demo_users()

    assert [str(role) for role, _email, _password in SIGN_INS] == [
        "Hiring manager",
        "Interviewer",
        "Recruiter",
        "Administrator",
    ]
    for role, email, password in SIGN_INS:
        assert client.login(email=email, password=password)
        assert [Role(held).label for held in User.objects.get(email=email).roles] == [role]


def test_demo_users_are_refused_in_production(settings):
    settings.DEVELOPMENT = False

    with pytest.raises(ImproperlyConfigured, match="public password"):
        create_demo_users()

    assert User.objects.count() == 0
