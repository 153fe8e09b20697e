"""What needs a user now: their own interviews and scorecards first, then what they answer for.

Everything here comes from the querysets of who sees what; of other people's scorecards it tells only whether and
when they came in.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Invitation, Role
from interviews.models import Candidate, Interview, Panelist, Plan, Scorecard, State
from interviews.models.interviews import SCORECARD_DUE
from questionbank.models import Question

SHOWN = 5
AHEAD = timedelta(days=7)
# An interview that nobody started or closed stays in sight this long.
FORGOTTEN = timedelta(days=7)
RECENT = timedelta(days=14)


@dataclass(frozen=True)
class Todo:
    """The lists of one user's day, each as long as it is useful to see; empty where a role has no such list."""

    running: list = field(default_factory=list)
    coming: list = field(default_factory=list)
    owed: list = field(default_factory=list)
    late: list = field(default_factory=list)
    drafts: list = field(default_factory=list)
    complete: list = field(default_factory=list)
    others: list = field(default_factory=list)
    idle: list = field(default_factory=list)
    open_invitations: int | None = None
    has_questions: bool = True
    has_published_plan: bool = True

    @property
    def main(self):
        """Whether there is anything to do at a set time or by a set time."""
        return bool(self.running or self.coming or self.owed or self.others)

    @property
    def side(self):
        return bool(self.late or self.complete or self.drafts or self.idle or self.open_invitations is not None)


def todo_of(user):
    """The user's `Todo`: at most 12 queries, the same for one row and for many."""
    now = timezone.now()
    mine = own_interviews(user, now)
    lists = {
        "running": [interview for interview in mine if interview.state != State.SCHEDULED],
        "coming": [interview for interview in mine if interview.state == State.SCHEDULED],
        "owed": owed_scorecards(user),
    }
    lists |= answered_for(user, now) if user.schedules else {"complete": own_complete(user, now)}
    if user.holds(Role.HIRING_MANAGER):
        lists["drafts"] = unpublished_plans(user)
    if user.holds(Role.RECRUITER):
        lists["idle"] = list(Candidate.objects.idle()[:SHOWN])
    if user.holds(Role.ADMINISTRATOR):
        lists["open_invitations"] = Invitation.objects.open().count()
    return Todo(**lists, **next_steps(user))


def own_interviews(user, now):
    """Running ones, and those of the next days, on whose panel the user is and not excused."""
    places = Panelist.objects.of(user).filter(excused_at=None)
    soon = Q(state=State.SCHEDULED, scheduled_at__range=(now - FORGOTTEN, now + AHEAD)) | ~Q(state=State.SCHEDULED)
    return list(Interview.objects.upcoming().filter(soon, pk__in=places.values("interview")).with_people()[:20])


def owed_scorecards(user):
    """The user's scorecards of finished interviews, the longest overdue first."""
    owed = Scorecard.objects.owed().of(user).filter(interview__state=State.FINISHED)
    return list(
        owed.select_related("interview__candidate", "interview__opening").order_by("interview__finished_at", "pk")[:20]
    )


def own_complete(user, now):
    """Records of the user's own panels of which the debrief can begin."""
    mine = Interview.objects.open_to(user).with_place_for(user).records().filter(completed_at__gte=now - RECENT)
    return list(mine.select_related("candidate", "opening").order_by("-completed_at", "-pk")[:SHOWN])


def answered_for(user, now):
    """For those who schedule: what others have to do, what is complete, and interviews they are not part of."""
    interviews = Interview.objects.schedulable_by(user)
    late = Scorecard.objects.owed().filter(
        interview__in=interviews.waiting(), interview__finished_at__lt=now - SCORECARD_DUE
    )
    complete = interviews.records().filter(completed_at__gte=now - RECENT)
    places = Panelist.objects.of(user).filter(excused_at=None)
    others = interviews.upcoming().exclude(pk__in=places.values("interview"))
    return {
        "late": list(
            late.exclude(author=user)
            .select_related("author", "interview__candidate", "interview__opening")
            .order_by("interview__finished_at", "pk")[:SHOWN]
        ),
        "complete": list(complete.select_related("candidate", "opening").order_by("-completed_at", "-pk")[:SHOWN]),
        "others": list(others.filter(scheduled_at__range=(now - FORGOTTEN, now + AHEAD)).with_people()[: 2 * SHOWN]),
    }


def unpublished_plans(user):
    """Plans of the user's openings whose draft is ahead of what is published."""
    plans = Plan.objects.visible_to(user).current().filter(opening__in=user.openings.all())
    ahead = Q(latest_version=None) | Q(draft_changed_at__gt=F("latest_version__published_at"))
    return list(plans.filter(ahead).select_related("opening", "latest_version")[:SHOWN])


def next_steps(user):
    """For those who prepare interviews: whether there is anything to ask, and a plan to schedule from."""
    if not user.schedules:
        return {}
    return {
        "has_questions": Question.objects.exists(),
        "has_published_plan": Plan.objects.current().filter(latest_version__isnull=False).exists(),
    }
