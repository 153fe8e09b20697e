"""Openings, candidates, plans, interviews, scorecards: split by subject."""

from interviews.models.candidates import Candidate
from interviews.models.history import HistoryEntry
from interviews.models.interviews import Interview, Sitting, State, UnplannedQuestion
from interviews.models.openings import Opening
from interviews.models.operations import Operation
from interviews.models.panels import Panelist, Place
from interviews.models.plans import ItemKind, Plan, PlanItem, SegmentKind
from interviews.models.scorecards import Outcome, Recommendation, Response, Scorecard
from interviews.models.search import NotesSearch
from interviews.models.versions import PlanVersion, VersionItem

__all__ = [
    "Candidate",
    "HistoryEntry",
    "Interview",
    "ItemKind",
    "NotesSearch",
    "Opening",
    "Operation",
    "Outcome",
    "Panelist",
    "Place",
    "Plan",
    "PlanItem",
    "PlanVersion",
    "Recommendation",
    "Response",
    "Scorecard",
    "SegmentKind",
    "Sitting",
    "State",
    "UnplannedQuestion",
    "VersionItem",
]
