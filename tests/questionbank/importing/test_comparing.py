"""Three versions of a field: what the document said, what the bank says, what the document says now."""

import pytest

from questionbank.importing import labelled
from questionbank.importing.comparing import compare
from questionbank.importing.writing import write_document
from questionbank.models import Question, QuestionSet
from tests.factories import make_question_set

pytestmark = pytest.mark.django_db

SQL = """SQL

What is a primary key?
When to ask: Early in the interview.
Why ask: Identity.
Answer 1: A column that identifies each row.

Describe an inner join of two tables.
When to ask: While discussing joins.
Answer 1: Rows that match in both.
"""


def read(text=SQL):
    return labelled.read(text)


@pytest.fixture
def imported():
    return write_document(read()).sets[0]


def differences(text, **kwargs):
    [comparison] = compare(read(text), **kwargs)
    return {
        (one.raw.short_name, difference.field): (difference.conflict, difference.choice)
        for one in comparison.questions
        for difference in one.differences
    }


def test_compare_finds_nothing_new_in_the_same_document(imported):
    [comparison] = compare(read())

    assert (comparison.found, comparison.news, comparison.gone) == (imported, False, [])


def test_compare_suggests_what_changed_in_the_document_only(imported):
    assert differences(SQL.replace("Identity.", "Keys.")) == {("Primary key", "why_ask"): (False, True)}


def test_compare_keeps_what_was_edited_here_only(imported):
    Question.objects.filter(why_ask="Identity.").update(why_ask="Ours.")

    assert differences(SQL) == {}


def test_compare_asks_where_both_changed_and_keeps_ours_by_default(imported):
    Question.objects.filter(why_ask="Identity.").update(why_ask="Ours.")

    assert differences(SQL.replace("Identity.", "Keys.")) == {("Primary key", "why_ask"): (True, False)}


def test_compare_leaves_a_conflict_open_when_nobody_can_be_asked(imported):
    Question.objects.filter(why_ask="Identity.").update(why_ask="Ours.")

    changed = SQL.replace("Identity.", "Keys.")
    assert differences(changed, conflicts=None) == {("Primary key", "why_ask"): (True, None)}


def test_compare_asks_nothing_where_both_say_the_same_now(imported):
    Question.objects.filter(why_ask="Identity.").update(why_ask="Keys.")

    assert differences(SQL.replace("Identity.", "Keys.")) == {}


def test_compare_takes_silence_about_minutes_for_nothing(imported):
    Question.objects.update(minutes=9)

    assert differences(SQL) == {}


def test_compare_takes_a_reworded_question_for_a_change(imported):
    reworded = SQL.replace("inner join of two tables", "inner join of two or more tables")
    [comparison] = compare(read(reworded))

    second = comparison.questions[1]
    assert (second.is_new, comparison.gone) == (False, [])
    assert {one.field for one in second.differences} >= {"text"}


def test_compare_takes_another_question_for_a_new_one(imported):
    other = SQL.replace("Describe an inner join of two tables.", "How do you tune a slow query?")
    [comparison] = compare(read(other))

    assert [one.is_new for one in comparison.questions] == [False, True]
    assert [question.text for question in comparison.gone] == ["Describe an inner join of two tables."]


def test_compare_finds_a_set_that_was_renamed_here(imported):
    QuestionSet.objects.update(title="Databases")

    [comparison] = compare(read())

    assert (comparison.found, comparison.differences) == (imported, [])


def test_compare_takes_a_current_set_before_an_archived_one(imported):
    newer = make_question_set(title="sql")
    newer.archive()

    assert compare(read())[0].found == imported


def test_compare_never_takes_a_library_set_for_one_of_the_same_title():
    write_document(read(), library_name="sql")

    assert compare(read())[0].is_new
    assert not compare(read(), library_name="sql")[0].is_new


def test_compare_makes_a_set_of_its_own_when_asked(imported):
    assert compare(read(), edits={"sets": {"1": {"separate": True}}})[0].is_new


def test_compare_forgets_a_choice_made_about_another_version(imported):
    Question.objects.filter(why_ask="Identity.").update(why_ask="Ours.")
    document = read(SQL.replace("Identity.", "Keys."))
    [difference] = compare(document)[0].questions[0].differences
    edits = {"questions": {"1": {"choices": {"why_ask": f"take.{difference.mark}"}}}}
    assert compare(document, edits=edits)[0].questions[0].differences[0].choice is True

    Question.objects.filter(why_ask="Ours.").update(why_ask="Ours, again.")

    assert compare(document, edits=edits)[0].questions[0].differences[0].choice is False


@pytest.mark.parametrize("count", [1, 3])
def test_compare_costs_the_same_for_any_number_of_questions(django_assert_num_queries, count):
    text = "Many\n\n" + "".join(f"What is thing number {n}?\nAnswer 1: Thing {n}.\n\n" for n in range(count))
    write_document(read(text))

    with django_assert_num_queries(10):
        compare(read(text))
