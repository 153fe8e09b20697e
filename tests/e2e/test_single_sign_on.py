"""Signing in with a provider of one's own: allauth's, in a process beside."""

import socket
import subprocess
import sys

import pytest

from accounts.models import Invitation, Role, User
from tests.factories import make_invitation, make_user
from tests.idp.__main__ import SECRET
from tests.idp.tiny import known_to, tiny_provider


@pytest.fixture
def provider(address, settings):
    """Its address; Evenhand knows it while the test runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.idp", "--port", str(port), "--client", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        url = f"http://localhost:{port}"
        known_to(settings, url, SECRET)
        yield url
        process.terminate()


def sign_in(page, provider, email):
    page.goto(f"{provider}/as/{email}/")
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with Example account").click()


def test_person_who_is_here_signs_in_by_their_provider(open_page, provider):
    lead = make_user(Role.INTERVIEWER, email="lead@example.test")
    page = open_page()

    sign_in(page, provider, "lead@example.test")
    page.get_by_role("heading", name="Today").wait_for()
    again = open_page()
    sign_in(again, provider, "lead@example.test")
    again.get_by_role("heading", name="Today").wait_for()

    assert User.objects.get() == lead
    assert lead.socialaccount_set.count() == 1
    assert lead.usersession_set.count() == 2


def test_invited_person_comes_in_by_their_provider_with_the_roles_of_the_invitation(open_page, provider):
    make_invitation(Role.RECRUITER, email="new@example.test")
    page = open_page()

    sign_in(page, provider, "new@example.test")
    page.get_by_role("heading", name="Today").wait_for()

    person = User.objects.get(email="new@example.test")
    assert (person.roles, person.has_usable_password()) == ([Role.RECRUITER], False)
    assert Invitation.objects.get().accepted_at is not None


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("stranger@example.test", "nobody has invited this address"),
        ("gone@example.test", "This account is deactivated"),
        ("lead@example.test/unverified", "does not say that your e-mail address is verified"),
    ],
)
def test_who_has_no_place_here_is_told_so(open_page, provider, email, words):
    make_user(Role.INTERVIEWER, email="gone@example.test", is_active=False)
    make_user(Role.INTERVIEWER, email="lead@example.test")
    page = open_page()

    sign_in(page, provider, email)
    page.get_by_text(words).wait_for()
    page.goto("/")

    assert "/accounts/login/" in page.url
    assert User.objects.count() == 2


def test_domain_that_may_join_comes_without_a_role(open_page, provider, settings):
    settings.OIDC_JOIN_DOMAINS = ["example.test"]
    page = open_page()

    sign_in(page, provider, "somebody@example.test")
    page.get_by_text("You have no role yet").wait_for()

    assert User.objects.get().roles == []


def test_provider_out_of_reach_is_told_so(open_page, settings):
    known_to(settings, "http://localhost:9")
    page = open_page()
    page.goto("/accounts/login/")

    page.get_by_role("button", name="Sign in with Example account").click()

    page.get_by_role("heading", name="Signing in did not work").wait_for()
    assert page.get_by_role("link", name="Back to the sign-in page").get_attribute("href") == "/accounts/login/"


def test_provider_whose_door_is_elsewhere_and_leads_on_from_there(open_page, settings):
    """Three origins on the way: a form held to `form-action` would get through none of them."""
    make_user(Role.INTERVIEWER, email="ada@example.test")
    with tiny_provider(settings) as provider:
        page = open_page()
        page.goto("/accounts/login/")

        page.get_by_role("button", name="Sign in with Example account").click()
        page.get_by_role("heading", name="Today").wait_for()

    assert [path for path in provider.asked if path in ("/authorize", "/upstream")] == ["/authorize", "/upstream"]
