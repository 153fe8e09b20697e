import json

import pytest
from django.core.management import CommandError, call_command

from questionbank.models import Question, QuestionSet
from tests.factories import make_user
from tests.questionbank.importing.test_comparing import SQL

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sql_notes.txt"
    path.write_text(SQL)
    return path


def test_import_questions_prints_one_json_object(file, capsys):
    call_command("import_questions", str(file), "--json")

    assert json.loads(capsys.readouterr().out) == {
        "sets": 1,
        "questions": 2,
        "reference_answers": 2,
        "follow_ups": 0,
        "anchors": 0,
        "tips": 0,
        "audience": 0,
        "stages": {"Opening": 0, "Foundations": 1, "Core": 1, "Depth": 0, "Closing": 0},
        "unmatched_stage": 0,
        "rejected": [],
        "warnings": [],
    }
    assert Question.objects.count() == 2


def test_import_questions_dry_run_writes_nothing(file, capsys):
    call_command("import_questions", str(file), "--dry-run")

    assert "would add 2 questions" in capsys.readouterr().out
    assert not QuestionSet.objects.exists()


def test_import_questions_again_says_nothing_is_new(file, capsys):
    call_command("import_questions", str(file))
    call_command("import_questions", str(file))

    assert capsys.readouterr().out.splitlines()[-1] == "Nothing new in this document."


def test_import_questions_names_the_author(file):
    author = make_user()

    call_command("import_questions", str(file), "--user", author.email.upper())

    assert Question.objects.filter(created_by=author).count() == 2


def test_import_questions_calls_an_untitled_set_by_its_file(tmp_path):
    path = tmp_path / "my_notes.txt"
    path.write_text(SQL.removeprefix("SQL\n"))

    call_command("import_questions", str(path))

    assert QuestionSet.objects.get().title == "my notes"


def test_import_questions_overwrites_an_edit_only_when_told(file):
    call_command("import_questions", str(file))
    Question.objects.filter(position=0).update(why_ask="Ours.")
    file.write_text(SQL.replace("Identity.", "Keys."))

    call_command("import_questions", str(file))
    assert Question.objects.get(position=0).why_ask == "Ours."
    call_command("import_questions", str(file), "--take-document")
    assert Question.objects.get(position=0).why_ask == "Keys."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\x00\x01\x02\x03" * 50, "not text"),
        (b"", "empty"),
        (b"words only", "No question was found"),
        (b"a\n" * (6 * 1024 * 1024), "larger than 10 MB"),
    ],
    ids=["binary", "empty", "no question", "too large"],
)
def test_import_questions_refuses_in_words(tmp_path, data, sentence):
    path = tmp_path / "notes.txt"
    path.write_bytes(data)

    with pytest.raises(CommandError, match=sentence):
        call_command("import_questions", str(path))


def test_import_questions_says_what_it_cannot_find(tmp_path, file):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_questions", str(tmp_path / "none.txt"))
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("import_questions", str(file), "--user", "nobody@example.test")
