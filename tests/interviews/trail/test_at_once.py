"""Several at once: chains neither fork nor wait in a circle, and nobody waits for another interview's."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import Role
from interviews import lifecycle
from interviews.amending import amend
from interviews.deciding import agree, decide
from interviews.models import Amendment, HistoryEntry, Place, TrailEntry
from interviews.problems import NotNow
from interviews.trail import verify
from tests.factories import (
    make_finished_interview,
    make_interview,
    make_rated_scorecard,
    make_user,
    rate,
    submitted,
)
from tests.racing import before_it_commits

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Each act in a thread and connection of its own; what they raised."""
    problems = []

    def run(act):
        try:
            act()
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return problems


def note(interview, times=1):
    """Past the interview's lock, so that only the chain's own keeps order."""
    for _time in range(times):
        HistoryEntry.objects.create(interview=interview, what=HistoryEntry.What.PAUSED)


def test_chain_does_not_fork():
    interview = make_interview()

    problems = at_once(*[lambda: note(interview, times=10)] * 4)

    numbers = list(TrailEntry.objects.filter(chain=f"interview:{interview.pk}").values_list("number", flat=True))
    assert (problems, numbers, verify().problems) == ([], list(range(1, 44)), [])


def test_chain_that_two_begin_at_once_does_not_fork():
    interview = make_interview()
    problems = []
    for key in range(5):

        def begin(key=key):
            with connection.cursor() as cursor:
                cursor.execute("SET ROLE NONE")
                cursor.execute("SELECT trail_append(%s, NULL, 'erased', '', 0, '{}', NULL)", [f"person:{10_000 + key}"])

        problems += at_once(begin, begin)

    numbers = TrailEntry.objects.filter(what="erased").values_list("number", flat=True)
    assert (problems, list(numbers), interview.panel.count()) == ([], [1, 2] * 5, 1)


def test_acts_on_one_interview_wait_for_one_another_and_never_in_a_circle():
    interview = make_interview()
    by, to = interview.created_by, interview.scheduled_at

    def move(*days):
        for day in days:
            lifecycle.move(interview=interview, to=to + timedelta(days=day), by=by)

    problems = at_once(
        lambda: move(1, 3, 5, 7, 9),
        lambda: move(2, 4, 6, 8, 10),
        lambda: note(interview, times=10),
        lambda: note(interview, times=10),
    )

    assert (problems, verify().problems) == ([], [])


def test_submitting_at_once_keeps_one_chain():
    first, second = make_rated_scorecard(), make_rated_scorecard()

    problems = at_once(lambda: submitted(first), lambda: submitted(second))

    assert (problems, verify().problems) == ([], [])


def test_different_interviews_do_not_wait_for_one_another():
    held, other = make_interview(), make_interview()

    def without_waiting():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            note(other)

    with transaction.atomic():
        note(held)
        problems = at_once(without_waiting)

    assert (problems, verify().problems) == ([], [])


def test_entry_of_what_was_taken_back_leaves_no_gap():
    interview = make_interview()
    with transaction.atomic():
        note(interview)
        transaction.set_rollback(True)
    note(interview)

    numbers = TrailEntry.objects.filter(chain=f"interview:{interview.pk}").values_list("number", flat=True)
    assert (list(numbers), verify().problems) == ([1, 2, 3, 4], [])


def test_amending_agreeing_and_deciding_at_once_keep_one_chain():
    panel = [(make_user(Role.INTERVIEWER), Place.LEAD), (make_user(Role.INTERVIEWER), Place.PANELIST)]
    interview = make_finished_interview(panel=panel, questions=1)
    cards = [submitted(rate(scorecard)) for scorecard in interview.scorecards.all()]
    item, by = interview.version.items.get(), panel[0][0]

    def amends(scorecard):
        response = scorecard.responses.get()
        version = {name: getattr(response, name) for name in Amendment.VERSIONED}
        for seen in range(6):
            notes = f"Reading {seen}"
            amend(response=response, by=scorecard.author, reason="Once more", seen=seen, **version | {"notes": notes})

    def agrees():
        for rating in (1, 2, 3, 4, 5, 1):
            agree(interview=interview, item=item, rating=rating, reason="Why", by=by)

    def decides():
        for number in range(6):
            decide(interview=interview, outcome="hold", reason=f"Why {number}", by=by)

    problems = at_once(lambda: amends(cards[0]), lambda: amends(cards[1]), agrees, decides)

    counts = (Amendment.objects.count(), interview.agreed_ratings.count(), interview.decisions.count())
    assert (problems, verify().problems, counts) == ([], [], (12, 6, 6))


def test_decision_waits_for_an_amendment_and_is_held_against_its_score():
    scorecard = submitted(rate(make_rated_scorecard(questions=1), rating=3))
    interview, response = scorecard.interview, scorecard.responses.get()
    version = {
        "outcome": "rated",
        "rating": 5,
        "covered_by": "",
        "notes": "",
        "points": [],
        "parts": [],
        "follow_ups": [],
    }

    def decline():
        try:
            decide(interview=interview, outcome="decline", reason="No", by=interview.opening.hiring_manager)
        except NotNow as problem:
            return problem.sentence
        return "decided"

    with before_it_commits(decline) as outcome:
        amend(response=response, by=scorecard.author, reason="Read it again", seen=0, **version)

    assert outcome == ["Say in one sentence why against the score."]
    assert interview.decisions.count() == 0
