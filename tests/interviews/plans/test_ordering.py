"""The order of a plan, as pure functions: items are written as their names, with * for a segment."""

from types import SimpleNamespace

import pytest

from interviews import ordering
from interviews.models import ItemKind


def item(name, stage, *, topic="", place=0, question_set=1):
    if name.startswith("*"):
        return SimpleNamespace(name=name, stage=stage, kind=ItemKind.SEGMENT, question=None)
    question = SimpleNamespace(pk=name, topic=topic, position=place, question_set_id=question_set)
    return SimpleNamespace(name=name, stage=stage, kind=ItemKind.QUESTION, question=question)


def names(items):
    return [(item.stage, item.name) for item in items]


def test_arranged_keeps_a_topics_questions_together_in_the_sets_order():
    items = [
        item("c", 3, topic="Training", place=3),
        item("b", 3, topic="data", place=2),
        item("a", 3, topic="training", place=1),
        item("d", 3, place=0),
    ]

    assert names(ordering.arranged(items)) == [(3, "d"), (3, "a"), (3, "c"), (3, "b")]


def test_arranged_leaves_stages_and_the_slots_of_segments():
    items = [
        item("*welcome", 1),
        item("b", 1, place=2),
        item("a", 1, place=1),
        item("z", 3),
        item("*pause", 3),
        item("y", 3, place=-1),
    ]

    assert names(ordering.arranged(items)) == [(1, "*welcome"), (1, "a"), (1, "b"), (3, "y"), (3, "*pause"), (3, "z")]


def test_arranged_takes_sets_one_after_the_other():
    items = [item("b", 3, place=0, question_set=2), item("a", 3, place=9, question_set=1)]

    assert names(ordering.arranged(items)) == [(3, "a"), (3, "b")]


def test_with_added_follows_its_topic():
    items = [item("a", 3, topic="x"), item("b", 3, topic="y")]

    assert names(ordering.with_added(items, item("c", 3, topic="X"))) == [(3, "a"), (3, "c"), (3, "b")]


def test_with_added_comes_after_the_last_question_of_its_stage_and_before_closing_segments():
    items = [item("a", 5, topic="x"), item("*next", 5)]

    assert names(ordering.with_added(items, item("b", 5, topic="y"))) == [(5, "a"), (5, "b"), (5, "*next")]


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (1, [(1, "*welcome"), (1, "new"), (5, "*next")]),
        (3, [(1, "*welcome"), (3, "new"), (5, "*next")]),
        (5, [(1, "*welcome"), (5, "new"), (5, "*next")]),
    ],
)
def test_with_added_first_question_stands_between_beginning_and_end(stage, expected):
    items = [item("*welcome", 1), item("*next", 5)]

    assert names(ordering.with_added(items, item("new", stage))) == expected


def test_stepped_down_and_up_within_a_stage():
    items = [item("a", 3), item("b", 3)]

    assert names(ordering.stepped(items, items[0], 1)) == [(3, "b"), (3, "a")]
    assert names(ordering.stepped(items, items[1], -1)) == [(3, "b"), (3, "a")]


def test_stepped_from_the_edge_goes_into_the_next_stage():
    items = [item("a", 2), item("b", 3)]

    assert names(ordering.stepped(items, items[0], 1)) == [(3, "a"), (3, "b")]
    items = [item("a", 2), item("b", 3)]
    assert names(ordering.stepped(items, items[1], -1)) == [(2, "a"), (2, "b")]


def test_stepped_goes_through_an_empty_stage():
    items = [item("a", 1), item("b", 3)]

    assert names(ordering.stepped(items, items[0], 1)) == [(2, "a"), (3, "b")]


def test_stepped_at_either_end_stays():
    items = [item("a", 1), item("b", 5)]

    assert names(ordering.stepped(items, items[0], -1)) == [(1, "a"), (5, "b")]
    assert names(ordering.stepped(items, items[1], 1)) == [(1, "a"), (5, "b")]


def test_placed_before_an_item_or_at_the_end_of_a_stage():
    items = [item("a", 1), item("b", 3), item("c", 3)]

    assert names(ordering.placed(items, items[0], stage=3, before=items[2])) == [(3, "b"), (3, "a"), (3, "c")]
    assert names(ordering.placed(items, items[1], stage=3)) == [(3, "a"), (3, "c"), (3, "b")]


def test_placed_before_something_of_another_stage_goes_to_the_end():
    items = [item("a", 1), item("b", 3), item("c", 5)]

    assert names(ordering.placed(items, items[0], stage=3, before=items[2])) == [(3, "b"), (3, "a"), (5, "c")]
