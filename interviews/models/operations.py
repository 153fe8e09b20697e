from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

TIME = ".time"  # how the fields of time spent end


class OperationQuerySet(models.QuerySet):
    def unsettled(self):
        """Versions that lost and wait for their author's choice."""
        return self.filter(result=Operation.Result.CONFLICT, settled_by=None)

    def late(self):
        """The latest of each field that came after the scorecard was submitted; time spent does not count."""
        return (
            self.filter(result=Operation.Result.LATE)
            .exclude(field__endswith=TIME)
            .order_by("field", "-pk")
            .distinct("field")
        )

    def replaced(self):
        """Applied ones that a later one in the same field wrote over, still with their value. Time spent is intervals,
        none of which replaces another."""
        later = Operation.objects.filter(
            scorecard=OuterRef("scorecard"),
            field=OuterRef("field"),
            result=Operation.Result.APPLIED,
            pk__gt=OuterRef("pk"),
        )
        return self.filter(Exists(later), result=Operation.Result.APPLIED, value__isnull=False).exclude(
            field__endswith=TIME
        )

    def forget_values(self):
        """Empties the value and keeps id and digest. The database allows it for `replaced()` ones of a scorecard that was
        submitted 30 days ago, and refuses all others. Returns how many."""
        return self.update(value=None)


class Operation(models.Model):
    """One change to one field of a scorecard, as a client sent it: the whole new value, never a difference.

    Append-only in the database, but for `settled_by` and, 30 days after submission, an emptied `value`.
    """

    append_only = True
    changing = ("settled_by", "value")

    class Result(models.TextChoices):
        APPLIED = "applied", _("Applied")
        CONFLICT = "conflict", _("In conflict")
        LATE = "late", _("After submission")

    scorecard = models.ForeignKey("interviews.Scorecard", models.PROTECT, related_name="operations")
    op = models.UUIDField()
    writer = models.UUIDField()
    field = models.CharField(max_length=40)
    parent = models.UUIDField(null=True)
    value = models.JSONField(null=True)
    settles = models.JSONField(default=list)
    digest = models.BinaryField(max_length=32)
    # Evidence from the client's clock; it never orders anything.
    typed_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)
    result = models.CharField(max_length=8, choices=Result)
    settled_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    objects = OperationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["scorecard", "op"], name="one_operation_per_id")]
        indexes = [
            models.Index(
                fields=["scorecard", "field"],
                condition=models.Q(result="conflict", settled_by=None),
                name="unsettled_conflicts",
            ),
        ]

    def __str__(self):
        return f"{self.field} {self.op}"
