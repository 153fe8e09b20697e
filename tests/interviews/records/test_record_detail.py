"""One record: who may open it, what it shows to whom, and what is computed from it."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Role
from interviews import lifecycle
from interviews.models import Outcome, Place, State, VersionItem
from interviews.publishing import unplanned_content
from interviews.records import Record, Said
from interviews.saving import save
from interviews.structure import structure_of
from interviews.trail import head_of
from questionbank.stages import Stage
from tests.factories import (
    make_finished_interview,
    make_interview,
    make_opening,
    make_submitted_scorecard,
    make_user,
    make_version,
    rate,
    submitted,
)

pytestmark = pytest.mark.django_db


def url(interview):
    return reverse("interviews:record_detail", args=[interview.pk])


def record_for(user, interview):
    return Record.of(user, type(interview).objects.with_people().get(pk=interview.pk))


def all_submitted(*, panelists=0, questions=3):
    panel = [(make_user(Role.INTERVIEWER), Place.LEAD)]
    panel += [(make_user(Role.INTERVIEWER), Place.PANELIST) for _number in range(panelists)]
    interview = make_finished_interview(panel=panel, questions=questions)
    for scorecard in interview.scorecards.all():
        submitted(rate(scorecard))
    interview.refresh_from_db()
    return interview


@pytest.mark.parametrize(("questions", "panelists"), [(1, 0), (12, 7)])
def test_record_queries_do_not_grow(client, django_assert_num_queries, questions, panelists):
    interview = all_submitted(questions=questions, panelists=panelists)
    client.force_login(make_user(Role.RECRUITER))

    with django_assert_num_queries(17):
        response = client.get(url(interview))

    assert len(response.context["record"].submitted) == panelists + 1


def test_record_shows_the_head_of_its_chain_to_whom_it_is_open(client):
    lead, second = make_user(Role.INTERVIEWER), make_user(Role.INTERVIEWER)
    interview = make_finished_interview(panel=[(lead, Place.LEAD), (second, Place.PANELIST)])
    submitted(rate(interview.scorecards.get(author=lead)))
    head = head_of(interview).hex
    seen = []
    for user in (make_user(Role.RECRUITER), lead, second):
        client.force_login(user)
        seen.append(f"<code>{head}</code>" in client.get(url(interview)).content.decode())

    assert seen == [True, True, False]


def test_record_by_post_is_refused(client):
    interview = make_finished_interview()
    client.force_login(make_user(Role.RECRUITER))

    assert client.post(url(interview)).status_code == 405


def test_record_of_an_interview_of_others_is_not_found(client):
    interview = all_submitted()
    statuses = []
    for role in (Role.INTERVIEWER, Role.ADMINISTRATOR, Role.HIRING_MANAGER):
        client.force_login(make_user(role))
        statuses.append(client.get(url(interview)).status_code)

    assert statuses == [404, 404, 404]


def test_record_of_an_unfinished_interview_leads_to_the_interview(client):
    interview = make_interview(state=State.LIVE)
    client.force_login(make_user(Role.RECRUITER))

    assert client.get(url(interview)).url == reverse("interviews:interview_detail", args=[interview.pk])


def test_record_shows_every_submitted_scorecard_with_its_author(client):
    interview = all_submitted(panelists=1)
    for scorecard in interview.scorecards.all():
        assert scorecard.submitted_at
    client.force_login(make_user(Role.RECRUITER))

    content = client.get(url(interview)).content.decode()

    assert [str(panelist.user) in content for panelist in interview.panel.all()] == [True, True]


def test_panelist_who_owes_sees_own_words_and_none_of_the_others(client):
    lead, second = make_user(Role.INTERVIEWER), make_user(Role.INTERVIEWER)
    interview = make_finished_interview(panel=[(lead, Place.LEAD), (second, Place.PANELIST)])
    theirs, mine = rate(interview.scorecards.get(author=lead)), interview.scorecards.get(author=second)
    theirs.responses.update(notes="xylophone")
    mine.responses.update(notes="marimba")
    submitted(theirs)
    client.force_login(second)

    content = client.get(url(interview)).content.decode()

    assert ("xylophone" in content, "marimba" in content) == (False, True)
    assert "You see the others’ scorecards once you have submitted yours." in content


def test_draft_is_shown_to_nobody_but_its_author(client):
    interview = make_finished_interview()
    interview.scorecards.get().responses.update(notes="xylophone")
    manager = make_user(Role.HIRING_MANAGER)
    type(interview.opening).objects.filter(pk=interview.opening_id).update(hiring_manager=manager)
    seen = []
    for user in (make_user(Role.RECRUITER), manager):
        client.force_login(user)
        seen.append("xylophone" in client.get(url(interview)).content.decode())

    assert seen == [False, False]


def test_hostile_words_are_text(client):
    interview = make_finished_interview()
    scorecard = rate(interview.scorecards.get())
    scorecard.responses.update(notes="<script>alert(1)</script>")
    submitted(scorecard)
    client.force_login(make_user(Role.RECRUITER))

    content = client.get(url(interview)).content.decode()

    assert ("<script>alert(1)" in content, "&lt;script&gt;alert(1)" in content) == (False, True)


def test_competency_is_scored_only_where_enough_of_it_was_rated():
    version = make_version(4, competencies=["Concepts", "Concepts", "Training", "Training"])
    interview = make_finished_interview(version=version)
    scorecard = rate(interview.scorecards.get(), rating=5)
    first = scorecard.responses.first()
    scorecard.responses.filter(pk=first.pk).update(outcome=Outcome.NOT_REACHED, rating=None)
    submitted(scorecard)

    record = record_for(make_user(Role.RECRUITER), interview)

    assert [(name, score and str(score)) for name, score in record.competencies] == [
        ("Concepts", None),
        ("Training", "5.0"),
    ]


@pytest.mark.parametrize(("drafted", "words"), [(False, "1 of 3 points"), (True, "")])
def test_points_nobody_confirmed_are_not_counted_on_the_record(drafted, words):
    interview = make_finished_interview(questions=1)
    response = interview.scorecards.get().responses.get()
    response.points = [0]
    item = VersionItem(content=response.item.content | {"parts": [], "points_drafted": drafted})

    said = Said(response.scorecard, response, {response.key: item})

    assert said.ticks == words


def test_asked_are_the_rated_and_the_declined_and_structure_says_what_held():
    interview = make_finished_interview(questions=3)
    scorecard = rate(interview.scorecards.get())
    one, two, three = scorecard.responses.all()
    scorecard.responses.filter(pk=two.pk).update(outcome=Outcome.DECLINED, rating=None)
    scorecard.responses.filter(pk=three.pk).update(outcome=Outcome.COVERED, rating=None, covered_by=one.key)
    submitted(scorecard)

    record = record_for(make_user(Role.RECRUITER), interview)

    assert [entry.title for entry in record.asked] == ["Question 1", "Question 2"]
    assert [entry.title for entry in record.unrated] == ["Question 2"]
    assert [entry.title for entry in record.covered] == ["Question 3"]
    assert structure_of(record)[0] == (True, "All 3 planned questions asked")


def test_unplanned_questions_are_not_held_against_the_anchors():
    interview = make_interview(state=State.LIVE, questions=1)
    lead = interview.panel.get().user
    text = "And in practice?"
    lifecycle.add_unplanned(
        interview=interview, title=text, content=unplanned_content(text), stage=Stage.CORE, by=lead, op=uuid4()
    )
    lifecycle.finish(interview=interview, by=lead)
    submitted(rate(interview.scorecards.get()))

    said = [component.sentence for component in structure_of(record_for(lead, interview))]

    assert "1 of 1 ratings of planned questions on the general scale" in said


def test_what_came_after_submitting_is_shown_to_its_author_alone(client):
    interview = all_submitted(panelists=1)
    scorecard = interview.scorecards.order_by("pk").first()
    key = scorecard.responses.first().key
    send(scorecard, f"{key}.notes", "Begun")
    send(scorecard, f"{key}.notes", "Begun and ended")
    send(scorecard, f"{key}.outcome", {"outcome": "rated", "rating": 2, "covered_by": ""})
    send(scorecard, f"{key}.points", [0, 2])
    send(scorecard, f"{key}.come_back", True)
    send(scorecard, "recommendation", 1)
    send(scorecard, f"{key}.time", {"started_at": "2026-11-25T10:00:00Z", "seconds": 5})

    client.force_login(scorecard.author)
    own = client.get(url(interview))
    client.force_login(make_user(Role.RECRUITER))
    others = client.get(url(interview))

    assert [(label, words) for label, words, _typed_at in own.context["record"].late] == [
        ("Question 1: come back", "on"),
        ("Question 1: notes", "Begun and ended"),
        ("Question 1: rating", 2),
        ("Question 1: points", "2 ticked"),
        ("Recommendation", "Strong no"),
    ]
    assert b"Typed after you had submitted" in own.content
    assert b"Begun and ended" not in others.content


def send(scorecard, field, value):
    operation = {"op": str(uuid4()), "writer": str(uuid4()), "field": field, "parent": None, "value": value}
    save(author=scorecard.author, scorecard_id=scorecard.pk, operations=[operation])


def test_record_without_a_submitted_scorecard_has_no_structure():
    interview = make_finished_interview(opening=make_opening())

    assert structure_of(record_for(make_user(Role.RECRUITER), interview)) == []


def test_record_is_complete_with_the_last_scorecard():
    assert make_submitted_scorecard().interview.completed_at is not None
