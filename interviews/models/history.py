from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class HistoryEntry(models.Model):
    """Something that happened to an interview: who, when, what, and why. Append-only in the database."""

    append_only = True

    class What(models.TextChoices):
        SCHEDULED = "scheduled", _("Interview scheduled")
        MOVED = "moved", _("Interview moved")
        CANCELLED = "cancelled", _("Interview cancelled")
        NO_SHOW = "no_show", _("Candidate did not come")
        STARTED = "started", _("Interview started")
        PAUSED = "paused", _("Interview paused")
        RESUMED = "resumed", _("Interview resumed")
        FINISHED = "finished", _("Interview finished")
        FINISH_UNDONE = "finish_undone", _("Finish undone")
        SITTING_SCHEDULED = "sitting_scheduled", _("Further sitting scheduled")
        SITTING_DROPPED = "sitting_dropped", _("Further sitting dropped")
        QUESTION_ADDED = "question_added", _("Unplanned question added")
        QUESTION_SWAPPED = "question_swapped", _("Question swapped")
        PANELIST_ADDED = "panelist_added", _("Panelist added")
        PANELIST_REMOVED = "panelist_removed", _("Panelist removed")
        LEAD_TAKEN = "lead_taken", _("Lead taken over")
        EXCUSED = "excused", _("Panelist excused")
        ADJUSTED = "adjusted", _("Setting and time adjusted")
        VERSION_CHANGED = "version_changed", _("Plan version changed")
        SUBMITTED = "submitted", _("Scorecard submitted")
        AMENDED = "amended", _("Scorecard amended")
        AGREED = "agreed", _("Rating agreed")
        DECIDED = "decided", _("Decided")

    # What tells of scorecards is read by those who may read them.
    OF_SCORECARDS = (What.AMENDED, What.AGREED, What.DECIDED)

    interview = models.ForeignKey("interviews.Interview", models.PROTECT, related_name="history")
    what = models.CharField(max_length=20, choices=What)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    # Reason, times before and after, a person's name: whatever the sentence on the record needs.
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["interview", "at", "id"], name="history_of_interview")]

    def __str__(self):
        return self.get_what_display()
