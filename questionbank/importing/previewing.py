"""The preview of an import: a draft beside the bank, arranged for a page to show."""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from questionbank.forms import LANGUAGES
from questionbank.importing.comparing import DEFAULT_LANGUAGE, Difference, QuestionComparison, SetComparison, compare
from questionbank.importing.editing import change_of
from questionbank.importing.labelled import answer_warning, stage_warning
from questionbank.models.questions import DEFAULT_MINUTES, Difficulty
from questionbank.models.sets import Tip
from questionbank.stages import Stage, read_stage

ROWS_A_PAGE = 100
LINES_SHOWN = 200

FIELD_NAMES = {
    "title": _("Title"),
    "introduction": _("Introduction"),
    "conclusion": _("Conclusion"),
    "language": _("Language"),
    "source": _("Source"),
    "licence": _("Licence"),
    "audience": _("Who can use it"),
    "tips": _("Tips"),
    "text": _("Question"),
    "short_name": _("Short name"),
    "when_to_ask": _("When to ask"),
    "why_ask": _("Why ask"),
    "how_to_ask": _("How to ask"),
    "stage": _("Stage"),
    "topic": _("Topic"),
    "competency": _("Competency"),
    "minutes": _("Minutes"),
    "difficulty": _("Difficulty"),
    "answers": _("Reference answers"),
    "points": _("Points"),
    "follow_ups": _("Follow-ups"),
    "anchors": _("Rating anchors"),
    "parts": _("Parts"),
    "materials": _("What the candidate is shown"),
}


@dataclass
class ShownDifference:
    """A difference in words: `lines` are `(sign, text)`, with sign "-" for ours, "+" for the document's, "" for both."""

    difference: Difference
    name: str
    lines: list[tuple[str, str]]


@dataclass
class Row:
    """One question as the page lists it."""

    comparison: QuestionComparison
    set_number: int
    warnings: list[dict] = field(default_factory=list)

    @property
    def number(self):
        return self.comparison.number

    @property
    def question(self):
        return self.comparison.parsed

    @property
    def minutes(self):
        return self.question.minutes or DEFAULT_MINUTES

    @property
    def stage(self):
        return Stage(self.question.stage)

    @property
    def by_hand(self):
        """Whether its owner chose the stage here."""
        raw = self.comparison.raw
        return self.question.stage_named and not (raw.stage_named and raw.stage == self.question.stage)

    @property
    def read_stage(self):
        """The stage that the document names, in a label or in “when to ask”, whatever was chosen here."""
        raw = self.comparison.raw
        return Stage(raw.stage) if raw.stage_named else read_stage(self.question.when_to_ask).stage

    @property
    def difficulty(self):
        return Difficulty(self.question.difficulty).label if self.question.difficulty else ""

    @property
    def when(self):
        """The words of “when to ask” before the cue, the cue, and after it."""
        text, cue = self.question.when_to_ask, "" if self.question.stage_named else self.question.stage_cue
        start = text.lower().find(cue.lower()) if cue else -1
        return (
            (text[:start], text[start : start + len(cue)], text[start + len(cue) :]) if start >= 0 else (text, "", "")
        )

    @property
    def key(self):
        return f"q{self.number}"

    @property
    def stages(self):
        return list(Stage)

    @property
    def differences(self):
        return shown(self.comparison.differences)

    @property
    def kind(self):
        """What the filter calls it: `new`, `changed`, `same` or `excluded`."""
        if self.comparison.is_new:
            return "excluded" if self.comparison.excluded else "new"
        return "changed" if self.comparison.differences else "same"

    @property
    def needs_look(self):
        if self.kind == "new":
            return bool(self.warnings)
        return any(difference.conflict for difference in self.comparison.differences)


@dataclass
class Head:
    """One set as the page heads its questions with it."""

    comparison: SetComparison
    twin: bool = False  # kept apart by its owner from one of the same title in the bank

    @property
    def number(self):
        return self.comparison.number

    @property
    def key(self):
        return f"s{self.number}"

    @property
    def language(self):
        code = self.set.language or DEFAULT_LANGUAGE
        return dict(LANGUAGES).get(code, code)

    @property
    def set(self):
        return self.comparison.parsed

    @property
    def differences(self):
        return shown(self.comparison.differences)


