"""What a document would change in the bank, field by field.

Three versions of every field are compared: what the document said at the last import (`imported`, kept with each set
and question), what the bank says now, and what the document says today. Where the document says what it said, nothing
is asked, whatever has been edited here. Where it says something else, an untouched field follows it, and an edited one
is a conflict. A document that is silent about minutes, competency and the like takes nothing away.
"""

import difflib
import hashlib
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Lower

from questionbank.importing.document import ParsedQuestion, ParsedSet
from questionbank.importing.editing import apply_edits, change_of
from questionbank.models.questions import DEFAULT_MINUTES, Question
from questionbank.models.sets import QuestionSet
from questionbank.points import draft_points

DEFAULT_LANGUAGE = "en"
CLOSE_ENOUGH = 0.85
CANDIDATES_AT_MOST = 5
COMPARED_AT_MOST = 400  # characters of a question's text

SET_FIELDS = ("title", "introduction", "conclusion", "language", "source", "licence", "audience", "tips")
QUESTION_FIELDS = (
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
    "answers",
    "points",
    "follow_ups",
    "anchors",
    "parts",
    "materials",
)
# Where a document says nothing about these, it means nothing by it.
MAY_BE_SILENT = {"language", "source", "licence", "topic", "competency", "minutes", "difficulty", "points"}


@dataclass
class Difference:
    """One field in which the document moved away from what the bank says.

    `conflict`: it was edited here since the last import. `choice` is True to take the document's, False to keep ours,
    None while nobody has decided; then ours stays, and the question comes up again at the next import.
    """

    field: str
    ours: object
    theirs: object
    conflict: bool
    choice: bool | None

    @property
    def mark(self) -> str:
        """Names our version, so that a choice made while looking at another version does not count."""
        return mark_of(self.ours)


@dataclass
class Comparison:
    """One set or question of the document beside its counterpart in the bank; `found` None if it has none there."""

    number: int
    raw: object
    parsed: object
    found: object = None
    differences: list[Difference] = field(default_factory=list)
    snapshot: dict = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.found is None

    @property
    def taken(self) -> set[str]:
        """The fields that follow the document."""
        return {difference.field for difference in self.differences if difference.choice}

    @property
    def conflicts(self) -> list[Difference]:
        return [difference for difference in self.differences if difference.conflict]

    @property
    def writes(self) -> bool:
        """Whether anything of it would be written; also only that the document was seen."""
        return self.is_new or bool(self.taken) or self.snapshot != (self.found.imported or {})


@dataclass
class QuestionComparison(Comparison):
    raw: ParsedQuestion
    parsed: ParsedQuestion
    excluded: bool = False

    @property
    def joins(self) -> bool:
        """New, and not left out."""
        return self.is_new and not self.excluded


@dataclass
class SetComparison(Comparison):
    """`gone`: questions of an earlier import that the document no longer has. They stay in the bank."""

    raw: ParsedSet
    parsed: ParsedSet
    questions: list[QuestionComparison] = field(default_factory=list)
    gone: list[Question] = field(default_factory=list)
    next_position: int = 0

    @property
    def news(self) -> bool:
        """Whether the document says anything that the bank does not know."""
        return self.is_new or bool(self.differences) or any(one.joins or one.differences for one in self.questions)


def compare(document, *, edits=None, library_name=None, conflicts=False, lock=False) -> list[SetComparison]:
    """Each set of the document beside the bank. 1 query, and 9 more if the bank has any of the sets.

    `edits` are the owner's (`editing`). `conflicts` is the choice where nobody has made one: False keeps ours for good,
    None keeps it for now, True takes the document's. A set of the library is found by `library_name` and by nothing
    else, any other by its title. `lock` (in a transaction) holds the sets until they are written.
    """
    edits = edits or {}
    pairs = list(zip(document.sets, apply_edits(document, edits).sets, strict=True))
    found = find_sets(pairs, edits, library_name=library_name, lock=lock)
    questions = questions_of([question_set for question_set in found if question_set], lock=lock)
    comparisons, number = [], 0
    for set_number, ((raw, parsed), question_set) in enumerate(zip(pairs, found, strict=True), 1):
        comparison = SetComparison(set_number, raw, parsed, question_set)
        choices = change_of(edits, "sets", set_number).get("choices", {})
        settle(comparison, set_values(raw), question_set and bank_set_values(question_set), choices, conflicts)
        compare_questions(comparison, questions.get(question_set and question_set.pk, []), edits, number, conflicts)
        number += len(raw.questions)
        comparisons.append(comparison)
    return comparisons


