from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Course(models.Model):
    """How far an interview is, as everybody in its room may know: what the lead has on screen, has asked and has dropped.

    Said by the lead's room alone and never read off a scorecard, so that a question that was rated looks like one that
    was only asked. Keys are the room's: "q17", "u5", and "s3" for a segment. No row until the lead's room has said so.
    """

    interview = models.OneToOneField(
        "interviews.Interview", models.CASCADE, primary_key=True, related_name="course", editable=False
    )
    shown = models.CharField(max_length=20, blank=True)
    # In the order of the room: the order in which they were asked is nobody else's business.
    asked = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    dropped = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    changes = models.PositiveIntegerField(default=0)  # how many there were

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(asked__overlap=F("dropped")), name="asked_question_is_not_dropped"),
        ]

    def __str__(self):
        return self.shown
