"""Another question in place of a planned one: what can stand in, that it counts, and that it stands on the record."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from interviews import lifecycle
from interviews.content import room_entries
from interviews.models import HistoryEntry, Interview, Place, State, UnplannedQuestion
from interviews.problems import NotNow
from interviews.records import Record
from interviews.structure import same_questions
from interviews.swapping import alternates, stand_in, swappable
from questionbank.models import Competency
from tests.factories import make_interview, make_published, make_question, make_user, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def competency():
    return Competency.objects.create(name="Tuning", position=99)


@pytest.fixture
def interview(competency):
    """Live, with one planned question on a competency."""
    version = make_published(make_question(competency=competency, minutes=5))
    return make_interview(state=State.LIVE, version=version)


def planned(interview):
    return interview.version.items.get(question__isnull=False)


def test_alternates_are_current_of_the_competency_and_not_asked_here(interview, competency):
    near = make_question(competency=competency, minutes=6)
    far = make_question(competency=competency, minutes=20)
    make_question(minutes=5)
    archived = make_question(competency=competency)
    type(archived).objects.filter(pk=archived.pk).update(archived_at=timezone.now())

    assert list(alternates(interview=interview, item=planned(interview))) == [near, far]


def swap(interview, question, op=None):
    lead = interview.panel.get(place=Place.LEAD).user
    asked = stand_in(item=planned(interview), question=question)
    return lifecycle.add_unplanned(interview=interview, by=lead, reason="Knows it", op=op or uuid.uuid4(), **asked)


def test_swap_stands_after_the_question_with_its_weight_and_reason(interview, competency):
    added = swap(interview, make_question(competency=competency))

    item = planned(interview)
    entries = [entry for entry in room_entries(interview.version_id, [added.pk]) if entry.is_question]
    assert [(entry.key, entry.number) for entry in entries] == [(item.key, "1"), (added.key, "1b")]
    assert (entries[1].weight, entries[1].minutes, entries[1].competency) == (item.weight, item.minutes, "Tuning")
    assert interview.history.last().what == HistoryEntry.What.QUESTION_SWAPPED
    assert list(swappable(interview)) == []


def test_question_is_swapped_once(interview, competency):
    op = uuid.uuid4()
    first = swap(interview, make_question(competency=competency), op)

    assert swap(interview, make_question(competency=competency), op) == first
    with pytest.raises(NotNow, match="swapped already"):
        swap(interview, make_question(competency=competency))


def url(interview):
    return reverse("interviews:question_swap", args=[interview.pk, planned(interview).pk])


def test_swap_by_form_leads_to_the_question(client, interview, competency):
    question = make_question(competency=competency)
    client.force_login(interview.panel.get(place=Place.LEAD).user)

    form = client.get(url(interview))
    empty = client.post(url(interview), {"question": question.pk, "op": str(uuid.uuid4())})
    response = client.post(url(interview), {"question": question.pk, "reason": "Knows it", "op": str(uuid.uuid4())})

    added = UnplannedQuestion.objects.get()
    assert question.text in form.content.decode()
    assert "Say why, in a few words." in empty.content.decode()
    assert response.url == reverse("interviews:room", args=[interview.pk]) + f"#{added.key}"
    assert (added.replaces, added.reason, added.question) == (planned(interview), "Knows it", question)


def test_swap_sent_twice_swaps_once(client, interview, competency):
    data = {"question": make_question(competency=competency).pk, "reason": "Knows it", "op": str(uuid.uuid4())}
    client.force_login(interview.panel.get(place=Place.LEAD).user)

    first, second = client.post(url(interview), data), client.post(url(interview), data)

    assert (first.status_code, second.status_code, second.url) == (302, 302, first.url)
    assert UnplannedQuestion.objects.count() == 1


def test_record_counts_what_stood_in(interview, competency):
    added = swap(interview, make_question(competency=competency))
    item, scorecard = planned(interview), interview.scorecards.get()
    lead = scorecard.author
    scorecard.responses.filter(item=item).update(outcome="covered", covered_by=added.key)
    scorecard.responses.filter(unplanned=added).update(outcome="rated", rating=5)
    type(scorecard).objects.filter(pk=scorecard.pk).update(recommendation=3)
    lifecycle.finish(interview=interview, by=lead)
    scorecard.refresh_from_db()
    submitted(scorecard)

    record = Record.of(lead, Interview.objects.with_people().get(pk=interview.pk))
    assert (record.score, [entry.key for entry in record.asked]) == (5, [item.key])
    assert "1 swapped" in same_questions(record).sentence
    assert same_questions(record).held is False


def test_record_says_when_what_stood_in_was_not_asked(interview, competency):
    added = swap(interview, make_question(competency=competency))
    item, scorecard = planned(interview), interview.scorecards.get()
    scorecard.responses.filter(item=item).update(outcome="covered", covered_by=added.key)
    scorecard.responses.filter(unplanned=added).update(outcome="not_reached")
    type(scorecard).objects.filter(pk=scorecard.pk).update(recommendation=3)
    lifecycle.finish(interview=interview, by=scorecard.author)
    scorecard.refresh_from_db()
    submitted(scorecard)

    record = Record.of(scorecard.author, Interview.objects.with_people().get(pk=interview.pk))
    assert (record.asked, record.covered) == ([], [])


def test_swap_takes_only_what_was_offered(client, interview):
    other = make_question()
    client.force_login(interview.panel.get(place=Place.LEAD).user)

    response = client.post(url(interview), {"question": other.pk, "reason": "Knows it", "op": str(uuid.uuid4())})

    assert response.status_code == 200
    assert not UnplannedQuestion.objects.exists()


@pytest.mark.parametrize(("place", "status"), [(None, 404), (Place.OBSERVER, 403), (Place.PANELIST, 200)])
def test_swap_is_for_those_who_score(client, interview, place, status):
    user = make_user(Role.INTERVIEWER)
    if place:
        lifecycle.add_panelist(interview=interview, user=user, place=place, by=interview.created_by)
    client.force_login(user)

    assert client.get(url(interview)).status_code == status
