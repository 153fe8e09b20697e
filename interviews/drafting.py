"""Changing a plan's draft. Every change locks the plan first, so that two people at once never mix up its order.

All raise `NotNow` for an archived plan. Query counts do not depend on how many items a plan has.
"""

from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from interviews import ordering
from interviews.models import ItemKind, Plan, PlanItem, SegmentKind
from interviews.problems import NotNow
from questionbank.stages import Stage

# What of an item is its own, apart from its place: copied, restored and put back as it stands.
OWN_FIELDS = [
    "kind",
    "question_id",
    "segment",
    "title",
    "script",
    "minutes",
    "weight",
    "must_ask",
    "asker",
    "note",
    "reason",
]
# A break is worth its time from here on.
LONG = 75


@transaction.atomic
def create(*, opening, title, length, by):
    """A new plan with its segments, no questions yet."""
    plan = Plan.objects.create(opening=opening, title=title, length=length, created_by=by)
    store(usual_segments(plan))
    return plan


def usual_segments(plan):
    """How a new plan of this length begins and ends: welcome 4, candidate's questions 8, next steps 3 of 60 minutes."""
    share = plan.length / 60
    segments = [
        segment(plan, Stage.OPENING, SegmentKind.WELCOME, within(1, round(4 * share), 8)),
        segment(plan, Stage.CLOSING, SegmentKind.CANDIDATES_QUESTIONS, within(1, round(8 * share), 20)),
        segment(plan, Stage.CLOSING, SegmentKind.NEXT_STEPS, within(1, round(3 * share), 5)),
    ]
    if plan.length >= LONG:
        segments.insert(1, segment(plan, Stage.DEPTH, SegmentKind.BREAK, 5))
    return segments


def within(least, number, most):
    return max(least, min(number, most))


def segment(plan, stage, kind, minutes):
    return PlanItem(
        plan=plan,
        stage=stage,
        kind=ItemKind.SEGMENT,
        segment=kind,
        title=str(SegmentKind(kind).label),
        script=usual_script(kind),
        minutes=minutes,
    )


def usual_script(kind):
    """What the interviewer may say, in so many words or their own; "" for a segment that explains itself."""
    return {
        SegmentKind.WELCOME: _(
            "Thank you for coming. I am … and I work on …\n"
            "We will talk for the time we agreed on. I ask every candidate for this job the same questions, "
            "from easier to harder, and leave time at the end for yours.\n"
            "I'll be taking notes, so I may look away or type while you speak. "
            "Take your time, ask when something is unclear, and say so when you would rather skip a question.\n"
            "Is there anything you need before we begin?"
        ),
        SegmentKind.BREAK: _("Let us take a short break. Nothing said now is noted; say when to be back."),
        SegmentKind.CANDIDATES_QUESTIONS: _(
            "Now it is your turn. What would you like to know about the work, the team or how we decide?\n"
            "Answer plainly. If you do not know, say who does and by when the candidate will hear."
        ),
        SegmentKind.NEXT_STEPS: _(
            "Say what happens next, who will be in touch and by which day.\n"
            "Ask whether the candidate wants to add anything, and thank them for their time."
        ),
    }.get(kind, "")


@contextmanager
def changing(plan, *, of_draft=True):
    """The plan's items in their order, the plan locked to the end of the block and its draft marked as changed."""
    with transaction.atomic():
        locked = Plan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
        if locked.archived_at:
            raise NotNow(_("This plan is archived. Restore it before you change it."))
        yield list(locked.items.select_related("question"))
        now = timezone.now()
        Plan.objects.filter(pk=plan.pk).update(changed_at=now, **({"draft_changed_at": now} if of_draft else {}))


def store(items):
    """Number the items of each stage in the order of the list; new ones are created. At most two queries."""
    for stage in Stage:
        for position, item in enumerate(item for item in items if item.stage == stage):
            item.position = position
    PlanItem.objects.bulk_create([item for item in items if item.pk is None])
    PlanItem.objects.bulk_update([item for item in items if item.pk], ["stage", "position"])


def change_details(*, plan, **fields):
    """Title, opening or length. The opening is no part of a version, so alone it leaves the draft unchanged."""
    with changing(plan, of_draft=fields.keys() != {"opening"}):
        Plan.objects.filter(pk=plan.pk).update(**fields)


