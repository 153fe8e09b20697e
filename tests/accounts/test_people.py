"""People as administrators manage them: roles, leaving and coming back, invitations by mail."""

import re
import socket
import threading
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import people
from accounts.adapter import AccountAdapter
from accounts.models import Invitation, Role, User
from interviews import lifecycle
from tests.factories import PASSWORD, make_interview, make_invitation, make_user, prove
from tests.racing import before_it_commits

pytestmark = pytest.mark.django_db

LIST = reverse("people:person_list")
INVITE = reverse("people:invitation_create")


@pytest.fixture
def administrator(client):
    user = make_user(Role.ADMINISTRATOR, name="Administrator")
    client.force_login(user)
    prove(client)
    return user


def url(name, thing):
    return reverse(f"people:{name}", args=[thing.pk])


@pytest.mark.parametrize("role", [Role.HIRING_MANAGER, Role.INTERVIEWER, Role.RECRUITER, None])
def test_people_are_for_administrators(client, role):
    person, invitation = make_user(), make_invitation(Role.INTERVIEWER)[0]
    client.force_login(make_user(*([role] if role else [])))
    gets = [LIST, INVITE, url("person_edit", person), url("person_deactivate", person)]
    posts = [
        url(name, person)
        for name in (
            "person_deactivate",
            "person_reactivate",
            "person_sign_out",
            "person_edit",
            "person_remove_factors",
        )
    ]
    posts += [INVITE, url("invitation_resend", invitation), url("invitation_withdraw", invitation)]

    statuses = {client.get(address).status_code for address in gets} | {
        client.post(address).status_code for address in posts
    }

    person.refresh_from_db()
    assert statuses == {404}
    assert (person.is_active, person.sessions_ended, Invitation.objects.count(), mail.outbox) == (True, 0, 1, [])


def test_actions_on_people_are_no_pages(client, administrator):
    person, invitation = make_user(), make_invitation(Role.INTERVIEWER)[0]
    names = {
        "person_reactivate": person,
        "person_sign_out": person,
        "invitation_resend": invitation,
        "invitation_withdraw": invitation,
    }

    assert {client.get(url(name, thing)).status_code for name, thing in names.items()} == {405}


@pytest.mark.parametrize("extra", [0, 3])
def test_list_queries_do_not_grow(client, administrator, django_assert_num_queries, extra):
    for number in range(extra):
        make_user(Role.INTERVIEWER)
        make_invitation(Role.INTERVIEWER, email=f"new{number}@example.test", invited_by=administrator)
    client.get(LIST)

    with django_assert_num_queries(4):
        response = client.get(LIST)

    assert response.content.decode().count("Send again") == extra


def test_list_finds_by_name_and_address(client, administrator):
    make_user(name="Ada Lovelace", email="ada@example.test")
    make_user(name="Somebody else", email="grace@example.test")

    by_name = client.get(LIST, {"q": "lovel"}, headers={"HX-Request": "true"}).content.decode()
    by_address = client.get(LIST, {"q": "GRACE@"}).content.decode()
    nobody = client.get(LIST, {"q": "zzz"}).content.decode()

    assert ("Ada Lovelace" in by_name, "Somebody else" in by_name, "<html" in by_name) == (True, False, False)
    assert ("Ada Lovelace" in by_address, "Somebody else" in by_address) == (False, True)
    assert "Nobody has this in their name or address." in nobody


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_list_finds_invitations_by_address(client, administrator, django_assert_num_queries, headers):
    make_invitation(Role.INTERVIEWER, email="ada@example.test", invited_by=administrator)
    make_invitation(Role.INTERVIEWER, email="grace@example.test", invited_by=administrator)
    client.get(LIST)

    with django_assert_num_queries(4):
        found = client.get(LIST, {"q": "ADA@"}, headers=headers).content.decode()
    nobody = client.get(LIST, {"q": "zzz"}, headers=headers).content.decode()

    assert ("ada@example.test" in found, "grace@example.test" in found) == (True, False)
    assert ["Nobody has this" in page for page in (found, nobody)] == [False, True]


