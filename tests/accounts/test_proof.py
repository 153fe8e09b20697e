"""Proving once more that it is you, before it changes who may come in and what they may do."""

import html
import re
import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Invitation, Role, User
from tests.accounts.test_second_factor import code_of
from tests.factories import PASSWORD, make_invitation, make_session, make_user, prove

pytestmark = pytest.mark.django_db

AGAIN = reverse("account_reauthenticate")


@pytest.fixture
def administrator(client):
    user = make_user(Role.ADMINISTRATOR, name="Administrator")
    client.force_login(user)
    return user


@pytest.fixture
def sign_in_by_provider(client, settings):
    """Signs in somebody with no password, so many seconds ago."""

    def sign_in(*roles, ago):
        user = make_user(*roles, password=None)
        client.cookies[settings.SESSION_COOKIE_NAME] = make_session(user)
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "socialaccount", "at": time.time() - ago}]
        session.save()
        return user

    return sign_in


def url(name, thing):
    return reverse(f"people:{name}", args=[thing.pk])


def what_is(person):
    person.refresh_from_db()
    return (
        person.roles,
        person.is_active,
        person.authenticator_set.count(),
        Invitation.objects.count(),
        len(mail.outbox),
    )


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("person_edit", {"email": "new@example.test", "roles": ["recruiter"]}),
        ("person_deactivate", {}),
        ("person_remove_factors", {}),
        ("invitation_create", {"email": "new@example.test", "roles": ["administrator"]}),
        ("invitation_resend", {}),
    ],
)
def test_action_on_people_waits_for_proof_and_is_taken_up_after_it(client, administrator, name, fields):
    person = make_user(Role.INTERVIEWER)
    TOTP.activate(person, generate_totp_secret())
    invitation, _token = make_invitation()
    args = {"invitation_create": [], "invitation_resend": [invitation.pk]}.get(name, [person.pk])
    address, before = reverse(f"people:{name}", args=args), what_is(person)

    asked = client.post(address, fields)
    meanwhile = what_is(person)
    client.post(AGAIN, {"password": "nothing like it", "next": address})
    wrong = what_is(person)
    client.post(AGAIN, {"password": PASSWORD, "next": address})

    assert asked.url == f"{AGAIN}?next={address.replace('/', '%2F')}"
    assert (meanwhile, wrong) == (before, before)
    assert what_is(person) != before


def test_reactivating_waits_for_proof(client, administrator):
    person = make_user(is_active=False)

    client.post(url("person_reactivate", person))
    person.refresh_from_db()
    before = person.is_active
    prove(client)
    client.post(url("person_reactivate", person))

    person.refresh_from_db()
    assert (before, person.is_active) == (False, True)


def test_signing_somebody_out_does_not_wait(client, administrator):
    """A lost laptop is in a hurry, and nobody gets in by it."""
    person, (invitation, _token) = make_user(), make_invitation()

    client.post(url("person_sign_out", person))
    client.post(url("invitation_withdraw", invitation))

    person.refresh_from_db()
    assert (person.sessions_ended, Invitation.objects.open().count()) == (1, 0)


def test_form_that_is_wrong_is_told_before_proof_is_asked(client, administrator):
    response = client.post(reverse("people:invitation_create"), {"email": "", "roles": []})

    assert set(response.context["form"].errors) == {"email", "roles"}


def test_form_refused_after_proof_goes_on_at_its_own_address(client, administrator):
    """Taken up from the page that asked, where a form without an address would be sent back to."""
    address = url("person_edit", administrator)
    client.post(address, {"email": administrator.email, "roles": ["recruiter"]})

    page = client.post(AGAIN, {"password": PASSWORD, "next": address}).content.decode()

    assert "There would be no administrator left." in page
    assert f'<form class="form" method="post" action="{address}"' in page


def test_proof_is_for_who_may_at_all(client):
    client.force_login(make_user(Role.RECRUITER))

    assert client.post(url("person_deactivate", make_user())).status_code == 404


