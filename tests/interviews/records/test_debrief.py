"""The debrief, what is agreed on, and the decision: after all scorecards are in, for whom they are open."""

from fractions import Fraction

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import Role
from interviews import lifecycle, scoring
from interviews.amending import amend
from interviews.debriefing import Debrief
from interviews.deciding import agree, decide, goes_against
from interviews.models import AgreedRating, Amendment, Decision, DecisionOutcome, Interview, Place, State
from interviews.problems import NotNow
from interviews.records import Record
from tests.database import owning
from tests.factories import make_interview, make_opening, make_user, make_version, rate, submitted

pytestmark = pytest.mark.django_db


def make_panel_record(*ratings, weights=(), submit=True, observer=None):
    """An interview with a scorecard per row of ratings, lead first, one rating per question; submitted unless said otherwise."""
    people = [make_user(Role.INTERVIEWER) for _row in ratings]
    panel = [(person, Place.PANELIST if place else Place.LEAD) for place, person in enumerate(people)]
    panel += [(observer, Place.OBSERVER)] if observer else []
    version = make_version(len(ratings[0]), weights=weights, opening=make_opening())
    interview = make_interview(panel=panel, version=version, state=State.FINISHED)
    for person, row in zip(people, ratings, strict=True):
        scorecard = rate(interview.scorecards.get(author=person))
        for response, rating in zip(scorecard.responses.all(), row, strict=True):
            scorecard.responses.filter(pk=response.pk).update(rating=rating)
        if submit:
            submitted(scorecard)
    return Interview.objects.with_people().get(pk=interview.pk), people


def manager_of(interview):
    return interview.opening.hiring_manager


def url(name, interview, *args):
    return reverse(f"interviews:{name}", args=[interview.pk, *args])


def item(interview, place=0):
    return interview.version.items.all()[place]


def test_debrief_has_the_farthest_apart_first_then_the_weightiest():
    interview, _people = make_panel_record([3, 1, 4, 5, 2], [3, 5, 3, 4, 3], weights=(1, 1, 1, 2, 1))

    debrief = Debrief.of(Record.of(manager_of(interview), interview))

    assert [(topic.entry.title, topic.apart) for topic in debrief.apart] == [
        ("Question 2", 4),
        ("Question 4", 1),
        ("Question 3", 1),
        ("Question 5", 1),
    ]
    assert [topic.entry.title for topic in debrief.together] == ["Question 1"]


def test_question_that_one_rated_and_another_did_not_reach_is_talked_about():
    interview, people = make_panel_record([3, 3], [3, 3], submit=False)
    scorecard = interview.scorecards.get(author=people[1])
    scorecard.responses.filter(item=item(interview)).update(outcome="not_reached", rating=None)
    for card in interview.scorecards.all():
        submitted(card)
    interview.refresh_from_db()

    debrief = Debrief.of(Record.of(manager_of(interview), interview))

    assert [(topic.entry.title, topic.apart, topic.torn) for topic in debrief.apart] == [("Question 1", 0, True)]


def test_decision_says_that_a_scorecard_was_amended_since(client):
    interview, (lead, _panelist) = make_panel_record([4], [4])
    decide(interview=interview, outcome="advance", reason="x", by=manager_of(interview))
    response = interview.scorecards.get(author=lead).responses.first()
    version = {name: getattr(response, name) for name in Amendment.VERSIONED} | {"rating": 3}
    client.force_login(manager_of(interview))
    before = client.get(url("record_detail", interview)).content.decode()
    amend(response=response, by=lead, reason="Read again", seen=0, **version)

    after = client.get(url("record_detail", interview)).content.decode()

    assert ["amended since" in page for page in (before, after)] == [False, True]


def test_topic_says_who_gave_what_against_the_anchors():
    interview, (lead, panelist) = make_panel_record([2], [4])

    (topic,) = Debrief.of(Record.of(manager_of(interview), interview)).apart

    assert [(rating, by) for rating, _words, by in topic.scale] == [
        (5, []),
        (4, [panelist]),
        (3, []),
        (2, [lead]),
        (1, []),
    ]


@pytest.mark.parametrize(("questions", "raters"), [(1, 2), (12, 8)])
def test_debrief_takes_as_many_queries_for_many(client, django_assert_num_queries, questions, raters):
    interview, _people = make_panel_record(*[[3] * questions] * raters)
    client.force_login(manager_of(interview))

    with django_assert_num_queries(17):
        client.get(url("debrief", interview))


