"""The room's pages and the lead's actions, without a browser."""

import json
import re
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from interviews.models import Interview, Place, Plan, PlanVersion, State
from interviews.saving import PROTOCOL
from tests.factories import (
    make_interview,
    make_panelist,
    make_question,
    make_question_set,
    make_user,
    make_version,
    rate,
    submitted,
)

pytestmark = pytest.mark.django_db

LEADS_ACTIONS = ["interview_start", "interview_pause", "interview_resume", "interview_finish", "finish_undo"]


def url(name, interview):
    return reverse(f"interviews:{name}", args=[interview.pk])


def lead_of(interview):
    return interview.panel.get(place=Place.LEAD).user


def state_in(response):
    """What the scripts of the page start from."""
    start = response.content.index(b'<script id="scorecard-state"')
    return json.loads(response.content[start:].split(b">", 1)[1].split(b"</script>", 1)[0])


@pytest.mark.parametrize(("questions", "panelists"), [(2, 0), (12, 7)])
def test_room_queries_do_not_grow(client, django_assert_num_queries, questions, panelists):
    interview = make_interview(state=State.LIVE, questions=questions)
    for _number in range(panelists):
        make_panelist(interview=interview)
    client.force_login(lead_of(interview))
    client.get(url("room", interview))  # renders what is frozen, once

    with django_assert_num_queries(6):
        response = client.get(url("room", interview))

    assert response.status_code == 200


def test_room_starts_from_the_scorecard_of_the_viewer(client):
    interview = make_interview(state=State.LIVE)
    scorecard = interview.scorecards.get()
    scorecard.responses.update(notes="Only mine", heads={"notes": str(uuid.uuid4())})
    client.force_login(scorecard.author)

    state = state_in(client.get(url("room", interview)))

    key = scorecard.responses.first().key
    assert (state["scorecard"], state["user"], state["fields"][f"{key}.notes"]["value"]) == (
        scorecard.pk,
        scorecard.author_id,
        "Only mine",
    )


def test_room_of_a_panelist_has_nothing_of_the_leads(client):
    interview = make_interview(state=State.LIVE)
    panelist = make_panelist(interview=interview)
    interview.scorecards.get(author=lead_of(interview)).responses.update(
        notes="xylophone", heads={"notes": str(uuid.uuid4())}
    )
    client.force_login(panelist.user)

    assert b"xylophone" not in client.get(url("room", interview)).content


@pytest.mark.parametrize(("questions", "panelists"), [(2, 0), (12, 7)])
def test_room_refresh_costs_the_same_however_large(client, django_assert_num_queries, questions, panelists):
    interview = make_interview(state=State.LIVE, questions=questions)
    for _number in range(panelists):
        make_panelist(interview=interview)
    client.force_login(lead_of(interview))

    with django_assert_num_queries(6):
        response = client.get(url("room_refresh", interview))

    state = response.json()
    assert (state["interview"], state["scorecard"], state["clock"]["running"]) == (
        "live",
        interview.scorecards.get(author=lead_of(interview)).pk,
        True,
    )


def test_room_refresh_has_nothing_of_the_leads_for_a_panelist(client):
    interview = make_interview(state=State.LIVE)
    panelist = make_panelist(interview=interview)
    interview.scorecards.get(author=lead_of(interview)).responses.update(
        notes="xylophone", heads={"notes": str(uuid.uuid4())}
    )
    client.force_login(panelist.user)

    response = client.get(url("room_refresh", interview))

    assert (response.status_code, b"xylophone" in response.content) == (200, False)


def test_room_refresh_before_the_start_tells_the_state_alone(client):
    interview = make_interview()
    client.force_login(lead_of(interview))

    assert client.get(url("room_refresh", interview)).json() == {"interview": "scheduled"}


def test_room_refresh_is_for_the_panel_only(client):
    interview = make_interview(state=State.LIVE)
    excused = make_panelist(interview=interview)
    interview.panel.filter(pk=excused.pk).update(excused_at=interview.started_at, excused_reason="Ill")
    statuses = []
    for user in (make_user(Role.INTERVIEWER), make_user(Role.RECRUITER), excused.user):
        client.force_login(user)
        statuses.append(client.get(url("room_refresh", interview)).status_code)

    assert statuses == [404, 404, 403]


def test_room_refresh_by_post_is_refused(client):
    interview = make_interview(state=State.LIVE)
    client.force_login(lead_of(interview))

    assert client.post(url("room_refresh", interview)).status_code == 405


def test_room_before_the_start_is_a_lobby(client, django_assert_max_num_queries):
    interview = make_interview()
    client.force_login(lead_of(interview))

    with django_assert_max_num_queries(15):
        response = client.get(url("room", interview))

    assert response.templates[0].name == "interviews/room_lobby.html"


def test_candidates_window_holds_nothing_of_the_interview(client):
    interview = make_interview(state=State.LIVE, version=make_version(2))
    client.force_login(lead_of(interview))

    response = client.get(url("candidate_view", interview))

    assert (response.status_code, response["Evenhand-Room"]) == (200, str(lead_of(interview).pk))
    for item in interview.version.items.all():
        assert item.title not in response.content.decode()
    assert str(interview.candidate) not in response.content.decode()