# Which sets and questions belong together


def find_sets(pairs, edits, *, library_name, lock):
    """For each set of the document the bank's, or None. Current ones before archived, newest first."""
    titles = [None if library_name else wanted_title(pair, edits, number) for number, pair in enumerate(pairs, 1)]
    if library_name:
        sets = QuestionSet.objects.filter(library_name=library_name)
    else:
        wanted = {title for title in titles if title}
        sets = QuestionSet.objects.filter(library_name=None).filter(
            Q(pk__in=with_title(Lower("title"), wanted))
            | Q(pk__in=with_title(Lower(KeyTextTransform("title", "imported")), wanted))
        )
    sets = sets.prefetch_related("audience", "tips").order_by(F("archived_at").asc(nulls_first=True), "-pk")
    if lock:
        sets = sets.select_for_update(of=("self",), no_key=True)
    waiting = list(sets) if library_name or any(titles) else []
    found = []
    for title in titles:
        match = next((one for one in waiting if library_name or title in names_of(one)), None)
        if match:
            waiting.remove(match)
        found.append(match)
    return found


def wanted_title(pair, edits, number):
    raw, parsed = pair
    separate = change_of(edits, "sets", number).get("separate")
    return "" if separate else (raw.title or parsed.title).strip().lower()


def with_title(expression, titles):
    return QuestionSet.objects.annotate(known_as=expression).filter(known_as__in=titles).values("pk")


def names_of(question_set):
    return {question_set.title.lower(), (question_set.imported or {}).get("title", "").lower()} - {""}


def questions_of(sets, *, lock):
    """All questions of these sets with everything on them, archived ones too, by set."""
    by_set = defaultdict(list)
    if sets:
        questions = Question.objects.filter(question_set__in=sets).with_content().order_by("position", "pk")
        for question in questions.select_for_update(of=("self",), no_key=True) if lock else questions:
            by_set[question.question_set_id].append(question)
    return by_set


def compare_questions(comparison, bank, edits, number, conflicts):
    pairs = list(zip(comparison.raw.questions, comparison.parsed.questions, strict=True))
    found = match_questions([raw.text for raw, _parsed in pairs], bank)
    for (raw, parsed), question in zip(pairs, found, strict=True):
        number += 1
        change = change_of(edits, "questions", number)
        one = QuestionComparison(number, raw, parsed, question, excluded=bool(change.get("excluded")))
        ours = question and bank_question_values(question)
        settle(one, question_values(raw), ours, change.get("choices", {}), conflicts)
        comparison.questions.append(one)
    matched = {question.pk for question in found if question}
    comparison.gone = [one for one in bank if one.pk not in matched and one.imported and not one.archived_at]
    comparison.next_position = max((question.position + 1 for question in bank), default=0)


def match_questions(texts: list[str], bank: list[Question]) -> list[Question | None]:
    """For each text the bank's question: the one that came from it, else one that says it, else a close one."""
    found = [None] * len(texts)
    free = {question.pk: question for question in bank}
    for said in (lambda question: (question.imported or {}).get("text", ""), lambda question: question.text):
        by_key = defaultdict(list)
        for question in reversed(free.values()):
            by_key[text_key(said(question))].append(question)
        for at, text in enumerate(texts):
            if found[at] is None and (same := by_key.get(text_key(text))):
                found[at] = free.pop(same.pop().pk)
    if free:
        match_close(texts, found, free)
    return found


def text_key(text: str) -> str:
    """What is left of a question without case, punctuation and spaces."""
    return " ".join(re.findall(r"\w+", text.casefold())) or text.strip()


def match_close(texts, found, free):
    """Fills in `found` by likeness, best first. Only the few that share most words are looked at closely."""
    by_word = defaultdict(set)
    for pk, question in free.items():
        for word in words_of((question.imported or {}).get("text") or question.text):
            by_word[word].add(pk)
    scored = []
    for at, text in enumerate(texts):
        if found[at] is None:
            shared = Counter(pk for word in words_of(text) for pk in by_word.get(word, ()))
            for pk, _count in shared.most_common(CANDIDATES_AT_MOST):
                scored.append((likeness(text, (free[pk].imported or {}).get("text") or free[pk].text), at, pk))
    for score, at, pk in sorted(scored, key=lambda one: (-one[0], one[1])):
        if score >= CLOSE_ENOUGH and found[at] is None and pk in free:
            found[at] = free.pop(pk)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text[:COMPARED_AT_MOST].casefold()))


