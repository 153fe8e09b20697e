"""Openings, candidates, plans, interviews, scorecards: split by subject."""

from interviews.models.amendments import Amendment
from interviews.models.candidates import Candidate
from interviews.models.courses import Course
from interviews.models.decisions import AgreedRating, Decision, DecisionOutcome
from interviews.models.history import HistoryEntry
from interviews.models.interviews import Interview, Sitting, State, UnplannedQuestion
from interviews.models.openings import Opening
from interviews.models.operations import Operation
from interviews.models.panels import Panelist, Place
from interviews.models.plans import ItemKind, Plan, PlanItem, SegmentKind
from interviews.models.scorecards import Outcome, Recommendation, Response, Scorecard
from interviews.models.search import NotesSearch
from interviews.models.trail import TrailEntry, TrailHead, TrailPayload
from interviews.models.versions import PlanVersion, VersionItem

__all__ = [
    "AgreedRating",
    "Amendment",
    "Candidate",
    "Course",
    "Decision",
    "DecisionOutcome",
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
    "TrailEntry",
    "TrailHead",
    "TrailPayload",
    "UnplannedQuestion",
    "VersionItem",
]
