import pytest
from django.core.management import call_command

from questionbank.importing import library
from questionbank.models import Question, QuestionSet
from tests.questionbank.importing.test_comparing import SQL

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "sql.txt").write_text(SQL)
    monkeypatch.setattr(library, "FOLDER", tmp_path)
    return tmp_path


def test_load_library_brings_in_the_sets_that_come_along():
    call_command("load_library")

    assert QuestionSet.objects.get(library_name="deep_learning").questions.count() == 25


def test_load_library_again_asks_once_and_writes_nothing(folder, django_assert_num_queries):
    call_command("load_library")

    with django_assert_num_queries(1):
        call_command("load_library")


def test_load_library_takes_a_new_edition_but_no_edit_made_here(folder):
    call_command("load_library")
    Question.objects.filter(position=0).update(why_ask="Ours.")
    (folder / "sql.txt").write_text(SQL.replace("Identity.", "Keys.").replace("Rows that match", "All rows that match"))

    call_command("load_library")

    first, second = Question.objects.order_by("position")
    assert (first.why_ask, second.reference_answers.get().text) == ("Ours.", "All rows that match in both.")


def test_load_library_leaves_an_archived_set_archived(folder):
    call_command("load_library")
    QuestionSet.objects.get().archive()
    (folder / "sql.txt").write_text(SQL.replace("Identity.", "Keys."))

    call_command("load_library")

    assert QuestionSet.objects.current().count() == 0
