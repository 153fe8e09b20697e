"""Suggesting a plan: which questions fill the time, over stages and competencies, and why each was chosen.

The same questions and minutes always give the same plan: there is no chance in it, and every tie is decided by the
order of the sets. How it chooses:

1. One question for the Opening and one for the Closing, if there is time.
2. One question at a time, the best by `worth`, that still leaves room for every competency not yet covered.
3. Exchanges, as long as the whole gets better by them: fuller, nearer to the stages' shares, more even.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations, product

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from interviews import drafting, ordering
from interviews.models import Plan
from questionbank.models import Difficulty, Question, RatingAnchor
from questionbank.stages import Stage

# Of the time for questions, before stages that have none give theirs to the others.
SHARES = {Stage.OPENING: 0.12, Stage.FOUNDATIONS: 0.18, Stage.CORE: 0.38, Stage.DEPTH: 0.22, Stage.CLOSING: 0.10}
FITTING = {
    Stage.OPENING: {Difficulty.EASY},
    Stage.FOUNDATIONS: {Difficulty.EASY, Difficulty.MEDIUM},
    Stage.CORE: {Difficulty.MEDIUM},
    Stage.DEPTH: {Difficulty.HARD},
    Stage.CLOSING: {Difficulty.MEDIUM, Difficulty.HARD},
}
# Two questions that share so much of what sets them apart from the others are about the same subject.
SAME_SUBJECT = 0.5
# Exchanges look at so many of the questions not picked, the worthiest.
POOL = 12
# Weighing pairs of picks against pairs of others grows fast, and in a long plan one at a time is enough.
PAIRS_UP_TO = 14
ROUNDS = 12


@dataclass(frozen=True, eq=False)
class Choice:
    """What is asked of a question to choose it. `place` is its order among all: a tie goes to the lower one."""

    pk: int
    place: int
    stage: Stage
    minutes: int
    competency: str = ""
    topic: str = ""
    difficulty: str = ""
    words: frozenset = frozenset()
    anchored: bool = False


@dataclass(frozen=True)
class Suggestion:
    """The keys picked, in the order of the plan; why, by key; the minutes left over, with the reason in words; and in
    words how many picks the coverage cannot count, "" for none."""

    picks: list[int] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    left_over: int = 0
    explanation: str = ""
    uncounted: str = ""


@transaction.atomic
def suggest_plan(*, opening, title, length, sets, by):
    """A new plan with its usual segments, filled from these sets: the plan and the `Suggestion`. 6 queries."""
    plan = Plan.objects.create(opening=opening, title=title, length=length, created_by=by)
    items, suggestion = filled(plan, sets)
    drafting.store(items)
    return plan, suggestion


def filled(plan, sets):
    """The items of a plan's first draft, unsaved: its usual segments, and what is suggested for the rest of its time; and
    the `Suggestion`. One query."""
    items = drafting.usual_segments(plan)
    questions = list(questions_of(sets))
    suggestion = suggest(choices(questions), plan.length - sum(item.minutes for item in items))
    of_key = {question.pk: question for question in questions}
    for pk in suggestion.picks:
        items = ordering.with_added(items, drafting.question_item(plan, of_key[pk], suggestion.reasons[pk]))
    return ordering.arranged(items), suggestion


def questions_of(sets):
    """What can be chosen from these sets, with all that choosing asks for. One query."""
    anchored = Exists(RatingAnchor.objects.filter(question=OuterRef("pk")))
    questions = Question.objects.current().filter(question_set__in=sets).in_order()
    return questions.select_related("competency").annotate(anchored=anchored)


def choices(questions):
    """The questions as `Choice`s, their order being the order given. No query after `questions_of`."""
    return [
        Choice(
            pk=question.pk,
            place=place,
            stage=Stage(question.stage),
            minutes=question.minutes,
            competency=str(question.competency or ""),
            topic=question.topic,
            difficulty=question.difficulty,
            words=telling_words(f"{question.short_name} {question.text}"),
            anchored=question.anchored,
        )
        for place, question in enumerate(questions)
    ]


def telling_words(text):
    """The beginnings of the words that may set a question apart; six letters are enough to know a word by."""
    return frozenset(word[:6] for word in WORD.findall(text.casefold())) - COMMON


WORD = re.compile(r"\w{2,}")
COMMON = frozenset(
    word[:6]
    for word in """about after all an and any apart are as at be been between but by can could describe did difference
    differences different do does each every explain for from give has have how if in into is it its let more most name
    of on one or other our over says so some tell than that the their them then there these they this to two under up
    use used using walk was we were what when where which while who why will with would you your""".split()  # noqa: SIM905
)


def suggest(choices, minutes):
    """The `Suggestion` that fills `minutes` with these choices. Pure: never over time, and the same every time.

    Covers every competency there is a question on, as long as the shortest of each fit into the time together.
    """
    choosing = Choosing(choices, minutes)
    for stage in (Stage.OPENING, Stage.CLOSING):
        choosing.take_best([choice for choice in choosing.fitting() if choice.stage == stage])
    while choosing.take_best(choosing.fitting()):
        pass
    for _round in range(ROUNDS):
        if not choosing.exchange():
            break
    picks = in_plan_order(choosing.picked)
    return Suggestion(
        picks=[choice.pk for choice in picks],
        reasons={choice.pk: reason(choice, picks[:place], choosing.choices) for place, choice in enumerate(picks)},
        left_over=choosing.left,
        explanation=explanation(choosing),
        uncounted=uncounted(picks),
    )


class Choosing:
    """The state of a choice under way: what is picked and how much time is left."""

    def __init__(self, choices, minutes):
        self.choices = sorted(choices, key=lambda choice: choice.place)
        self.minutes = max(0, minutes)
        self.picked = []
        self.count()
        self.targets = stage_targets(self.choices, self.minutes)
        self.rarity = rarity(self.choices)
        self.competencies = {choice.competency for choice in choices if choice.competency}
        self.needed = affordable({name: self.shortest(name) for name in self.competencies}, self.minutes)
        self.known_likeness = {}
        # Of each choice with the pick it is most like.
        self.likeness = dict.fromkeys((choice.pk for choice in self.choices), 0.0)

    def shortest(self, competency):
        return min(choice.minutes for choice in self.choices if choice.competency == competency)

    @property
    def unpicked(self):
        return [choice for choice in self.choices if choice not in self.picked]

    def fitting(self):
        """What can be taken next: it leaves time for each competency still needed and repeats no subject.

        A repeated subject is let in where nothing else that fits covers a needed competency.
        """
        reserved = sum(self.needed.values())
        fit = [c for c in self.unpicked if c.minutes <= self.left - reserved + self.needed.get(c.competency, 0)]
        distinct = [choice for choice in fit if self.likeness[choice.pk] < SAME_SUBJECT]
        reachable = {choice.competency for choice in distinct}
        return distinct + [c for c in fit if c.competency in self.needed and c.competency not in reachable]

    def take_best(self, choices):
        """Take the choice of most worth, the earlier of equals. False if there is none."""
        if not choices:
            return False
        self.take(max(choices, key=lambda choice: (self.worth(choice), -choice.place)))
        return True

    def take(self, choice):
        self.picked.append(choice)
        self.count()
        self.needed.pop(choice.competency, None)
        for other in self.choices:
            self.likeness[other.pk] = max(self.likeness[other.pk], self.alike(choice, other))

    def count(self):
        """Add up the picks, which choosing asks for over and over."""
        self.left = self.minutes - sum(choice.minutes for choice in self.picked)
        self.spent = Counter()
        for choice in self.picked:
            self.spent[choice.stage] += choice.minutes
            self.spent[choice.competency] += choice.minutes
        self.topics = Counter(choice.topic.casefold() for choice in self.picked)
        self.difficulties = {choice.difficulty for choice in self.picked}

    def worth(self, choice):
        """How much a choice adds to what is picked. The weights put coverage and the stages' shares first."""
        stage_left = self.targets[choice.stage] - self.spent[choice.stage]
        share = min(choice.minutes, max(0, stage_left)) / choice.minutes
        return (
            6 * share
            + 2 * (not self.spent[choice.stage])
            + self.competency_worth(choice)
            + self.topic_worth(choice)
            + 0.5 * (choice.difficulty in FITTING[choice.stage])
            + 0.5 * (bool(choice.difficulty) and choice.difficulty not in self.difficulties)
            + 0.4 * choice.anchored
            - 3 * self.likeness[choice.pk]
        )

    def competency_worth(self, choice):
        if not choice.competency:
            return 0
        spent, even_share = self.spent[choice.competency], self.minutes / len(self.competencies)
        return -1.5 * spent / even_share if spent else 3

    def topic_worth(self, choice):
        if not choice.topic:
            return 0
        return 1 - 1.5 * self.topics[choice.topic.casefold()]

    def alike(self, one, other):
        """How much of what sets them apart from the rest two choices share, from 0 to 1."""
        pair = (one.pk, other.pk)
        if pair not in self.known_likeness:
            shared = math.fsum(self.rarity[word] for word in one.words & other.words)
            every = math.fsum(self.rarity[word] for word in one.words | other.words)
            self.known_likeness[pair] = shared / every if every else 0.0
        return self.known_likeness[pair]

    def exchange(self):
        """Change up to two picks for one or two others where that makes the whole better. False if nothing does.

        Every stage and competency that is covered stays covered, no subject comes twice, and no time is lost.
        """
        best, better = self.value(self.picked), None
        pool = sorted(self.unpicked, key=lambda choice: (-self.worth(choice), choice.place))[:POOL]
        outs, intos = [(), *combinations(self.picked, 1)], [*combinations(pool, 1)]
        if len(self.picked) <= PAIRS_UP_TO:
            outs += combinations(self.picked, 2)
        if len(self.picked) <= 2 * PAIRS_UP_TO:
            intos += combinations(pool, 2)
        for out, into in product(outs, intos):
            if self.may_change(out, into) and (value := self.value(self.after(out, into))) > best + 1e-9:
                best, better = value, (out, into)
        if better:
            self.picked = self.after(*better)
            self.count()
        return bool(better)

    def after(self, out, into):
        return [*(choice for choice in self.picked if choice not in out), *into]

    def may_change(self, out, into):
        gained = sum(choice.minutes for choice in into) - sum(choice.minutes for choice in out)
        if not 0 <= gained <= self.left:
            return False
        rest = [choice for choice in self.picked if choice not in out]
        kept = all(
            {getattr(choice, name) for choice in out} <= {getattr(choice, name) for choice in [*rest, *into]}
            for name in ("stage", "competency")
        )
        pairs = [*product(into, rest), *combinations(into, 2)]
        return kept and all(self.alike(one, other) < SAME_SUBJECT for one, other in pairs)

    def value(self, picked):
        """How good picks are as a whole: time used, stages near their shares, competencies even, little said twice."""
        by_stage, by_competency = Counter(), Counter()
        for choice in picked:
            by_stage[choice.stage] += choice.minutes
            by_competency[choice.competency] += choice.minutes
        all_time = max(1, self.minutes)
        even_share = all_time / max(1, len(self.competencies))
        off_share = sum(abs(by_stage[stage] - target) for stage, target in self.targets.items())
        short = sum(max(0, even_share - by_competency[competency]) for competency in self.competencies)
        topics = [choice.topic.casefold() for choice in picked if choice.topic]
        return (
            sum(choice.minutes for choice in picked) * 0.7
            - 12 * off_share / all_time
            - 8 * short / all_time
            - (len(topics) - len(set(topics)))
            + sum(0.5 * (choice.difficulty in FITTING[choice.stage]) + 0.4 * choice.anchored for choice in picked)
            / max(1, len(picked))
            * 4
            - 2 * sum(self.alike(one, other) for one, other in combinations(picked, 2))
        )


