"""Which components of structure an interview kept: what makes its record comparable with others.

Read from the scorecards that the reader of the record may see. The list follows Campion, Palmer and Campion (1997):
same questions, anchored ratings, notes, several independent raters.
"""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from interviews.models import Outcome


class Component(NamedTuple):
    """One sentence; `held` says whether this is how a structured interview has it."""

    held: bool
    sentence: str


def structure_of(record):
    """The components in the order of a record's page; none without a submitted scorecard. No query."""
    if not record.submitted:
        return []
    parts = [
        same_questions(record),
        must_asks(record),
        anchored(record),
        noted(record),
        raters(record),
        independent(record),
    ]
    return [part for part in parts if part]


def same_questions(record):
    planned, given = len(record.planned), len(record.asked) + len(record.covered)
    swapped = sum(bool(entry.replaces) for entry in record.entries)
    unplanned = len(record.entries) - planned - swapped
    said = _("%(n)s of %(of)s planned questions asked or covered") % {"n": given, "of": planned}
    if given == planned:
        said = ngettext("The planned question asked", "All %(n)s planned questions asked", planned) % {"n": planned}
    if unplanned:
        extra = ngettext("%(said)s, %(n)s unplanned", "%(said)s, %(n)s unplanned", unplanned)
        said = extra % {"said": said, "n": unplanned}
    if swapped:
        extra = ngettext("%(said)s, %(n)s swapped", "%(said)s, %(n)s swapped", swapped)
        said = extra % {"said": said, "n": swapped}
    return Component(given == planned and not unplanned and not swapped, said)


def must_asks(record):
    due = [entry for entry in record.planned if entry.must_ask]
    missed = [entry.title for entry in due if entry not in record.asked and entry not in record.covered]
    if not due:
        return None
    if missed:
        return Component(False, _("Not asked, though a must: %(titles)s") % {"titles": ", ".join(missed)})
    return Component(True, _("Every must-ask question asked"))


def anchored(record):
    rated = [record.entries_by_key[response.key] for response in ratings(record)]
    planned = [entry for entry in rated if entry.replaces or not entry.unplanned]
    general = sum(entry.scale_is_general for entry in planned)
    if not planned:
        return None
    if general:
        said = _("%(n)s of %(of)s ratings of planned questions on the general scale")
        return Component(False, said % {"n": general, "of": len(planned)})
    return Component(True, _("Every rating on the question’s own anchors"))


def noted(record):
    # As submitted: who adds notes later has seen the others' by then.
    first = [response.earlier[-1][0] if response.earlier else response for response in ratings(record)]
    bare = sum(not response.notes.strip() for response in first)
    if not ratings(record):
        return None
    if bare:
        return Component(False, _("%(n)s of %(of)s ratings without notes") % {"n": bare, "of": len(ratings(record))})
    return Component(True, _("Notes with every rating"))


def ratings(record):
    return [response for responses in record.responses for response in responses if response.outcome == Outcome.RATED]


def raters(record):
    count = sum(seat.submitted_at is not None for seat in record.standing.seats)
    return Component(count > 1, ngettext("%(n)s rater", "%(n)s raters", count) % {"n": count})


def independent(record):
    """Nobody reads another's scorecard before submitting their own, and nobody joins afterwards: see `open_to`."""
    count = sum(seat.submitted_at is not None for seat in record.standing.seats)
    return Component(True, _("Each submitted before seeing the others’ ratings")) if count > 1 else None
