from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from interviews.models.plans import Asker, ItemKind
from questionbank.models import Tip
from questionbank.stages import Stage


class PlanVersion(models.Model):
    """A published plan with its own copy of everything. The database refuses to change or delete it.

    `tips` is a list of `{"kind": "do" | "dont", "text": str}` for interviewers.
    """

    append_only = True

    plan = models.ForeignKey("interviews.Plan", models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    length = models.PositiveSmallIntegerField()
    tips = models.JSONField(default=list)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="one_version_per_number")]

    def __str__(self):
        return _("%(title)s, version %(number)s") % {"title": self.title, "number": self.number}

    def tips_by_kind(self):
        """`{"dos": [str], "donts": [str]}`, for interviewers."""
        return {
            name: [tip["text"] for tip in self.tips if tip["kind"] == kind]
            for name, kind in (("dos", Tip.Kind.DO), ("donts", Tip.Kind.DONT))
        }


class VersionItem(models.Model):
    """A question or a segment as it was when the plan was published.

    `content` of a question, all keys always there: `{"text", "when", "why", "how", "topic", "difficulty",
    "set_title", "parts": [str], "materials": [{"kind", "title", "body"}], "answers": [str], "points": [str],
    "follow_ups": [str], "anchors": {"1": str, …}}`; points, parts and follow-ups are named by their index.
    `points_drafted` (missing in versions before it) says that nobody confirmed the points.
    Of a segment: `{"script": str}`.
    """

    append_only = True

    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    number = models.PositiveIntegerField(null=True)  # 1, 2, 3 … of the questions; none for a segment
    stage = models.PositiveSmallIntegerField(choices=Stage)
    kind = models.CharField(max_length=8, choices=ItemKind)
    segment = models.CharField(max_length=24, blank=True)
    # Which question of the bank this was, for aggregates; the words are in `content`.
    question = models.ForeignKey("questionbank.Question", models.PROTECT, null=True, related_name="version_items")
    title = models.CharField(max_length=120)
    competency = models.CharField(max_length=48, blank=True)
    minutes = models.PositiveSmallIntegerField()
    weight = models.PositiveSmallIntegerField(default=1)
    must_ask = models.BooleanField(default=False)
    asker = models.PositiveSmallIntegerField(default=Asker.LEAD, choices=Asker)
    note = models.TextField(blank=True)
    content = models.JSONField(default=dict)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="one_version_item_per_position")]

    def __str__(self):
        return self.title

    @property
    def key(self):
        """Names this question in fields of operations: "q17"."""
        return f"q{self.pk}"

    # The words a `PlanItem` has from its question, so that drafts and versions are read alike.

    @property
    def topic(self):
        return self.content.get("topic", "")

    @property
    def text(self):
        return self.content.get("text") or self.content.get("script", "")

    @property
    def has_anchors(self):
        return bool(self.content.get("anchors"))
