from pathlib import Path

import pytest

from questionbank.importing import labelled
from questionbank.importing.writing import write_document
from questionbank.models import Competency, Point, Question, QuestionSet, ReferenceAnswer, Tip
from questionbank.stages import Stage
from tests.conftest import THE_DOCUMENT, needs_document
from tests.factories import make_user
from tests.questionbank.importing.test_comparing import SQL, read

pytestmark = pytest.mark.django_db

EXTENDED = Path(__file__).parent.parent / "fixtures" / "sql_extended.txt"


def counts():
    return {model.__name__: model.objects.count() for model in (QuestionSet, Question, ReferenceAnswer, Point, Tip)}


def test_write_brings_in_everything_a_document_has():
    document = labelled.read(EXTENDED.read_text())
    user = make_user()

    written = write_document(document, user=user)

    [question_set], parsed = written.sets, document.sets[0]
    assert (question_set.title, question_set.created_by) == (parsed.title, user)
    assert [tip.text for tip in Tip.objects.order_by("position")] == [tip["text"] for tip in parsed.tips]
    for question, said in zip(
        question_set.questions.with_content().order_by("position"), parsed.questions, strict=True
    ):
        assert (question.text, question.stage, question.topic) == (said.text, said.stage, said.topic)
        assert question.minutes == (said.minutes or 5)
        assert question.stage_by_hand == said.stage_named
        assert [row.text for row in question.reference_answers.all()] == said.answers
        assert [(row.text, row.confirmed) for row in question.points.all()] == [
            (text, said.points_confirmed) for text in said.points
        ]
        assert [row.text for row in question.follow_ups.all()] == said.follow_ups
        assert {row.rating: row.text for row in question.anchors.all()} == said.anchors
        assert [row.text for row in question.parts.all()] == said.parts
        assert [row.body for row in question.materials.all()] == [material["body"] for material in said.materials]


def test_write_finds_a_competency_in_any_case_and_makes_one_that_is_missing():
    text = SQL.replace("Why ask", "Competency: concepts\nWhy ask") + "Competency: Joins\n"

    write_document(read(text))

    assert [str(question.competency) for question in Question.objects.order_by("position")] == ["Concepts", "Joins"]
    assert Competency.objects.filter(name__iexact="concepts").count() == 1


def test_write_again_writes_nothing(django_assert_num_queries):
    write_document(read())
    before = list(Question.objects.values())

    with django_assert_num_queries(12):  # 10 that compare, between the 2 that begin and end
        written = write_document(read())

    assert (written.created, written.changed, list(Question.objects.values())) == (0, 0, before)


def test_write_takes_what_changed_in_the_document():
    write_document(read())

    written = write_document(
        read(SQL.replace("Rows that match in both.", "Matching rows.\nAnswer 2: An intersection."))
    )

    second = Question.objects.get(position=1)
    assert (written.created, written.changed) == (0, 1)
    assert [answer.text for answer in second.reference_answers.all()] == ["Matching rows.", "An intersection."]


def test_write_never_overwrites_an_edit_made_here():
    write_document(read())
    Question.objects.filter(position=0).update(why_ask="Ours.")
    changed = read(SQL.replace("Identity.", "Keys."))

    for _time in range(2):
        written = write_document(changed, conflicts=None)
        assert (written.kept, Question.objects.get(position=0).why_ask) == (1, "Ours.")

    assert write_document(changed, conflicts=True).changed == 1
    assert Question.objects.get(position=0).why_ask == "Keys."


def test_write_does_not_ask_twice_about_a_decided_conflict():
    write_document(read())
    Question.objects.filter(position=0).update(why_ask="Ours.")
    changed = read(SQL.replace("Identity.", "Keys."))
    write_document(changed)

    assert write_document(changed).kept == 0


def test_write_keeps_a_stage_chosen_here():
    write_document(read())
    question = Question.objects.get(position=0)
    question.set_stage(Stage.DEPTH)
    question.save()

    write_document(read())

    question.refresh_from_db()
    assert (question.stage, question.stage_by_hand) == (Stage.DEPTH, True)


def test_write_applies_edits_but_remembers_the_document():
    edits = {
        "sets": {"1": {"fields": {"title": "Databases"}}},
        "questions": {"1": {"fields": {"text": "What is a key?"}, "stage": 4}, "2": {"excluded": True}},
    }

    write_document(read(), edits=edits)

    question = Question.objects.get()
    assert (question.text, question.stage, question.stage_by_hand) == ("What is a key?", Stage.DEPTH, True)
    assert (question.imported["text"], question.question_set.title) == ("What is a primary key?", "Databases")
    again = write_document(read())
    assert (again.created, again.changed, QuestionSet.objects.count()) == (1, 0, 1)


def test_write_puts_new_questions_behind_the_others():
    write_document(read())

    write_document(
        read(SQL.replace("What is a primary key?", "How do you tune it?\nAnswer 1: Measure.\n\nWhat is a primary key?"))
    )

    assert [question.text for question in Question.objects.order_by("position")][-1] == "How do you tune it?"


def test_write_makes_questions_searchable():
    write_document(read())

    assert [question.position for question in Question.objects.search("identifies row")] == [0]


@needs_document
def test_write_the_real_document_once_and_again():
    document = labelled.read(THE_DOCUMENT.read_text())
    write_document(document)
    before = counts()

    written = write_document(document)

    assert before["Question"], before["ReferenceAnswer"] == (25, 75)
    assert (before["QuestionSet"], before["Tip"]) == (1, 16)
    assert (written.created, written.changed, counts()) == (0, 0, before)


@needs_document
def test_write_the_real_document_changed_beside_an_edit():
    text = THE_DOCUMENT.read_text()
    write_document(labelled.read(text))
    question = Question.objects.get(text="Can you explain the concept of a neural network?")
    question.why_ask = "Our own words."
    question.save()
    why = "To assess the candidate’s understanding of how neural networks function and their role in deep learning."

    written = write_document(labelled.read(text.replace(why, "To see how they reason.")))

    question.refresh_from_db()
    assert (written.kept, question.why_ask) == (1, "Our own words.")
