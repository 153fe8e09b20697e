"""After the debrief: what the panel agreed on, and the hiring manager's decision."""

from django.utils.translation import gettext as _

from accounts.acting import acting
from interviews.amending import bring_up_to_date
from interviews.lifecycle import locked, record
from interviews.models import AgreedRating, Decision, DecisionOutcome, HistoryEntry, State
from interviews.problems import NotNow
from interviews.scoring import combined, shown


@acting
def agree(*, interview, item, rating, reason, by):
    """What the panel agreed on for a planned question; the latest stands. Raises `NotNow` before all scorecards are in,
    and for what is agreed already. Five queries."""
    interview = locked_complete(interview)
    latest = interview.agreed_ratings.filter(item=item).last()
    if latest and (latest.rating, latest.reason) == (rating, reason):
        raise NotNow(_("This is agreed already."))
    agreed = AgreedRating.objects.create(interview=interview, item=item, rating=rating, reason=reason, by=by)
    before = latest.rating if latest else None
    record(interview, HistoryEntry.What.AGREED, by, title=item.title, was=before, now=rating, reason=reason)
    return agreed


def locked_complete(interview):
    interview = locked(interview, State.FINISHED, instead=_("This interview is not finished."))
    if interview.completed_at is None:
        raise NotNow(_("This waits until every scorecard is in."))
    return interview


@acting
def decide(*, interview, outcome, reason, by, against_score=""):
    """The hiring manager's decision; an earlier one stays on the record.

    Raises `NotNow` before all scorecards are in, where this is decided already, and without `against_score` where the
    combined score as it is now asks for it. Seven queries.
    """
    interview = locked_complete(interview)
    latest = interview.decisions.last()
    if latest and (latest.outcome, latest.reason, latest.against_score) == (outcome, reason, against_score):
        raise NotNow(_("This is decided already."))
    scorecards = list(interview.scorecards.filter(submitted_at__isnull=False))
    bring_up_to_date(scorecards)
    if goes_against(outcome, shown(combined(scorecards))) and not against_score:
        raise NotNow(_("Say in one sentence why against the score."))
    decision = Decision.objects.create(
        interview=interview, outcome=outcome, reason=reason, against_score=against_score, by=by
    )
    was = latest.outcome if latest else None
    record(interview, HistoryEntry.What.DECIDED, by, was=was, now=outcome, reason=reason)
    return decision


# A combined score nearest to 4 or 5 speaks for the candidate, nearest to 1 or 2 against; 3 is adequate, and speaks for
# neither. Compared is what people see, the score to one decimal.
SPEAKS_FOR, SPEAKS_AGAINST = 3.5, 2.5


def goes_against(outcome, score):
    """Whether a decision goes against the combined score as it is shown; never where there is none, nor with "hold"."""
    if score is None:
        return False
    return (outcome == DecisionOutcome.DECLINE and score >= SPEAKS_FOR) or (
        outcome == DecisionOutcome.ADVANCE and score < SPEAKS_AGAINST
    )