def test_list_shows_the_roles_of_the_deactivated_too(client, administrator):
    make_user(Role.RECRUITER, is_active=False)

    row = client.get(LIST).content.decode().partition('data-label="Roles"><span>Recruiter')[2]

    assert row.strip().startswith('<span class="tag neutral">Deactivated</span>')


def test_roles_change_at_once(client, administrator):
    person = make_user(Role.INTERVIEWER)

    data = {"email": person.email, "roles": ["recruiter", "hiring_manager"]}
    response = client.post(url("person_edit", person), data, follow=True)

    person.refresh_from_db()
    assert person.roles == [Role.HIRING_MANAGER, Role.RECRUITER]
    assert f"{person.name}: Hiring manager, Recruiter." in response.content.decode()
    assert "signs in as" not in response.content.decode()


def test_taking_the_last_role_is_asked_about_in_words(client, administrator):
    person = make_user(Role.INTERVIEWER)
    page = client.get(url("person_edit", person)).content.decode()

    asked = client.post(url("person_edit", person), {"email": person.email})
    person.refresh_from_db()
    roles = person.roles
    done = client.post(url("person_edit", person), {"email": person.email, "no_role": "on"}, follow=True)

    person.refresh_from_db()
    assert ("(optional)" in page, "Without one, they see only their own account." in page) == (False, True)
    assert asked.context["form"].errors == {
        "no_role": ["They see only their own account then. Tick “No role” if that is meant."]
    }
    assert (roles, person.roles) == ([Role.INTERVIEWER], [])
    assert f"{person.name} has no role and sees only their own account." in done.content.decode()


def test_unknown_role_is_refused(client, administrator):
    person = make_user(Role.INTERVIEWER)

    response = client.post(url("person_edit", person), {"email": person.email, "roles": ["owner"]})

    person.refresh_from_db()
    assert (response.status_code, person.roles) == (200, [Role.INTERVIEWER])
    assert "roles" in response.context["form"].errors


def test_last_administrator_stays(client, administrator):
    make_user(Role.ADMINISTRATOR, is_active=False)

    roles = client.post(url("person_edit", administrator), {"email": administrator.email, "roles": ["recruiter"]})
    leaving = client.post(url("person_deactivate", administrator), follow=True)

    administrator.refresh_from_db()
    words = "There would be no administrator left. Give the role to somebody else first."
    pages = [client.get(url(name, administrator)).content.decode() for name in ("person_edit", "person_deactivate")]
    assert [words.removeprefix("There") in page for page in pages] == [True, True]
    assert [f'href="{url("person_deactivate", administrator)}"' in page for page in pages] == [False, False]
    assert '<button class="btn danger solid">' not in pages[1]
    assert (administrator.roles, administrator.is_active) == ([Role.ADMINISTRATOR], True)
    assert roles.context["form"].errors == {"roles": [words]}
    assert words in leaving.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_leave_at_once_do_not_leave_nobody():
    both = [make_user(Role.ADMINISTRATOR), make_user(Role.ADMINISTRATOR)]
    start, outcomes = threading.Barrier(2), []

    def leave(user):
        try:
            start.wait()
            people.deactivate(user=user, by=user)
            outcomes.append("left")
        except ValidationError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[user]) for user in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["left", "refused"]
    assert User.objects.with_role(Role.ADMINISTRATOR).count() == 1


def test_deactivation_ends_every_session_for_good(client, administrator):
    person = make_user(Role.INTERVIEWER)
    laptop, phone = Client(), Client()
    for device in (laptop, phone):
        device.force_login(person)
    before = {device.get("/").status_code for device in (laptop, phone)}

    client.post(url("person_deactivate", person))
    during = {device.get("/").status_code for device in (laptop, phone)}
    client.post(url("person_reactivate", person))
    after = {device.get("/").status_code for device in (laptop, phone)}

    person.refresh_from_db()
    assert (before, during, after, person.is_active) == ({200}, {302}, {302}, True)


def test_signing_out_everywhere_leaves_the_person_able_to_sign_in(client, administrator):
    person = make_user(Role.INTERVIEWER)
    lost = Client()
    lost.force_login(person)

    client.post(url("person_sign_out", person))

    again = Client()
    assert lost.get("/").status_code == 302
    assert again.login(email=person.email, password=PASSWORD)
    assert again.get("/").status_code == 200


