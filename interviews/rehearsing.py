"""The room without an interview: for a first try, with real questions, of which nothing is kept anywhere."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from interviews.models import Candidate, Interview, Panelist, Plan, PlanVersion, State


def version_to_rehearse(user):
    """The plan version of the user's next interview, of their last, or the newest of the plans they may see; None without
    one: a rehearsal shows nobody what is not theirs to see. Up to three queries."""
    places = Panelist.objects.of(user).entering().filter(interview=OuterRef("pk"))
    own = Interview.objects.filter(Exists(places)).select_related("version")
    interview = own.upcoming().first() or own.order_by("-scheduled_at", "-pk").first()
    if interview:
        return interview.version
    visible = PlanVersion.objects.filter(plan__in=Plan.objects.visible_to(user))
    return visible.order_by("-published_at", "-pk").first()


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
        "breaks": 0,
        "paused": 0,
        "pause_reason": "",
    }
    return {"rehearsal": True, "scorecard": True, "fields": {}, "spent": {}, "interview": State.LIVE, "clock": clock}