def test_candidates_window_is_for_the_panel_only(client):
    interview = make_interview(state=State.LIVE)
    client.force_login(make_user(Role.RECRUITER))

    assert client.get(url("candidate_view", interview)).status_code == 404


def test_starting_a_second_interview_asks_first(client):
    running = make_interview(state=State.LIVE)
    lead = lead_of(running)
    second = make_interview(lead=lead)
    client.force_login(lead)

    client.post(url("interview_start", second))
    second.refresh_from_db()
    before = second.state
    lobby = client.get(url("room", second))
    client.post(url("interview_start", second), {"anyway": "on"})
    second.refresh_from_db()

    assert (before, lobby.context["running"], second.state) == (State.SCHEDULED, running, State.LIVE)


def test_interview_that_somebody_else_runs_is_not_asked_about(client):
    make_interview(state=State.LIVE)
    second = make_interview()
    client.force_login(lead_of(second))

    client.post(url("interview_start", second))
    second.refresh_from_db()

    assert second.state == State.LIVE


@pytest.mark.parametrize(("minutes", "shown"), [(-40, False), (-10, True), (60, True), (180, False)])
def test_review_names_the_interview_that_follows(client, minutes, shown):
    interview = make_interview(state=State.FINISHED)
    lead = lead_of(interview)
    following = make_interview(lead=lead, at=timezone.now() + timedelta(minutes=minutes))
    client.force_login(lead)

    response = client.get(url("scorecard_review", interview))

    assert response.context["following"] == (following if shown else None)


def test_rehearsal_is_the_room_and_leaves_nothing(client, django_assert_num_queries):
    interview = make_interview()
    client.force_login(lead_of(interview))
    client.get(reverse("interviews:rehearsal"))

    with django_assert_num_queries(3):
        response = client.get(reverse("interviews:rehearsal"))

    assert state_in(response)["rehearsal"] is True
    assert b"Question 1?" in response.content
    assert Interview.objects.count() == 1
    assert "Evenhand-Room" not in response


def test_rehearsal_without_a_plan_is_on_the_bank_and_leaves_nothing(client, django_assert_max_num_queries):
    questions = make_question_set()
    for subject in ("Padding", "Pooling", "Dropout", "Momentum"):
        make_question(question_set=questions, text=f"What is {subject}?", minutes=5)
    client.force_login(make_user(Role.INTERVIEWER))
    client.get(reverse("interviews:rehearsal"))

    with django_assert_max_num_queries(14):
        response = client.get(reverse("interviews:rehearsal"))

    keys = re.findall(r'data-question="(q\d+)"', response.content.decode())
    assert len(keys) == len(set(keys)) >= 3
    assert (Plan.objects.count(), PlanVersion.objects.count(), Interview.objects.count()) == (0, 0, 0)


def test_rehearsal_without_anything_to_read_says_so(client):
    client.force_login(make_user(Role.INTERVIEWER))

    response = client.get(reverse("interviews:rehearsal"), follow=True)

    assert b"A rehearsal needs an interview of yours" in response.content


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.ADMINISTRATOR])
def test_rehearsal_shows_nobody_a_plan_that_is_not_theirs_to_see(client, role):
    make_version(2)
    client.force_login(make_user(role))

    assert client.get(reverse("interviews:rehearsal")).status_code == 302


def test_rehearsal_of_the_excused_is_none(client):
    interview = make_interview(state=State.LIVE)
    panelist = make_panelist(interview=interview)
    interview.panel.filter(pk=panelist.pk).update(excused_at=interview.started_at, excused_reason="Ill")
    client.force_login(panelist.user)

    assert client.get(reverse("interviews:rehearsal")).status_code == 302


def test_room_after_the_finish_leads_to_the_review(client):
    interview = make_interview(state=State.FINISHED)
    client.force_login(lead_of(interview))

    assert client.get(url("room", interview)).url == url("scorecard_review", interview)


def test_room_is_closed_to_the_excused(client):
    interview = make_interview(state=State.LIVE)
    panelist = make_panelist(interview=interview)
    interview.panel.filter(pk=panelist.pk).update(excused_at=interview.started_at, excused_reason="Ill")
    client.force_login(panelist.user)

    assert client.get(url("room", interview)).status_code == 403


def test_room_of_strangers_is_not_found(client):
    interview = make_interview(state=State.LIVE)
    statuses = []
    for user in (make_user(Role.INTERVIEWER), make_user(Role.ADMINISTRATOR), make_user()):
        client.force_login(user)
        statuses.append(client.get(url("room", interview)).status_code)

    assert statuses == [404, 404, 404]


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        (State.SCHEDULED, "interview_start", State.LIVE),
        (State.LIVE, "interview_pause", State.PAUSED),
        (State.PAUSED, "interview_resume", State.LIVE),
        (State.LIVE, "interview_finish", State.FINISHED),
        (State.PAUSED, "interview_finish", State.FINISHED),
        (State.FINISHED, "finish_undo", State.LIVE),
    ],
)
def test_lead_brings_an_interview_from_state_to_state(client, before, action, after):
    interview = make_interview(state=before)
    client.force_login(lead_of(interview))

    response = client.post(url(action, interview))

    interview.refresh_from_db()
    assert (response.status_code, interview.state) == (302, after)