def test_deactivation_names_what_would_be_left(client, administrator):
    interview = make_interview()
    lead = interview.panel.get().user

    to_come = client.get(url("person_deactivate", lead)).content.decode()
    lifecycle.start(interview=interview, by=lead)
    lifecycle.finish(interview=interview, by=lead)
    held = client.get(url("person_deactivate", lead)).content.decode()

    assert ["They are on the panel of 1 interview to come" in page for page in (to_come, held)] == [True, False]
    assert ["They owe 1 scorecard" in page for page in (to_come, held)] == [False, True]
    assert str(interview.candidate) not in to_come + held


def test_deactivation_links_interviews_that_the_administrator_may_see_anyway(client):
    client.force_login(make_user(Role.ADMINISTRATOR, Role.RECRUITER))
    interviews = [make_interview(lead=make_user(Role.INTERVIEWER))]
    lead = interviews[0].panel.get().user
    interviews += [make_interview(lead=lead) for _number in range(3)]

    page = client.get(url("person_deactivate", lead)).content.decode()

    assert "on the panel of 4 interviews to come" in page
    assert sum(interview.get_absolute_url() in page for interview in interviews) == 3


@pytest.mark.parametrize("extra", [0, 2])
def test_deactivation_queries_do_not_grow(client, administrator, django_assert_num_queries, extra):
    lead = make_interview().panel.get().user
    for _number in range(extra):
        make_interview(lead=lead)

    with django_assert_num_queries(7):
        client.get(url("person_deactivate", lead))


def test_invitation_goes_by_mail_and_its_link_nowhere_else(client, administrator):
    response = client.post(INVITE, {"email": "New@Example.test", "roles": ["interviewer"]}, follow=True)

    (message,) = mail.outbox
    link = re.search(r"http://localhost:8000(/accounts/invitations/\S+)", message.body)[1]
    assert (message.to, message.subject) == (["new@example.test"], "You are invited to Evenhand")
    assert "Administrator invites you to Evenhand" in message.body
    assert "Your role: Interviewer" in message.body
    assert link not in response.content.decode()
    assert client.get(link).status_code == 200
    assert Invitation.objects.get().invited_by == administrator


def test_invitation_asks_for_what_is_missing(client, administrator):
    make_user(email="taken@example.test")

    empty = client.post(INVITE, {"email": "", "roles": []})
    taken = client.post(INVITE, {"email": "taken@example.test", "roles": ["recruiter"]})

    assert empty.context["form"].errors == {
        "email": ["Enter the address the invitation goes to."],
        "roles": ["Choose at least one role: without one, a person sees nothing."],
    }
    assert "Somebody signs in with this address already." in taken.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("active", "words"),
    [(True, "Ada signs in with this address."), (False, "Ada has this address and is deactivated.")],
)
def test_invitation_of_somebody_who_is_here_leads_to_them(client, administrator, active, words):
    person = make_user(name="Ada", email="ada@example.test", is_active=active)

    page = client.post(INVITE, {"email": "Ada@example.test", "roles": ["recruiter"]}).content.decode()

    assert words in page
    assert f'href="{url("person_edit", person)}"' in page
    assert ("Reactivate them instead of inviting them anew." in page) != active


def test_invitation_of_somebody_invited_says_what_became_of_the_first_link(client, administrator):
    said = [
        client.post(INVITE, {"email": "new@example.test", "roles": ["recruiter"]}, follow=True).content.decode()
        for _time in range(2)
    ]

    assert ["the link from before works no more" in page for page in said] == [False, True]