def test_debrief_waits_until_all_are_in(client):
    interview, people = make_panel_record([3], [4], submit=False)
    submitted(interview.scorecards.get(author=people[0]))
    client.force_login(manager_of(interview))

    assert client.get(url("debrief", interview)).url == url("record_detail", interview)


def test_debrief_and_decision_are_for_whom_scorecards_are_open(client):
    observer = make_user(Role.INTERVIEWER)
    interview, (lead, panelist) = make_panel_record([3], [4], observer=observer)
    excused = make_user(Role.INTERVIEWER)
    other, _people = make_panel_record([3], [4], submit=False)
    lifecycle.excuse(panelist=other.panel.last(), by=manager_of(other), reason="Ill")
    excused = other.panel.last().user
    submitted(other.scorecards.exclude(author=excused).get())
    stranger, recruiter = make_user(Role.INTERVIEWER), make_user(Role.RECRUITER)
    second = make_user(Role.HIRING_MANAGER)
    found = {}
    for name, user, where in (
        ("lead", lead, interview),
        ("panelist", panelist, interview),
        ("observer", observer, interview),
        ("manager", manager_of(interview), interview),
        ("recruiter", recruiter, interview),
        ("stranger", stranger, interview),
        ("other manager", second, interview),
        ("excused", excused, other),
    ):
        client.force_login(user)
        found[name] = (
            client.get(url("debrief", where)).status_code,
            client.post(url("rating_agree", where, item(where).pk), {"rating": "3", "reason": name}).status_code,
            client.get(url("decision_create", where)).status_code,
        )

    assert found == {
        "lead": (200, 302, 403),
        "panelist": (200, 403, 403),
        "observer": (200, 403, 403),
        "manager": (200, 302, 200),
        "recruiter": (200, 403, 403),
        "stranger": (404, 404, 404),
        "other manager": (404, 404, 404),
        "excused": (403, 403, 403),
    }


# What is agreed on


def test_agreed_rating_stands_beside_the_originals_and_the_score(client):
    interview, (lead, _panelist) = make_panel_record([2, 4], [4, 4])
    client.force_login(lead)

    client.post(url("rating_agree", interview, item(interview).pk), {"rating": "4", "reason": "Hint came late"})

    record = Record.of(lead, interview)
    assert (record.score, record.agreed_score) == (scoring.shown(Fraction(7, 2)), 4)
    assert [said.response.rating for said in record.rows[0].said] == [2, 4]
    assert (record.rows[0].agreed.rating, record.rows[0].agreed.by, record.rows[1].agreed) == (4, lead, None)


def test_agreed_rating_by_htmx_is_this_part_of_the_page(client):
    interview, (lead, _panelist) = make_panel_record([2], [4])
    client.force_login(lead)
    address = url("rating_agree", interview, item(interview).pk)

    refused = client.post(address, {"rating": "", "reason": "Hint"}, headers={"HX-Request": "true"})
    done = client.post(address, {"rating": "3", "reason": "Hint"}, headers={"HX-Request": "true"})

    assert "Choose the rating that you agreed on." in refused.content.decode()
    assert "Hint</textarea>" in refused.content.decode()
    assert done.content.decode().lstrip().startswith("<article")
    assert "<b>Agreed: 3</b>" in done.content.decode()
    assert 'role="status" tabindex="-1" autofocus' in done.content.decode()
    assert "3.0 as agreed" in done.content.decode()
    assert f'href="#id_{item(interview).pk}_rating_0"' in refused.content.decode()
    assert f'id="id_{item(interview).pk}_rating_0"' in refused.content.decode()


def test_agreed_anew_stands_and_the_earlier_stays():
    interview, (lead, _panelist) = make_panel_record([2], [4])
    agree(interview=interview, item=item(interview), rating=3, reason="One", by=lead)
    agree(interview=interview, item=item(interview), rating=4, reason="Two", by=lead)

    (row,) = Record.of(lead, interview).rows

    assert [one.rating for one in row.agreements] == [3, 4]
    assert row.agreed.rating == 4
    with pytest.raises(NotNow, match="agreed already"):
        agree(interview=interview, item=item(interview), rating=4, reason="Two", by=lead)