@pytest.mark.parametrize("action", LEADS_ACTIONS)
def test_leads_action_by_get_is_refused(client, action):
    interview = make_interview(state=State.LIVE)
    client.force_login(lead_of(interview))

    assert client.get(url(action, interview)).status_code == 405


@pytest.mark.parametrize("action", LEADS_ACTIONS)
def test_leads_action_by_others_is_refused(client, action):
    interview = make_interview(state=State.LIVE)
    statuses = []
    for user in (make_panelist(interview=interview).user, make_user(Role.RECRUITER), make_user(Role.INTERVIEWER)):
        client.force_login(user)
        statuses.append(client.post(url(action, interview)).status_code)

    assert statuses == [403, 403, 404]


def test_action_out_of_turn_says_why(client):
    interview = make_interview(state=State.LIVE)
    client.force_login(lead_of(interview))

    response = client.post(url("interview_start", interview), follow=True)

    assert [str(message) for message in response.context["messages"]] == [
        "This interview is not waiting to be started."
    ]


def test_unplanned_question_is_added_once_for_all_scorecards(client):
    interview = make_interview(state=State.LIVE)
    panelist = make_panelist(interview=interview)
    client.force_login(panelist.user)
    form = {"text": "What would you have asked?", "stage": 4, "op": uuid.uuid4()}

    client.post(url("unplanned_add", interview), form)
    client.post(url("unplanned_add", interview), form)

    added = interview.unplanned.get()
    assert (added.content["text"], added.stage, added.responses.count()) == ("What would you have asked?", 4, 2)


def test_unplanned_question_without_words_keeps_the_form(client):
    interview = make_interview(state=State.LIVE)
    client.force_login(lead_of(interview))

    response = client.post(url("unplanned_add", interview), {"text": "", "stage": 4, "op": uuid.uuid4()})

    assert response.status_code == 200
    assert b'<option value="4" selected>' in response.content
    assert b"data-open-now" in response.content
    assert interview.unplanned.count() == 0


@pytest.mark.parametrize("state", [State.SCHEDULED, State.FINISHED])
def test_unplanned_question_without_words_and_without_a_room_leads_away(client, state):
    interview = make_interview(state=state)
    client.force_login(lead_of(interview))

    response = client.post(url("unplanned_add", interview), {"text": "", "stage": 4, "op": uuid.uuid4()})

    assert (response.status_code, response.url) == (302, url("room", interview))


@pytest.mark.parametrize("reason", ["Fire\0alarm", "x" * 201])
def test_pause_for_a_reason_that_cannot_be_kept_says_so(client, reason):
    interview = make_interview(state=State.LIVE)
    client.force_login(lead_of(interview))

    response = client.post(url("interview_pause", interview), {"reason": reason}, follow=True)

    interview.refresh_from_db()
    assert (response.status_code, interview.state) == (200, State.LIVE)
    assert b"Not paused. The reason has at most 200 characters." in response.content


@pytest.mark.parametrize("questions", [1, 3])
def test_review_queries_do_not_grow(client, django_assert_num_queries, questions):
    interview = make_interview(state=State.FINISHED, questions=questions)
    client.force_login(lead_of(interview))

    with django_assert_num_queries(11):
        response = client.get(url("scorecard_review", interview))

    assert len(response.context["unresolved"]) == questions


def test_review_of_a_submitted_scorecard_leads_to_the_record(client):
    interview = make_interview(state=State.FINISHED)
    submitted(rate(interview.scorecards.get()))
    client.force_login(lead_of(interview))

    assert client.get(url("scorecard_review", interview)).url == reverse(
        "interviews:record_detail", args=[interview.pk]
    )


def test_review_of_somebody_without_a_scorecard_is_not_found(client):
    interview = make_interview(state=State.FINISHED)
    client.force_login(make_user(Role.RECRUITER))

    assert client.get(url("scorecard_review", interview)).status_code == 404


def test_review_shows_no_score(client):
    interview = make_interview(state=State.FINISHED)
    rate(interview.scorecards.get(), rating=4)
    client.force_login(lead_of(interview))

    content = client.get(url("scorecard_review", interview)).content.decode()

    assert "4.0" not in content


def test_room_is_marked_for_the_one_who_may_keep_it(client):
    live, scheduled = make_interview(state=State.LIVE), make_interview()
    for interview, mark in ((live, str(lead_of(live).pk)), (scheduled, None)):
        client.force_login(lead_of(interview))
        assert client.get(url("room", interview)).get("Evenhand-Room") == mark


def test_every_page_says_who_is_signed_in_and_how_changes_are_sent(client):
    user = make_user()
    assert b'name="saving"' not in client.get("/accounts/login/").content
    client.force_login(user)

    saving = client.get("/").context["saving"]

    assert json.loads(saving) == {"user": user.pk, "protocol": PROTOCOL, "timing": settings.SAVING}
