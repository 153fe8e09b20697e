"""The demo: one opening, two plans, eight records and an interview that is ready to start. In development only.

Everything comes about the way people make it happen (scheduled, started, saved, finished, submitted), only with the
clock turned back, so that it is as true to the rules as real data. All of it is marked `demo`.
"""

import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.demo import create_demo_users
from interviews import demo_notes, lifecycle
from interviews.amending import amend
from interviews.deciding import agree, decide
from interviews.models import (
    Amendment,
    Candidate,
    DecisionOutcome,
    Interview,
    Opening,
    Outcome,
    Place,
    Recommendation,
    State,
)
from interviews.publishing import publish
from interviews.saving import heads_of, save
from interviews.submitting import submit
from interviews.suggesting import suggest_plan
from questionbank.models import Question, QuestionSet

TITLE = "Deep learning engineer"
DESCRIPTION = (
    "Trains and ships the vision models of the inspection team. Works with two researchers and the platform group; "
    "owns data, training runs and what happens after release."
)
READY = "Candidate 0158"


class NoQuestions(Exception):
    """There is nothing to ask yet."""


@dataclass(frozen=True)
class Said:
    """One scorecard of the demo: about which rating, with which recommendation; `late` ones are not in yet."""

    place: str
    level: int
    recommendation: Recommendation
    summary: str
    late: bool = False


@dataclass(frozen=True)
class Held:
    """One record of the demo: `unanswered` names outcomes by the number of the question."""

    candidate: str
    days_ago: int
    plan: int
    scorecards: list
    unanswered: dict = field(default_factory=dict)
    decided: tuple = ()  # (outcome, reason)
    agreed: tuple = ()  # (number of the question, rating, reason)
    amended: tuple = ()  # (number of the question, rating, reason), by the lead


RECORDS = [
    Held(
        "Candidate 0108",
        33,
        1,
        [
            Said(
                Place.LEAD,
                2,
                Recommendation.NO,
                "Reads about the field with pleasure, but has not yet trained anything that was used. The questions on "
                "data stayed at definitions. I would talk again after a first project.",
            )
        ],
        decided=(DecisionOutcome.DECLINE, "Too little practice for this opening. To be asked again in a year."),
    ),
    Held(
        "Candidate 0115",
        29,
        1,
        [
            Said(
                Place.LEAD,
                4,
                Recommendation.YES,
                "Clear and unhurried. Every answer came with a case of their own, including two that went wrong. "
                "Ready for the technical interview.",
            )
        ],
        decided=(DecisionOutcome.ADVANCE, "Own cases throughout. On to the technical interview."),
    ),
    Held(
        "Candidate 0119",
        22,
        0,
        [
            Said(
                Place.LEAD,
                3,
                Recommendation.YES,
                "Solid on training and on data. Architectures are thinner; the attention question was out of "
                "reach today. "
                "The whiteboard failed for some minutes, which cost us one question.",
            ),
            Said(
                Place.PANELIST,
                3,
                Recommendation.YES,
                "Careful, says what they do not know. Would need a colleague for architecture decisions in the "
                "first months.",
            ),
        ],
        {3: Outcome.TECHNICAL, 6: Outcome.DECLINED},
        decided=(DecisionOutcome.HOLD, "Sound, and thin on architectures. We wait for the two interviews to come."),
    ),
    Held(
        "Candidate 0128",
        17,
        0,
        [
            Said(
                Place.LEAD,
                5,
                Recommendation.STRONG_YES,
                "The strongest on fundamentals we have met this autumn. Derived what others recite, and "
                "connected it to "
                "runs they had to rescue.",
            ),
            Said(
                Place.PANELIST,
                2,
                Recommendation.NO,
                "Brilliant on theory, but three times I asked what they would do on Monday morning and got a "
                "derivation. "
                "No mention of baselines, cost or who uses the model.",
            ),
        ],
        agreed=(1, 4, "The derivation was complete. What it means for a run came only when asked."),
    ),
    Held(
        "Candidate 0131",
        12,
        0,
        [
            Said(
                Place.LEAD,
                2,
                Recommendation.NO,
                "Knows the names of the methods, seldom what they are for. Follow-ups did not help.",
            ),
            Said(
                Place.PANELIST,
                1,
                Recommendation.STRONG_NO,
                "Several confident statements were wrong, and hints were argued with rather than used.",
            ),
        ],
        {8: Outcome.NOT_REACHED},
        decided=(
            DecisionOutcome.DECLINE,
            "Both of us heard names without their use, and confident statements that were wrong.",
        ),
    ),
    Held(
        "Candidate 0137",
        8,
        0,
        [
            Said(
                Place.LEAD,
                4,
                Recommendation.YES,
                "Good throughout, best on diagnosing runs. Asked for the loss curves before answering, as one should.",
            ),
            Said(
                Place.PANELIST,
                3,
                Recommendation.YES,
                "Dependable. Depth in recurrent models is dated, but the way of thinking carries over.",
            ),
        ],
    ),
    Held(
        "Candidate 0142",
        4,
        0,
        [
            Said(
                Place.LEAD,
                4,
                Recommendation.STRONG_YES,
                "Chose examples unprompted, named limits before I asked, and corrected one slip on their own. "
                "Would raise how the team works with data.",
            ),
            Said(
                Place.PANELIST,
                5,
                Recommendation.YES,
                "Very strong on training and on practice. Slightly fast; twice I had to ask for the step in between.",
            ),
        ],
        {7: Outcome.NOT_REACHED},
        amended=(3, 5, "Read my notes again: the slip was corrected before I had asked."),
    ),
    Held(
        "Candidate 0151",
        1,
        0,
        [
            Said(
                Place.LEAD,
                3,
                Recommendation.YES,
                "Even and honest. Explains well to somebody who does not know the subject, which the role needs.",
            ),
            Said(Place.PANELIST, 4, Recommendation.YES, "", late=True),
        ],
    ),
]


