"""From a compared document to rows of the bank, in bulk: so many statements for one question as for a thousand."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from questionbank.importing.comparing import DEFAULT_LANGUAGE, compare
from questionbank.models.competencies import Competency
from questionbank.models.questions import (
    DEFAULT_MINUTES,
    FollowUp,
    Material,
    Part,
    Point,
    Question,
    RatingAnchor,
    ReferenceAnswer,
)
from questionbank.models.sets import AudienceRow, QuestionSet, Tip

ROWS_AT_ONCE = 5000


@dataclass
class Written:
    """What an import did. `sets` are all sets of the document, in its order; the others are counts of questions."""

    sets: list[QuestionSet] = field(default_factory=list)
    created: int = 0
    changed: int = 0
    kept: int = 0  # edited here and changed in the document, where ours stayed


@transaction.atomic
def write_document(document, *, edits=None, user=None, library_name=None, conflicts=False, digest="") -> Written:
    """Brings a document into the bank, once: a second time changes nothing and writes nothing.

    Parameters as for `comparing.compare`, which is done again here under locks, so that nothing edited meanwhile is
    overwritten. `user` becomes the author of what is new. At most 50 statements, and one for each new competency.
    """
    comparisons = compare(document, edits=edits, library_name=library_name, conflicts=conflicts, lock=True)
    write_sets(comparisons, user=user, library_name=library_name, digest=digest)
    questions = [(one, comparison) for comparison in comparisons for one in comparison.questions]
    competencies = Competencies()
    created = create_questions(questions, competencies, user=user)
    changed = [one for one, _comparison in questions if not one.is_new and one.writes]
    change_questions(changed, competencies)
    return Written(
        sets=[comparison.found for comparison in comparisons],
        created=len(created),
        changed=sum(bool(one.taken) for one in changed),
        kept=sum(difference.conflict and not difference.choice for difference in all_differences(comparisons)),
    )


def all_differences(comparisons):
    for comparison in comparisons:
        yield from comparison.differences
        for one in comparison.questions:
            yield from one.differences


class Competencies:
    """Competencies by name, read once; those that are missing are made."""

    def __init__(self):
        self.known = None

    def named(self, name):
        if not name:
            return None
        if self.known is None:
            self.known = {competency.name.lower(): competency for competency in Competency.objects.all()}
        if name.lower() not in self.known:
            self.known[name.lower()] = Competency.objects.named(name)
        return self.known[name.lower()]


# Sets


def write_sets(comparisons, *, user, library_name, digest):
    """Creates and changes the sets themselves, with who they are for and their tips."""
    for comparison in comparisons:
        if digest:
            comparison.snapshot["digest"] = digest
    written = [comparison for comparison in comparisons if comparison.writes]
    new = [comparison for comparison in written if comparison.is_new]
    changed = [(comparison, comparison.taken) for comparison in written if not comparison.is_new]
    fresh = [(comparison, {"audience", "tips"}) for comparison in new]
    for comparison in new:
        comparison.found = QuestionSet(created_by=user, library_name=library_name, imported=comparison.snapshot)
        fill_set(comparison.found, comparison.parsed, SET_COLUMNS)
    QuestionSet.objects.bulk_create([comparison.found for comparison in new], batch_size=ROWS_AT_ONCE)
    for comparison, taken in changed:
        fill_set(comparison.found, comparison.raw, taken & set(SET_COLUMNS))
        comparison.found.imported, comparison.found.changed_at = comparison.snapshot, timezone.now()
    QuestionSet.objects.bulk_update(
        [comparison.found for comparison, _taken in changed], [*SET_COLUMNS, "imported", "changed_at"], batch_size=200
    )
    for model, name, rows_of in ((AudienceRow, "audience", audience_rows), (Tip, "tips", tip_rows)):
        old = [comparison.found for comparison, taken in changed if name in taken]
        if old:
            model.objects.filter(question_set__in=old).delete()
        rows = [row for comparison, taken in fresh + changed if name in taken for row in rows_of(comparison)]
        model.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)


SET_COLUMNS = ("title", "introduction", "conclusion", "language", "source", "licence")


def fill_set(question_set, parsed, names):
    for name in names:
        setattr(question_set, name, getattr(parsed, name))
    question_set.language = question_set.language or DEFAULT_LANGUAGE


def audience_rows(comparison):
    return [
        AudienceRow(question_set=comparison.found, position=position, who=row["who"], use=row["use"])
        for position, row in enumerate(comparison.parsed.audience)
    ]


def tip_rows(comparison):
    return [
        Tip(
            question_set=comparison.found,
            position=position,
            audience=tip["audience"],
            kind=tip["kind"],
            text=tip["text"],
        )
        for position, tip in enumerate(comparison.parsed.tips)
    ]


# Questions


def create_questions(questions, competencies, *, user):
    """Creates what is new, behind what its set has already."""
    new, places = [], {}
    for one, comparison in questions:
        if not one.joins:
            continue
        place = places.get(comparison.number, comparison.next_position)
        places[comparison.number] = place + 1
        question = Question(
            question_set=comparison.found, position=place, created_by=user, imported=one.snapshot, text=one.parsed.text
        )
        fill_question(question, one.parsed, set(QUESTION_COLUMNS), competencies)
        new.append((question, one.parsed))
    Question.objects.bulk_create([question for question, _parsed in new], batch_size=ROWS_AT_ONCE)
    create_details(dict.fromkeys(DETAILS, new))
    return new


def change_questions(changed, competencies):
    """Takes over what was decided, and remembers what the document said."""
    if not changed:
        return
    replaced = defaultdict(list)
    for one in changed:
        taken = one.taken
        fill_question(one.found, one.raw, taken & set(QUESTION_COLUMNS), competencies)
        one.found.imported, one.found.changed_at = one.snapshot, timezone.now()
        for name in taken & set(DETAILS):
            replaced[name].append((one.found, one.raw))
    columns = [*QUESTION_COLUMNS, "stage_cue", "stage_by_hand", "imported", "changed_at"]
    Question.objects.bulk_update([one.found for one in changed], columns, batch_size=200)
    for name, pairs in replaced.items():
        DETAILS[name][0].objects.filter(question__in=[question for question, _parsed in pairs]).delete()
    create_details(replaced)


QUESTION_COLUMNS = (
    "text",
    "short_name",
    "when_to_ask",
    "why_ask",
    "how_to_ask",
    "stage",
    "topic",
    "competency",
    "minutes",
    "difficulty",
)


def fill_question(question, parsed, names, competencies):
    for name in names - {"stage", "competency", "minutes"}:
        setattr(question, name, getattr(parsed, name))
    if "competency" in names:
        question.competency = competencies.named(parsed.competency)
    if "minutes" in names:
        question.minutes = parsed.minutes or DEFAULT_MINUTES
    if "stage" in names:
        question.stage, question.stage_by_hand = parsed.stage, parsed.stage_named
    if names & {"stage", "when_to_ask"}:
        cue_holds = parsed.stage == question.stage and not question.stage_by_hand
        question.stage_cue = parsed.stage_cue[:120] if cue_holds else ""


# What hangs on a question


def text_rows(model, name):
    def rows(question, parsed):
        return [model(question=question, position=at, text=text) for at, text in enumerate(getattr(parsed, name))]

    return rows


def point_rows(question, parsed):
    return [
        Point(question=question, position=at, text=text, confirmed=parsed.points_confirmed)
        for at, text in enumerate(parsed.points)
    ]


def anchor_rows(question, parsed):
    return [RatingAnchor(question=question, rating=rating, text=text) for rating, text in parsed.anchors.items()]


def material_rows(question, parsed):
    return [Material(question=question, position=at, **material) for at, material in enumerate(parsed.materials)]


# Field of the document to the model of its rows and what makes them.
DETAILS = {
    "answers": (ReferenceAnswer, text_rows(ReferenceAnswer, "answers")),
    "points": (Point, point_rows),
    "follow_ups": (FollowUp, text_rows(FollowUp, "follow_ups")),
    "anchors": (RatingAnchor, anchor_rows),
    "parts": (Part, text_rows(Part, "parts")),
    "materials": (Material, material_rows),
}


def create_details(pairs_by_name):
    for name, (model, rows_of) in DETAILS.items():
        rows = [row for question, parsed in pairs_by_name.get(name, ()) for row in rows_of(question, parsed)]
        model.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
