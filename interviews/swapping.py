"""Another question of the same competency in place of a planned one: the candidate knows it, or it does not fit."""

from django.db.models import Case, Exists, F, Func, OuterRef, When

from interviews.models import VersionItem
from interviews.publishing import question_content
from questionbank.models import Question

SHOWN = 6


def swappable(interview, op=None):
    """The planned questions of the interview for which nothing stands in yet, unless that very request, `op`, has done it."""
    stand_ins = interview.unplanned.filter(replaces=OuterRef("pk")).exclude(op=op)
    return VersionItem.objects.filter(~Exists(stand_ins), version=interview.version_id, question__isnull=False)


def alternates(*, interview, item, op=None):
    """Questions of the bank that can stand in for `item`: of its competency, current, neither planned nor added here but
    by the request `op`, the nearest in difficulty and minutes first. Lazy."""
    if not item.competency:
        return Question.objects.none()
    taken = VersionItem.objects.filter(version=interview.version_id, question__isnull=False).values("question")
    added = interview.unplanned.filter(question__isnull=False).exclude(op=op).values("question")
    same_difficulty = Case(When(difficulty=item.content["difficulty"], then=0), default=1)
    apart = Func(F("minutes") - item.minutes, function="abs")
    return (
        Question.objects.current()
        .filter(competency__name=item.competency)
        .exclude(pk__in=taken)
        .exclude(pk__in=added)
        .order_by(same_difficulty, apart, "pk")[:SHOWN]
    )


def stand_in(*, item, question):
    """What `lifecycle.add_unplanned` needs to know of `question` in place of `item`. 7 queries."""
    question = Question.objects.with_content().get(pk=question.pk)
    return {
        "title": question.short_name,
        "content": question_content(question),
        "stage": item.stage,
        "question": question,
        "replaces": item,
    }