def load():
    """The whole demo, unless it is there; returns whether it had to be made. Two queries when it is there.

    An interview that was to start on another day is moved to today. Raises `NoQuestions` before the starter set is
    loaded, and what `create_demo_users` raises outside development.
    """
    ready = Interview.objects.filter(demo=True, candidate__name=READY).first()
    if ready is None:
        make(create_demo_users())
        return True
    if ready.state == State.SCHEDULED and ready.scheduled_at < timezone.now() - timedelta(hours=1):
        lifecycle.move(interview=ready, to=soon(), by=ready.created_by, reason="The demo starts today")
    return False


@transaction.atomic
def make(people):
    sets = list(QuestionSet.objects.filter(title="Deep learning").order_by("pk")[:1])
    if not sets:
        raise NoQuestions("There are no questions to plan with yet. Run `manage.py load_library` first.")
    began = timezone.now() - timedelta(days=40)
    # The demo's team had its questions before its plans; else every plan would say that its questions have changed.
    Question.objects.filter(question_set__in=sets).update(changed_at=began)
    with clock_at(began):
        opening = Opening.objects.create(title=TITLE, description=DESCRIPTION, hiring_manager=people["manager"])
        versions = [
            published_plan(opening, "Technical interview", 60, sets, people["manager"]),
            published_plan(opening, "First conversation", 30, sets, people["manager"]),
        ]
    for number, held in enumerate(RECORDS):
        hold(held, number, opening, versions[held.plan], people)
    panel = [(people["lead"], Place.LEAD), (people["panelist"], Place.PANELIST), (people["observer"], Place.OBSERVER)]
    schedule(READY, opening, versions[0], soon(), panel, people["recruiter"])
    Candidate.objects.create(name="Candidate 0163")


@contextmanager
def clock_at(moment):
    """Whatever asks for the time, history and defaults included, gets this one: for a command, not for a server."""
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real


def published_plan(opening, title, length, sets, by):
    plan, _suggestion = suggest_plan(opening=opening, title=title, length=length, sets=sets, by=by)
    return publish(plan=plan, by=by)


def schedule(name, opening, version, at, panel, by):
    candidate = Candidate.objects.create(name=name)
    return lifecycle.schedule(
        candidate=candidate, opening=opening, version=version, at=at, panel=panel, by=by, demo=True
    )


def soon():
    """A quarter of an hour from now, on the next five minutes."""
    at = timezone.now() + timedelta(minutes=15)
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0) + timedelta(minutes=5)


