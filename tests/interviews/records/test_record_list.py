"""The list of records: whose it shows, what its rows tell, and what its filters look at."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from interviews.models import Interview, Place, State
from tests.factories import (
    make_candidate,
    make_finished_interview,
    make_interview,
    make_opening,
    make_submitted_scorecard,
    make_user,
    rate,
    submitted,
)

pytestmark = pytest.mark.django_db

URL = reverse("interviews:record_list")


@pytest.fixture
def recruiter(client):
    user = make_user(Role.RECRUITER)
    client.force_login(user)
    return user


def listed(client, **asked):
    response = client.get(URL, asked)
    assert response.status_code == 200
    return [row.interview for row in response.context["rows"]]


def rows(client, **asked):
    return client.get(URL, asked).context["rows"]


@pytest.mark.parametrize("records", [1, 3])
def test_record_list_queries_do_not_grow(client, recruiter, django_assert_num_queries, records):
    for _number in range(records):
        make_submitted_scorecard()

    with django_assert_num_queries(12):
        found = listed(client)

    assert len(found) == records


@pytest.mark.parametrize("records", [1, 3])
def test_record_list_with_words_takes_one_query_more(client, recruiter, django_assert_num_queries, records):
    for _number in range(records):
        noted("xylophone")

    with django_assert_num_queries(13):
        found = listed(client, words="xylophone")

    assert len(found) == records


def noted(words, **kwargs):
    """A submitted scorecard whose notes say so."""
    interview = make_finished_interview(**kwargs)
    scorecard = rate(interview.scorecards.get())
    scorecard.responses.update(notes=words)
    return submitted(scorecard)


def test_record_list_by_post_is_refused(client, recruiter):
    assert client.post(URL).status_code == 405


def test_record_list_has_finished_interviews_only_the_newest_first(client, recruiter):
    first, second = make_finished_interview(), make_finished_interview()
    for state in (State.SCHEDULED, State.LIVE, State.CANCELLED, State.NO_SHOW):
        make_interview(state=state)

    assert listed(client) == [second, first]


def test_record_list_has_what_the_reader_may_know_of(client):
    manager, lead = make_user(Role.HIRING_MANAGER), make_user(Role.INTERVIEWER)
    of_opening = make_finished_interview(opening=make_opening(hiring_manager=manager))
    of_panel = make_finished_interview(lead=lead)
    seen = {}
    for name, user in {
        "manager": manager,
        "lead": lead,
        "stranger": make_user(Role.INTERVIEWER),
        "administrator": make_user(Role.ADMINISTRATOR),
        "nobody": make_user(),
    }.items():
        client.force_login(user)
        seen[name] = listed(client)

    assert seen == {
        "manager": [of_opening],
        "lead": [of_panel],
        "stranger": [],
        "administrator": [],
        "nobody": [],
    }


def test_row_tells_who_submitted_and_nothing_of_a_sealed_scorecard(client):
    lead, second = make_user(Role.INTERVIEWER), make_user(Role.INTERVIEWER)
    interview = make_finished_interview(panel=[(lead, Place.LEAD), (second, Place.PANELIST)])
    submitted(rate(interview.scorecards.get(author=lead), rating=5, recommendation=4))
    client.force_login(second)

    (row,) = rows(client)

    assert [seat.panelist.user for seat in row.submitted] == [lead]
    assert [seat.panelist.user for seat in row.owed] == [second]
    assert (row.opened, row.agreement, row.score) == (False, None, None)


def test_row_of_an_open_record_has_agreement_and_score(client, recruiter):
    make_submitted_scorecard(rating=4, recommendation=3)

    (row,) = rows(client)

    assert (row.opened, row.agreement.recommendation, str(row.score)) == (True, 3, "4.0")


@pytest.mark.parametrize("recommendation", [1, 2, 3, 4])
def test_filter_by_recommendation(client, recruiter, recommendation):
    of = {given: make_submitted_scorecard(recommendation=given).interview for given in (1, 2, 3, 4)}

    assert listed(client, recommendation=recommendation) == [of[recommendation]]


def test_filters_by_recommendation_and_words_do_not_look_at_sealed_scorecards(client):
    lead, second = make_user(Role.INTERVIEWER), make_user(Role.INTERVIEWER)
    interview = make_finished_interview(panel=[(lead, Place.LEAD), (second, Place.PANELIST)])
    scorecard = rate(interview.scorecards.get(author=lead), recommendation=4)
    scorecard.responses.update(notes="xylophone")
    submitted(scorecard)
    client.force_login(second)
    before = listed(client, words="xylophone"), listed(client, recommendation=4)

    submitted(rate(interview.scorecards.get(author=second), recommendation=1))

    assert before == ([], [])
    assert (listed(client, words="xylophone"), listed(client, recommendation=4)) == ([interview], [interview])


def test_filters_by_candidate_opening_and_plan(client, recruiter):
    wanted = make_finished_interview(candidate=make_candidate(name="Candidate Wanted"))
    make_finished_interview()

    assert listed(client, q="wanted") == [wanted]
    assert listed(client, q="cand wan") == [wanted]
    assert listed(client, opening=wanted.opening_id) == [wanted]
    assert listed(client, plan=wanted.plan_id) == [wanted]


def test_filters_by_day_count_in_the_readers_time_zone(client):
    recruiter = make_user(Role.RECRUITER, time_zone="Pacific/Auckland")
    client.force_login(recruiter)
    interview = make_finished_interview()
    # Half past eleven in the evening of the 10th in UTC is the 11th in Auckland.
    moment = timezone.datetime(2026, 11, 10, 23, 30, tzinfo=timezone.get_fixed_timezone(0))
    Interview.objects.filter(pk=interview.pk).update(finished_at=moment)

    assert listed(client, since="2026-11-11", until="2026-11-11") == [interview]
    assert listed(client, until="2026-11-10") == []
    assert listed(client, since="2026-11-12") == []


def test_filter_by_state(client):
    lead = make_user(Role.INTERVIEWER)
    owed = make_finished_interview(lead=lead)
    complete = make_submitted_scorecard(lead=lead).interview
    client.force_login(lead)

    assert listed(client, state="waiting") == [owed]
    assert listed(client, state="mine") == [owed]
    assert listed(client, state="complete") == [complete]


@pytest.mark.parametrize(
    "asked",
    [
        {"opening": "x"},
        {"opening": "9" * 30},
        {"plan": "-1"},
        {"plan": "9" * 19},
        {"recommendation": "9"},
        {"state": "all"},
        {"since": "yesterday"},
        {"since": "9999-12-31"},
        {"since": "2026-11-12", "until": "2026-11-11"},
        {"q": "\0"},
        {"words": "\0 ' & | ! ( <-> :*"},
        {"after": "nonsense"},
    ],
)
def test_bad_filters_are_no_error(client, recruiter, asked):
    make_finished_interview()

    assert client.get(URL, asked).status_code == 200


def test_bad_filter_says_what_to_do_and_the_rest_still_counts(client, recruiter):
    wanted = make_finished_interview(candidate=make_candidate(name="Candidate Wanted"))
    make_finished_interview()

    response = client.get(URL, {"since": "yesterday", "q": "wanted"})

    assert b"Enter a date, such as 2026-11-24." in response.content
    assert [row.interview for row in response.context["rows"]] == [wanted]


def test_record_list_goes_on_by_key(client, recruiter):
    made = [make_finished_interview(questions=1) for _number in range(32)]
    now = timezone.now()
    for place, interview in enumerate(made):
        Interview.objects.filter(pk=interview.pk).update(finished_at=now - timedelta(minutes=place))

    first = client.get(URL).context["page"]
    second = client.get(URL + first.older).context["page"]

    assert [interview.pk for interview in [*first.items, *second.items]] == [interview.pk for interview in made]


def test_record_list_by_htmx_is_the_fragment(client, recruiter):
    response = client.get(URL, headers={"HX-Request": "true"})

    assert response.content.strip().startswith(b'<div id="records">')
