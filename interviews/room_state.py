"""What the scripts of room and review start from."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from interviews.lifecycle import elapsed_seconds
from interviews.models import State
from interviews.saving import PROTOCOL, state_of


def room_state(*, interview, scorecard, user):
    """The scorecard's state for its author, or an empty one for an observer, with the panel's clock. 4 queries."""
    state = {"protocol": PROTOCOL, "user": user.pk, "scorecard": None, "fields": {}}
    if scorecard:
        state = state_of(scorecard) | {"url": reverse("interviews:scorecard_ops", args=[scorecard.pk])}
    return state | {"saving": settings.SAVING, "clock": clock(interview)}


def clock(interview):
    """Elapsed seconds of the latest sitting and its hard end. 2 queries."""
    sitting = interview.sittings.prefetch_related("pauses").last()
    open_pause = next((pause for pause in sitting.pauses.all() if pause.ended_at is None), None)
    now = timezone.now()
    return {
        "now": now,
        "elapsed": elapsed_seconds(sitting, now),
        "running": interview.state == State.LIVE,
        "ends_at": sitting.ends_at,
        "length": interview.version.length,
        "pause_reason": open_pause.reason if open_pause else "",
    }
