"""Short names and drafted points: what every import gives a question that brings none."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from questionbank.naming import short_name
from questionbank.points import draft_points

NAMES = {
    "Can you explain the concept of a foreign key?": "Foreign key",
    "What is the difference between training, validation, and test data?": "Training, validation, and test data",
    "What are common table expressions (CTEs), and where are they used?": "Common table expressions (CTEs)",
    "How does partial indexing help in running large reports?": "Partial indexing",
    "What is the role of the planner in PostgreSQL?": "Planner",
    "How would you handle duplicate rows in a staging table?": "Duplicate rows",
    "How do you choose the right column type for a measurement?": "Choosing the right column type for a measurement",
    "What are the benefits and limitations of using views?": "Benefits and limitations of views",
    "Explain how an index speeds up a query.": "How an index speeds up a query",
    "Tell me about a migration that you led.": "Migration",
    "3. What is `NULL`?": "NULL",
    "How would you explain this to a manager?": "How would you explain this to a manager",
    "What is the difference between insert, update, and delete triggers?": "Insert, update, and delete triggers",
    "Why is iSCSI slow?": "Why is iSCSI slow",
    "Was ist der Unterschied zwischen einer Sicht und einer Tabelle?": "Was ist der Unterschied zwischen einer Sicht…",
    "Что такое индекс?": "Что такое индекс",
    "什么是索引？": "什么是索引",
}


@pytest.mark.parametrize("question", NAMES)
def test_short_name_names_the_subject(question):
    assert short_name(question) == NAMES[question]


@given(st.text(max_size=300))
def test_short_name_is_never_longer_than_48(text):
    assert len(short_name(text)) <= 48


def test_points_are_the_clauses_of_the_answers():
    answers = [
        "An index keeps the values in order, so the database finds rows without reading "
        "the whole table of a million rows.",
        "It costs time when rows are written. I use it for queries I have measured.",
    ]

    assert draft_points(answers) == [
        "An index keeps the values in order",
        "Costs time when rows are written",
        "The database finds rows without reading the whole table of a million rows",
        "Use it for queries I have measured",
    ]


def test_points_end_before_what_has_only_begun():
    answers = [
        "It involves the parser, planner, and executor stages, where rows flow through each of the steps one by one "
        "to the client.",
        "Databases keep statistics of every table to estimate how many rows come back and allow the planner "
        "to choose the cheapest way.",
    ]

    assert draft_points(answers) == [
        "Involves the parser, planner, and executor stages",
        "Databases keep statistics of every table to estimate how many rows come back",
    ]


def test_points_are_not_repeated_and_at_most_five():
    answers = [
        "Rows are facts. Columns are attributes. Keys name rows.",
        "Rows are facts! Views are queries. Joins pair rows. Nulls are gaps.",
    ]

    assert draft_points(answers) == [
        "Rows are facts",
        "Columns are attributes",
        "Views are queries",
        "Keys name rows",
        "Joins pair rows",
    ]


def test_points_of_nothing_are_none():
    assert draft_points([]) == []
    assert draft_points(["", "x" * 200]) == []


@example(["a:b,a"])
@given(st.lists(st.text(alphabet=st.sampled_from("abcdef ,.;:-and'“\n"), max_size=400), max_size=4))
def test_points_are_never_cut_inside_a_word(answers):
    words = set(" ".join(answers).casefold().split())

    for point in draft_points(answers):
        assert len(point) <= 90
        first, last = point.casefold().split()[0], point.casefold().split()[-1]
        assert any(first in word for word in words)
        assert any(word.rstrip(" .,;:!-“'").endswith(last.rstrip(" .,;:!-“'")) for word in words)
