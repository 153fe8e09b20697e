from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from interviews.models.interviews import Interview
from interviews.models.scorecards import Rating


class AgreedRating(models.Model):
    """What the panel agreed on for one planned question, and why, beside the ratings that each gave.

    The latest of a question stands. Append-only in the database, which refuses one before all scorecards are in.
    """

    append_only = True

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="agreed_ratings")
    item = models.ForeignKey("interviews.VersionItem", models.PROTECT, related_name="+")
    rating = models.PositiveSmallIntegerField(_("rating"), choices=Rating)
    reason = models.CharField(_("reason"), max_length=400)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(rating__range=(1, 5)), name="agreed_rating_1_to_5"),
            models.CheckConstraint(condition=~Q(reason=""), name="agreed_with_a_reason"),
        ]

    def __str__(self):
        return f"{self.item_id}: {self.rating}"


class DecisionOutcome(models.TextChoices):
    """What becomes of the candidate."""

    ADVANCE = "advance", _("Advance")
    HOLD = "hold", _("Hold")
    DECLINE = "decline", _("Decline")


class Decision(models.Model):
    """The hiring manager's outcome of an interview, with its reason; `against_score` where it goes against the score.

    The latest stands, and earlier ones stay. Append-only in the database, which refuses one before all scorecards are in.
    """

    append_only = True

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("decision"), max_length=8, choices=DecisionOutcome)
    reason = models.TextField(_("reason"), max_length=2000)
    against_score = models.TextField(_("why against the score"), max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["interview", "-id"], name="decision_of_interview")]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=DecisionOutcome.values), name="decision_exists"),
            models.CheckConstraint(condition=~Q(reason=""), name="decided_with_a_reason"),
        ]

    def __str__(self):
        return self.get_outcome_display()