def hold(held, number, opening, version, people):
    """One record, from scheduling to the last scorecard that came in."""
    began = start_time(held)
    authors = {Place.LEAD: people["lead"], Place.PANELIST: people["panelist"]}
    panel = [(authors[said.place], said.place) for said in held.scorecards]
    with clock_at(began - timedelta(days=5)):
        interview = schedule(held.candidate, opening, version, began, panel, people["recruiter"])
    with clock_at(began + timedelta(minutes=2)):
        interview = lifecycle.start(interview=interview, by=people["lead"])
    cards = {card.author: card for card in interview.scorecards.select_related("author")}
    finished = began + timedelta(minutes=version.length - 2 - number % 4)
    with clock_at(finished):
        for said in held.scorecards:
            fill(cards[authors[said.place]], said, held, began, number)
        interview = lifecycle.finish(interview=interview, by=people["lead"])
    for order, said in enumerate(held.scorecards):
        if not said.late:
            with clock_at(finished + timedelta(minutes=35 + 130 * order)):
                card = cards[authors[said.place]]
                submit(scorecard=card, op=uuid.uuid4(), heads=saved_heads(card))
    with clock_at(min(finished + timedelta(hours=7), timezone.now())):
        talk(held, interview, people)


def talk(held, interview, people):
    """What came after the scorecards were in."""
    if held.amended:
        number, rating, reason = held.amended
        response = interview.scorecards.get(author=people["lead"]).responses.get(item__number=number)
        version = {name: getattr(response, name) for name in Amendment.VERSIONED} | {"rating": rating}
        amend(response=response, by=people["lead"], reason=reason, seen=0, **version)
    if held.agreed:
        number, rating, reason = held.agreed
        item = interview.version.items.get(number=number)
        agree(interview=interview, item=item, rating=rating, reason=reason, by=people["lead"])
    if held.decided:
        outcome, reason = held.decided
        decide(interview=interview, outcome=outcome, reason=reason, by=people["manager"])


def start_time(held):
    """On a morning of the working week; yesterday's late enough that its scorecards are not overdue yet."""
    at = timezone.now() - timedelta(days=held.days_ago)
    if held.days_ago == 1:
        return at + timedelta(hours=3)
    at -= timedelta(days=max(0, at.weekday() - 4))
    return at.replace(hour=9, minute=0, second=0, microsecond=0)


def saved_heads(card):
    card.refresh_from_db()
    return heads_of(card, card.responses.all())


def fill(card, said, held, began, number):
    """What the author typed, sent as their browser would. A late author has not written a summary yet."""
    writer, operations = str(uuid.uuid4()), []

    def change(name, value):
        operations.append({"op": str(uuid.uuid4()), "writer": writer, "field": name, "parent": None, "value": value})

    at = began + timedelta(minutes=6)
    for index, response in enumerate(card.responses.select_related("item").order_by("item__position")):
        outcome = held.unanswered.get(index + 1)
        if outcome:
            change(f"{response.key}.outcome", {"outcome": outcome, "rating": None, "covered_by": ""})
            continue
        rating = rating_of(said.level, index, number)
        seconds = response.item.minutes * 60 + (index * 37 + number * 53) % 90 - 40
        change(f"{response.key}.time", {"started_at": at.isoformat(), "seconds": seconds})
        change(f"{response.key}.outcome", {"outcome": Outcome.RATED, "rating": rating, "covered_by": ""})
        change(f"{response.key}.points", list(range(len(response.item.content["points"])))[: max(0, rating - 1)])
        change(f"{response.key}.notes", demo_notes.note(response.item.title, rating, said.place, index + number))
        at += timedelta(seconds=seconds)
    if not said.late:
        change("recommendation", said.recommendation.value)
        change("summary", said.summary)
    results = save(author=card.author, scorecard_id=card.pk, operations=operations)
    refused = [result for result in results if result["result"] != "applied"]
    if refused:
        raise RuntimeError(f"The demo does not fit its own rules: {refused}")


def rating_of(level, index, number):
    """About the level, a little better here and a little worse there; always the same."""
    step = (0, 1, 0, -1, 0, 0, 1, -1)[(index * 3 + number) % 8]
    return max(1, min(level + step, 5))
