"""What the scripts of room and review start from."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from interviews.models import State


def room_state(*, interview, length, own):
    """`own`, from `saving.state_of`, or an empty state for who keeps no scorecard, with the panel's clock. One query."""
    state = own or {"scorecard": None, "fields": {}}
    if own:
        state |= {"saving": settings.SAVING}
    return state | {
        "interview": interview.state,
        "clock": clock(interview, length),
        "refresh": reverse("interviews:room_refresh", args=[interview.pk]),
    }


def clock(interview, length):
    """Elapsed seconds of the latest sitting, its hard end, the length in minutes, extra time in percent, breaks and
    pauses in minutes. One query."""
    sitting = interview.sittings.last()
    now = timezone.now()
    return {
        "now": now,
        "elapsed": sitting.elapsed_seconds(now),
        "running": interview.state == State.LIVE,
        "ends_at": sitting.ends_at,
        "length": interview.stretched(length),
        "extra_time": interview.extra_time,
        "breaks": interview.breaks,
        "paused": sitting.paused.total_seconds() / 60,
        "pause_reason": sitting.pause_reason,
    }