def test_invitation_that_cannot_be_mailed_is_shown_once(client, administrator, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
        page = client.post(INVITE, {"email": "new@example.test", "roles": ["interviewer"]}).content.decode()

    link = re.search(r'value="http://localhost:8000(/accounts/invitations/[^"]+)"', page)[1]
    assert "The mail could not be sent" in page
    assert client.get(link).status_code == 200


def test_invitation_sent_again_ends_the_first_link(client, administrator):
    client.post(INVITE, {"email": "new@example.test", "roles": ["interviewer"]})
    first = Invitation.objects.get()

    client.post(url("invitation_resend", first))

    links = [re.search(r"http://localhost:8000(\S+)", message.body)[1] for message in mail.outbox]
    assert [client.get(link).status_code for link in links] == [410, 200]
    assert client.get(LIST).content.decode().count("Send again") == 1


def test_invitation_withdrawn_is_gone(client, administrator):
    invitation, token = make_invitation(Role.INTERVIEWER)

    page = client.post(url("invitation_withdraw", invitation), follow=True).content.decode()

    assert client.get(reverse("accounts:invitation_accept", args=[token])).status_code == 410
    assert ("Send again" in page, "With “Invite somebody” you can send a new one." in page) == (False, True)
    assert client.post(url("invitation_withdraw", invitation)).status_code == 404


def test_invitation_that_ended_can_be_sent_again(client, administrator):
    invitation, _token = make_invitation(Role.INTERVIEWER)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(hours=1))

    page = client.get(LIST).content.decode()
    client.post(url("invitation_resend", invitation))

    assert "the link ended" in page
    assert len(mail.outbox) == 1


def test_address_changes_for_good(client, administrator):
    person = make_user(Role.INTERVIEWER, email="old@example.test")
    device = Client()
    device.post(reverse("account_login"), {"login": "old@example.test", "password": PASSWORD})
    make_user(email="taken@example.test")

    taken = client.post(url("person_edit", person), {"email": "Taken@example.test", "roles": ["interviewer"]})
    client.post(url("person_edit", person), {"email": "New@example.test", "roles": ["interviewer"]})

    person.refresh_from_db()
    old, new = (
        Client().post(reverse("account_login"), {"login": login, "password": PASSWORD}).status_code
        for login in ("old@example.test", "new@example.test")
    )
    assert taken.context["form"].errors == {"email": ["Somebody signs in with this address already."]}
    assert (person.email, old, new) == ("new@example.test", 200, 302)


@pytest.mark.parametrize("required", [[], ["interviewer"]])
def test_second_factors_of_a_lost_phone_are_removed(client, administrator, settings, required):
    settings.MFA_REQUIRED_ROLES = required
    person = make_user(Role.INTERVIEWER)
    TOTP.activate(person, generate_totp_secret())
    lost = Client()
    lost.force_login(person)
    page = client.get(url("person_edit", person)).content.decode()
    asked = client.get(url("person_remove_factors", person)).content.decode()

    done = client.post(url("person_remove_factors", person), follow=True).content.decode()
    response = Client().post(reverse("account_login"), {"login": person.email, "password": PASSWORD})

    assert f'href="{url("person_remove_factors", person)}">Remove second factors</a>' in page
    assert f"{person.name} is signed out everywhere" in asked
    assert f"The second factors of {person.name} are removed, and {person.name} is signed out everywhere." in done
    assert ("At the next sign-in a new one is asked for." in done) == bool(required)
    assert (response.url, lost.get("/").status_code) == ("/", 302)


def shown_by(client, person):
    """What a browser would send of the form as it stands on the page."""
    page = client.get(url("person_edit", person)).content.decode()
    form = client.get(url("person_edit", person)).context["form"]
    return {name: form[name].value() for name in ("email", "roles")} | {
        "was": re.search(r'<input type="hidden" name="was" value="([^"]*)"', page)[1]
    }


def test_form_from_before_gives_no_role_back(client, administrator):
    person = make_user(Role.ADMINISTRATOR, Role.INTERVIEWER)
    stale = shown_by(client, person) | {"email": "new@example.test"}
    people.change(user=User.objects.get(pk=person.pk), email=person.email, roles=[Role.INTERVIEWER], by=None)

    refused = client.post(url("person_edit", person), stale)
    person.refresh_from_db()
    kept = person.email, person.roles
    form = refused.context["form"]
    again = {name: form[name].value() for name in ("email", "roles", "was")}
    client.post(url("person_edit", person), again)

    assert form.non_field_errors() == [
        f"Somebody has changed this meanwhile: the address is now {kept[0]}, the roles are: Interviewer. "
        "Below is what you entered. Save again if it is still right."
    ]
    assert kept[1] == [Role.INTERVIEWER]
    assert again["email"] == "new@example.test"
    person.refresh_from_db()
    assert (person.email, person.roles) == ("new@example.test", [Role.ADMINISTRATOR, Role.INTERVIEWER])


