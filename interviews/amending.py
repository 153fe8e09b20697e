"""Amendments: a submitted response read anew by its author, who says why. What was submitted stays as it was."""

from copy import copy

from django.utils.translation import gettext as _

from accounts.acting import acting
from interviews.lifecycle import locked, record
from interviews.models import Amendment, HistoryEntry, Scorecard, State
from interviews.problems import NotNow, Stale
from interviews.scoring import tally


@acting
def amend(*, response, by, reason, seen, **version):
    """A new version of the author's own submitted response; `version` names every field of `Amendment.VERSIONED`, `seen` how
    many amendments of it the author saw.

    Raises `Stale` if there are more by now, and `NotNow` where it says what the response says already. Ten queries, however
    many questions.
    """
    # The interview first, as everywhere: a decision that is being made is about the score before this one or after it.
    interview = locked(response.scorecard.interview, State.FINISHED, instead=_("This interview is not finished."))
    # One order of amendments, since each holds the whole scorecard's score.
    scorecard = Scorecard.objects.select_for_update(of=("self",), no_key=True).get(pk=response.scorecard_id)
    responses = list(scorecard.responses.select_related("item", "unplanned__replaces"))
    earlier = bring_up_to_date([scorecard], responses)
    current = next(one for one in responses if one.pk == response.pk)
    number = sum(amendment.response_id == response.pk for amendment in earlier)
    if number != seen:
        raise Stale(_("You have amended this meanwhile, in another window. Look at the record, then amend it again."))
    if version == {name: getattr(current, name) for name in Amendment.VERSIONED}:
        raise NotNow(_("This is what your scorecard says already. Change something, or go back."))
    overlay(current, version)
    amendment = Amendment.objects.create(
        response=response,
        scorecard=scorecard,
        author=by,
        number=number + 1,
        reason=reason,
        **version,
        **dict(zip(Amendment.SUMS, tally(responses), strict=True)),
    )
    title = (current.item or current.unplanned).title
    record(interview, HistoryEntry.What.AMENDED, by, title=title, reason=reason)
    return amendment


def bring_up_to_date(scorecards, responses=()):
    """What counts now: lays the latest amendments over these responses, and their score over the scorecards, in memory.

    Gives each amended response its `amendment`, the latest, and `earlier`: what it said before, the latest first, each
    with the amendment that had made it so, None as submitted. Returns the amendments, the oldest first; without responses
    only the latest of each scorecard. One query.
    """
    amendments = Amendment.objects.filter(scorecard__in=scorecards)
    if not responses:  # then the latest of each scorecard is enough, and of that the score
        amendments = (
            amendments.order_by("scorecard_id", "-pk").distinct("scorecard_id").only("scorecard", *Amendment.SUMS)
        )
    amendments = list(amendments)
    by_scorecard = {scorecard.pk: scorecard for scorecard in scorecards}
    by_response = {response.pk: response for response in responses}
    for amendment in amendments:
        scorecard = by_scorecard[amendment.scorecard_id]
        scorecard.amended = True
        for name in Amendment.SUMS:
            setattr(scorecard, name, getattr(amendment, name))
        if response := by_response.get(amendment.response_id):
            response.earlier = [(copy(response), response.amendment), *response.earlier]
            response.amendment = amendment
            overlay(response, {name: getattr(amendment, name) for name in Amendment.VERSIONED})
    return amendments


def overlay(response, version):
    for name, value in version.items():
        setattr(response, name, value)
    response.notes_at_finish = None  # of the words as submitted, which are shown for themselves
