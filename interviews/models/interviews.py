from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from interviews.models.panels import Panelist, Place
from interviews.models.scorecards import Scorecard
from questionbank.stages import Stage

UNDO_FINISH = timedelta(minutes=10)
SCORECARD_DUE = timedelta(hours=24)
REMIND_BEFORE = timedelta(hours=4)  # so long before a scorecard is due its author is reminded of it, once


class State(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    LIVE = "live", _("Live")
    PAUSED = "paused", _("Paused")
    FINISHED = "finished", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")
    NO_SHOW = "no_show", _("No-show")


class Setting(models.TextChoices):
    """Where the candidate sits; where they can see the interviewer's screen, answers start hidden."""

    CALL = "call", _("Video call")
    SHARED = "shared", _("Video call with a shared screen")
    ON_SITE = "on_site", _("On site")


class ExtraTime(models.IntegerChoices):
    """Percent of the plan's time."""

    NONE = 100, _("None")
    QUARTER = 125, _("A quarter more")
    HALF = 150, _("Half as much again")
    DOUBLE = 200, _("Twice the time")


class InterviewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Interviews whose existence the user may know: their panels, their openings, all for recruiters."""
        if not user.is_active:
            return self.none()
        if user.holds(Role.RECRUITER):
            return self
        mine = Exists(Panelist.objects.of(user).filter(interview=OuterRef("pk")))
        return self.filter(mine | Q(opening__in=user.openings.all()) if user.holds(Role.HIRING_MANAGER) else mine)

    def schedulable_by(self, user):
        """Interviews the user may move, cancel and staff: recruiters all, hiring managers those of their openings."""
        if user.holds(Role.RECRUITER):
            return self
        return self.filter(opening__in=user.openings.all()) if user.holds(Role.HIRING_MANAGER) else self.none()

    def running_with(self, user):
        """Live or paused, with the user in the room."""
        entering = Panelist.objects.of(user).entering().filter(interview=OuterRef("pk"))
        return self.filter(Exists(entering), state__in=[State.LIVE, State.PAUSED])

    def following(self, user):
        """The user's own that are to begin within two hours, or should have begun in the last half; the earliest first."""
        now = timezone.now()
        entering = Panelist.objects.of(user).entering().filter(interview=OuterRef("pk"))
        return (
            self.filter(Exists(entering), state=State.SCHEDULED)
            .filter(scheduled_at__range=(now - timedelta(minutes=30), now + timedelta(hours=2)))
            .select_related("candidate")
            .order_by("scheduled_at", "pk")
        )

    def led_by(self, user):
        """Interviews the user may start, pause and finish."""
        return self.filter(
            Exists(Panelist.objects.of(user).filter(interview=OuterRef("pk"), place=Place.LEAD, excused_at=None))
        )

    def scored_by(self, user):
        """Interviews of which the user keeps a scorecard: as lead or panelist, not excused."""
        return self.filter(Exists(Panelist.objects.of(user).scoring().filter(interview=OuterRef("pk"))))

    def with_place_for(self, user):
        """Interviews on whose panel the user is, observers included."""
        return self.filter(Exists(Panelist.objects.of(user).filter(interview=OuterRef("pk"))))

    def open_to(self, user):
        """Interviews whose submitted scorecards the user may read: the one rule of who sees what.

        A lead or panelist, once their own is submitted; an observer, once every lead and panelist has submitted;
        a recruiter or the opening's hiring manager who is not on the panel, always, and if excused like an
        observer. Who still owes a scorecard for the same candidate and opening reads none of the others' there.
        """
        if not user.is_active:
            return self.none()
        my_place = Panelist.objects.of(user).filter(interview=OuterRef("pk"))
        by_role = Q(opening__in=user.openings.all()) if user.holds(Role.HIRING_MANAGER) else Q(pk__in=[])
        if user.holds(Role.RECRUITER):
            by_role = Q(pk__isnull=False)
        complete = ~Exists(Scorecard.objects.owed().filter(interview=OuterRef("pk")))
        submitted = Exists(Scorecard.objects.of(user).filter(interview=OuterRef("pk"), submitted_at__isnull=False))
        scoring = Exists(my_place.scoring())
        observing = Exists(my_place.filter(place=Place.OBSERVER, excused_at=None))
        excused = Exists(my_place.filter(excused_at__isnull=False))
        owing = (
            Scorecard.objects.owed()
            .of(user)
            .filter(interview__candidate=OuterRef("candidate"), interview__opening=OuterRef("opening"))
        )
        return self.filter(
            (scoring & submitted)
            | (observing & complete)
            | (excused & by_role & complete)
            | (~Exists(my_place) & by_role),
            ~Exists(owing),
        )

    def debriefed_by(self, user):
        """Complete interviews for which the user notes what the panel agreed on: the lead, and who decides."""
        led = self.open_to(user).led_by(user).filter(completed_at__isnull=False)
        return led | self.decided_by(user)

    def decided_by(self, user):
        """Complete interviews on which the user decides: those of their openings, once they are open to them."""
        if not user.holds(Role.HIRING_MANAGER):
            return self.none()
        return self.open_to(user).filter(opening__in=user.openings.all(), completed_at__isnull=False)

    def records(self):
        """Finished interviews."""
        return self.filter(state=State.FINISHED)

    def waiting(self):
        """Finished, with a scorecard still owed."""
        return self.records().filter(completed_at=None)

    def upcoming(self):
        """Scheduled, live or paused, the earliest first."""
        return self.filter(state__in=[State.SCHEDULED, State.LIVE, State.PAUSED]).order_by("scheduled_at", "pk")

    def over(self):
        """Complete records, cancelled interviews and no-shows."""
        return self.filter(Q(completed_at__isnull=False) | Q(state__in=[State.CANCELLED, State.NO_SHOW]))

    def narrowed(self, asked, user):
        """What the filters of a list leave: `q` for the candidate, `opening`, and `mine`. Nonsense counts as nothing."""
        from interviews.models.candidates import Candidate

        interviews = self
        if words := asked.get("q", "").replace("\0", "").strip():
            interviews = interviews.filter(candidate__in=Candidate.objects.sought_by(user, words))
        if (opening := asked.get("opening", "")).isdecimal() and len(opening) < 19:
            interviews = interviews.filter(opening=opening)
        return interviews.with_place_for(user) if asked.get("mine") else interviews

    def with_people(self):
        """With candidate, opening, version and panel. One query more."""
        panel = models.Prefetch("panel", Panelist.objects.select_related("user"))
        return self.select_related("candidate", "opening", "version").prefetch_related(panel)


class Interview(models.Model):
    """A candidate interviewed by a plan version. Its life: scheduled, live and paused in turns, finished; or
    cancelled, or no-show. What may be done when is in `interviews.lifecycle`."""

    opening = models.ForeignKey(
        "interviews.Opening", models.PROTECT, related_name="interviews", verbose_name=_("opening")
    )
    candidate = models.ForeignKey(
        "interviews.Candidate", models.PROTECT, related_name="interviews", verbose_name=_("candidate")
    )
    # The version's plan, kept here so that the records list can filter by one index.
    plan = models.ForeignKey("interviews.Plan", models.PROTECT, related_name="interviews")
    version = models.ForeignKey("interviews.PlanVersion", models.PROTECT, related_name="interviews")
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.SCHEDULED, editable=False)
    scheduled_at = models.DateTimeField(_("date and time"))
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When the last scorecard came in; null while one is owed.
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    setting = models.CharField(_("setting"), max_length=8, choices=Setting, default=Setting.CALL)
    # A link to the call, or a room.
    location = models.CharField(_("link or room"), max_length=200, blank=True)
    # Adjustments change the time. Why they were made is nobody's business and is not stored.
    extra_time = models.PositiveSmallIntegerField(_("extra time"), choices=ExtraTime, default=ExtraTime.NONE)
    breaks = models.PositiveSmallIntegerField(_("minutes of breaks"), default=0)
    language = models.CharField(_("language"), max_length=40, blank=True)
    demo = models.BooleanField(default=False, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InterviewQuerySet.as_manager()

    class Meta:
        ordering = ["-scheduled_at", "-pk"]
        indexes = [
            models.Index(fields=["-scheduled_at", "-id"], name="interview_by_time"),
            models.Index(fields=["-finished_at", "-id"], name="record_by_time", condition=Q(state="finished")),
            models.Index(
                fields=["opening", "-finished_at", "-id"], name="record_by_opening", condition=Q(state="finished")
            ),
            models.Index(
                fields=["candidate", "-finished_at", "-id"], name="record_by_candidate", condition=Q(state="finished")
            ),
            models.Index(fields=["plan", "-finished_at", "-id"], name="record_by_plan", condition=Q(state="finished")),
            models.Index(
                fields=["scheduled_at", "id"],
                name="interview_upcoming",
                condition=Q(state__in=["scheduled", "live", "paused"]),
            ),
            models.Index(
                fields=["-finished_at", "-id"],
                name="record_waiting",
                condition=Q(state="finished", completed_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="interview_state_exists"),
            models.CheckConstraint(condition=Q(setting__in=Setting.values), name="setting_exists"),
            models.CheckConstraint(condition=Q(extra_time__in=ExtraTime.values), name="extra_time_exists"),
            models.CheckConstraint(
                condition=~Q(state__in=["live", "paused", "finished"]) | Q(started_at__isnull=False),
                name="running_interview_has_started",
            ),
            models.CheckConstraint(
                condition=Q(state="finished", finished_at__isnull=False) | ~Q(state="finished") & Q(finished_at=None),
                name="finished_interview_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(state="finished"), name="complete_interview_is_finished"
            ),
        ]

    def __str__(self):
        return f"{self.candidate}, {self.opening}"

    def get_absolute_url(self):
        if self.state == State.FINISHED:
            return reverse("interviews:record_detail", args=[self.pk])
        return reverse("interviews:interview_detail", args=[self.pk])

    @property
    def length(self):
        """Minutes of the plan version with extra time and breaks."""
        return self.stretched(self.version.length)

    def stretched(self, minutes):
        """A plan's minutes with extra time, rounded up, and breaks."""
        return -(-minutes * self.extra_time // 100) + self.breaks

    @property
    def answers_start_hidden(self):
        return self.setting != Setting.CALL

    @property
    def scorecards_due_at(self):
        """When submitted scorecards are expected, or None while the interview runs."""
        return self.finished_at + SCORECARD_DUE if self.finished_at else None


class Sitting(models.Model):
    """One stretch of an interview from start to finish; most have one. `ends_at` is the hard end on the clock."""

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="sittings")
    number = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    # Of the pauses that are over; when and why each began and ended is in the history.
    paused = models.DurationField(default=timedelta)
    paused_since = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "number"], name="one_sitting_per_number"),
            models.UniqueConstraint(
                fields=["interview"], condition=Q(finished_at=None), name="one_open_sitting_per_interview"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(paused_since=None), name="finished_sitting_is_not_paused"
            ),
        ]

    def elapsed_seconds(self, now=None):
        """Without its pauses, up to its finish or now."""
        end = self.finished_at or self.paused_since or now or timezone.now()
        return int((end - self.started_at - self.paused).total_seconds())


