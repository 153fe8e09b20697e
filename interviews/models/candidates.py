from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class CandidateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All candidates for those who schedule; interviewers meet a candidate only through an interview of theirs."""
        return self if user.schedules else self.none()

    def search(self, words):
        """Name or e-mail address contains the words, in any case; served by a trigram index."""
        words = words.replace("\0", "").strip()
        return self.filter(models.Q(name__icontains=words) | models.Q(email__icontains=words)) if words else self

    def named(self, words):
        """Every word stands in the name, in any case; of fewer than three letters, at the beginning of one of its words.

        For readers who may not search addresses. Served by a trigram index, which shorter words inside names could not use.
        """
        found = self
        for word in words.split():
            begins = models.Q(name__istartswith=word) | models.Q(name__icontains=f" {word}")
            found = found.filter(models.Q(name__icontains=word) if len(word) > 2 else begins)
        return found

    def sought_by(self, user, words):
        """By name, and by address too for those who schedule; nobody else may find out an address by trying."""
        return self.search(words) if user.schedules else self.named(words)

    def with_last_interview(self, user):
        """Adds `last_at` and `last_state` of the latest interview that the user may know of, or None."""
        from interviews.models.interviews import Interview

        latest = (
            Interview.objects.visible_to(user).filter(candidate=models.OuterRef("pk")).order_by("-scheduled_at", "-pk")
        )
        return self.annotate(
            last_at=models.Subquery(latest.values("scheduled_at")[:1]),
            last_state=models.Subquery(latest.values("state")[:1]),
        )

    def idle(self):
        """With no interview at all, the newest first."""
        from interviews.models.interviews import Interview

        any_interview = Interview.objects.filter(candidate=models.OuterRef("pk"))
        return self.filter(~models.Exists(any_interview)).order_by("-created_at", "-pk")


class Candidate(models.Model):
    """The person interviewed."""

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["name", "id"], name="candidate_by_name"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="candidate_name_trigrams"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="candidate_email_trigrams"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("interviews:candidate_detail", args=[self.pk])
