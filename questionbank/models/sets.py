from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from questionbank.models.questions import Question


class QuestionSetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All sets for whoever reads the bank, none for anyone else."""
        return self if user.reads_bank else self.none()

    def editable_by(self, user):
        return self if user.edits_bank else self.none()

    def current(self):
        return self.filter(archived_at=None)

    def with_counts(self):
        """Adds `question_count` and `minutes` of the questions that are not archived. Reads only the sets shown."""
        questions = Question.objects.filter(question_set=models.OuterRef("pk"), archived_at=None)
        questions = questions.order_by().values("question_set")
        return self.annotate(
            question_count=Coalesce(models.Subquery(questions.annotate(n=models.Count("pk")).values("n")), 0),
            minutes=Coalesce(models.Subquery(questions.annotate(n=models.Sum("minutes")).values("n")), 0),
        )

    def archived(self):
        return self.exclude(archived_at=None)

    def titled(self, words):
        """With all the words in the title, in any case and order."""
        for word in words.split():
            self = self.filter(title__icontains=word)
        return self

    def after(self, question_set):
        """What follows a set in the order of titles."""
        return self.filter(
            models.Q(title__gt=question_set.title) | models.Q(title=question_set.title, pk__gt=question_set.pk)
        )


class QuestionSet(models.Model):
    """A titled collection of questions on one subject."""

    title = models.CharField(_("title"), max_length=120)
    introduction = models.TextField(_("introduction"), blank=True)
    conclusion = models.TextField(_("conclusion"), blank=True)
    language = models.CharField(_("language"), max_length=12, default="en")
    source = models.CharField(_("source"), max_length=200, blank=True)
    licence = models.CharField(_("licence"), max_length=80, blank=True)
    # What the document said at the last import: a field that differs from it was edited here.
    imported = models.JSONField(null=True, blank=True, editable=False)
    library_name = models.CharField(max_length=80, null=True, blank=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = QuestionSetQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        indexes = [models.Index(fields=["title", "id"], name="set_by_title")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("questionbank:set_detail", args=[self.pk])

    def append(self, question):
        """Puts a question at the end of the set. Does not save."""
        last = self.questions.aggregate(last=models.Max("position"))["last"]
        question.question_set, question.position = self, 0 if last is None else last + 1

    def archive(self):
        """Out of search and suggestions; plans and records keep what they froze."""
        self.archived_at = timezone.now()
        self.save(update_fields=["archived_at", "changed_at"])

    def restore(self):
        self.archived_at = None
        self.save(update_fields=["archived_at", "changed_at"])


class AudienceRow(models.Model):
    """Who can use a set, and for what."""

    question_set = models.ForeignKey(QuestionSet, models.CASCADE, related_name="audience")
    position = models.PositiveSmallIntegerField(default=0)
    who = models.CharField(_("who"), max_length=120)
    use = models.TextField(_("what for"), blank=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.who


class Tip(models.Model):
    """A do or a don't, for interviewers or for interviewees."""

    class For(models.TextChoices):
        INTERVIEWERS = "interviewers", _("For interviewers")
        INTERVIEWEES = "interviewees", _("For interviewees")

    class Kind(models.TextChoices):
        DO = "do", _("Do")
        DONT = "dont", _("Don't")

    question_set = models.ForeignKey(QuestionSet, models.CASCADE, related_name="tips")
    audience = models.CharField(_("for"), max_length=12, choices=For)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("text"), max_length=400)

    class Meta:
        ordering = ["audience", "kind", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(audience__in=["interviewers", "interviewees"]), name="tip_audience_exists"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=["do", "dont"]), name="tip_kind_exists"),
            models.CheckConstraint(condition=~models.Q(text=""), name="tip_says_something"),
        ]

    def __str__(self):
        return self.text
