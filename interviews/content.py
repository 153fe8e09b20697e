"""The frozen part of the room: rail, questions and dialogs of a plan version, rendered once and kept.

Nothing in it depends on the viewer, so that one rendering serves every panelist of every interview of the
version; the browser lays ratings and notes over it. Both version items and unplanned questions never change.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from interviews.forms.room import PauseForm, UnplannedForm
from interviews.models import ItemKind, Outcome, PlanVersion, UnplannedQuestion, VersionItem
from interviews.models.plans import Asker
from interviews.models.scorecards import Rating
from questionbank.stages import Stage


@dataclass(frozen=True)
class Content:
    """The version's title, the keys in the room's order, for how many seats there are questions, and as HTML rail, questions,
    tips, what opens over them, and the fields of the two small forms."""

    title: str
    keys: tuple
    askers: int
    rail: SafeString
    panels: SafeString
    tips: SafeString
    dialogs: SafeString
    unplanned_fields: SafeString
    pause_fields: SafeString


@dataclass(frozen=True)
class Entry:
    """One panel of the room: a planned question, an unplanned one, or a segment."""

    key: str
    title: str
    stage: Stage
    number: str
    minutes: int
    kind: str
    content: dict
    competency: str = ""
    weight: int = 1
    must_ask: bool = False
    note: str = ""
    asker: int = Asker.LEAD
    unplanned: bool = False
    # The key and the number of the planned question in whose place this one is asked, and why.
    replaces: str = ""
    replaces_number: str = ""
    reason: str = ""

    @property
    def asker_label(self):
        return Asker(self.asker).label

    @property
    def is_question(self):
        return self.kind == ItemKind.QUESTION

    @property
    def scale(self):
        """`[(rating, words), …]`; the team's general words stand in where the question has no anchor."""
        anchors = self.content["anchors"]
        return [(rating.value, anchors.get(str(rating.value)) or rating.label) for rating in Rating]

    @property
    def scale_is_general(self):
        return not self.content["anchors"]


# The key that chooses an outcome while the menu is open: 0, then the letter.
OUTCOME_KEYS = [
    (Outcome.DECLINED, "D"),
    (Outcome.NOT_REACHED, "R"),
    (Outcome.COVERED, "C"),
    (Outcome.NOT_OBSERVED, "O"),
    (Outcome.TECHNICAL, "T"),
]


def room_content(interview, unplanned_ids):
    """The `Content` of an interview. No query, three the first time in this process."""
    return rendered(interview.version_id, tuple(unplanned_ids), get_language())


@lru_cache(maxsize=128)
def rendered(version_id, unplanned_ids, language):
    return render_room(PlanVersion.objects.get(pk=version_id), room_entries(version_id, unplanned_ids))


def render_room(version, entries):
    """The `Content` of a version and its entries. No query."""
    context = {
        "entries": entries,
        "stages": [(stage, list(of_stage)) for stage, of_stage in groupby(entries, key=lambda entry: entry.stage)],
        "question_count": sum(entry.is_question for entry in entries),
        "outcomes": OUTCOME_KEYS,
        "unplanned_form": UnplannedForm(),
        "pause_form": PauseForm(),
    } | version.tips_by_kind()
    pieces = ("rail", "panels", "tips", "dialogs", "unplanned_fields", "pause_fields")
    html = {name: render_to_string(f"interviews/room_content.html#{name}", context) for name in pieces}
    keys = tuple(entry.key for entry in entries)
    askers = max((entry.asker for entry in entries), default=Asker.LEAD)
    return Content(title=version.title, keys=keys, askers=askers, **html)


def room_entries(version_id, unplanned_ids):
    """All entries in the order of the room: by stage, unplanned questions at the end of theirs, what stands in for a
    planned question after it. Two queries."""
    planned = [planned_entry(item) for item in VersionItem.objects.filter(version=version_id)]
    added = list(UnplannedQuestion.objects.filter(pk__in=unplanned_ids).order_by("pk"))
    free = [one for one in added if not one.replaces_id]
    extra = [replace(unplanned(one), number=f"+{place}") for place, one in enumerate(free, 1)]
    entries = sorted(planned + extra, key=lambda entry: entry.stage)
    for one in added:
        at = next(
            (at for at, entry in enumerate(entries) if one.replaces_id and entry.key == f"q{one.replaces_id}"), None
        )
        if at is not None:
            entries.insert(at + 1, standing_in(one, entries[at]))
    return entries


def planned_entry(item):
    return Entry(
        key=item.key if item.kind == ItemKind.QUESTION else f"s{item.pk}",
        title=item.title,
        stage=Stage(item.stage),
        number=str(item.number or ""),
        minutes=item.minutes,
        kind=item.kind,
        content=item.content,
        competency=item.competency,
        weight=item.weight,
        must_ask=item.must_ask,
        note=item.note,
        asker=item.asker,
    )


def unplanned(added):
    return Entry(
        key=added.key,
        title=added.title,
        stage=Stage(added.stage),
        number="",
        minutes=0,
        kind=ItemKind.QUESTION,
        content=added.content,
        unplanned=True,
    )


def standing_in(added, planned):
    return replace(
        unplanned(added),
        number=f"{planned.number}b",
        minutes=planned.minutes,
        competency=planned.competency,
        weight=planned.weight,
        must_ask=planned.must_ask,
        asker=planned.asker,
        replaces=planned.key,
        replaces_number=planned.number,
        reason=added.reason,
    )