@pytest.mark.django_db(transaction=True)
def test_form_that_is_overtaken_while_it_is_saved_gives_no_role_back():
    make_user(Role.ADMINISTRATOR)
    person = make_user(Role.RECRUITER)
    was = people.shown(person)

    def change():
        try:
            people.change(
                user=User.objects.get(pk=person.pk), email=person.email, roles=[Role.RECRUITER], was=was, by=None
            )
        except people.Overtaken as problem:
            return problem.messages
        return []

    with before_it_commits(change) as outcome:
        people.change(user=User.objects.get(pk=person.pk), email=person.email, roles=[Role.INTERVIEWER], by=None)

    person.refresh_from_db()
    assert ("Somebody has changed this meanwhile" in outcome[0][0], person.roles) == (True, [Role.INTERVIEWER])


@pytest.mark.parametrize("old", [{"name": ""}, {"time_zone": "Mars/Olympus"}, {"time_zone": ""}])
def test_person_from_before_a_rule_can_be_changed(client, administrator, old):
    person = make_user(Role.INTERVIEWER, **old)

    client.post(url("person_edit", person), {"email": person.email, "roles": ["recruiter"]})

    person.refresh_from_db()
    assert person.roles == [Role.RECRUITER]


@pytest.mark.parametrize(
    "leave", [people.deactivate, lambda user, by: people.change(user=user, email=user.email, roles=[], by=by)]
)
def test_invitation_of_an_administrator_who_goes_is_withdrawn(client, administrator, leave):
    leaving = make_user(Role.ADMINISTRATOR)
    _theirs, back_door = make_invitation(Role.ADMINISTRATOR, invited_by=leaving)
    _other, token = make_invitation(Role.RECRUITER, invited_by=administrator)

    leave(user=leaving, by=administrator)

    answers = [
        client.get(reverse("accounts:invitation_accept", args=[link])).status_code for link in (back_door, token)
    ]
    assert answers == [410, 200]
    assert "Send again" in client.get(LIST).content.decode()


def test_invitation_stays_while_the_role_does():
    administrator = make_user(Role.ADMINISTRATOR)
    make_invitation(invited_by=administrator)

    people.change(user=administrator, email="new@example.test", roles=[Role.ADMINISTRATOR, Role.RECRUITER], by=None)

    assert Invitation.objects.open().count() == 1


def test_invitation_that_is_not_waiting_cannot_be_sent_again(client, administrator):
    withdrawn, used = make_invitation()[0], make_invitation()[0]
    withdrawn.withdraw(by=None)
    used.accept(name="Ada", password=PASSWORD)

    answers = [client.post(url("invitation_resend", invitation)).status_code for invitation in (withdrawn, used)]

    assert (answers, mail.outbox) == ([404, 404], [])


def test_password_changed_during_a_deactivation_does_not_undo_it():
    person = make_user()
    people.deactivate(user=User.objects.get(pk=person.pk), by=None)

    AccountAdapter().set_password(person, "staple orbit lantern")

    person.refresh_from_db()
    assert (person.is_active, person.sessions_ended) == (False, 1)
    assert person.check_password("staple orbit lantern")


@pytest.mark.django_db(transaction=True)
def test_invitation_to_an_address_that_is_taken_meanwhile_is_told(client):
    invitation, token = make_invitation()
    link = reverse("accounts:invitation_accept", args=[token])
    fields = {"name": "Ada", "password": "staple orbit lantern", "time_zone": "UTC"}

    with before_it_commits(lambda: client.post(link, fields)) as answers:
        make_user(email=invitation.email)

    assert (answers[0].status_code, answers[0].context["reason"], User.objects.count()) == (410, "taken", 1)