def test_nothing_is_agreed_on_a_question_of_another_plan(client):
    interview, (lead, _panelist) = make_panel_record([2], [4])
    other, _people = make_panel_record([2], [4])
    client.force_login(lead)

    address = url("rating_agree", interview, item(other).pk)
    assert client.post(address, {"rating": "3", "reason": "x"}).status_code == 404


def test_agreed_score_needs_enough_rated():
    assert scoring.agreed([], {1: 4}, {1: 1, 2: 1}) is None
    assert scoring.agreed([], {1: 4, 2: 3}, {1: 2, 2: 1}) == Fraction(11, 3)
    assert scoring.agreed([], {}, {1: 1}) is None


# The decision


@pytest.mark.parametrize(
    ("outcome", "score", "against"),
    [
        (DecisionOutcome.ADVANCE, 2.4, True),
        (DecisionOutcome.ADVANCE, 2.5, False),
        (DecisionOutcome.DECLINE, 3.4, False),
        (DecisionOutcome.DECLINE, 3.5, True),
        (DecisionOutcome.HOLD, 5, False),
        (DecisionOutcome.ADVANCE, None, False),
    ],
)
def test_decision_against_the_score(outcome, score, against):
    assert goes_against(outcome, score) is against


def test_decision_stands_on_the_record_with_its_reason(client):
    interview, _people = make_panel_record([4], [4])
    client.force_login(manager_of(interview))

    done = client.post(url("decision_create", interview), {"outcome": "advance", "reason": "Clear and careful."})

    page = client.get(done.url)
    assert "Clear and careful." in page.content.decode()
    assert page.context["record"].decision.by == manager_of(interview)


@pytest.mark.parametrize(
    ("rating", "hint"),
    [
        (5, "The weighted score is 5.0, and “Decline” goes against it: that asks for one sentence more."),
        (3, ""),
        (1, "The weighted score is 1.0, and “Advance” goes against it: that asks for one sentence more."),
    ],
)
def test_decision_says_before_what_goes_against_the_score(client, rating, hint):
    interview, _people = make_panel_record([rating], [rating])
    client.force_login(manager_of(interview))

    page = client.get(url("decision_create", interview))

    assert str(page.context["form"].fields["outcome"].help_text) == hint


def test_time_is_the_leads_or_where_there_is_none_the_longest():
    interview, people = make_panel_record([3, 3, 3], [3, 3, 3], submit=False)
    for person, row in zip(people, [(75, 0, 0), (80, 62, 0)], strict=True):
        scorecard = interview.scorecards.get(author=person)
        for response, seconds in zip(scorecard.responses.all(), row, strict=True):
            scorecard.responses.filter(pk=response.pk).update(seconds=seconds)
        submitted(scorecard)

    rows = Record.of(manager_of(interview), interview).rows

    assert [row.time for row in rows] == ["1:15", "1:02", ""]


def test_decision_against_the_score_asks_for_one_sentence_more_and_keeps_the_rest(client):
    interview, _people = make_panel_record([4], [5])
    client.force_login(manager_of(interview))
    against = {"outcome": "decline", "reason": "Another was better."}

    asked = client.post(url("decision_create", interview), against)
    client.post(url("decision_create", interview), against | {"against_score": "No place for two."})

    assert asked.context["form"].errors == {
        "against_score": ["The weighted score is 4.5, which speaks otherwise. Say in one sentence why."]
    }
    assert "Another was better." in asked.content.decode()
    assert Decision.objects.get().against_score == "No place for two."


def test_decision_against_the_score_needs_its_sentence_whoever_asks():
    interview, _people = make_panel_record([5], [5])

    with pytest.raises(NotNow, match="in one sentence why against the score"):
        decide(interview=interview, outcome="decline", reason="x", by=manager_of(interview))


def test_decision_is_held_against_the_score_as_amended():
    interview, (lead, panelist) = make_panel_record([4], [4])
    for person in (lead, panelist):
        response = interview.scorecards.get(author=person).responses.first()
        version = {name: getattr(response, name) for name in Amendment.VERSIONED} | {"rating": 1}
        amend(response=response, by=person, reason="Read again", seen=0, **version)

    with pytest.raises(NotNow, match="in one sentence why against the score"):
        decide(interview=interview, outcome="advance", reason="x", by=manager_of(interview))


def test_decision_that_stands_already_is_not_made_twice(client):
    interview, _people = make_panel_record([4], [4])
    client.force_login(manager_of(interview))
    sent = {"outcome": "advance", "reason": "Clear and careful."}

    client.post(url("decision_create", interview), sent)
    again = client.post(url("decision_create", interview), sent)

    assert "This is decided already." in again.content.decode()
    assert Decision.objects.count() == 1


