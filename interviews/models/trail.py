"""The trail: who did what, chained so that nothing in it changes unnoticed. Kept by the database; see migration 0020."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class TrailEntry(models.Model):
    """One thing that happened to one row, in the chain of the interview, plan, person or invitation it belongs to.

    `changed` is `{column: [old, new]}`, without anything personal: people and candidates are keys here. What is personal
    is the payload's. `link` is sha256(link before ‖ these columns ‖ sha256(salt ‖ payload)), 32 bytes; `interviews.trail`
    says exactly how. `roles` and, on an interview, `place` are those of `by` when it happened.
    """

    written_by_owner = True

    class What(models.TextChoices):
        """What happened to the row. For programs that read the trail: people read the history."""

        FOUND = "found"  # stood here already when the trail began
        ADDED = "added"
        CHANGED = "changed"
        REMOVED = "removed"
        PUBLISHED = "published"  # a version's items
        SUBMITTED = "submitted"  # a scorecard with its responses
        ERASED = "erased"  # the payload of an earlier entry, which `row_id` names

    chain = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    # Null for what nobody did by hand. No constraint: the trail outlives what it tells of.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    roles = ArrayField(models.CharField(max_length=20), default=list)
    place = models.CharField(max_length=8, blank=True)
    what = models.CharField(max_length=9, choices=What)
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    changed = models.JSONField(default=dict)
    payload_digest = models.BinaryField(max_length=32, null=True)
    link = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["chain", "number"]
        indexes = [models.Index(fields=["table_name", "row_id"], name="trail_of_row")]
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="one_trail_entry_per_number")]

    def __str__(self):
        return f"{self.chain} entry {self.number}"


class TrailPayload(models.Model):
    """What of an entry is personal. Erasing empties salt and payload; the entry keeps their digest, and its link holds.

    `payload` is `{"changed": {column: [old, new]}}` or `{"rows": {table: {key: {column: value}}}}`, where
    `{"sha256": hex}` stands for words that are sealed in the row itself.
    """

    written_by_owner = True

    entry = models.OneToOneField(TrailEntry, models.PROTECT, primary_key=True, related_name="payload")
    salt = models.BinaryField(max_length=16, null=True)
    payload = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(salt__isnull=True, payload__isnull=True)
                | models.Q(salt__isnull=False, payload__isnull=False),
                name="trail_payload_is_whole_or_erased",
            )
        ]

    def __str__(self):
        return f"what of {self.entry_id} is personal"


class TrailHead(models.Model):
    """The last number and link of one chain; its row is the lock under which the chain grows."""

    written_by_owner = True

    chain = models.CharField(max_length=40)
    number = models.PositiveIntegerField(default=0)
    link = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain"], name="one_head_per_chain")]

    def __str__(self):
        return self.hex

    @property
    def hex(self):
        return bytes(self.link).hex()

    @property
    def short(self):
        return self.hex[:12]
