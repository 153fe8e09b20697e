"""The history of an interview in sentences: who and as what, when, what, before and after, and why.

Nothing here is sealed: whoever may know of the interview may read all of it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import role_names
from interviews.models import DecisionOutcome, HistoryEntry, Place, PlanVersion, TrailEntry
from interviews.models.interviews import Setting

What = HistoryEntry.What


@dataclass(frozen=True)
class Event:
    """One sentence of the history. `by` is a user, or None for what nobody did by hand; `then` is what they were to the
    interview when it happened: their place on the panel, else their roles; "" if the trail does not know."""

    at: datetime
    by: object
    sentence: str
    reason: str = ""
    then: str = ""


def events(interview, *, opened=False):
    """The history of the interview, the newest first; what tells of scorecards only where they are `opened` to the reader.
    One query, two if its plan version was ever changed."""
    noted = TrailEntry.objects.filter(table_name=HistoryEntry._meta.db_table, row_id=OuterRef("pk"))
    then = {name: Subquery(noted.values(name)[:1]) for name in ("place", "roles")}
    entries = interview.history.select_related("by").annotate(**then).order_by("-at", "-pk")
    entries = list(entries if opened else entries.exclude(what__in=HistoryEntry.OF_SCORECARDS))
    versions = versions_named_in(entries)
    return [
        Event(entry.at, entry.by, sentence(entry, versions), entry.detail.get("reason") or "", standing(entry))
        for entry in entries
    ]


def standing(entry):
    """Whoever did it, as what. No query."""
    return (Place(entry.place).label if entry.place else ", ".join(role_names(entry.roles or []))).lower()


def versions_named_in(entries):
    keys = [
        entry.detail[side] for entry in entries if entry.what == What.VERSION_CHANGED for side in ("before", "after")
    ]
    return PlanVersion.objects.in_bulk(keys) if keys else {}


def sentence(entry, versions):
    """What happened, in words. No query."""
    if entry.what not in SENTENCES:
        return entry.get_what_display()
    said = details(entry, versions)
    try:
        return str(SENTENCES[entry.what]() % said)
    except KeyError:
        return str(EARLIER_SENTENCES[entry.what]() % said)


def details(entry, versions):
    """The values of `entry.detail` as they are read: times in the user's zone, places and versions by name."""
    said = dict(entry.detail)
    if entry.what == What.ADJUSTED and "was" in said:
        changes = changes_in_words(said["was"], said["now"])
        return {"changes": "; ".join(f"{what}: {was} → {now}" for what, was, now in changes)}
    if entry.what == What.VERSION_CHANGED:
        return {side: versions.get(said[side], _("a version that is gone")) for side in ("before", "after")}
    if entry.what in (What.AGREED, What.DECIDED):
        named = (lambda name: str(DecisionOutcome(name).label)) if entry.what == What.DECIDED else str
        said["change"] = named(said["now"]) if said["was"] is None else f"{named(said['was'])} → {named(said['now'])}"
    for key in {"at", "before", "after"} & said.keys():
        said[key] = date_format(timezone.localtime(parse_datetime(said[key])), "l j F Y, H:i")
    if "place" in said:
        said["place"] = Place(said["place"]).label.lower()
    return said


def changes_in_words(was, now):
    """`[(what, before, after), …]` of the setting and time of an interview, for what differs. No query."""
    changes = [(name, was.get(name), after) for name, after in now.items() if was.get(name) != after]
    return [(str(ADJUSTABLE[name][0]()), *(ADJUSTABLE[name][1](side) for side in sides)) for name, *sides in changes]


def as_written(text):
    return text or "–"


ADJUSTABLE = {
    "minutes": (lambda: _("Length"), lambda n: _("%(minutes)s min") % {"minutes": n}),
    "setting": (lambda: _("Setting"), lambda name: str(Setting(name).label)),
    "location": (lambda: _("Link or room"), as_written),
    "language": (lambda: _("Language"), as_written),
}


# Functions, so that each sentence is translated when it is read.
SENTENCES = {
    What.SCHEDULED: lambda: _("Scheduled for %(at)s"),
    What.MOVED: lambda: _("Moved from %(before)s to %(after)s"),
    What.CANCELLED: lambda: _("Cancelled"),
    What.NO_SHOW: lambda: _("The candidate did not come"),
    What.STARTED: lambda: _("Started"),
    What.PAUSED: lambda: _("Paused"),
    What.RESUMED: lambda: _("Resumed"),
    What.FINISHED: lambda: _("Finished"),
    What.FINISH_UNDONE: lambda: _("Finish undone"),
    What.SITTING_SCHEDULED: lambda: _("Further sitting scheduled for %(at)s"),
    What.SITTING_DROPPED: lambda: _("Further sitting dropped"),
    What.QUESTION_ADDED: lambda: _("Unplanned question added: %(title)s"),
    What.QUESTION_SWAPPED: lambda: _("“%(instead_of)s” swapped for “%(title)s”"),
    What.PANELIST_ADDED: lambda: _("%(name)s added as %(place)s"),
    What.PANELIST_REMOVED: lambda: _("%(name)s, %(place)s, taken off the panel"),
    What.LEAD_TAKEN: lambda: _("%(name)s took the lead from %(lead)s"),
    What.EXCUSED: lambda: _("%(name)s, %(place)s, excused"),
    What.VERSION_CHANGED: lambda: _("Plan changed from “%(before)s” to “%(after)s”"),
    What.ADJUSTED: lambda: _("Setting and time changed. %(changes)s"),
    What.SUBMITTED: lambda: _("Scorecard submitted"),
    What.AMENDED: lambda: _("Scorecard amended: %(title)s"),
    What.AGREED: lambda: _("Agreed on “%(title)s”: %(change)s"),
    What.DECIDED: lambda: _("Decided: %(change)s"),
}
# Of entries from when these had less to say.
EARLIER_SENTENCES = {
    What.LEAD_TAKEN: lambda: _("%(name)s took the lead"),
    What.EXCUSED: lambda: _("%(name)s excused"),
    What.ADJUSTED: lambda: _("Setting and time adjusted: %(minutes)s min in all"),
}