def add_question(*, plan, question, reason=""):
    """The question's item, at the place its stage and topic ask for. One that is there already stays as it is."""
    with changing(plan) as items:
        there = next((item for item in items if item.question_id == question.pk), None)
        if there:
            return there
        added = question_item(plan, question, reason)
        store(ordering.with_added(items, added))
        return added


def question_item(plan, question, reason=""):
    kind, stage, minutes = ItemKind.QUESTION, question.stage, question.minutes
    return PlanItem(plan=plan, kind=kind, question=question, stage=stage, minutes=minutes, reason=reason)


def add_segment(*, plan, kind, title, minutes):
    """A segment where its kind belongs: the welcome first, a break after the core, everything else at the end."""
    stage = {SegmentKind.WELCOME: Stage.OPENING, SegmentKind.BREAK: Stage.CORE}.get(kind, Stage.CLOSING)
    with changing(plan) as items:
        added = segment(plan, stage, kind, minutes)
        added.title = title or added.title
        first = items[0] if items and kind == SegmentKind.WELCOME else None
        store(ordering.placed(items, added, stage=stage, before=first))
        return added


def change_item(*, item, **fields):
    """Minutes, weight and the like of one item; its place is changed by `move` and `step`."""
    with changing(item.plan):
        PlanItem.objects.filter(pk=item.pk).update(**fields)


def move(*, item, stage, before=None):
    """To another place: in `stage`, before the item with the key `before`, else at the stage's end."""
    with changing(item.plan) as items:
        before = next((other for other in items if other.pk == before), None)
        store(ordering.placed(items, as_now(item, items), stage=stage, before=before))


def step(*, item, by):
    """One place up (-1) or down (1), across stages too."""
    with changing(item.plan) as items:
        store(ordering.stepped(items, as_now(item, items), by))


def as_now(item, items):
    """The item as the lock found it; `NotNow` if somebody has removed it."""
    for other in items:
        if other.pk == item.pk:
            return other
    raise NotNow(_("Somebody has removed that from the plan. Reload the page to see the plan as it is."))


def order_by_stage_and_topic(*, plan):
    """Every stage in the order of `interviews.ordering`; nothing leaves the stage it was put in."""
    with changing(plan) as items:
        store(ordering.arranged(items))


def remove(*, item):
    """Takes the item out of the draft; what `put_back` needs to undo that, ready for JSON."""
    with changing(item.plan) as items:
        item = as_now(item, items)
        removed = {name: getattr(item, name) for name in [*OWN_FIELDS, "stage", "position"]}
        item.delete()
        return removed


def put_back(*, plan, removed):
    """A removed item where it was, or as near as the plan now allows. A question added meanwhile stays as it is."""
    with changing(plan) as items:
        there = next(
            (item for item in items if removed["question_id"] and item.question_id == removed["question_id"]), None
        )
        if there:
            return there
        item = PlanItem(plan=plan, **removed)
        same_stage = [other for other in items if other.stage == item.stage]
        before = next(iter(same_stage[item.position :]), None)
        store(ordering.placed(items, item, stage=item.stage, before=before))
        return item


@transaction.atomic
def duplicate(*, plan, by):
    """A copy of the draft for the same opening, without versions."""
    title = _("Copy of %(title)s") % {"title": plan.title}
    copy = Plan.objects.create(opening_id=plan.opening_id, title=title[:120], length=plan.length, created_by=by)
    places = [*OWN_FIELDS, "stage", "position"]
    PlanItem.objects.bulk_create(
        PlanItem(plan=copy, **{name: getattr(item, name) for name in places}) for item in plan.items.all()
    )
    return copy


def discard_changes(*, plan):
    """The draft as the latest version has it. Raises `NotNow` where none was published."""
    with changing(plan, of_draft=False):
        version = Plan.objects.select_related("latest_version").get(pk=plan.pk).latest_version
        if version is None:
            raise NotNow(_("This plan has no published version to go back to."))
        plan.items.all().delete()
        store([item_of_version(plan, frozen) for frozen in version.items.all()])
        Plan.objects.filter(pk=plan.pk).update(
            title=version.title, length=version.length, draft_changed_at=version.published_at
        )


def item_of_version(plan, frozen):
    shared = ["kind", "question_id", "segment", "stage", "minutes", "weight", "must_ask", "asker", "note"]
    item = PlanItem(plan=plan, **{name: getattr(frozen, name) for name in shared})
    if item.kind == ItemKind.SEGMENT:
        item.title, item.script = frozen.title, frozen.content["script"]
    return item
