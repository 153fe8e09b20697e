"""Amendments: one's own submitted responses only, with a reason, both versions kept and shown."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import Role
from interviews.amending import amend, bring_up_to_date
from interviews.models import Amendment, HistoryEntry, Interview, Place, Scorecard
from interviews.problems import NotNow, Stale
from interviews.records import Record
from interviews.room_state import shared
from interviews.scoring import score_of, shown
from interviews.structure import structure_of
from tests.database import owning
from tests.factories import (
    make_finished_interview,
    make_rated_scorecard,
    make_submitted_scorecard,
    make_user,
    submitted,
)

pytestmark = pytest.mark.django_db

AS_RATED = {"outcome": "rated", "rating": 4, "covered_by": "", "notes": "", "points": [], "parts": [], "follow_ups": []}


def amended(scorecard, *, reason="Read the code again", seen=None, **changes):
    response = scorecard.responses.first()
    seen = response.amendments.count() if seen is None else seen
    return amend(response=response, by=scorecard.author, reason=reason, seen=seen, **AS_RATED | changes)


def url(response):
    return reverse("interviews:response_amend", args=[response.scorecard.interview_id, response.pk])


def posted(response, **changes):
    return {"result": "4", "covered_by": "", "notes": "", "reason": "Read the code again", "seen": "0"} | changes


def record_for(user, interview):
    return Record.of(user, Interview.objects.with_people().get(pk=interview.pk))


def test_amendment_counts_and_what_was_submitted_stays():
    scorecard = make_submitted_scorecard(questions=2)

    amended(scorecard, rating=1, notes="The proof was wrong.")

    scorecard = Scorecard.objects.get(pk=scorecard.pk)
    assert shown(score_of(scorecard)) == 4
    assert scorecard.responses.first().rating == 4
    responses = list(scorecard.responses.select_related("item"))
    bring_up_to_date([scorecard], responses)
    assert (shown(score_of(scorecard)), scorecard.amended) == (2.5, True)
    assert (responses[0].rating, responses[0].notes) == (1, "The proof was wrong.")
    assert [(before.rating, amendment) for before, amendment in responses[0].earlier] == [(4, None)]
    assert (responses[1].rating, responses[1].amendment) == (4, None)


def test_second_amendment_stands_and_the_first_is_shown():
    scorecard = make_submitted_scorecard(questions=1)
    first = amended(scorecard, rating=3, reason="One")
    second = amended(scorecard, rating=2, reason="Two")

    (row,) = record_for(scorecard.author, scorecard.interview).rows
    (said,) = row.said

    assert [first.number, second.number] == [1, 2]
    assert (said.response.rating, said.response.amendment) == (2, second)
    assert [(before.response.rating, amendment) for before, amendment in said.earlier] == [(3, first), (4, None)]


def test_amendment_that_says_the_same_is_refused():
    with pytest.raises(NotNow, match="This is what your scorecard says already"):
        amended(make_submitted_scorecard(questions=1))

    assert Amendment.objects.count() == 0


def test_amendment_from_a_page_that_is_out_of_date_is_refused(client):
    scorecard = make_submitted_scorecard(questions=1)
    response = scorecard.responses.first()
    amended(scorecard, rating=2, notes="A long and careful reading.")
    client.force_login(scorecard.author)

    with pytest.raises(Stale):
        amended(scorecard, seen=0, rating=3)
    page = client.post(url(response), posted(response, notes="A typo mended"))

    assert "You have amended this meanwhile" in page.content.decode()
    assert "A typo mended" in page.content.decode()
    assert Amendment.objects.get().rating == 2


def test_what_was_marked_as_said_after_the_interview_stays_marked(client):
    scorecard = make_rated_scorecard(questions=1)
    scorecard.responses.update(notes="Weak on limits.", notes_at_finish="Strong on limits.", points=[0, 2])
    submitted(scorecard)
    amended(scorecard, rating=3, notes="Weak on limits")
    client.force_login(scorecard.author)

    page = client.get(reverse("interviews:record_detail", args=[scorecard.interview_id])).content.decode()

    assert "reworded after the interview" in page
    assert "Strong on limits." in page
    assert "Ticked: Number 1; Number 3" in page


def test_notes_that_an_amendment_added_count_as_missing_when_it_was_submitted():
    scorecard = make_submitted_scorecard(questions=1)
    amended(scorecard, notes="Written after having seen the others.")

    held = {part.sentence: part.held for part in structure_of(record_for(scorecard.author, scorecard.interview))}

    assert held["1 of 1 ratings without notes"] is False


def test_amendment_moves_nothing_that_who_may_not_read_it_is_told():
    scorecard = make_submitted_scorecard(questions=1)
    before = shared(scorecard.interview_id)["panel"]["version"]

    amended(scorecard, rating=1)

    assert shared(scorecard.interview_id)["panel"]["version"] == before


@pytest.mark.parametrize("questions", [1, 6])
def test_amend_page_queries_do_not_grow(client, django_assert_num_queries, questions):
    scorecard = make_submitted_scorecard(questions=questions)
    client.force_login(scorecard.author)

    with django_assert_num_queries(7):
        client.get(url(scorecard.responses.first()))


def test_amendment_stands_in_the_history_for_who_may_read_scorecards():
    scorecard = make_submitted_scorecard(questions=1)

    amended(scorecard, rating=1)

    entry = scorecard.interview.history.get(what=HistoryEntry.What.AMENDED)
    assert (entry.by, entry.detail) == (scorecard.author, {"title": "Question 1", "reason": "Read the code again"})


@pytest.mark.parametrize("questions", [1, 6])
def test_amending_takes_as_many_queries_for_many_questions(django_assert_num_queries, questions):
    scorecard = make_submitted_scorecard(questions=questions)
    response = scorecard.responses.first()

    with django_assert_num_queries(10):
        amend(response=response, by=scorecard.author, reason="Read it again", seen=0, **AS_RATED | {"rating": 2})


def test_database_refuses_an_amendment_of_a_draft_and_by_anybody_else():
    draft, sealed = make_rated_scorecard(questions=1), make_submitted_scorecard(questions=1)
    other = make_user(Role.INTERVIEWER)
    sums = {"weighted_ratings": 1, "rated_weight": 1, "planned_weight": 1, "reason": "x", "number": 1}

    for scorecard, author in ((draft, draft.author), (sealed, other)):
        with pytest.raises(IntegrityError, match="Only a submitted response can be amended"), transaction.atomic():
            Amendment.objects.create(
                response=scorecard.responses.first(), scorecard=scorecard, author=author, **AS_RATED, **sums
            )


def test_database_refuses_to_change_an_amendment():
    amendment = amended(make_submitted_scorecard(questions=1), rating=1)

    for statement in ("UPDATE interviews_amendment SET rating = 5", "DELETE FROM interviews_amendment"):
        refused = pytest.raises(IntegrityError, match="An amendment stays as it was made")
        with refused, transaction.atomic(), owning(), connection.cursor() as cursor:
            cursor.execute(statement)
    amendment.refresh_from_db()
    assert amendment.rating == 1


# The page


def test_author_amends_on_a_page_that_holds_what_it_says_now(client):
    scorecard = make_submitted_scorecard(questions=2)
    response = scorecard.responses.first()
    client.force_login(scorecard.author)

    form = client.get(url(response)).context["form"]
    done = client.post(url(response), posted(response, result="2", notes="Wrong sign.", points=["0", "2"]))

    assert (form["result"].value(), form["points"].value()) == ("4", [])
    assert done.url == reverse("interviews:record_detail", args=[scorecard.interview_id]) + f"#{response.key}"
    amendment = Amendment.objects.get()
    assert (amendment.rating, amendment.notes, amendment.points) == (2, "Wrong sign.", [0, 2])
    page = client.get(reverse("interviews:record_detail", args=[scorecard.interview_id])).content.decode()
    assert "Read the code again" in page
    assert "As submitted" in page
    assert "as amended" in page


def test_amending_to_another_outcome_and_to_covered(client):
    scorecard = make_submitted_scorecard(questions=2)
    first, second = scorecard.responses.all()
    client.force_login(scorecard.author)

    client.post(url(first), posted(first, result="technical"))
    nameless = client.post(url(second), posted(second, result="covered"))
    client.post(url(second), posted(second, result="covered", covered_by=first.key))

    assert nameless.context["form"].errors["covered_by"] == ["Choose the question under which it was covered."]
    assert list(Amendment.objects.values_list("outcome", "rating", "covered_by")) == [
        ("technical", None, ""),
        ("covered", None, first.key),
    ]


def test_amending_without_a_reason_keeps_what_was_typed(client):
    scorecard = make_submitted_scorecard(questions=1)
    response = scorecard.responses.first()
    client.force_login(scorecard.author)

    page = client.post(url(response), posted(response, result="2", notes="Wrong sign.", reason=" "))

    assert page.context["form"].errors == {"reason": ["Say why, in a few words."]}
    assert "Wrong sign." in page.content.decode()
    assert Amendment.objects.count() == 0


def test_amending_with_too_many_words_is_refused_and_keeps_them(client):
    scorecard = make_submitted_scorecard(questions=1)
    response = scorecard.responses.first()
    client.force_login(scorecard.author)

    page = client.post(url(response), posted(response, notes="ä" * 12_289))

    assert page.context["form"].errors["notes"] == ["This is longer than 24 KB. Shorten it."]
    assert "ä" * 12_289 in page.content.decode()


def test_amending_what_is_not_ones_own_or_not_submitted_is_not_found(client):
    lead, panelist = make_user(Role.INTERVIEWER), make_user(Role.INTERVIEWER)
    interview = make_finished_interview(panel=[(lead, Place.LEAD), (panelist, Place.PANELIST)], questions=1)
    sealed = make_submitted_scorecard(questions=1)
    recruiter = make_user(Role.RECRUITER)
    cases = [
        (panelist, interview.scorecards.get(author=panelist)),
        (panelist, interview.scorecards.get(author=lead)),
        (recruiter, sealed),
        (lead, sealed),
    ]
    statuses = []
    for user, scorecard in cases:
        client.force_login(user)
        response = scorecard.responses.first()
        statuses += [client.get(url(response)).status_code, client.post(url(response), posted(response)).status_code]

    assert statuses == [404] * 8


def test_words_of_an_amendment_are_found_in_the_list(client):
    scorecard = make_submitted_scorecard(questions=1)
    amended(scorecard, notes="xylophone")
    client.force_login(make_user(Role.RECRUITER))

    page = client.get(reverse("interviews:record_list"), {"words": "xylophone"})

    (row,) = page.context["rows"]
    assert (row.interview, row.amended) == (scorecard.interview, True)
