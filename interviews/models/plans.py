from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from questionbank.models import RatingAnchor
from questionbank.stages import Stage


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All plans for those who schedule interviews from them, none for anyone else."""
        return self if user.schedules else self.none()

    def editable_by(self, user):
        return self if user.holds(Role.HIRING_MANAGER) else self.none()

    def current(self):
        return self.filter(archived_at=None)

    def archived(self):
        return self.filter(archived_at__isnull=False)

    def with_totals(self):
        """Adds `question_count` and `planned_minutes` of the draft, with opening and latest version. One query."""
        return self.select_related("opening", "latest_version").annotate(
            question_count=Count("items", filter=Q(items__kind=ItemKind.QUESTION)),
            planned_minutes=Sum("items__minutes", default=0),
        )


class Plan(models.Model):
    """An ordered, timed choice of questions and segments for an opening. Its items are the draft; publishing freezes
    them into a `PlanVersion`, and editing goes on in the draft. The draft is changed in `interviews.drafting` only."""

    opening = models.ForeignKey("interviews.Opening", models.PROTECT, related_name="plans", verbose_name=_("opening"))
    title = models.CharField(_("title"), max_length=120)
    length = models.PositiveSmallIntegerField(
        _("length in minutes"), default=60, validators=[MinValueValidator(10), MaxValueValidator(480)]
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    # Set by every change to the draft, so that "changed since version 3" needs no comparison.
    draft_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    latest_version = models.ForeignKey(
        "interviews.PlanVersion", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(length__range=(10, 480)), name="plan_length_10_to_480")
        ]
        indexes = [models.Index(fields=["-changed_at", "-id"], name="plan_by_change")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("interviews:plan_detail", args=[self.pk])

    @property
    def draft_differs(self):
        """The draft was changed since the latest version, or there is none. No query if fetched with that version."""
        return self.latest_version is None or self.draft_changed_at > self.latest_version.published_at

    def archive(self):
        """Out of the list and closed to changes; its versions and interviews stay as they are."""
        self.archived_at = timezone.now()
        self.save(update_fields=["archived_at", "changed_at"])

    def restore(self):
        self.archived_at = None
        self.save(update_fields=["archived_at", "changed_at"])


class ItemKind(models.TextChoices):
    QUESTION = "question", _("Question")
    SEGMENT = "segment", _("Segment")


class SegmentKind(models.TextChoices):
    WELCOME = "welcome", _("Welcome")
    BREAK = "break", _("Break")
    CANDIDATES_QUESTIONS = "candidates_questions", _("Candidate's questions")
    NEXT_STEPS = "next_steps", _("Next steps")
    OTHER = "other", _("Other")


class PlanItemQuerySet(models.QuerySet):
    def with_questions(self):
        """With question, set and competency, and `has_anchors`: whether the question has any of its own. One query."""
        anchors = RatingAnchor.objects.filter(question=OuterRef("question"))
        return self.select_related("question__question_set", "question__competency").annotate(
            has_anchors=Exists(anchors)
        )


class Asker(models.IntegerChoices):
    """Who asks a question: by their seat, since a plan knows no people. Panelists count in the order in which they joined."""

    LEAD = 1, _("Lead")
    SECOND = 2, _("Second interviewer")
    THIRD = 3, _("Third interviewer")
    FOURTH = 4, _("Fourth interviewer")


class PlanItem(models.Model):
    """A question or a segment in a plan's draft, in its place."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="items")
    stage = models.PositiveSmallIntegerField(_("stage"), choices=Stage)
    position = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=ItemKind)
    question = models.ForeignKey(
        "questionbank.Question", models.PROTECT, null=True, blank=True, related_name="plan_items"
    )
    segment = models.CharField(_("segment"), max_length=24, choices=SegmentKind, blank=True)
    title = models.CharField(_("title"), max_length=120, blank=True)
    script = models.TextField(_("script"), max_length=4000, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), validators=[MinValueValidator(1), MaxValueValidator(120)])
    weight = models.PositiveSmallIntegerField(_("weight"), default=1, choices=[(1, "1"), (2, "2"), (3, "3")])
    must_ask = models.BooleanField(_("must ask"), default=False)
    asker = models.PositiveSmallIntegerField(_("asked by"), default=Asker.LEAD, choices=Asker)
    note = models.TextField(_("note for the interviewer"), max_length=1000, blank=True)
    # Why "Suggest a plan" chose it; "" for what a person added.
    reason = models.CharField(max_length=200, blank=True, editable=False)

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        ordering = ["stage", "position", "pk"]
        indexes = [models.Index(fields=["plan", "stage", "position", "id"], name="plan_item_order")]
        constraints = [
            models.UniqueConstraint(fields=["plan", "question"], name="question_once_per_plan"),
            models.CheckConstraint(
                condition=models.Q(kind="question", question__isnull=False, segment="")
                | models.Q(kind="segment", question=None) & ~models.Q(segment="") & ~models.Q(title=""),
                name="plan_item_is_question_or_segment",
            ),
            models.CheckConstraint(condition=models.Q(minutes__range=(1, 120)), name="plan_item_minutes_1_to_120"),
            models.CheckConstraint(condition=models.Q(weight__range=(1, 3)), name="plan_item_weight_1_to_3"),
            models.CheckConstraint(condition=models.Q(asker__in=Asker.values), name="plan_item_asker_exists"),
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="plan_item_stage_exists"),
        ]

    def __str__(self):
        return self.title or str(self.question)

    @property
    def askers(self):
        """The choices, for its row in the builder."""
        return Asker.choices

    # What a `VersionItem` keeps as its own, so that both are read alike. No query after `with_questions()`.

    @property
    def competency(self):
        return str(self.question.competency or "") if self.question else ""

    @property
    def topic(self):
        return self.question.topic if self.question else ""

    @property
    def text(self):
        return self.question.text if self.question else self.script
