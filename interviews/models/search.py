from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class NotesSearch(models.Model):
    """The words of one submitted scorecard, notes and summary. Kept by a trigger at submission, never by code.

    Saving a draft writes nothing here. The key rises with submission, so that the newest are found by it.
    """

    scorecard = models.OneToOneField("interviews.Scorecard", models.CASCADE, related_name="search")
    document = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["document"], name="notes_search_document")]

    def __str__(self):
        return f"what search reads of scorecard {self.scorecard_id}"
