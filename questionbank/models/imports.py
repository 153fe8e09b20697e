from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from questionbank.importing.document import ParsedDocument

DRAFT_LIFE = timedelta(days=7)


class ImportDraftQuerySet(models.QuerySet):
    def of(self, user):
        """The user's own drafts that are not outdated, if they edit the bank at all."""
        return self.filter(owner=user).exclude(outdated()) if user.edits_bank else self.none()

    def purge(self):
        """Deletes what is older than 7 days, whoever owns it. One query."""
        return self.filter(outdated()).delete()


def outdated():
    return models.Q(created_at__lt=timezone.now() - DRAFT_LIFE)


class ImportDraft(models.Model):
    """The preview of an import: what a reader found in a document, and what its owner changed. Deleted after 7 days.

    `content` is `ParsedDocument.to_json()` as read, and never changes: the bank remembers it to recognise the document
    when it comes again. `edits` is kept apart (see `questionbank.importing.editing`). The upload itself is not kept.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="import_drafts")
    name = models.CharField(max_length=200, blank=True)
    content = models.JSONField()
    edits = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ImportDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self):
        return self.name or str(self.created_at)

    @property
    def document(self):
        return ParsedDocument.from_json(self.content)

    def save_edits(self):
        self.save(update_fields=["edits", "changed_at"])
