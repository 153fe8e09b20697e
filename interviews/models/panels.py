from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Place(models.TextChoices):
    LEAD = "lead", _("Lead")
    PANELIST = "panelist", _("Panelist")
    OBSERVER = "observer", _("Observer")


class PanelistQuerySet(models.QuerySet):
    def of(self, user):
        return self.filter(user=user)

    def scoring(self):
        """Those who owe a scorecard: lead and panelists who are not excused."""
        return self.filter(place__in=[Place.LEAD, Place.PANELIST], excused_at=None)

    def entering(self):
        """Those for whom lobby and room are: everybody but the excused."""
        return self.filter(excused_at=None)


class Panelist(models.Model):
    """A user's place on an interview's panel. A lead or panelist has a scorecard from the start, an observer none."""

    interview = models.ForeignKey("interviews.Interview", models.CASCADE, related_name="panel")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="panel_places")
    place = models.CharField(_("place"), max_length=8, choices=Place)
    joined_at = models.DateTimeField(auto_now_add=True)
    excused_at = models.DateTimeField(null=True, blank=True, editable=False)
    excused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    excused_reason = models.CharField(_("reason"), max_length=400, blank=True)

    objects = PanelistQuerySet.as_manager()

    class Meta:
        ordering = [
            "interview",
            models.Case(models.When(place="lead", then=0), models.When(place="panelist", then=1), default=2),
            "pk",
        ]
        constraints = [
            models.UniqueConstraint(fields=["interview", "user"], name="one_place_per_user"),
            models.UniqueConstraint(
                fields=["interview"], condition=models.Q(place="lead"), name="one_lead_per_interview"
            ),
            models.CheckConstraint(
                condition=models.Q(place__in=["lead", "panelist", "observer"]), name="panel_place_exists"
            ),
            models.CheckConstraint(
                condition=models.Q(excused_at=None) | ~models.Q(excused_reason=""), name="excused_with_a_reason"
            ),
        ]

    def __str__(self):
        return f"{self.user}, {self.get_place_display()}"

    asks = 0  # what `seats_that_ask` finds

    @property
    def leads(self):
        return self.place == Place.LEAD and self.excused_at is None
