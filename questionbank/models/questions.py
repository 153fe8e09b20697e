from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from questionbank import searching
from questionbank.naming import short_name
from questionbank.stages import Stage, read_stage

DEFAULT_MINUTES = 5


class Difficulty(models.TextChoices):
    EASY = "easy", _("Easy")
    MEDIUM = "medium", _("Medium")
    HARD = "hard", _("Hard")


class Row(models.Func):
    """Several columns compared as one, as an index over them is ordered."""

    function = "ROW"
    output_field = models.TextField()


class Compared(models.Func):
    template = "%(expressions)s"
    output_field = models.BooleanField()


def place():
    """Where a question stands in the order of `browse`."""
    return Row("question_set", "position", "pk")


def place_of(question):
    return Row(*map(models.Value, (question.question_set_id, question.position, question.pk)))


class QuestionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All questions for whoever reads the bank, none for anyone else."""
        return self if user.reads_bank else self.none()

    def editable_by(self, user):
        return self if user.edits_bank else self.none()

    def current(self):
        """Not archived, in a set that is not archived."""
        return self.filter(archived_at=None, question_set__archived_at=None)

    def archived(self):
        """Archived themselves; a set's archive does not archive its questions."""
        return self.exclude(archived_at=None)

    def narrowed(self, *, set=None, stage=None, topic=None, competency=None, difficulty=None):
        """Those with every property that is given."""
        wanted = {
            "question_set": set,
            "stage": stage,
            "topic": topic,
            "competency": competency,
            "difficulty": difficulty,
        }
        return self.filter(**{name: value for name, value in wanted.items() if value is not None})

    def topics(self, at_most=200):
        """The first topics by alphabet. One query that reads as many index entries, however many questions."""
        with connection.cursor() as cursor:
            cursor.execute(TOPICS_SQL.format(table=self.model._meta.db_table), [at_most])
            return [topic for (topic,) in cursor.fetchall()]

    def search(self, words):
        """The best 200 for these words, best first. Reads the words at once (2 small queries); lazy after that.

        Filter before searching: what is ranked and counted is this queryset.
        """
        return searching.ranked(self, searching.read_words(words))

    def browse(self):
        """Set by set, each in its own order: the order of `question_in_set`, which `after` goes on from."""
        return self.order_by("question_set", "position", "pk")

    def after(self, question):
        """What follows a question in the order of `browse`."""
        return self.filter(Compared(place(), place_of(question), arg_joiner=" > "))

    def before(self, question):
        """What comes before a question, nearest first."""
        nearest_first = self.order_by("-question_set", "-position", "-pk")
        return nearest_first.filter(Compared(place(), place_of(question), arg_joiner=" < "))

    def in_order(self):
        """By stage, then as the sets have them. (A plan also keeps topics together: `interviews.ordering`.)"""
        return self.order_by("stage", "question_set", "position", "pk")

    def with_content(self):
        """Prefetches all that hangs on a question: 7 queries however many questions."""
        return self.select_related("question_set", "competency").prefetch_related(
            "reference_answers", "points", "follow_ups", "anchors", "parts", "materials"
        )


# From each topic straight to the next: DISTINCT would read every question.
TOPICS_SQL = """
    WITH RECURSIVE topics AS (
        (SELECT topic FROM {table} WHERE archived_at IS NULL AND topic > '' ORDER BY topic LIMIT 1)
        UNION ALL
        SELECT (SELECT topic FROM {table} WHERE archived_at IS NULL AND topic > topics.topic ORDER BY topic LIMIT 1)
        FROM topics WHERE topics.topic IS NOT NULL
    )
    SELECT topic FROM topics WHERE topic IS NOT NULL LIMIT %s
"""


