"""What the scripts of room and review start from, and what everybody in the room shares."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from interviews.models import HistoryEntry, Interview, PlanVersion, State


def room_state(*, interview, own):
    """`own`, from `saving.state_of`, or an empty state for who keeps no scorecard, with what is shared. Two queries."""
    return (own or {"scorecard": None, "fields": {}}) | shared(interview.pk) | addresses(interview)


def review_state(*, interview, own):
    """`own` with the interview's state and clock. One query."""
    return own | {"interview": interview.state, "clock": clock(interview)} | addresses(interview)


def addresses(interview):
    """How and where the scripts ask and send."""
    return {"refresh": reverse("interviews:room_refresh", args=[interview.pk]), "saving": settings.SAVING}


# As one statement that stands ready: put together anew it would cost each room and each event milliseconds. What tells of
# scorecards is not counted: a number that rises with an amendment would tell of it too.
SHARED = """
SELECT interview.*, version.length AS version_length,
    (SELECT user_id FROM interviews_panelist WHERE interview_id = interview.id AND place = 'lead') AS lead_id,
    ARRAY(SELECT id FROM interviews_unplannedquestion WHERE interview_id = interview.id ORDER BY id) AS unplanned_ids,
    (SELECT count(*) FROM interviews_historyentry
        WHERE interview_id = interview.id AND what <> ALL (%s))
        + coalesce(course.changes, 0) AS happened,
    coalesce(course.shown, '') AS shown, coalesce(course.asked, '{}') AS asked, coalesce(course.dropped, '{}') AS dropped
FROM interviews_interview AS interview
JOIN interviews_planversion AS version ON version.id = interview.version_id
LEFT JOIN interviews_course AS course ON course.interview_id = interview.id
WHERE interview.id = %s
"""


def shared(interview_id):
    """What everybody in the room may know, whoever they are: state, clock and course. Nothing of any scorecard.

    `{"interview": state, "clock": …, "panel": {"version", "lead", "shown", "asked", "dropped", "unplanned"}}`, people by
    key and questions by theirs. `version` only ever grows. Two queries.
    """
    # Clock and sitting are read after the version: what they show may be newer than it says, never older.
    (interview,) = Interview.objects.raw(SHARED, [[what.value for what in HistoryEntry.OF_SCORECARDS], interview_id])
    interview.version = PlanVersion(pk=interview.version_id, length=interview.version_length)
    return {
        "interview": interview.state,
        "clock": clock(interview),
        "panel": {
            "version": interview.happened,
            "lead": interview.lead_id,
            "shown": interview.shown,
            "asked": interview.asked,
            "dropped": interview.dropped,
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