def test_emergency_pages_wait_for_proof_too(client, administrator):
    TOTP.activate(administrator, generate_totp_secret())
    add = reverse("admin:accounts_invitation_add")
    fields = {"email": "new@example.test", "roles": ["administrator"]}

    asked = client.post(add, fields)
    before = Invitation.objects.count()
    client.post(AGAIN, {"password": PASSWORD, "next": add})

    assert asked.url.startswith(AGAIN)
    assert (before, Invitation.objects.count()) == (0, 1)
    assert client.post(reverse("admin:logout")).url == reverse("account_login")


# Without a password


@pytest.mark.parametrize("name", ["account_set_password", "mfa_activate_totp", "mfa_add_webauthn"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_has_nothing_to_prove_with_signs_in_once_more(client, sign_in_by_provider, name, method):
    user = sign_in_by_provider(Role.INTERVIEWER, ago=400)
    address = reverse(name)

    response = getattr(client, method)(address, {"password1": "staple orbit lantern"})

    page = html.unescape(response.content.decode())
    user.refresh_from_db()
    assert response.status_code == 403
    assert "Sign out, sign in again, and you are led back to this page." in page
    assert not user.has_usable_password()
    back = re.search(r'name="next" value="([^"]+)"', page)[1]
    assert client.post(reverse("account_logout"), {"next": back}).url == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize("name", ["account_set_password", "mfa_activate_totp", "mfa_add_webauthn"])
def test_who_has_just_signed_in_has_proved_it(client, sign_in_by_provider, name):
    sign_in_by_provider(Role.INTERVIEWER, ago=200)

    assert client.get(reverse(name)).status_code == 200


def test_session_that_says_nothing_of_how_it_began_proves_nothing(client):
    client.force_login(make_user(password=None))

    assert client.get(reverse("mfa_activate_totp")).status_code == 403


def test_password_is_set_after_the_second_factor(client, sign_in_by_provider):
    user = sign_in_by_provider(Role.INTERVIEWER, ago=0)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    address = reverse("account_set_password")

    asked = client.post(address, {"password1": "staple orbit lantern"})
    user.refresh_from_db()
    before = user.has_usable_password()
    client.post(reverse("mfa_reauthenticate"), {"code": code_of(secret), "next": address})

    user.refresh_from_db()
    assert asked.url.startswith(reverse("mfa_reauthenticate"))
    assert (before, user.check_password("staple orbit lantern")) == (False, True)


@pytest.mark.parametrize("name", ["person_edit", "invitation_create"])
def test_administrator_who_would_lose_what_they_type_is_told_before(client, sign_in_by_provider, name):
    administrator = sign_in_by_provider(Role.ADMINISTRATOR, ago=400)
    address = reverse(f"people:{name}", args=[administrator.pk] if name == "person_edit" else [])

    assert (client.get(address).status_code, client.post(address).status_code) == (403, 403)


def test_asking_costs_four_queries_at_most(client, administrator):
    person = make_user(is_active=False)
    counts = []
    for proved in (False, True):
        if proved:
            prove(client)
        with CaptureQueriesContext(connection) as queries:
            client.post(url("person_reactivate", person))
        counts.append(len([query for query in queries if "mfa_authenticator" in query["sql"]]))

    assert max(counts) <= 8  # four to see whether, and once more to see where to


# Links to choose a password with


@pytest.mark.parametrize("end", ["end_sessions", "deactivate"])
def test_reset_link_ends_with_the_sessions(client, end):
    person = make_user(Role.INTERVIEWER)
    client.post(reverse("account_reset_password"), {"email": person.email})
    link = next(line for line in mail.outbox[0].body.splitlines() if line.startswith("http"))

    if end == "deactivate":
        User.objects.filter(pk=person.pk).update(is_active=False)
    else:
        person.end_sessions()

    assert "This link does not work" in client.get(link, follow=True).content.decode()


def test_reset_link_leads_to_where_evenhand_is(client, settings):
    settings.ALLOWED_HOSTS, settings.EVENHAND_URL = [".example.com"], "https://evenhand.example.com"
    person = make_user()

    client.post(reverse("account_reset_password"), {"email": person.email}, headers={"host": "evil.example.com"})

    links = re.findall(r"https?://\S+", mail.outbox[0].body)
    assert [link.startswith("https://evenhand.example.com/accounts/password/reset/key/") for link in links] == [True]
