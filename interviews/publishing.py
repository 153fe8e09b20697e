"""Publishing: from a plan's draft to an immutable version with its own copy of everything."""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from interviews.models import ItemKind, Plan, PlanVersion, SegmentKind, VersionItem
from interviews.problems import NotNow
from questionbank.models import Question, Tip


@dataclass(frozen=True)
class Warning:
    """Something to know before publishing; never in the way of it. `items` are the plan's items it is about."""

    sentence: str
    items: list = field(default_factory=list)


def warnings(*, outline, questions):
    """What a reader of the plan would ask about. `questions` is `frozen_questions` of its items. No query."""
    found = [*time_warnings(outline), *guidance_warnings(outline, questions)]
    if not any(item.must_ask for item in outline.questions):
        found.append(
            Warning(_("No question is marked as must ask. Short of time, an interviewer decides what to drop."))
        )
    if missing := [row.competency for row in outline.coverage if not row.minutes]:
        found.append(Warning(_("No question covers %(names)s.") % {"names": ", ".join(missing)}))
    segments = {item.segment for item in outline.items}
    if SegmentKind.WELCOME not in segments:
        found.append(Warning(_("There is no welcome, so nothing says that notes are taken.")))
    if SegmentKind.CANDIDATES_QUESTIONS not in segments:
        found.append(Warning(_("No time is set aside for the candidate's questions.")))
    return found


def time_warnings(outline):
    words = {"minutes": outline.minutes, "length": outline.length, "over": outline.over, "free": outline.free}
    if outline.over:
        yield Warning(_("The plan takes %(minutes)s of %(length)s minutes: %(over)s too many.") % words)
    elif outline.free > outline.length / 5:
        yield Warning(_("The plan takes %(minutes)s of %(length)s minutes: %(free)s are free.") % words)


def guidance_warnings(outline, questions):
    """Questions that lack anchors, all or some; that have nothing to compare an answer with; or that are archived."""
    anchors = {item: len(questions[item.question_id].anchors.all()) for item in outline.questions}
    checks = [
        (_("Without rating anchors, rated on the general scale:"), lambda item, question: anchors[item] == 0),
        (_("With anchors for some ratings only:"), lambda item, question: 0 < anchors[item] < 5),
        (
            _("Without a reference answer or points to listen for:"),
            lambda item, question: not question.reference_answers.all() and not question.points.all(),
        ),
        (_("Points drafted from the answers, that nobody has confirmed:"), lambda item, question: drafted(question)),
        (_("Archived in the bank, and still in this plan:"), lambda item, question: question.archived_at),
    ]
    for sentence, applies in checks:
        if items := [item for item in outline.questions if applies(item, questions[item.question_id])]:
            yield Warning(sentence, items)


@transaction.atomic
def publish(*, plan, by, number=None):
    """The plan's draft as its next `PlanVersion`; the draft stays as it is for the next one.

    Raises `NotNow` for a plan without questions, an archived one, or if the next version is not `number`: somebody
    published meanwhile. About 12 queries, however many questions.
    """
    plan = Plan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
    next_number = plan.versions.count() + 1
    if plan.archived_at:
        raise NotNow(_("This plan is archived. Restore it before you publish."))
    if number not in (None, next_number):
        raise NotNow(_("Version %(number)s was published meanwhile. Read it first.") % {"number": next_number - 1})
    items = list(plan.items.all())
    questions = frozen_questions(items)
    if not questions:
        raise NotNow(_("This plan has no questions yet. Add at least one before you publish."))
    version = PlanVersion.objects.create(
        plan=plan,
        number=next_number,
        title=plan.title,
        length=plan.length,
        tips=frozen_tips(questions.values()),
        published_by=by,
    )
    VersionItem.objects.bulk_create(frozen_items(version, items, questions))
    at = version.published_at
    Plan.objects.filter(pk=plan.pk).update(latest_version=version, changed_at=at, draft_changed_at=at)
    return version


def preview(*, plan, items):
    """The version that publishing these items would make, unsaved, and its items. 8 queries."""
    questions = frozen_questions(items)
    version = PlanVersion(plan=plan, title=plan.title, length=plan.length, tips=frozen_tips(questions.values()))
    return version, list(frozen_items(version, items, questions))


def drafted(question):
    """Whether some of its points are a draft still. No query if fetched with `with_content()`."""
    return any(not point.confirmed for point in question.points.all())


def frozen_questions(items):
    """The questions of these items with all their content, by key. 7 queries."""
    ids = [item.question_id for item in items if item.question_id]
    return {question.pk: question for question in Question.objects.with_content().filter(pk__in=ids)}


def frozen_tips(questions):
    """What interviewers should do and not do, from the sets that the questions come from, each tip once."""
    sets = {question.question_set_id for question in questions}
    tips = Tip.objects.filter(question_set__in=sets, audience=Tip.For.INTERVIEWERS).order_by(
        "kind", "question_set", "position"
    )
    return list({(tip.kind, tip.text): {"kind": tip.kind, "text": tip.text} for tip in tips}.values())


def frozen_items(version, items, questions):
    number = 0
    for position, item in enumerate(items):
        frozen = VersionItem(
            version=version, position=position, stage=item.stage, kind=item.kind, minutes=item.minutes, note=item.note
        )
        if item.kind == ItemKind.SEGMENT:
            frozen.segment, frozen.title, frozen.content = item.segment, item.title, {"script": item.script}
        else:
            number += 1
            question = questions[item.question_id]
            frozen.question, frozen.number = question, number
            frozen.title, frozen.weight, frozen.must_ask = question.short_name, item.weight, item.must_ask
            frozen.asker = item.asker
            frozen.competency = question.competency.name if question.competency else ""
            frozen.content = question_content(question)
        yield frozen


def question_content(question):
    """A question of the bank as `VersionItem.content`. No query if fetched with `with_content()`."""
    return {
        "text": question.text,
        "when": question.when_to_ask,
        "why": question.why_ask,
        "how": question.how_to_ask,
        "topic": question.topic,
        "difficulty": question.difficulty,
        "set_title": question.question_set.title,
        "parts": [part.text for part in question.parts.all()],
        "materials": [{"kind": m.kind, "title": m.title, "body": m.body} for m in question.materials.all()],
        "answers": [answer.text for answer in question.reference_answers.all()],
        "points": [point.text for point in question.points.all()],
        "points_drafted": drafted(question),
        "follow_ups": [follow_up.text for follow_up in question.follow_ups.all()],
        "anchors": {str(anchor.rating): anchor.text for anchor in question.anchors.all()},
    }


def unplanned_content(text):
    """The same shape for a question made up in the room."""
    empty = {"parts": [], "materials": [], "answers": [], "points": [], "follow_ups": [], "anchors": {}}
    words = dict.fromkeys(["when", "why", "how", "topic", "difficulty", "set_title"], "")
    return {"text": text, "points_drafted": False} | words | empty