def stage_targets(choices, minutes):
    """Minutes for each stage by `SHARES`; what a stage cannot use goes to the others in the same proportion."""
    available = {stage: sum(choice.minutes for choice in choices if choice.stage == stage) for stage in Stage}
    targets = dict.fromkeys(Stage, 0.0)
    open_stages = [stage for stage in Stage if available[stage]]
    left = float(minutes)
    while open_stages and left > 0:
        shares = sum(SHARES[stage] for stage in open_stages)
        full = [stage for stage in open_stages if SHARES[stage] / shares * left >= available[stage]]
        for stage in full or open_stages:
            targets[stage] = available[stage] if full else SHARES[stage] / shares * left
        left -= sum(targets[stage] for stage in full)
        open_stages = [stage for stage in open_stages if stage not in full] if full else []
    return targets


def rarity(choices):
    """What each word is worth in telling questions apart: little where most have it."""
    count = Counter(word for choice in choices for word in choice.words)
    return {word: math.log(1 + len(choices) / among) for word, among in count.items()}


def affordable(costs, minutes):
    """Of competencies and their shortest questions, as many as fit into the time together, the shortest first."""
    needed = {}
    for competency, cost in sorted(costs.items(), key=lambda pair: (pair[1], pair[0])):
        if sum(needed.values()) + cost <= minutes:
            needed[competency] = cost
    return needed


