"""Single sign-on with a provider that says what it should not. The whole way in a browser: tests/e2e."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.test import Client
from django.urls import reverse

from accounts import people
from accounts.models import Invitation, Role, User
from accounts.single_sign_on import link
from tests.factories import PASSWORD, make_invitation, make_user
from tests.idp.tiny import known_to, tiny_provider
from tests.racing import before_it_commits

pytestmark = pytest.mark.django_db

LOGIN = reverse("openid_connect_login", args=["sso"])
BACK = reverse("openid_connect_callback", args=["sso"])


@pytest.fixture
def provider(settings):
    with tiny_provider(settings) as provider:
        yield provider


def leave(client, **data):
    """To the provider: the address that the page moves on to."""
    page = client.post(LOGIN, data).content.decode()
    return html.unescape(re.search(r'<meta http-equiv="refresh" content="0;url=([^"]+)">', page)[1])


def sign_in(client):
    """There and back; the answer to coming back."""
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]
    return client.get(BACK, {"state": state, "code": "c"})


def signed_in_as(client):
    return client.session.get("_auth_user_id")


def test_leaving_is_a_page_that_moves_on_and_has_a_link(client, provider):
    response = client.post(LOGIN)

    page = response.content.decode()
    url = re.search(r'content="0;url=([^"]+)"', page)[1]
    assert response.status_code == 200
    assert url.startswith(f"{provider.door}/authorize?")
    assert f'<a class="btn" href="{url}">' in page
    assert "form-action 'self';" in response["Content-Security-Policy"] + ";"


def test_person_who_is_here_signs_in(client, provider):
    ada = make_user(Role.INTERVIEWER, email="ada@example.test")

    response = sign_in(client)

    assert (response.url, signed_in_as(client)) == ("/", str(ada.pk))
    assert SocialAccount.objects.get().user == ada


@pytest.mark.parametrize("verified", ["false", "False", "0", 1, 0, None, False, [], ["true"], "yes"])
def test_address_that_is_not_verified_signs_in_nobody(client, provider, verified):
    make_user(Role.ADMINISTRATOR, email="ada@example.test")
    provider.claims["email_verified"] = verified

    response = sign_in(client)

    assert (response.status_code, signed_in_as(client)) == (403, None)
    assert "does not say that your e-mail address is verified" in response.content.decode()
    assert not SocialAccount.objects.exists()


def test_address_that_is_verified_in_words_signs_in(client, provider):
    ada = make_user(email="ada@example.test")
    provider.claims["email_verified"] = "true"

    sign_in(client)

    assert signed_in_as(client) == str(ada.pk)


@pytest.mark.parametrize(
    ("setting", "claim", "status"),
    [
        (False, {}, 403),
        (True, {}, 302),
        (True, {"email_verified": False}, 403),
        (True, {"email_verified": "false"}, 403),
    ],
)
def test_address_of_a_provider_that_says_nothing_is_as_the_operator_says(
    client, provider, settings, setting, claim, status
):
    make_user(email="ada@example.test")
    settings.OIDC_ADDRESSES_VERIFIED = setting
    del provider.claims["email_verified"]
    provider.claims |= claim

    assert sign_in(client).status_code == status


def test_identity_of_an_old_address_signs_in_no_more(client, provider):
    make_user(Role.ADMINISTRATOR)
    ada = make_user(Role.HIRING_MANAGER, email="ada@example.test")
    sign_in(Client())
    people.change(user=ada, email="new@example.test", roles=[Role.HIRING_MANAGER], by=None)

    response = sign_in(client)
    provider.claims["email"] = "new@example.test"
    again = Client()
    sign_in(again)

    assert (response.status_code, signed_in_as(client)) == (403, None)
    assert signed_in_as(again) == str(ada.pk)


@pytest.mark.parametrize("linked", [False, True])
def test_deactivated_person_is_told_so(client, provider, linked):
    ada = make_user(email="ada@example.test", is_active=False)
    if linked:
        SocialAccount.objects.create(user=ada, provider="sso", uid="1")

    response = sign_in(client)

    assert (response.url, signed_in_as(client)) == (reverse("account_inactive"), None)
    assert SocialAccount.objects.count() == int(linked)


def test_linking_leaves_alone_what_happened_to_the_person_meanwhile():
    ada = make_user(email="ada@example.test")
    people.deactivate(user=User.objects.get(pk=ada.pk), by=None)

    link(SocialLogin(account=SocialAccount(provider="sso", uid="1")), ada)

    ada.refresh_from_db()
    assert (ada.is_active, ada.sessions_ended) == (False, 1)
    assert SocialAccount.objects.get().user == ada


def test_second_factor_is_asked_after_the_provider(client, provider):
    TOTP.activate(make_user(email="ada@example.test"), generate_totp_secret())

    assert sign_in(client).url == reverse("mfa_authenticate")
    assert signed_in_as(client) is None


@pytest.mark.parametrize(("name", "called"), [(None, "ada"), ("  ", "ada"), ("x" * 300, "x" * 120)])
def test_name_that_is_none_is_made_of_the_address(client, provider, name, called):
    make_invitation(Role.RECRUITER, email="ada@example.test")
    provider.claims["name"] = name

    sign_in(client)

    ada = User.objects.get()
    assert (ada.name, ada.roles, signed_in_as(client)) == (called, [Role.RECRUITER], str(ada.pk))


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "ada@example.test", "email_verified": True},
        {"sub": "", "email": "ada@example.test", "email_verified": True},
        {"sub": "1" * 300, "email": "ada@example.test", "email_verified": True},
        {"sub": "1", "email": ["ada@example.test"], "email_verified": True},
        {"sub": "1", "email": "a" * 300 + "@example.test", "email_verified": True},
        {"sub": "1", "email": "ada\0@example.test", "email_verified": True},
        {"sub": "1\0", "email": "ada@example.test", "email_verified": True},
        {"sub": "1", "email": "ada@example.test", "email_verified": True, "name": 7},
        ["sub", "1"],
        "ada",
        {},
    ],
)
def test_answer_that_is_none_is_refused_in_words(client, provider, settings, claims):
    settings.OIDC_JOIN_DOMAINS = ["example.test"]
    provider.claims = claims

    response = sign_in(client)

    assert response.status_code == 403
    assert signed_in_as(client) is None
    assert re.search("Signing in did not work|verified", response.content.decode())


@pytest.mark.parametrize("process", ["connect", "redirect", "nonsense"])
def test_signing_in_is_all_that_is_done(client, provider, process):
    response = client.post(LOGIN, {"process": process})

    assert (response.status_code, provider.asked) == (400, [])
    assert client.post(f"{LOGIN}?process={process}").status_code == 400


def test_who_is_signed_in_is_not_sent_to_the_provider(client, provider):
    client.force_login(make_user())

    assert client.post(LOGIN).url == reverse("interviews:today")
    assert provider.asked == []


@pytest.mark.parametrize(
    "configuration", [{"authorization_endpoint": None}, {"authorization_endpoint": "javascript:alert(1)"}]
)
def test_provider_that_names_no_door_is_told(client, provider, configuration):
    provider.configuration = configuration

    response = client.post(LOGIN)

    assert response.status_code == 503
    assert "Signing in did not work" in response.content.decode()


def test_provider_out_of_reach_is_told(client, settings, caplog):
    known_to(settings, "http://localhost:9")

    response = client.post(LOGIN)

    assert response.status_code == 503
    assert "The sign-in provider could not be reached. Check OIDC_SERVER_URL." in caplog.messages


def test_provider_that_goes_away_meanwhile_is_told(client, provider):
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]
    provider.configuration = {"userinfo_endpoint": f"{provider.url}/nowhere"}

    response = client.get(BACK, {"state": state, "code": "c"})

    assert response.status_code == 503
    assert "Signing in did not work" in response.content.decode()


def test_coming_back_without_having_left_is_refused(client, provider):
    assert client.get(BACK, {"state": "made up", "code": "c"}).status_code == 403
    assert client.get(reverse("socialaccount_login_error")).status_code == 403


def test_cancelling_leads_to_the_sign_in_page(client, provider):
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]

    response = client.get(BACK, {"state": state, "error": "access_denied"}, follow=True)

    assert response.request["PATH_INFO"] == reverse("account_login")
    assert "the sign-in was cancelled" in response.content.decode()


def test_unknown_provider_is_not_found(client, provider):
    assert client.post(reverse("openid_connect_login", args=["nope"])).status_code == 404
    assert client.get(reverse("openid_connect_callback", args=["nope"])).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("invited", [False, True])
def test_two_who_come_at_once_are_one(provider, settings, invited):
    settings.OIDC_JOIN_DOMAINS = ["example.test"]
    invitation = make_invitation(email="ada@example.test")[0] if invited else None
    second = Client()

    with before_it_commits(lambda: sign_in(second)) as answers:
        if invited:
            invitation.accept(name="Ada", password=PASSWORD)
        else:
            make_user(email="ada@example.test")
    again = sign_in(second)

    assert (answers[0].status_code, again.url) == (503, "/")
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 1)
    assert Invitation.objects.open().count() == 0
