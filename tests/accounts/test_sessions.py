"""Where somebody is signed in: the list, what it costs, and ending all but this one."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from tests.accounts.test_second_factor import with_app
from tests.factories import PASSWORD, make_session, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("usersessions_list")


def sign_in(client, user):
    cache.clear()  # where attempts are counted
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize("others", [1, 11])
def test_list_queries_do_not_grow(client, django_assert_num_queries, others):
    user = make_user()
    for _number in range(others):
        sign_in(Client(), user)
    sign_in(client, user)
    client.get(LIST)

    with django_assert_num_queries(4):
        page = client.get(LIST).content.decode()

    assert page.count(", from 127.0.0.1") == others + 1


def test_signing_in_costs_the_same_with_many_sessions(client):
    user, counts = make_user(), []
    for others in (2, 9):
        while UserSession.objects.count() < others:
            sign_in(Client(), user)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            Client().post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_session_that_has_ended_is_not_listed_and_forgotten_at_the_next_sign_in(client):
    user = make_user()
    sign_in(Client(), user)
    gone = sign_in(Client(), user)
    gone.post(reverse("account_logout"))
    user.end_sessions()
    sign_in(client, user)

    page = client.get(LIST).content.decode()

    assert page.count(", from 127.0.0.1") == 1
    assert UserSession.objects.count() == 1


def test_signing_out_elsewhere_ends_what_no_list_knows_of(client, settings):
    user, lost = make_user(), Client()
    listed = sign_in(Client(), user)
    lost.cookies[settings.SESSION_COOKIE_NAME] = make_session(user)
    sign_in(client, user)
    before = {device.get("/").status_code for device in (lost, listed, client)}

    response = client.post(LIST, follow=True)

    after = [device.get("/").status_code for device in (lost, listed, client)]
    assert (before, after) == ({200}, [302, 302, 200])
    assert response.content.decode().count("this one") == 1
    assert UserSession.objects.get(user=user).session_key == client.session.session_key
    assert Session.objects.filter(session_key=client.session.session_key).exists()


def test_signing_out_elsewhere_costs_the_same_with_many_sessions():
    counts = []
    for others in (1, 8):
        user, client = make_user(), Client()
        for _number in range(others):
            sign_in(Client(), user)
        sign_in(client, user)
        with CaptureQueriesContext(connection) as queries:
            client.post(LIST)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_session_of_somebody_else_is_not_touched(client):
    other = sign_in(Client(), make_user())
    sign_in(client, make_user())

    client.post(LIST)

    assert other.get("/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_second_factor_ends_sessions_that_never_showed_it(client):
    thief, unlisted = Client(), Client()

    def devices(user):
        sign_in(thief, user)
        unlisted.force_login(user)

    with_app(client, before=devices)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()

    assert [device.get("/").status_code for device in (thief, unlisted, client)] == [302, 302, 200]
    assert "You are signed out everywhere else: only here have you shown the new factor." in page
    assert client.get(LIST).content.decode().count("this one") == 1


def test_every_role_may_see_where_it_is_signed_in(client):
    for role in Role:
        client.force_login(make_user(role))
        assert (client.get(LIST).status_code, client.put(LIST).status_code) == (200, 405)
