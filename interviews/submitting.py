"""Submitting: what the author saw is sealed, and the interview is complete once the last scorecard is in."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.acting import acts
from interviews.lifecycle import complete_if_all_in, locked, record
from interviews.models import HistoryEntry, Operation, Response, Scorecard, State
from interviews.paragraphs import begun
from interviews.problems import NotNow, Stale, Unresolved
from interviews.saving import heads_of
from interviews.scoring import tally

FIELD_NAMES = {
    "notes": gettext_lazy("notes"),
    "outcome": gettext_lazy("rating"),
    "points": gettext_lazy("points"),
    "parts": gettext_lazy("parts"),
    "follow_ups": gettext_lazy("follow-ups"),
    "come_back": gettext_lazy("come back"),
    "recommendation": gettext_lazy("Recommendation"),
    "summary": gettext_lazy("Summary"),
}


@transaction.atomic
def submit(*, scorecard, op, heads):
    """The scorecard, sealed for good, with its score; the same `op` again changes nothing and returns it too.

    `heads` is `{field: operation}` as the author's page showed it. Raises `NotNow` before the interview is finished,
    for who is excused, and once submitted; `Unresolved` while a question has no outcome, two versions of a field wait
    for a choice, or there is no recommendation; `Stale` if a field has moved past `heads`. 13 queries however many
    questions, one more with notes, and one for the last scorecard of an interview.
    """
    sealed = Scorecard.objects.filter(pk=scorecard.pk, submit_op=op, submitted_at__isnull=False).first()
    if sealed:
        return sealed
    # Interview before scorecard, as everywhere.
    interview = locked(
        scorecard.interview, State.FINISHED, instead=_("Scorecards are submitted once the interview is finished.")
    )
    scorecard = Scorecard.objects.select_for_update(of=("self",), no_key=True).get(pk=scorecard.pk)
    if scorecard.submitted_at and scorecard.submit_op == op:
        return scorecard
    if scorecard.submitted_at:
        raise NotNow(_("You have submitted this scorecard already."))
    if not interview.panel.scoring().filter(user=scorecard.author_id).exists():
        raise NotNow(_("You have been excused from this interview, so there is nothing to submit."))
    acts(scorecard.author)
    responses = list(scorecard.responses.select_related("item", "unplanned__replaces"))
    titles = {response.key: (response.item or response.unplanned).title for response in responses}
    refuse_stale(scorecard, responses, heads, titles)
    refuse_unresolved(scorecard, responses, titles)
    seal(scorecard, responses, op)
    record(interview, HistoryEntry.What.SUBMITTED, scorecard.author, scorecard=scorecard.pk)
    complete_if_all_in(interview)
    return scorecard


def labelled(fields, titles):
    """`{"q17.notes": "Padding: notes"}`, in the fields' order."""
    labels = {}
    for field in sorted(fields):
        key, dot, name = field.partition(".")
        named = FIELD_NAMES.get(name or key, field)
        labels[field] = f"{titles.get(key, key)}: {named}" if dot else str(named)
    return labels


def refuse_stale(scorecard, responses, heads, titles):
    stored = heads_of(scorecard, responses)
    moved = {field for field in stored.keys() | heads.keys() if stored.get(field) != heads.get(field)}
    if moved:
        raise Stale(
            _("This has changed since the page was loaded. Look at it again, then submit."), labelled(moved, titles)
        )


def refuse_unresolved(scorecard, responses, titles):
    torn = labelled(set(scorecard.operations.unsettled().values_list("field", flat=True)), titles)
    open_fields = {f"{response.key}.outcome": titles[response.key] for response in responses if not response.outcome}
    missing = {} if scorecard.recommendation else {"recommendation": str(FIELD_NAMES["recommendation"])}
    fields = open_fields | torn | missing
    if not fields:
        return
    if fields == torn:
        raise Unresolved(_("There are two versions here. Choose one of them, then submit."), fields)
    if fields == missing:
        raise Unresolved(_("Choose a recommendation, then submit."), fields)
    if fields == open_fields:
        sentence = ngettext(
            "%(count)d question has neither a rating nor another outcome. Give it one, then submit.",
            "%(count)d questions have neither a rating nor another outcome. Give each one, then submit.",
            len(fields),
        )
        raise Unresolved(sentence % {"count": len(fields)}, fields)
    raise Unresolved(_("These still wait for a rating or another choice of yours. Settle them, then submit."), fields)


def seal(scorecard, responses, op):
    """Clears "come back", which is of the live interview only, stores when notes were begun, and the score. Afterwards the
    database refuses."""
    scorecard.responses.filter(come_back=True).update(come_back=False)
    keep_times(scorecard, responses)
    scorecard.submitted_at, scorecard.submit_op = timezone.now(), op
    scorecard.weighted_ratings, scorecard.rated_weight, scorecard.planned_weight = tally(responses)
    scorecard.save(update_fields=["submitted_at", "submit_op", "weighted_ratings", "rated_weight", "planned_weight"])


def keep_times(scorecard, responses):
    changes = scorecard.operations.filter(field__endswith=".notes", result=Operation.Result.APPLIED)
    versions = {}
    for field, value, typed_at, received_at in changes.values_list("field", "value", "typed_at", "received_at"):
        versions.setdefault(field, []).append(((typed_at or received_at).isoformat(), value))
    noted = [response for response in responses if f"{response.key}.notes" in versions]
    for response in noted:
        response.notes_begun = begun(versions[f"{response.key}.notes"])
    Response.objects.bulk_update(noted, ["notes_begun"], batch_size=500)
