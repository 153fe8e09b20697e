import json
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from interviews import lifecycle
from interviews.models import HistoryEntry, Interview, Outcome, Place, State
from interviews.problems import NotNow, Stale, Unresolved
from interviews.saving import heads_of, save
from tests.factories import (
    make_interview,
    make_panelist,
    make_rated_scorecard,
    make_scorecard,
    make_submitted_scorecard,
    make_user,
    make_version,
    rate,
    submitted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def scorecard():
    return make_rated_scorecard()


def heads(scorecard):
    scorecard.refresh_from_db()
    return heads_of(scorecard, scorecard.responses.all())


def write(scorecard, field, value, **kwargs):
    operation = {"op": str(uuid.uuid4()), "writer": str(uuid.uuid4()), "field": field, "parent": None, "value": value}
    save(author=scorecard.author, scorecard_id=scorecard.pk, operations=[operation | kwargs])
    return operation["op"]


def post(client, scorecard, **kwargs):
    client.force_login(scorecard.author)
    data = {"op": str(uuid.uuid4()), "heads": json.dumps(heads(scorecard))} | kwargs
    return client.post(reverse("interviews:scorecard_submit", args=[scorecard.pk]), data)


def test_submit_seals_with_the_score():
    version = make_version(questions=4, weights=[3, 2, 1, 1])
    scorecard = make_rated_scorecard(version=version, rating=4)
    scorecard.responses.filter(item__position=0).update(rating=2)
    scorecard.responses.filter(item__position=3).update(outcome=Outcome.DECLINED, rating=None)

    sealed = submitted(scorecard)

    scorecard.refresh_from_db()
    assert sealed == scorecard
    assert scorecard.submitted_at is not None
    assert (scorecard.weighted_ratings, scorecard.rated_weight, scorecard.planned_weight) == (18, 6, 7)
    entry = scorecard.interview.history.last()
    assert (entry.what, entry.by, entry.detail) == (
        HistoryEntry.What.SUBMITTED,
        scorecard.author,
        {"scorecard": scorecard.pk},
    )


def test_unplanned_questions_need_an_outcome_but_do_not_count():
    scorecard = rate(make_scorecard(), rating=4)
    added = {"title": "More", "content": {}, "stage": 3, "by": scorecard.author, "op": uuid.uuid4()}
    lifecycle.add_unplanned(interview=scorecard.interview, **added)
    lifecycle.finish(interview=scorecard.interview, by=scorecard.author)
    with pytest.raises(Unresolved) as refusal:
        submitted(scorecard)
    unplanned = scorecard.responses.get(item=None)
    assert refusal.value.fields == {f"{unplanned.key}.outcome": "More"}
    scorecard.responses.filter(item=None).update(outcome=Outcome.RATED, rating=1)

    sealed = submitted(scorecard)

    assert (sealed.weighted_ratings, sealed.planned_weight) == (12, 3)


def test_same_submission_again_returns_what_was_stored(scorecard):
    op = uuid.uuid4()
    first = scorecard.submit(op=op, heads={})

    again = scorecard.submit(op=op, heads={"whatever": "moved"})

    assert again.submitted_at == first.submitted_at
    assert scorecard.interview.history.filter(what=HistoryEntry.What.SUBMITTED).count() == 1


def test_another_submission_is_refused(scorecard):
    submitted(scorecard)

    with pytest.raises(NotNow, match="already"):
        submitted(scorecard)


@pytest.mark.parametrize("state", [State.SCHEDULED, State.LIVE, State.PAUSED, State.CANCELLED, State.NO_SHOW])
def test_only_a_finished_interview_takes_scorecards(state):
    with pytest.raises(NotNow, match="finished"):
        submitted(rate(make_scorecard(state=state)))


def test_excused_panelist_cannot_submit(scorecard):
    interview = make_interview(state=State.FINISHED, panel=[(make_user(), Place.LEAD), (make_user(), Place.PANELIST)])
    panelist = interview.panel.get(place=Place.PANELIST)
    lifecycle.excuse(panelist=panelist, by=interview.created_by, reason="Ill")

    with pytest.raises(NotNow, match="excused"):
        submitted(rate(interview.scorecards.get(author=panelist.user)))


def test_question_without_an_outcome_is_named(scorecard):
    first = scorecard.responses.first()
    scorecard.responses.filter(pk=first.pk).update(outcome="", rating=None)

    with pytest.raises(Unresolved, match="1 question has neither") as refusal:
        submitted(scorecard)

    assert refusal.value.fields == {f"{first.key}.outcome": "Question 1"}


def test_recommendation_is_required():
    with pytest.raises(Unresolved, match="recommendation"):
        submitted(make_rated_scorecard(recommendation=None))


def test_come_back_is_cleared(scorecard):
    scorecard.responses.update(come_back=True)

    submitted(scorecard)

    assert not scorecard.responses.filter(come_back=True).exists()


def test_moments_of_paragraphs_are_kept(scorecard):
    first = scorecard.responses.first()
    op = write(scorecard, f"{first.key}.notes", "One", typed_at="2026-11-25T10:00:00Z")
    write(scorecard, f"{first.key}.notes", "One, longer\nTwo", parent=op, typed_at="2026-11-25T10:03:00Z")

    scorecard.submit(op=uuid.uuid4(), heads=heads(scorecard))

    first.refresh_from_db()
    assert [moment[:16] for moment in first.notes_begun] == ["2026-11-25T10:00", "2026-11-25T10:03"]


def test_two_versions_must_be_settled(scorecard):
    key = scorecard.responses.first().key
    here, there = write(scorecard, f"{key}.notes", "here"), write(scorecard, f"{key}.notes", "there")

    with pytest.raises(Unresolved, match="two versions") as refusal:
        scorecard.submit(op=uuid.uuid4(), heads=heads(scorecard))
    assert refusal.value.fields == {f"{key}.notes": "Question 1: notes"}

    write(scorecard, f"{key}.notes", "both", parent=here, settles=[there])
    assert scorecard.submit(op=uuid.uuid4(), heads=heads(scorecard)).submitted_at


def test_all_that_stands_in_the_way_is_named_at_once():
    scorecard = make_rated_scorecard(recommendation=None)
    first, second = scorecard.responses.all()[:2]
    scorecard.responses.filter(pk=first.pk).update(outcome="", rating=None)
    write(scorecard, f"{second.key}.notes", "here")
    write(scorecard, f"{second.key}.notes", "there")

    with pytest.raises(Unresolved, match="These still wait") as refusal:
        submitted(scorecard)

    assert refusal.value.fields == {
        f"{first.key}.outcome": "Question 1",
        f"{second.key}.notes": "Question 2: notes",
        "recommendation": "Recommendation",
    }


def test_field_that_moved_is_named(scorecard):
    key = scorecard.responses.first().key
    seen = heads(scorecard)
    write(scorecard, f"{key}.notes", "more")
    write(scorecard, "summary", "more")

    with pytest.raises(Stale) as refusal:
        scorecard.submit(op=uuid.uuid4(), heads=seen)

    assert refusal.value.fields == {f"{key}.notes": "Question 1: notes", "summary": "Summary"}


def test_field_that_the_page_made_up_is_stale(scorecard):
    with pytest.raises(Stale):
        scorecard.submit(op=uuid.uuid4(), heads={"summary": str(uuid.uuid4())})


def test_last_submission_completes_the_interview():
    interview = make_interview(
        state=State.FINISHED,
        panel=[(make_user(), Place.LEAD), (make_user(), Place.PANELIST), (make_user(), Place.OBSERVER)],
    )
    first, second = interview.scorecards.all()

    submitted(rate(first))
    assert Interview.objects.get().completed_at is None
    submitted(rate(second))

    assert Interview.objects.get().completed_at is not None


@pytest.mark.parametrize("act", ["undo_finish", "schedule_sitting", "add_panelist", "excuse"])
def test_submitting_ends_changes_to_the_interview(act):
    panel = [(make_user(), Place.LEAD), (make_user(), Place.PANELIST)]
    interview = make_interview(state=State.FINISHED, panel=panel)
    panelist = interview.panel.get(place=Place.LEAD)
    submitted(rate(interview.scorecards.get(author=panelist.user)))
    arguments = {
        "undo_finish": {"interview": interview},
        "schedule_sitting": {"interview": interview, "at": timezone.now()},
        "add_panelist": {"interview": interview, "user": make_user(), "place": Place.OBSERVER},
        "excuse": {"panelist": panelist, "reason": "Ill"},
    }[act]

    with pytest.raises(NotNow, match="submitted"):
        getattr(lifecycle, act)(by=panelist.user, **arguments)


@pytest.mark.parametrize("questions", [1, 10])
def test_submitting_costs_the_same_however_many_questions(django_assert_num_queries, questions):
    scorecard = make_rated_scorecard(questions=questions)
    assert scorecard.interview
    assert scorecard.author

    # And Django's savepoint, as tests run in a transaction.
    with django_assert_num_queries(14 + 2):
        scorecard.submit(op=uuid.uuid4(), heads={})


# The view


def test_post_seals_and_goes_to_the_record(client, scorecard):
    response = post(client, scorecard)

    scorecard.refresh_from_db()
    assert (response.status_code, response.url) == (302, f"/records/{scorecard.interview_id}/")
    assert scorecard.submitted_at is not None


def test_htmx_post_goes_to_the_record_by_header(client, scorecard):
    client.force_login(scorecard.author)
    url = reverse("interviews:scorecard_submit", args=[scorecard.pk])

    response = client.post(url, {"op": uuid.uuid4(), "heads": "{}"}, headers={"HX-Request": "true"})

    assert (response.status_code, response["HX-Redirect"]) == (200, f"/records/{scorecard.interview_id}/")


def test_refused_post_is_409_with_what_moved(client, scorecard):
    write(scorecard, "summary", "<b>more</b>")

    response = post(client, scorecard, heads="{}")

    assert response.status_code == 409
    assert '<a href="#summary">Summary</a>' in response.content.decode()


@pytest.mark.parametrize(
    "data", [{"op": "x"}, {"op": ""}, {"heads": "{"}, {"heads": "[]"}, {"heads": ""}, {"heads": '{"summary": {}}'}]
)
def test_malformed_post_is_400(client, scorecard, data):
    assert post(client, scorecard, **data).status_code == 400


@pytest.mark.parametrize("role", [None, *Role])
def test_anothers_scorecard_is_not_found(client, scorecard, role):
    client.force_login(make_user(*[role] if role else []))
    url = reverse("interviews:scorecard_submit", args=[scorecard.pk])

    assert client.post(url, {"op": uuid.uuid4(), "heads": "{}"}).status_code == 404


def test_other_panelists_scorecard_is_not_found(client):
    scorecard = make_scorecard()
    client.force_login(make_panelist(interview=scorecard.interview).user)
    url = reverse("interviews:scorecard_submit", args=[scorecard.pk])

    assert client.post(url, {"op": uuid.uuid4(), "heads": "{}"}).status_code == 404


def test_get_is_not_allowed(client):
    scorecard = make_submitted_scorecard()
    client.force_login(scorecard.author)

    assert client.get(reverse("interviews:scorecard_submit", args=[scorecard.pk])).status_code == 405


@pytest.mark.parametrize("heads", ["9" * 5000, "[" * 100_000, "{", ""])
def test_heads_that_are_none_are_refused_in_words(client, heads):
    scorecard = make_rated_scorecard()
    client.force_login(scorecard.author)

    response = client.post(
        reverse("interviews:scorecard_submit", args=[scorecard.pk]), {"op": str(uuid.uuid4()), "heads": heads}
    )

    assert response.status_code == 400
    assert "Reload it and submit again." in response.content.decode()
