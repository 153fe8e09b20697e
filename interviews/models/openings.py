from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role


class OpeningQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All openings for those who schedule, none for anyone else."""
        return self if user.schedules else self.none()

    def editable_by(self, user):
        """Recruiters manage all openings, hiring managers their own."""
        if user.holds(Role.RECRUITER):
            return self
        return self.filter(hiring_manager=user) if user.holds(Role.HIRING_MANAGER) else self.none()

    def current(self):
        return self.filter(archived_at=None)

    def archived(self):
        return self.filter(archived_at__isnull=False)

    def search(self, words):
        """Titles that contain the words, in any case."""
        words = words.replace("\0", "").strip()
        return self.filter(title__icontains=words) if words else self

    def with_counts(self):
        """Adds `plan_count` and `open_count`, of current plans and of interviews to come, with the hiring manager.

        One query; the counts are made for the rows that are shown only.
        """
        from interviews.models.interviews import Interview
        from interviews.models.plans import Plan

        return self.select_related("hiring_manager").annotate(
            plan_count=counted(Plan.objects.current()), open_count=counted(Interview.objects.upcoming())
        )


def counted(related):
    """How many of these belong to the opening of the outer query."""
    mine = related.order_by().filter(opening=models.OuterRef("pk")).values("opening")
    return Coalesce(models.Subquery(mine.annotate(n=models.Count("pk")).values("n")), 0)


class Opening(models.Model):
    """The job being hired for."""

    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=4000, blank=True)
    hiring_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="openings", verbose_name=_("hiring manager")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        indexes = [models.Index(fields=["title", "id"], name="opening_by_title")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("interviews:opening_detail", args=[self.pk])

    def archive(self):
        self.archived_at = timezone.now()
        self.save(update_fields=["archived_at"])

    def restore(self):
        self.archived_at = None
        self.save(update_fields=["archived_at"])
