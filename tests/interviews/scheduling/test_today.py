from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from interviews import lifecycle
from interviews.models import Interview, Place, Plan, State
from interviews.todo import todo_of
from tests.factories import (
    make_candidate,
    make_interview,
    make_invitation,
    make_opening,
    make_submitted_scorecard,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db
TODAY = reverse("interviews:today")


def led_by(user, **kwargs):
    return make_interview(panel=[(user, Place.LEAD)], **kwargs)


def finished_ago(interview, hours):
    Interview.objects.filter(pk=interview.pk).update(finished_at=timezone.now() - timedelta(hours=hours))
    return interview


def test_todo_of_an_interviewer_is_what_is_theirs():
    user = make_user(Role.INTERVIEWER)
    running, coming, owed = (led_by(user, state=state) for state in (State.PAUSED, State.SCHEDULED, State.FINISHED))
    led_by(user, at=timezone.now() + timedelta(days=20))
    make_interview()

    todo = todo_of(user)

    assert (todo.running, todo.coming) == ([running], [coming])
    assert [scorecard.interview for scorecard in todo.owed] == [owed]
    assert (todo.others, todo.late, todo.complete, todo.idle, todo.drafts) == ([], [], [], [], [])


def test_todo_of_an_interviewer_leads_to_the_debrief_of_what_is_complete():
    scorecard = make_submitted_scorecard()
    make_submitted_scorecard()

    assert todo_of(scorecard.author).complete == [scorecard.interview]


def test_todo_of_the_excused_forgets_the_interview():
    user = make_user(Role.INTERVIEWER)
    interview = make_interview(panel=[(make_user(Role.INTERVIEWER), Place.LEAD), (user, Place.PANELIST)])
    lifecycle.excuse(panelist=interview.panel.get(user=user), by=interview.created_by, reason="Ill")

    assert todo_of(user).coming == []


def test_todo_of_a_recruiter_is_what_others_owe_and_what_is_open():
    waiting = finished_ago(make_interview(state=State.FINISHED), 25)
    make_interview(state=State.FINISHED)
    complete = make_submitted_scorecard().interview
    today, idle = make_interview(), make_candidate()

    todo = todo_of(make_user(Role.RECRUITER))

    assert [scorecard.interview for scorecard in todo.late] == [waiting]
    assert todo.complete == [complete]
    assert (todo.others, todo.idle) == ([today], [idle])


def test_todo_of_a_hiring_manager_is_about_their_openings():
    mine, other = make_interview(), make_interview()
    draft = Plan.objects.create(opening=mine.opening, title="Draft", created_by=mine.opening.hiring_manager)
    Plan.objects.create(opening=other.opening, title="Another's", created_by=other.opening.hiring_manager)

    todo = todo_of(mine.opening.hiring_manager)

    assert (todo.others, todo.drafts) == ([mine], [draft])


def test_todo_does_not_list_own_interviews_twice():
    manager = make_user(Role.HIRING_MANAGER)
    mine = led_by(manager, opening=make_opening(hiring_manager=manager))

    todo = todo_of(manager)

    assert (todo.coming, todo.others) == ([mine], [])


@pytest.mark.parametrize("count", [1, 3])
def test_today_queries_of_somebody_with_every_role(client, django_assert_num_queries, count):
    user = make_user(*Role)
    for _number in range(count):
        led_by(user)
        led_by(user, state=State.LIVE)
        led_by(user, state=State.FINISHED)
        finished_ago(make_interview(state=State.FINISHED), 30)
        make_submitted_scorecard()
        make_interview()
        make_candidate()
        make_invitation()
        opening = make_opening(hiring_manager=user)
        Plan.objects.create(opening=opening, title="Draft", created_by=user)
    client.force_login(user)

    with django_assert_num_queries(14):
        client.get(TODAY)


@pytest.mark.parametrize("count", [1, 3])
def test_today_queries_of_an_interviewer(client, django_assert_num_queries, count):
    user = make_user(Role.INTERVIEWER)
    for _number in range(count):
        led_by(user)
        led_by(user, state=State.FINISHED)
    client.force_login(user)

    with django_assert_num_queries(6):
        client.get(TODAY)


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ([], "You have no role yet"),
        ([Role.INTERVIEWER], "No interview of yours is to come this week"),
        ([Role.HIRING_MANAGER], "Begin with your questions"),
        ([Role.RECRUITER], "No plan is published yet"),
        ([Role.ADMINISTRATOR], "Nothing waits for you"),
    ],
)
def test_today_with_nothing_to_do_says_what_comes_next(client, roles, words):
    client.force_login(make_user(*roles))

    assert words in client.get(TODAY).text


def test_today_leads_back_to_the_room_and_to_the_review(client):
    user = make_user(Role.INTERVIEWER)
    live, owed = led_by(user, state=State.LIVE), finished_ago(led_by(user, state=State.FINISHED), 30)
    client.force_login(user)

    text = client.get(TODAY).text

    assert reverse("interviews:room", args=[live.pk]) in text
    assert reverse("interviews:scorecard_review", args=[owed.pk]) in text
    assert "Overdue since" in text


def test_today_tells_nothing_of_what_was_submitted(client):
    make_submitted_scorecard(recommendation=4)
    client.force_login(make_user(Role.RECRUITER))

    assert "Strong yes" not in client.get(TODAY).text


def test_today_takes_no_post(client):
    client.force_login(make_user(Role.INTERVIEWER))

    assert client.post(TODAY).status_code == 405


def test_today_needs_sign_in(client):
    assert client.get(TODAY).status_code == 302


def test_todo_steps_on_from_a_published_plan():
    make_version()

    assert todo_of(make_user(Role.RECRUITER)).has_published_plan