def in_plan_order(picked):
    """By stage, a topic's questions together: as `ordering.arranged` will have them."""
    return [
        choice
        for stage in Stage
        for choice in ordering.by_topic(
            [choice for choice in picked if choice.stage == stage],
            topic=lambda choice: choice.topic.casefold() or choice.pk,
            order=lambda choice: choice.place,
        )
    ]


def reason(choice, earlier, choices):
    """Why this one, in words: the first that is true of it, given the picks that come earlier in the plan."""
    words = {"stage": choice.stage.label, "competency": choice.competency, "topic": choice.topic[:80]}
    in_stage = [other for other in choices if other.stage == choice.stage]
    if len(in_stage) == 1:
        return _("Only %(stage)s question in the chosen sets") % words
    if choice.competency and [other.competency for other in in_stage].count(choice.competency) == 1:
        return _("Only %(stage)s question on %(competency)s") % words
    if choice.competency and choice.competency not in {other.competency for other in earlier}:
        return _("First question on %(competency)s") % words
    if choice.topic and choice.topic.casefold() not in {other.topic.casefold() for other in earlier}:
        return _("First question on the topic %(topic)s") % words
    if choice.difficulty and choice.difficulty not in {other.difficulty for other in earlier}:
        return _("First question marked %(difficulty)s") % {"difficulty": Difficulty(choice.difficulty).label}
    if choice.competency:
        minutes = sum(other.minutes for other in earlier if other.competency == choice.competency)
        return _("More on %(competency)s, which had %(minutes)s min so far") % {**words, "minutes": minutes}
    return _("Gives %(stage)s its share of the time") % words


def explanation(choosing):
    """What became of the time, in words."""
    left = ngettext("%(minutes)s minute is left over", "%(minutes)s minutes are left over", choosing.left)
    left = left % {"minutes": choosing.left}
    if choosing.left == 0:
        return _("All the time for questions is used.")
    if not choosing.unpicked:
        return _("%(left)s: the chosen sets have no more questions.") % {"left": left}
    shortest = min(choice.minutes for choice in choosing.unpicked)
    if shortest > choosing.left:
        return _("%(left)s: the shortest question not chosen takes %(shortest)s.") % {
            "left": left,
            "shortest": shortest,
        }
    return _("%(left)s: the questions that would fit repeat a subject.") % {"left": left}


def uncounted(picks):
    """Coverage is of competencies: a question that names none is in the plan, and in no bar."""
    count = sum(not choice.competency for choice in picks)
    if not count:
        return ""
    if count == len(picks):
        return _("None of them names a competency, so the coverage is empty: set it in the question bank.")
    words = ngettext("%(count)s of them names no competency.", "%(count)s of them name no competency.", count)
    return words % {"count": count}
