from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class CompetencyQuerySet(models.QuerySet):
    def with_counts(self):
        """Adds `question_count`, archived ones included: all that would need another competency."""
        return self.annotate(question_count=models.Count("questions")).order_by("position", "pk")


class CompetencyManager(models.Manager.from_queryset(CompetencyQuerySet)):
    def named(self, name):
        """The competency of that name in any case, created at the end of the list if new; None for ""."""
        name = name.strip()
        if not name:
            return None
        found = self.filter(name__iexact=name).first()
        return found or self.create(name=name[:48], position=self.count())


class Competency(models.Model):
    """What a question gives evidence of. An editable list: at first Concepts, Training, Architectures, Practice."""

    name = models.CharField(_("name"), max_length=48)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = CompetencyManager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "competencies"
        constraints = [models.UniqueConstraint(Lower("name"), name="one_competency_per_name")]

    def __str__(self):
        return self.name

    @transaction.atomic
    def move(self, *, to):
        """Puts it at place `to` of the list, counted from 0; beyond the end is the end."""
        others = list(Competency.objects.select_for_update().exclude(pk=self.pk))
        others.insert(to, self)
        for position, competency in enumerate(others):
            competency.position = position
        Competency.objects.bulk_update(others, ["position"])

    @transaction.atomic
    def give_way(self, *, to=None):
        """Deletes it; its questions go to competency `to`, or have none."""
        self.questions.update(competency=to)
        self.delete()
