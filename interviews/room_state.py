"""What the scripts of room and review start from, and what everybody in the room shares."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from interviews.models import Course, Interview, State


def room_state(*, interview, own):
    """`own`, from `saving.state_of`, or an empty state for who keeps no scorecard, with what is shared. Two queries."""
    return (own or {"scorecard": None, "fields": {}}) | shared(interview.pk) | addresses(interview)


def review_state(*, interview, own):
    """`own` with the interview's state and clock. One query."""
    return own | {"interview": interview.state, "clock": clock(interview)} | addresses(interview)


def addresses(interview):
    """How and where the scripts ask and send."""
    return {"refresh": reverse("interviews:room_refresh", args=[interview.pk]), "saving": settings.SAVING}


def shared(interview_id):
    """What everybody in the room may know, whoever they are: state, clock and course. Nothing of any scorecard.

    `{"interview": state, "clock": …, "panel": {"version", "lead", "shown", "asked", "dropped", "unplanned"}}`, people by
    key and questions by theirs. `version` only ever grows. Two queries.
    """
    # Clock and sitting are read after the version: what they show may be newer than it says, never older.
    interview = Interview.objects.with_course().get(pk=interview_id)
    course = getattr(interview, "course", None) or Course()
    return {
        "interview": interview.state,
        "clock": clock(interview),
        "panel": {
            "version": (interview.happened or 0) + course.changes,
            "lead": interview.lead_id,
            "shown": course.shown,
            "asked": course.asked,
            "dropped": course.dropped,
            "unplanned": [f"u{pk}" for pk in interview.unplanned_ids],
        },
    }


def clock(interview):
    """Elapsed seconds of the latest sitting, its hard end, the length in minutes, extra time in percent, breaks and
    pauses in minutes; None before there is a sitting. One query."""
    sitting = interview.sittings.last()
    if sitting is None:
        return None
    now = timezone.now()
    return {
        "now": now,
        "elapsed": sitting.elapsed_seconds(now),
        "running": interview.state == State.LIVE,
        "ends_at": sitting.ends_at,
        "length": interview.length,
        "extra_time": interview.extra_time,
        "breaks": interview.breaks,
        "paused": sitting.paused.total_seconds() / 60,
        "pause_reason": sitting.pause_reason,
    }
