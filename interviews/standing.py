"""How a user stands to one interview: their place on its panel, and what they may do with it now.

For showing only what can be done; each action's own page and function decide again.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from interviews.models import Interview, ItemKind, Panelist, Place, Scorecard, State
from interviews.models.plans import Asker


@dataclass(frozen=True)
class Seat:
    """One person's place on the panel, and what those who schedule can do about it now.

    Whether and when somebody submitted is no secret; what they wrote is.
    """

    panelist: object
    submitted_at: object
    state: State
    started: bool

    @property
    def open(self):
        return self.state not in (State.CANCELLED, State.NO_SHOW)

    @property
    def gone(self):
        """Was deactivated, and is still waited for."""
        return not self.panelist.user.is_active and not self.submitted_at and not self.panelist.excused_at and self.open

    @property
    def owes(self):
        scores = self.panelist.place != Place.OBSERVER and not self.panelist.excused_at
        return self.open and scores and not self.submitted_at

    @property
    def can_lead(self):
        before_the_end = self.open and self.state != State.FINISHED
        return before_the_end and self.panelist.place == Place.PANELIST and not self.panelist.excused_at

    @property
    def can_be_replaced(self):
        return self.state == State.SCHEDULED and not self.started

    @property
    def can_be_removed(self):
        return self.can_be_replaced and self.panelist.place != Place.LEAD

    @property
    def can_be_excused(self):
        """Before the start, taking off the panel says the same more simply."""
        leads = self.panelist.place == Place.LEAD and self.state != State.FINISHED
        return self.started and self.owes and not leads

    @property
    def changeable(self):
        return self.can_lead or self.can_be_replaced or self.can_be_excused


@dataclass(frozen=True)
class Standing:
    """`panelist` is the user's own place or None, `seats` everyone's, `schedules` whether the user may staff it."""

    interview: Interview
    panelist: object
    schedules: bool
    seats: list

    @classmethod
    def of(cls, user, interview):
        """Three queries with the panel prefetched."""
        submitted = dict(interview.scorecards.values_list("author", "submitted_at"))
        panel = list(interview.panel.all())
        return cls(
            interview=interview,
            panelist=next((panelist for panelist in panel if panelist.user_id == user.pk), None),
            schedules=Interview.objects.schedulable_by(user).filter(pk=interview.pk).exists(),
            seats=[
                Seat(panelist, submitted.get(panelist.user_id), interview.state, interview.started_at is not None)
                for panelist in panel
            ],
        )

    @property
    def enters(self):
        """May open the room: on the panel, and the interview is scheduled or running."""
        return self.panelist is not None and not self.panelist.excused_at and (self.waits or self.runs)

    @property
    def runs(self):
        return self.interview.state in (State.LIVE, State.PAUSED)

    @property
    def waits(self):
        return self.interview.state == State.SCHEDULED

    @property
    def finished(self):
        return self.interview.state == State.FINISHED

    @property
    def unstarted(self):
        """Plan and panel can still change freely."""
        return self.waits and self.interview.started_at is None

    @property
    def between_sittings(self):
        """Held in part, with a further sitting to come."""
        return self.waits and self.interview.started_at is not None

    @property
    def owes(self):
        """The user's own scorecard is expected."""
        return self.finished and any(seat.owes for seat in self.seats if seat.panelist == self.panelist)

    @property
    def sealed(self):
        """Somebody has submitted: no further sitting, and nobody joins."""
        return any(seat.submitted_at for seat in self.seats)

    @property
    def leads(self):
        return self.panelist is not None and self.panelist.leads

    @property
    def may_remind(self):
        """Whoever is missing can be reminded by who leads or schedules; nobody is mailed about a demo interview."""
        return self.finished and (self.schedules or self.leads) and not self.interview.demo

    @property
    def may_mark_no_show(self):
        return self.unstarted and (self.schedules or self.leads) and self.interview.scheduled_at <= timezone.now()

    @property
    def may_take_lead(self):
        """The user's own step: a panelist stands in for the lead."""
        return any(seat.can_lead for seat in self.seats if seat.panelist == self.panelist)

    @property
    def may_staff(self):
        """People can join: before and during the interview, and afterwards until somebody submits."""
        return self.schedules and not self.sealed and (self.waits or self.runs or self.finished)

    @property
    def may_continue(self):
        return self.schedules and self.finished and not self.sealed


def seats_that_ask(user, panel, items):
    """Gives each panelist of `panel` how many of the questions of `items` are theirs, `asks`, and those that are not the
    lead's own who `asked_by`, in words for this user; only where the plan says who asks what. Questions for seats that
    nobody has are the lead's.

    Returns how many seats the plan asks for, if that is more than there are. No query.
    """
    questions = [item for item in items if item.kind == ItemKind.QUESTION]
    wanted = max((item.asker for item in questions), default=Asker.LEAD)
    if wanted == Asker.LEAD:
        return 0
    scoring = scoring_seats(panel)
    for seat, panelist in enumerate(scoring, start=1):
        mine = [item for item in questions if item.asker == seat or (seat == 1 and item.asker > len(scoring))]
        panelist.asks = len(mine)
    words = asked_by(user, panel, wanted)
    for item in questions:
        item.asked_by = words.get(item.asker, "")
    return wanted if wanted > len(scoring) else 0


NAMED = 3


def asked_by(user, panel, wanted):
    """`{seat: words}` of who asks the questions that the plan has for seats 2 to `wanted`, for this user. No query."""
    scoring = scoring_seats(panel)
    lead = scoring[0]
    who = {seat: scoring[seat - 1] if seat <= len(scoring) else lead for seat in range(Asker.SECOND, wanted + 1)}
    return {
        seat: _("you ask") if panelist.user_id == user.pk else _("%(name)s asks") % {"name": panelist.user}
        for seat, panelist in who.items()
    }


def scoring_seats(panel):
    """Who can ask, in the order of seats: the lead, then panelists as they joined."""
    return [panelist for panelist in panel if panelist.place != Place.OBSERVER and not panelist.excused_at]


def ties(user, *, told_to):
    """What would be left without this person: `upcoming` interviews and `owed` scorecards of those held, as numbers, and as
    `upcoming_named`, `owed_named` the first of these interviews that who is told may see anyway. Four queries."""
    places = Panelist.objects.of(user).entering().filter(interview=OuterRef("pk"))
    upcoming = Interview.objects.upcoming().filter(Exists(places))
    owed = Scorecard.objects.of(user).owed().filter(interview__state=State.FINISHED)
    visible = Interview.objects.visible_to(told_to).select_related("candidate")
    return {
        "upcoming": upcoming.count(),
        "upcoming_named": list(
            visible.filter(pk__in=upcoming.order_by().values("pk")).order_by("scheduled_at")[:NAMED]
        ),
        "owed": owed.count(),
        "owed_named": list(visible.filter(pk__in=owed.order_by().values("interview")).order_by("finished_at")[:NAMED]),
    }