class UnplannedQuestion(models.Model):
    """A question asked though the plan did not have it; belongs to its interview only and is marked everywhere.

    `content` has the shape of `VersionItem.content`. It takes no part in the score, which compares like with like; but one
    that stands in for a planned question (`replaces`, with the `reason`) counts in its place.
    """

    append_only = True

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="unplanned")
    stage = models.PositiveSmallIntegerField(choices=Stage)
    question = models.ForeignKey("questionbank.Question", models.PROTECT, null=True, related_name="+")
    title = models.CharField(_("short name"), max_length=120)
    content = models.JSONField(default=dict)
    replaces = models.ForeignKey(
        "interviews.VersionItem", models.PROTECT, null=True, editable=False, related_name="stand_ins"
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    # Chosen by the client, so that a repeated request adds one question.
    op = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "op"], name="one_unplanned_question_per_id"),
            models.UniqueConstraint(fields=["interview", "replaces"], name="one_stand_in_per_question"),
            models.UniqueConstraint(fields=["interview", "question"], name="asked_once_per_interview"),
            models.CheckConstraint(condition=Q(replaces=None) | ~Q(reason=""), name="stand_in_has_a_reason"),
        ]

    def __str__(self):
        return self.title

    @property
    def key(self):
        return f"u{self.pk}"