class Preview:
    """A draft compared with the bank. As many queries as `compare`, and none after that."""

    def __init__(self, draft):
        self.draft = draft
        self.document = draft.document
        self.sets = compare(self.document, edits=draft.edits)
        self.heads = [Head(one, bool(change_of(draft.edits, "sets", one.number).get("separate"))) for one in self.sets]
        self.rows = [Row(one, comparison.number) for comparison in self.sets for one in comparison.questions]
        self.warnings = self.spread_warnings()

    def spread_warnings(self):
        """Gives each question the warnings of its lines; leaves out those that an edit has settled."""
        starts = [row.comparison.raw.line for row in self.rows]
        kept = []
        for warning in self.document.warnings:
            at = bisect_right(starts, warning["line"]) - 1
            row = self.rows[at] if at >= 0 and warning["line"] <= self.last_line(at) else None
            if row and warning["message"] in settled(row.comparison):
                continue
            kept.append({**warning, "row": row})
            if row:
                row.warnings.append(warning)
        return kept

    def last_line(self, at):
        """Where a question surely has ended: before the tips of its set."""
        raw = self.sets[self.rows[at].set_number - 1].raw
        tips = [tip["line"] for tip in raw.tips if tip["line"] > self.rows[at].comparison.raw.line]
        return min(tips, default=float("inf"))

    @property
    def is_news(self):
        return any(comparison.news for comparison in self.sets)

    @property
    def updates(self):
        return any(not comparison.is_new for comparison in self.sets)

    @property
    def joining(self):
        """The numbers of the new questions that are not left out."""
        return [row.number for row in self.rows if row.comparison.joins]

    def row(self, number):
        return self.rows[number - 1] if 1 <= number <= len(self.rows) else None

    def head(self, number):
        return self.heads[number - 1] if 1 <= number <= len(self.sets) else None

    def totals(self):
        """What comes in, in numbers: pairs of a sentence's half and the stages below it."""
        questions = [row.question for row in self.rows if not row.comparison.excluded]
        answers = sum(len(question.answers) for question in questions)
        tips = sum(len(comparison.parsed.tips) for comparison in self.sets)
        counts = [
            ngettext("%(n)s question", "%(n)s questions", len(questions)) % {"n": len(questions)},
            ngettext("%(n)s reference answer", "%(n)s reference answers", answers) % {"n": answers},
            ngettext("%(n)s tip", "%(n)s tips", tips) % {"n": tips},
        ]
        stages = [(stage.label, sum(question.stage == stage for question in questions)) for stage in Stage]
        return {"counts": counts, "stages": stages, "sets": len(self.sets)}

    def filters(self):
        """`(name, label, count)` of the lists that hold something; all, always."""
        lists = [
            ("look", _("Needs a look"), sum(row.needs_look for row in self.rows)),
            ("new", _("New"), sum(row.kind == "new" for row in self.rows) if self.updates else 0),
            ("changed", _("Changed"), sum(row.kind == "changed" for row in self.rows)),
            ("same", _("Unchanged"), sum(row.kind == "same" for row in self.rows)),
            ("excluded", _("Left out"), sum(row.kind == "excluded" for row in self.rows)),
        ]
        return [("", _("All"), len(self.rows)), *[one for one in lists if one[2]]]

    def listed(self, name, after):
        """One page of a list behind question `after`, by set; and the number to go on behind, or None."""
        rows = [
            row
            for row in self.rows
            if row.number > after and (not name or name in (row.kind, row.needs_look and "look"))
        ]
        page = rows[:ROWS_A_PAGE]
        groups = [
            (self.heads[number - 1], list(group)) for number, group in groupby(page, key=lambda row: row.set_number)
        ]
        return groups, page[-1].number if len(rows) > len(page) else None


def settled(comparison: QuestionComparison) -> set[str]:
    """Warnings about a question that an edit has made untrue."""
    raw, parsed = comparison.raw, comparison.parsed
    return {
        sentence
        for sentence, mended in ((stage_warning(raw), parsed.stage_matched), (answer_warning(raw), parsed.answers))
        if sentence and mended
    }


def shown(differences: list[Difference]) -> list[ShownDifference]:
    return [
        ShownDifference(
            one, FIELD_NAMES[one.field], compared_lines(lines_of(one.field, one.ours), lines_of(one.field, one.theirs))
        )
        for one in differences
    ]


def compared_lines(ours: list[str], theirs: list[str]) -> list[tuple[str, str]]:
    """What only we have, what only the document has, and what both have, in the order of the document."""
    gone = [("-", line) for line in ours if line not in theirs]
    here = [("" if line in ours else "+", line) for line in theirs]
    return (
        [*gone, *here]
        if gone or any(sign for sign, _line in here)
        else [("-", "\n".join(ours)), ("+", "\n".join(theirs))]
    )


def lines_of(name: str, value) -> list[str]:
    """A field's value as lines to read."""
    if value in (None, "", [], {}):
        return [str(_("(nothing)"))]
    if name == "stage":
        return [str(Stage(value).label)]
    if name == "difficulty":
        return [str(Difficulty(value).label)]
    if name == "anchors":
        return [f"{rating}: {text}" for rating, text in value.items()]
    if name == "audience":
        return [": ".join(filter(None, (row["who"], row["use"]))) for row in value]
    if name == "tips":
        return [f"{Tip.For(row['audience']).label}, {Tip.Kind(row['kind']).label}: {row['text']}" for row in value]
    if name == "materials":
        return ["\n".join(filter(None, (row["title"], row["body"]))) for row in value]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
