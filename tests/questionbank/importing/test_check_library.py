import pytest
from django.core.management import call_command

from questionbank.importing import library
from tests.questionbank.importing.test_comparing import SQL


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(library, "FOLDER", tmp_path)
    return tmp_path


def last_line(capsys):
    return capsys.readouterr().out.splitlines()[-1]


def test_check_library_passes_what_comes_along(capsys):
    call_command("check_library")

    assert last_line(capsys) == "sets=1 questions=25 incomplete=0 near_duplicates=0"


def test_check_library_fails_on_what_is_incomplete(folder, capsys):
    (folder / "sql.txt").write_text(SQL)

    with pytest.raises(SystemExit, match="1"):
        call_command("check_library")

    assert last_line(capsys) == "sets=1 questions=2 incomplete=2 near_duplicates=0"


def test_check_library_fails_on_near_duplicates(folder, capsys):
    whole = next(path for path in [library.Path(library.__file__).parent.parent / "library" / "deep_learning.txt"])
    text = whole.read_text()
    question = (
        "What sets deep learning apart from classical machine learning, and when would you pick one over the other?"
    )
    other = "Describe what a neural network computes, from a single unit up to the whole network."
    (folder / "dl.txt").write_text(text.replace(other, question.replace("pick", "choose")))

    with pytest.raises(SystemExit, match="1"):
        call_command("check_library")

    assert last_line(capsys).endswith("incomplete=0 near_duplicates=1")


def test_check_library_warns_of_borrowed_words(folder, tmp_path, capsys):
    (folder / "sql.txt").write_text(SQL.replace("Rows that match in both.", " ".join(f"word{n}" for n in range(14))))
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("So " + " ".join(f"word{n}" for n in range(14)))

    with pytest.raises(SystemExit):
        call_command("check_library", "--against", str(tmp_path / "documents"))

    assert "shares 12 words in a row" in capsys.readouterr().err


def test_check_library_fails_without_any_file(folder):
    with pytest.raises(SystemExit, match="1"):
        call_command("check_library")