def test_sentence_against_the_score_stays_on_an_earlier_decision(client):
    interview, _people = make_panel_record([5], [5])
    manager = manager_of(interview)
    client.force_login(manager)
    against = {"outcome": "decline", "reason": "Another was better.", "against_score": "No place for two."}
    client.post(url("decision_create", interview), against)
    client.post(url("decision_create", interview), {"outcome": "advance", "reason": "A second place came."})

    assert "No place for two." in client.get(url("record_detail", interview)).content.decode()


@pytest.mark.parametrize(("questions", "raters"), [(1, 2), (6, 4)])
def test_deciding_and_agreeing_take_as_many_queries_for_many(client, django_assert_num_queries, questions, raters):
    interview, _people = make_panel_record(*[[3] * questions] * raters)
    client.force_login(manager_of(interview))

    with django_assert_num_queries(15):
        client.get(url("decision_create", interview))
    with django_assert_num_queries(26):
        client.post(
            url("rating_agree", interview, item(interview).pk),
            {"rating": "3", "reason": "Why"},
            headers={"HX-Request": "true"},
        )


def test_decision_without_a_reason_is_refused(client):
    interview, _people = make_panel_record([4], [5])
    client.force_login(manager_of(interview))

    page = client.post(url("decision_create", interview), {"outcome": "advance", "reason": " "})

    assert list(page.context["form"].errors) == ["reason"]
    assert Decision.objects.count() == 0


def test_decision_anew_stands_and_the_earlier_is_shown(client):
    interview, _people = make_panel_record([3], [3])
    manager = manager_of(interview)
    decide(interview=interview, outcome="hold", reason="Wait for the other", by=manager)
    decide(interview=interview, outcome="advance", reason="The other declined", by=manager)
    client.force_login(manager)

    record = client.get(url("record_detail", interview)).context["record"]

    assert [decision.outcome for decision in record.decisions] == ["hold", "advance"]
    assert record.decision.outcome == "advance"


def test_nothing_is_agreed_or_decided_before_all_are_in():
    interview, people = make_panel_record([3], [4], submit=False)

    for act in (
        lambda: agree(interview=interview, item=item(interview), rating=3, reason="x", by=people[0]),
        lambda: decide(interview=interview, outcome="hold", reason="x", by=people[0]),
    ):
        with pytest.raises(NotNow, match="until every scorecard is in"):
            act()
    with pytest.raises(IntegrityError, match="before every scorecard is in"), transaction.atomic():
        Decision.objects.create(interview=interview, outcome="hold", reason="x", by=people[0])
    with pytest.raises(IntegrityError, match="before every scorecard is in"), transaction.atomic():
        AgreedRating.objects.create(interview=interview, item=item(interview), rating=3, reason="x", by=people[0])


@pytest.mark.parametrize("table", ["agreedrating", "decision"])
def test_database_refuses_to_change_what_was_agreed_or_decided(table):
    interview, (lead, _panelist) = make_panel_record([3], [4])
    agree(interview=interview, item=item(interview), rating=3, reason="x", by=lead)
    decide(interview=interview, outcome="hold", reason="x", by=manager_of(interview))

    for statement in (f"UPDATE interviews_{table} SET reason = 'y'", f"DELETE FROM interviews_{table}"):
        refused = pytest.raises(IntegrityError, match="stays as it was")
        with refused, transaction.atomic(), owning(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_history_of_debrief_is_for_whom_scorecards_are_open(client):
    interview, people = make_panel_record([3], [4], submit=False)
    lifecycle.excuse(panelist=interview.panel.last(), by=manager_of(interview), reason="Ill")
    submitted(interview.scorecards.get(author=people[0]))
    agree(interview=interview, item=item(interview), rating=5, reason="Together", by=people[0])
    decide(interview=interview, outcome="decline", reason="Too junior", by=manager_of(interview))
    seen = {}
    for user in (people[0], people[1]):
        client.force_login(user)
        seen[user] = [event.sentence for event in client.get(url("record_detail", interview)).context["events"]][:2]

    assert seen[people[0]] == ["Decided: Decline", "Agreed on “Question 1”: 5"]
    assert seen[people[1]][0] == "Scorecard submitted"
