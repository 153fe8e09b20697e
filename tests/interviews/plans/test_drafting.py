import threading

import pytest
from django.db import connection

from interviews import drafting
from interviews.models import ItemKind, Plan, PlanItem
from interviews.problems import NotNow
from interviews.publishing import publish
from tests.factories import make_opening, make_plan, make_plan_item, make_question

pytestmark = pytest.mark.django_db


def titles(plan):
    return [str(item) for item in plan.items.select_related("question")]


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (10, [("welcome", 1), ("candidates_questions", 1), ("next_steps", 1)]),
        (30, [("welcome", 2), ("candidates_questions", 4), ("next_steps", 2)]),
        (45, [("welcome", 3), ("candidates_questions", 6), ("next_steps", 2)]),
        (60, [("welcome", 4), ("candidates_questions", 8), ("next_steps", 3)]),
        (90, [("welcome", 6), ("break", 5), ("candidates_questions", 12), ("next_steps", 4)]),
        (480, [("welcome", 8), ("break", 5), ("candidates_questions", 20), ("next_steps", 5)]),
    ],
)
def test_create_begins_and_ends_with_segments_that_suit_the_length(length, expected):
    opening = make_opening()

    plan = drafting.create(opening=opening, title="Plan", length=length, by=opening.hiring_manager)

    assert list(plan.items.values_list("segment", "minutes")) == expected


def test_welcome_says_that_notes_are_taken():
    opening = make_opening()

    plan = drafting.create(opening=opening, title="Plan", length=60, by=opening.hiring_manager)

    assert "I'll be taking notes" in plan.items.get(segment="welcome").script


def test_add_question_takes_stage_and_minutes_from_the_bank():
    plan = make_plan()

    item = drafting.add_question(plan=plan, question=make_question(stage=4, minutes=7))

    assert (item.stage, item.minutes, item.weight, item.must_ask) == (4, 7, 1, False)


def test_add_question_twice_adds_it_once():
    plan, question = make_plan(), make_question()

    first = drafting.add_question(plan=plan, question=question)
    second = drafting.add_question(plan=plan, question=question)

    assert first == second
    assert plan.items.count() == 1


def test_add_segment_takes_the_place_of_its_kind():
    plan = make_plan()
    make_plan_item(plan=plan, question=make_question(stage=1, short_name="Warm-up"))
    make_plan_item(plan=plan, question=make_question(stage=5, short_name="Last"))

    drafting.add_segment(plan=plan, kind="welcome", title="", minutes=3)
    drafting.add_segment(plan=plan, kind="break", title="", minutes=5)
    drafting.add_segment(plan=plan, kind="other", title="Tour", minutes=10)

    assert titles(plan) == ["Welcome", "Warm-up", "Break", "Last", "Tour"]


def test_move_across_stages_numbers_both_anew():
    plan = make_plan()
    one, two, three = (make_plan_item(plan=plan, stage=stage) for stage in (2, 2, 3))

    drafting.move(item=one, stage=3, before=three.pk)

    assert list(plan.items.values_list("pk", "stage", "position")) == [(two.pk, 2, 0), (one.pk, 3, 0), (three.pk, 3, 1)]


def test_step_moves_one_place():
    plan = make_plan()
    one, two = make_plan_item(plan=plan), make_plan_item(plan=plan)

    drafting.step(item=one, by=1)

    assert list(plan.items.values_list("pk", flat=True)) == [two.pk, one.pk]


def test_change_of_a_removed_item_is_refused():
    item = make_plan_item()
    PlanItem.objects.filter(pk=item.pk).delete()

    with pytest.raises(NotNow, match="Somebody has removed that"):
        drafting.step(item=item, by=1)


def test_order_by_stage_and_topic_keeps_what_was_put_into_another_stage():
    plan = make_plan()
    moved = make_plan_item(plan=plan, stage=4, question=make_question(stage=2))
    other = make_plan_item(plan=plan, stage=3, question=make_question(stage=3))

    drafting.order_by_stage_and_topic(plan=plan)

    assert list(plan.items.values_list("pk", "stage")) == [(other.pk, 3), (moved.pk, 4)]


