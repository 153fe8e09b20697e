"""The room without an interview: for a first try, with real questions, of which nothing is kept anywhere."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from interviews.content import planned_entry, render_room, rendered
from interviews.models import Candidate, Interview, ItemKind, Panelist, Plan, PlanVersion, State
from interviews.publishing import preview
from interviews.suggesting import filled
from questionbank.models import QuestionSet

LENGTH = 30  # minutes of a rehearsal on questions of the bank


def rehearsed(user):
    """What the user can rehearse on, `(plan version, Content)`; None if nothing is theirs to see.

    A published plan if there is one for them, else questions of the bank: who is new has no interview yet. At most 4
    queries, 12 on the bank.
    """
    version = published_version(user)
    if version:
        return version, rendered(version.pk, (), get_language())
    version, items = suggested_version(user)
    if not any(item.kind == ItemKind.QUESTION for item in items):
        return None
    return version, render_room(version, [planned_entry(item) for item in items])


def published_version(user):
    """The plan version of the user's next interview, of their last, or the newest of the plans they may see; None without
    one: a rehearsal shows nobody what is not theirs to see. Up to three queries."""
    places = Panelist.objects.of(user).entering().filter(interview=OuterRef("pk"))
    own = Interview.objects.filter(Exists(places)).select_related("version")
    interview = own.upcoming().first() or own.order_by("-scheduled_at", "-pk").first()
    if interview:
        return interview.version
    visible = PlanVersion.objects.filter(plan__in=Plan.objects.visible_to(user))
    return visible.order_by("-published_at", "-pk").first()


def suggested_version(user):
    """A version that is in no database, of the questions that would be suggested from the largest set that the user may
    read; and its items. Ten queries."""
    sets = QuestionSet.objects.visible_to(user).current().with_counts().order_by("-question_count", "pk")[:1]
    plan = Plan(title=_("Rehearsal"), length=LENGTH)
    drafted, _suggestion = filled(plan, list(sets))
    version, items = preview(plan=plan, items=drafted)
    for place, item in enumerate(items, 1):
        item.pk = place  # the room tells questions apart by it
    return version, items


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
