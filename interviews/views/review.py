"""The review after the interview: every question on one page, unresolved first, then the recommendation."""

import uuid

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from interviews.content import OUTCOME_KEYS, room_entries
from interviews.models import Interview, Place, Recommendation, Scorecard, State
from interviews.models.interviews import UNDO_FINISH
from interviews.room_state import review_state
from interviews.saving import state_of


@require_safe
def scorecard_review(request, pk):
    """One's own scorecard of a finished interview, still open. At most 12 queries, however many questions."""
    scorecard = get_object_or_404(
        Scorecard.objects.of(request.user).select_related(
            "interview__candidate", "interview__version", "interview__opening", "interview__course"
        ),
        interview=pk,
    )
    interview = scorecard.interview
    if interview.state != State.FINISHED:
        return redirect("interviews:room", pk)
    if scorecard.submitted_at or interview.panel.filter(user=request.user, excused_at__isnull=False).exists():
        return redirect(interview)
    return render(request, "interviews/scorecard_review.html", review_context(request.user, scorecard))


def review_context(user, scorecard):
    interview = scorecard.interview
    responses = list(scorecard.responses.all())
    entries = room_entries(interview.version_id, [r.unplanned_id for r in responses if r.unplanned_id])
    own = state_of(interview_id=interview.pk, author=user)
    torn = {field.partition(".")[0] for field, entry in own["fields"].items() if entry["conflicts"]}
    unresolved = {r.key for r in responses if not r.outcome or r.come_back} | torn
    questions = [entry for entry in entries if entry.is_question]
    return {
        "interview": interview,
        "scorecard": scorecard,
        "unresolved": [entry for entry in questions if entry.key in unresolved],
        "resolved": [entry for entry in questions if entry.key not in unresolved],
        "questions": questions,
        "course": getattr(interview, "course", None),
        "outcomes": OUTCOME_KEYS,
        "recommendations": Recommendation.choices,
        "state": review_state(interview=interview, own=own),
        "undo_until": undo_until(user, interview),
        "submit_op": uuid.uuid4(),
        "following": Interview.objects.following(user).first(),
    }


def undo_until(user, interview):
    """Until when this user may undo finishing, or None."""
    until = interview.finished_at + UNDO_FINISH
    may = interview.panel.filter(user=user, place=Place.LEAD, excused_at=None).exists()
    submitted = interview.scorecards.filter(submitted_at__isnull=False).exists()
    return until if may and not submitted and timezone.now() < until else None