def test_put_back_restores_place_and_words():
    plan = make_plan()
    items = [make_plan_item(plan=plan, note=f"Note {n}", weight=2, must_ask=True) for n in range(3)]
    before = titles(plan)

    removed = drafting.remove(item=items[1])
    drafting.put_back(plan=plan, removed=removed)

    assert titles(plan) == before
    back = plan.items.get(question=items[1].question)
    assert (back.note, back.weight, back.must_ask) == ("Note 1", 2, True)


def test_put_back_of_a_question_added_meanwhile_changes_nothing():
    item = make_plan_item()
    removed = drafting.remove(item=item)
    there = drafting.add_question(plan=item.plan, question=item.question)

    assert drafting.put_back(plan=item.plan, removed=removed) == there


def test_duplicate_copies_the_draft_without_versions():
    plan = make_plan(title="x" * 120)
    make_plan_item(plan=plan, segment="welcome", title="Hello", script="Welcome.")
    make_plan_item(plan=plan, note="Slowly", weight=3)
    publish(plan=plan, by=plan.created_by)

    copy = drafting.duplicate(plan=plan, by=plan.created_by)

    assert copy.title == f"Copy of {'x' * 112}"
    assert copy.latest_version is None
    fields = ["kind", "title", "script", "question", "stage", "position", "minutes", "weight", "note"]
    assert list(copy.items.values_list(*fields)) == list(plan.items.values_list(*fields))


def test_discard_changes_goes_back_to_the_latest_version():
    plan = make_plan(title="As published")
    make_plan_item(plan=plan, segment="welcome", title="Hello", script="Welcome.")
    make_plan_item(plan=plan, note="Slowly", weight=3, must_ask=True)
    publish(plan=plan, by=plan.created_by)
    fields = ["kind", "title", "script", "question", "stage", "position", "minutes", "weight", "must_ask", "note"]
    published = list(plan.items.values_list(*fields))
    drafting.add_question(plan=plan, question=make_question())
    drafting.change_details(plan=plan, title="Changed", length=90)

    drafting.discard_changes(plan=plan)

    plan = Plan.objects.select_related("latest_version").get(pk=plan.pk)
    assert (plan.title, plan.length, plan.draft_differs) == ("As published", 60, False)
    assert list(plan.items.values_list(*fields)) == published


def test_discard_changes_without_a_version_is_refused():
    with pytest.raises(NotNow, match="no published version"):
        drafting.discard_changes(plan=make_plan())


def test_changes_mark_the_draft_as_different_from_its_version():
    plan = make_plan()
    item = make_plan_item(plan=plan)
    publish(plan=plan, by=plan.created_by)

    drafting.change_item(item=item, minutes=9)

    assert Plan.objects.get(pk=plan.pk).draft_differs is True


def test_another_opening_leaves_the_draft_as_published():
    plan = make_plan()
    make_plan_item(plan=plan)
    publish(plan=plan, by=plan.created_by)

    drafting.change_details(plan=plan, opening=make_opening())

    assert Plan.objects.get(pk=plan.pk).draft_differs is False


def test_archived_plan_refuses_changes():
    item = make_plan_item()
    item.plan.archive()

    with pytest.raises(NotNow, match="archived"):
        drafting.change_item(item=item, minutes=9)


@pytest.mark.parametrize("count", [1, 3])
def test_changes_cost_the_same_however_many_items(count, django_assert_num_queries):
    plan = make_plan()
    items = [make_plan_item(plan=plan) for _n in range(count)]
    question = make_question()

    with django_assert_num_queries(6):  # savepoint, lock, items, update of places, update of the plan, release
        drafting.step(item=items[0], by=-1)
    with django_assert_num_queries(7):
        drafting.add_question(plan=plan, question=question)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_never_mix_up_the_order():
    plan = make_plan()
    items = [make_plan_item(plan=plan, stage=3) for _n in range(4)]

    def move_about(item):
        try:
            for turn in range(8):
                drafting.step(item=item, by=1 if turn % 3 else -1)
        finally:
            connection.close()

    threads = [threading.Thread(target=move_about, args=[item]) for item in items[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    placed = list(plan.items.values_list("pk", "stage", "position"))
    assert sorted(pk for pk, _stage, _position in placed) == sorted(item.pk for item in items)
    for stage in {stage for _pk, stage, _position in placed}:
        positions = [position for _pk, its_stage, position in placed if its_stage == stage]
        assert positions == list(range(len(positions)))
    assert plan.items.filter(kind=ItemKind.QUESTION).count() == 4
