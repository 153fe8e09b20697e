from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from interviews.models.scorecards import Outcome, Response, Scorecard


class Amendment(models.Model):
    """A new version of a submitted response, by its author, with a reason; the old one stays visible.

    Holds the whole response as it reads from then on, and the score's three numbers that follow (see
    `interviews.scoring`). The latest of a response counts. Append-only in the database, which also refuses one of a
    response that is not submitted, or by anybody but its author.
    """

    append_only = True
    VERSIONED = ("outcome", "rating", "covered_by", "notes", "points", "parts", "follow_ups")
    SUMS = ("weighted_ratings", "rated_weight", "planned_weight")

    response = models.ForeignKey(Response, models.PROTECT, related_name="amendments")
    # The response's, kept here so that what changed in a scorecard is one look-up.
    scorecard = models.ForeignKey(Scorecard, models.PROTECT, related_name="amendments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    covered_by = models.CharField(max_length=24, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    points = models.JSONField(default=list)
    parts = models.JSONField(default=list)
    follow_ups = models.JSONField(default=list)
    reason = models.CharField(_("reason"), max_length=400)
    weighted_ratings = models.PositiveIntegerField()
    rated_weight = models.PositiveIntegerField()
    planned_weight = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["response", "number"], name="one_amendment_per_number"),
            models.CheckConstraint(condition=~Q(reason=""), name="amended_with_a_reason"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="amended_outcome_exists"),
            models.CheckConstraint(
                condition=Q(outcome="rated", rating__isnull=False) & Q(rating__range=(1, 5))
                | ~Q(outcome="rated") & Q(rating=None),
                name="amended_rating_1_to_5_where_rated",
            ),
            models.CheckConstraint(
                condition=Q(outcome="covered") & ~Q(covered_by="") | ~Q(outcome="covered") & Q(covered_by=""),
                name="amended_covered_names_the_question",
            ),
        ]

    def __str__(self):
        return f"{self.response_id}.{self.number}"
