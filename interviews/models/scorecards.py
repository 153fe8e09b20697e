from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_WHOLE = timedelta(days=30)  # with every version of every field, from when it was submitted


class Recommendation(models.IntegerChoices):
    """No neutral, on purpose."""

    STRONG_NO = 1, _("Strong no")
    NO = 2, _("No")
    YES = 3, _("Yes")
    STRONG_YES = 4, _("Strong yes")


class Rating(models.IntegerChoices):
    """The team's general scale: what a rating means where the question has no anchors of its own."""

    POOR = 1, _("Poor")
    WEAK = 2, _("Weak")
    ADEQUATE = 3, _("Adequate")
    GOOD = 4, _("Good")
    EXCELLENT = 5, _("Excellent")


class Outcome(models.TextChoices):
    RATED = "rated", _("Rated")
    DECLINED = "declined", _("Declined by the candidate")
    NOT_REACHED = "not_reached", _("Not reached")
    COVERED = "covered", _("Covered elsewhere")
    NOT_OBSERVED = "not_observed", _("Not observed")
    TECHNICAL = "technical", _("Technical failure")


class ScorecardQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own scorecards, and submitted ones of interviews open to the user. One query, no joins."""
        from interviews.models.interviews import Interview

        return self.filter(
            Q(author=user) | Q(submitted_at__isnull=False, interview__in=Interview.objects.open_to(user))
        )

    def of(self, user):
        return self.filter(author=user)

    def long_sealed(self, since=None):
        """Submitted so long ago that what was written over in them is kept no more; with `since`, no longer ago than that
        beyond it. By the database's clock, which enforces it."""
        then = Now() - KEPT_WHOLE
        recent = {} if since is None else {"submitted_at__gte": then - since}
        return self.filter(submitted_at__lt=then, **recent)

    def due_soon(self):
        """Owed for a finished interview, due within `REMIND_BEFORE` or overdue, and the author not reminded since then: a
        reminder that somebody sent before is not this one."""
        from interviews.models.interviews import REMIND_BEFORE, SCORECARD_DUE, State

        begins = SCORECARD_DUE - REMIND_BEFORE
        return self.owed().filter(
            Q(reminded_at=None) | Q(reminded_at__lt=F("interview__finished_at") + begins),
            interview__state=State.FINISHED,
            interview__finished_at__lte=timezone.now() - begins,
        )

    def owed(self):
        """Not submitted, the author neither excused nor an observer, the interview neither cancelled nor a no-show."""
        from interviews.models.interviews import State
        from interviews.models.panels import Panelist

        places = Panelist.objects.scoring().filter(
            interview=models.OuterRef("interview"), user=models.OuterRef("author")
        )
        return self.filter(models.Exists(places), submitted_at=None).exclude(
            interview__state__in=[State.CANCELLED, State.NO_SHOW]
        )


class Scorecard(models.Model):
    """One panelist's responses to one interview. Sealed for good by `submit`; afterwards only amendments add versions.

    `heads` names the last applied operation of each field of its own: `{"summary": uuid}`.
    The three numbers of the score are stored by `submit` (see `interviews.scoring`).
    """

    interview = models.ForeignKey("interviews.Interview", models.PROTECT, related_name="scorecards")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="scorecards")
    recommendation = models.PositiveSmallIntegerField(
        _("recommendation"), choices=Recommendation, null=True, blank=True
    )
    summary = models.TextField(_("summary"), blank=True)
    heads = models.JSONField(default=dict)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    submit_op = models.UUIDField(null=True, editable=False)
    weighted_ratings = models.PositiveIntegerField(null=True, editable=False)
    rated_weight = models.PositiveIntegerField(null=True, editable=False)
    planned_weight = models.PositiveIntegerField(null=True, editable=False)

    objects = ScorecardQuerySet.as_manager()
    amended = False  # what `amending.bring_up_to_date` finds

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["author", "submitted_at"], name="scorecard_of_author"),
            models.Index(
                fields=["recommendation", "interview"],
                condition=Q(submitted_at__isnull=False),
                name="scorecard_by_recommendation",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["interview", "author"], name="one_scorecard_per_panelist"),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(recommendation__isnull=False, submit_op__isnull=False),
                name="submitted_scorecard_recommends",
            ),
            models.CheckConstraint(
                condition=Q(recommendation=None) | Q(recommendation__in=Recommendation.values),
                name="recommendation_exists",
            ),
        ]

    def __str__(self):
        return f"{self.author}: {self.interview}"

    def submit(self, *, op, heads):
        """Seals what the author saw. What can stand in the way is said at `interviews.submitting.submit`."""
        from interviews.submitting import submit

        return submit(scorecard=self, op=op, heads=heads)


class Response(models.Model):
    """What one scorecard says of one question, planned (`item`) or unplanned.

    `points`, `parts` and `follow_ups` are sorted lists of indexes into the question's frozen content.
    `heads` names the last applied operation of each field: `{"notes": uuid, "outcome": uuid, …}`.
    """

    scorecard = models.ForeignKey(Scorecard, models.PROTECT, related_name="responses")
    item = models.ForeignKey("interviews.VersionItem", models.PROTECT, null=True, blank=True, related_name="responses")
    unplanned = models.ForeignKey(
        "interviews.UnplannedQuestion", models.PROTECT, null=True, blank=True, related_name="responses"
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    # The key ("q17", "u3") of the question under which this one was answered.
    covered_by = models.CharField(max_length=24, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    # The notes as they stood when the interview finished, once they changed afterwards.
    notes_at_finish = models.TextField(null=True, blank=True, editable=False)  # noqa: DJ001, null is "unchanged"
    # When each line of the notes was begun, ISO moments; kept at submission, since changes are thinned out later.
    notes_begun = models.JSONField(default=list, editable=False)
    points = models.JSONField(default=list)
    parts = models.JSONField(default=list)
    follow_ups = models.JSONField(default=list)
    come_back = models.BooleanField(_("come back"), default=False)
    seconds = models.PositiveIntegerField(_("seconds"), default=0)
    heads = models.JSONField(default=dict)
    amendment, earlier = None, ()  # what `amending.bring_up_to_date` finds

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False, unplanned=None) | Q(item=None, unplanned__isnull=False),
                name="response_to_one_question",
            ),
            models.UniqueConstraint(fields=["scorecard", "item"], name="one_response_per_item"),
            models.UniqueConstraint(fields=["scorecard", "unplanned"], name="one_response_per_unplanned"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="outcome_exists"),
            models.CheckConstraint(
                condition=Q(outcome="rated", rating__isnull=False) & Q(rating__range=(1, 5))
                | ~Q(outcome="rated") & Q(rating=None),
                name="rating_1_to_5_where_rated",
            ),
            models.CheckConstraint(
                condition=Q(outcome="covered") & ~Q(covered_by="") | ~Q(outcome="covered") & Q(covered_by=""),
                name="covered_names_the_question",
            ),
        ]

    @property
    def counts_for(self):
        """The planned question that this one answers, itself or in its place; None if off the plan. No query if fetched
        with `item` and `unplanned__replaces`."""
        return self.item or (self.unplanned and self.unplanned.replaces)

    @property
    def key(self):
        """Names this response in fields of operations: "q17", or "u3" for an unplanned question."""
        return f"q{self.item_id}" if self.item_id else f"u{self.unplanned_id}"