class Question(models.Model):
    """One question with its guidance. `when_to_ask` stays as written; the stage is read from it unless set by hand."""

    question_set = models.ForeignKey("questionbank.QuestionSet", models.PROTECT, related_name="questions")
    position = models.PositiveIntegerField(default=0)
    text = models.TextField(_("question"), max_length=2000)
    short_name = models.CharField(_("short name"), max_length=48, blank=True)
    when_to_ask = models.TextField(_("when to ask"), max_length=1000, blank=True)
    why_ask = models.TextField(_("why ask"), max_length=2000, blank=True)
    how_to_ask = models.TextField(_("how to ask"), max_length=2000, blank=True)
    stage = models.PositiveSmallIntegerField(_("stage"), choices=Stage, default=Stage.CORE)
    # The words that decided the stage; "" when nothing matched or a person decided.
    stage_cue = models.CharField(max_length=120, blank=True, editable=False)
    stage_by_hand = models.BooleanField(default=False, editable=False)
    topic = models.CharField(_("topic"), max_length=120, blank=True)
    competency = models.ForeignKey(
        "questionbank.Competency",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("competency"),
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=DEFAULT_MINUTES, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    difficulty = models.CharField(_("difficulty"), max_length=6, choices=Difficulty, blank=True)
    # What the document said at the last import; see `questionbank.importing.merging`.
    imported = models.JSONField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["question_set", "position", "pk"]
        indexes = [
            models.Index(fields=["stage", "id"], name="question_by_stage", condition=models.Q(archived_at=None)),
            models.Index(
                fields=["competency", "id"], name="question_by_competency", condition=models.Q(archived_at=None)
            ),
            models.Index(
                fields=["difficulty", "id"], name="question_by_difficulty", condition=models.Q(archived_at=None)
            ),
            models.Index(fields=["topic", "id"], name="question_by_topic", condition=models.Q(archived_at=None)),
            models.Index(fields=["question_set", "position", "id"], name="question_in_set"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="question_says_something"),
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="question_stage_exists"),
            models.CheckConstraint(condition=models.Q(minutes__range=(1, 60)), name="question_minutes_1_to_60"),
            models.CheckConstraint(
                condition=models.Q(difficulty__in=["", *Difficulty.values]), name="question_difficulty_exists"
            ),
        ]

    def __str__(self):
        return self.short_name or self.text[:48]

    def save(self, *args, **kwargs):
        if not self.short_name:
            self.short_name = short_name(self.text)
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("questionbank:question_detail", args=[self.pk])

    @property
    def stage_is_guess(self):
        """Nothing in `when_to_ask` decided the stage and nobody has: “check the stage”."""
        return not self.stage_by_hand and not self.stage_cue

    def read_stage(self):
        """Derives stage, cue and, where empty, topic from `when_to_ask`; a stage set by hand stays. Does not save."""
        reading = read_stage(self.when_to_ask)
        if not self.stage_by_hand:
            self.stage, self.stage_cue = reading.stage, reading.cue[:120]
        if not self.topic:
            self.topic = reading.topic[:120]

    def set_stage(self, stage):
        """A person decided: the cue no longer does. Does not save."""
        self.stage, self.stage_by_hand, self.stage_cue = stage, True, ""

    def archive(self):
        self.archived_at = timezone.now()
        self.save(update_fields=["archived_at", "changed_at"])

    def restore(self):
        self.archived_at = None
        self.save(update_fields=["archived_at", "changed_at"])


class Detail(models.Model):
    """One of several things that hang on a question, in an order of their own."""

    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class ReferenceAnswer(Detail):
    """One of several model answers; alternatives, not a checklist."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="reference_answers")
    text = models.TextField(_("reference answer"), max_length=8000)

    class Meta(Detail.Meta):
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="answer_says_something")]

    def __str__(self):
        return self.text


class Point(Detail):
    """One thing a good answer covers. Drafted from the answers until a person confirms it."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="points")
    text = models.CharField(_("point"), max_length=90)
    confirmed = models.BooleanField(_("confirmed"), default=True)

    class Meta(Detail.Meta):
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="point_says_something")]

    def __str__(self):
        return self.text


class FollowUp(Detail):
    """An approved probe."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="follow_ups")
    text = models.CharField(_("follow-up"), max_length=400)

    class Meta(Detail.Meta):
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="follow_up_says_something")]

    def __str__(self):
        return self.text


class RatingAnchor(models.Model):
    """What an answer worth `rating` looks like for this question (behaviourally anchored rating scale)."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="anchors")
    rating = models.PositiveSmallIntegerField(_("rating"))
    text = models.CharField(_("what it looks like"), max_length=240)

    class Meta:
        ordering = ["rating"]
        constraints = [
            models.UniqueConstraint(fields=["question", "rating"], name="one_anchor_per_rating"),
            models.CheckConstraint(condition=models.Q(rating__range=(1, 5)), name="anchor_rating_1_to_5"),
            models.CheckConstraint(condition=~models.Q(text=""), name="anchor_says_something"),
        ]

    def __str__(self):
        return f"{self.rating}: {self.text}"


class Part(Detail):
    """A part of a question (a, b, c), tickable in the room."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="parts")
    text = models.CharField(_("part"), max_length=400)

    class Meta(Detail.Meta):
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="part_says_something")]

    def __str__(self):
        return self.text


class Material(Detail):
    """What the candidate is shown: code, a diagram in text, or a scenario."""

    class Kind(models.TextChoices):
        CODE = "code", _("Code")
        DIAGRAM = "diagram", _("Diagram")
        SCENARIO = "scenario", _("Scenario")

    question = models.ForeignKey(Question, models.CASCADE, related_name="materials")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    title = models.CharField(_("title"), max_length=120, blank=True)
    body = models.TextField(_("material"), max_length=20_000)

    class Meta(Detail.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["code", "diagram", "scenario"]), name="material_kind_exists"
            ),
            models.CheckConstraint(condition=~models.Q(body=""), name="material_shows_something"),
        ]

    def __str__(self):
        return self.title or self.get_kind_display()
