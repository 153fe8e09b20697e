"""The frozen half of the room: rail and questions of a plan version, rendered once and kept.

Nothing in it depends on the viewer, so that one rendering serves every panelist of every interview of the
version; the browser lays ratings and notes over it. Both version items and unplanned questions never change.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from interviews.models import ItemKind, UnplannedQuestion, VersionItem
from interviews.models.scorecards import Rating
from questionbank.stages import Stage


@dataclass(frozen=True)
class Content:
    """`rail` and `panels` are HTML; `keys` the keys of all rated questions in the order of the room."""

    rail: SafeString
    panels: SafeString
    keys: tuple[str, ...]


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
    must_ask: bool = False
    note: str = ""
    unplanned: bool = False

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


def room_content(interview):
    """The `Content` of an interview. One query, two more the first time in this process."""
    unplanned = tuple(interview.unplanned.values_list("pk", flat=True))
    return rendered(interview.version_id, unplanned, get_language())


@lru_cache(maxsize=128)
def rendered(version_id, unplanned_ids, language):
    entries = room_entries(version_id, unplanned_ids)
    stages = [(stage, list(of_stage)) for stage, of_stage in groupby(entries, key=lambda entry: entry.stage)]
    context = {"entries": entries, "stages": stages, "question_count": sum(entry.is_question for entry in entries)}
    return Content(
        rail=render_to_string("interviews/room_content.html#rail", context),
        panels=render_to_string("interviews/room_content.html#panels", context),
        keys=tuple(entry.key for entry in entries if entry.is_question),
    )


def room_entries(version_id, unplanned_ids):
    """All entries in the order of the room: by stage, unplanned questions at the end of theirs. Two queries."""
    planned = [
        Entry(
            key=item.key if item.kind == ItemKind.QUESTION else f"s{item.pk}",
            title=item.title,
            stage=Stage(item.stage),
            number=str(item.number or ""),
            minutes=item.minutes,
            kind=item.kind,
            content=item.content,
            competency=item.competency,
            must_ask=item.must_ask,
            note=item.note,
        )
        for item in VersionItem.objects.filter(version=version_id)
    ]
    unplanned = [
        Entry(
            key=added.key,
            title=added.title,
            stage=Stage(added.stage),
            number="+",
            minutes=0,
            kind=ItemKind.QUESTION,
            content=added.content,
            unplanned=True,
        )
        for added in UnplannedQuestion.objects.filter(pk__in=unplanned_ids)
    ]
    return sorted(planned + unplanned, key=lambda entry: entry.stage)
