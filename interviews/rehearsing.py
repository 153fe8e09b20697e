"""The room without an interview: for a first try, with real questions, of which nothing is kept anywhere."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from interviews.models import Candidate, Interview, PlanVersion, State


def version_to_rehearse(user):
    """The plan version of the user's next interview, else the newest that anybody published; None without one.
    One query or two."""
    coming = Interview.objects.upcoming().with_place_for(user).select_related("version").first()
    return coming.version if coming else PlanVersion.objects.order_by("-published_at", "-pk").first()


def invented(version):
    """An interview that is in no database, with an invented candidate. No query."""
    return Interview(pk=0, candidate=Candidate(name=_("Rehearsal")), version=version, state=State.LIVE)


def rehearsal_state(version):
    """What the room's scripts start from, as `room_state.room_state`, for a rehearsal that begins now. No query."""
    now = timezone.now()
    clock = {
        "now": now,
        "elapsed": 0,
        "running": True,
        "ends_at": now + timedelta(minutes=version.length),
        "length": version.length,
        "extra_time": 100,
        "pause_reason": "",
    }
    return {"rehearsal": True, "scorecard": True, "fields": {}, "spent": {}, "interview": State.LIVE, "clock": clock}