def likeness(one: str, other: str) -> float:
    """From 0 to 1, however punctuation and case differ."""
    return difflib.SequenceMatcher(
        None, text_key(one[:COMPARED_AT_MOST]), text_key(other[:COMPARED_AT_MOST]), autojunk=False
    ).ratio()


# Field by field


def settle(comparison, theirs, ours, choices, conflicts):
    """Fills in differences, and the snapshot that remembers what was decided upon."""
    comparison.snapshot = dict(theirs)
    if ours is None:
        return
    base = comparison.found.imported
    untouched = base and as_written(base)
    for name, value in theirs.items():
        if value is None or (base is not None and value == base.get(name)) or plain(value) == plain(ours[name]):
            continue
        conflict = base is None or plain(ours[name]) != plain(untouched.get(name))
        choice = chosen(choices.get(name), ours[name], conflicts if conflict else True)
        comparison.differences.append(Difference(name, ours[name], value, conflict, choice))
        if choice is None:
            comparison.snapshot.pop(name)
            if base and name in base:
                comparison.snapshot[name] = base[name]


def chosen(choice, ours, otherwise):
    """The choice a person made, if it was made about the version we have now."""
    verb, _dot, mark = (choice or "").partition(".")
    return verb == "take" if mark == mark_of(ours) else otherwise


def mark_of(value) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def set_values(parsed: ParsedSet) -> dict:
    """What the document says of a set, comparable and storable; None where it is silent."""
    values = {name: getattr(parsed, name) for name in SET_FIELDS}
    values["tips"] = tips_in_order(parsed.tips)
    values["audience"] = [{"who": row["who"], "use": row["use"]} for row in parsed.audience]
    return silent(values)


def tips_in_order(tips):
    """Side by side and dos before don'ts, as the bank keeps them."""
    rows = [{"audience": tip["audience"], "kind": tip["kind"], "text": tip["text"]} for tip in tips]
    return sorted(rows, key=lambda row: (row["audience"], row["kind"]))


def question_values(parsed: ParsedQuestion) -> dict:
    """What the document says of a question; None where it is silent. Drafted points are not its own."""
    values = {name: getattr(parsed, name) for name in QUESTION_FIELDS}
    values["anchors"] = {str(rating): text for rating, text in sorted(parsed.anchors.items())}
    values["points"] = parsed.points if parsed.points_confirmed else None
    return silent(values)


def silent(values):
    return {name: None if name in MAY_BE_SILENT and not value else value for name, value in values.items()}


def bank_set_values(question_set) -> dict:
    return {name: getattr(question_set, name) for name in SET_FIELDS if name not in ("audience", "tips")} | {
        "audience": [{"who": row.who, "use": row.use} for row in question_set.audience.all()],
        "tips": tips_in_order(
            {"audience": tip.audience, "kind": tip.kind, "text": tip.text} for tip in question_set.tips.all()
        ),
    }


LISTS = {"answers": "reference_answers", "points": "points", "follow_ups": "follow_ups", "parts": "parts"}


def bank_question_values(question) -> dict:
    """What the bank says of a question fetched `with_content`. No query."""
    listed = {*LISTS, "anchors", "materials", "competency"}
    values = {name: getattr(question, name) for name in QUESTION_FIELDS if name not in listed}
    values |= {name: [row.text for row in getattr(question, relation).all()] for name, relation in LISTS.items()}
    values["competency"] = question.competency.name if question.competency else ""
    values["anchors"] = {str(row.rating): row.text for row in question.anchors.all()}
    values["materials"] = [{"kind": row.kind, "title": row.title, "body": row.body} for row in question.materials.all()]
    return values


def as_written(snapshot: dict) -> dict:
    """What the import made of a snapshot: the defaults where the document was silent."""
    written = {name: "" if value is None else value for name, value in snapshot.items()}
    if "text" not in snapshot:
        return written | {"language": snapshot.get("language") or DEFAULT_LANGUAGE}
    return written | {
        "minutes": snapshot.get("minutes") or DEFAULT_MINUTES,
        "points": snapshot["points"] if snapshot.get("points") else draft_points(snapshot.get("answers", [])),
    }


def plain(value):
    """The value without what forms and files do to line ends and the space around words; names in any case."""
    if isinstance(value, str):
        return "\n".join(line.rstrip() for line in value.replace("\r\n", "\n").split("\n")).strip()
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value
