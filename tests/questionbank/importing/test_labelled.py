"""The labelled shape: our own fixtures, the ways people vary them, and the real document where it is there."""

import re
from pathlib import Path

import pytest

from questionbank.importing.document import Unreadable
from questionbank.importing.labelled import LINES_AT_MOST, QUESTIONS_AT_MOST, read
from tests.conftest import THE_DOCUMENT, needs_document

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
ROOT = Path(__file__).resolve().parents[3]
LIBRARY = ROOT / "questionbank" / "library" / "deep_learning.txt"


@pytest.fixture(scope="module")
def sql_text():
    return (FIXTURES / "sql_basics.txt").read_text(encoding="utf-8")


def content(document):
    """What a document says, without the lines it says it on."""
    rows = []
    for parsed in document.to_json()["sets"]:
        del parsed["line"]
        for part in parsed["questions"] + parsed["tips"]:
            del part["line"]
        rows.append(parsed)
    return rows


def only_question(text):
    document = read(text)
    assert [len(parsed.questions) for parsed in document.sets] == [1]
    return document.sets[0].questions[0]


def messages(document):
    return [(warning["line"], warning["message"]) for warning in document.warnings]


# The whole shape


def test_read_finds_the_whole_set(sql_text):
    document = read(sql_text)

    parsed = document.sets[0]
    assert document.summary() | {"rejected": [row["line"] for row in document.rejected]} == {
        "sets": 1,
        "questions": 5,
        "reference_answers": 11,
        "follow_ups": 0,
        "anchors": 0,
        "tips": 8,
        "audience": 3,
        "stages": {"Opening": 1, "Foundations": 1, "Core": 1, "Depth": 1, "Closing": 1},
        "unmatched_stage": 0,
        "rejected": [3, 115, 117, 131, 133, 135],
        "warnings": [],
    }
    assert parsed.title == "SQL Basics"
    assert parsed.introduction.startswith("SQL basics interview questions show whether")
    assert parsed.conclusion.startswith("Short questions about tables, keys and joins")
    assert parsed.audience[0] == {"who": "Team leads", "use": "To hear how a candidate reasons about data."}
    assert parsed.tips[2] == {
        "audience": "interviewers",
        "kind": "dont",
        "text": "Don’t insist on one dialect.",
        "line": 100,
    }


def test_read_finds_a_question_with_its_guidance(sql_text):
    question = read(sql_text).sets[0].questions[3]

    assert question.line == 59
    assert question.text == "Explain how an index speeds up a query."
    assert question.short_name == "How an index speeds up a query"
    assert question.when_to_ask == "To assess knowledge of advanced performance work."
    assert question.why_ask == "To find out whether the candidate weighs reads against writes."
    assert question.how_to_ask == "Ask for one case in which an index would not help."
    assert (question.stage, question.stage_cue, question.stage_matched) == (4, "advanced", True)
    assert len(question.answers) == 2
    assert (question.minutes, question.difficulty, question.competency) == (None, "", "")
    assert question.points_confirmed is False
    assert question.points[0] == "An index keeps the values in order"


def test_read_finds_every_extended_label():
    document = read((FIXTURES / "sql_extended.txt").read_text(encoding="utf-8"))

    parsed, question = document.sets[0], document.sets[0].questions[0]
    assert (document.rejected, document.warnings) == ([], [])
    assert (parsed.title, parsed.licence, parsed.language, parsed.source) == (
        "SQL in practice",
        "CC0-1.0",
        "en",
        "Written for the tests",
    )
    assert question.short_name == "A broken outer join"
    assert (question.stage, question.stage_cue, question.stage_matched) == (4, "Stage: Depth", True)
    assert (question.topic, question.competency, question.minutes, question.difficulty) == (
        "outer joins",
        "Practice",
        6,
        "hard",
    )
    assert question.parts == ["Say what the query returns.", "Mend it."]
    assert question.points == ["Sees that WHERE undoes the outer join", "Moves the condition into ON"]
    assert question.points_confirmed is True
    assert len(question.follow_ups) == 2
    assert question.anchors[5] == "Also names a second way and when to prefer it."
    assert question.materials == [
        {
            "kind": "code",
            "title": "Customers without orders",
            "body": "SELECT c.name\n  FROM customers c\n\n"
            "  LEFT JOIN orders o ON o.customer = c.id\n WHERE o.total > 0",
        }
    ]


@needs_document
def test_read_finds_the_real_document():
    document = read(THE_DOCUMENT.read_text(encoding="utf-8"))

    parsed = document.sets[0]
    sides = [(tip["audience"], tip["kind"]) for tip in parsed.tips]
    assert document.summary() | {"rejected": [row["line"] for row in document.rejected]} == {
        "sets": 1,
        "questions": 25,
        "reference_answers": 75,
        "follow_ups": 0,
        "anchors": 0,
        "tips": 16,
        "audience": 4,
        "stages": {"Opening": 2, "Foundations": 1, "Core": 16, "Depth": 4, "Closing": 2},
        "unmatched_stage": 0,
        "rejected": [3, 539, 541, 556, 558, 560],
        "warnings": [],
    }
    assert parsed.title == "Deep Learning"
    assert (bool(parsed.introduction), bool(parsed.conclusion)) == (True, True)
    assert {side: sides.count(side) for side in sides} == {
        ("interviewers", "do"): 4,
        ("interviewers", "dont"): 4,
        ("interviewees", "do"): 4,
        ("interviewees", "dont"): 4,
    }
    whole = [bool(q.when_to_ask and q.why_ask and q.how_to_ask) and len(q.answers) == 3 for q in parsed.questions]
    assert whole == [True] * 25


@pytest.mark.skipif(not LIBRARY.exists(), reason="the library's set is not there yet")
def test_read_uses_every_line_of_the_library():
    document = read(LIBRARY.read_text(encoding="utf-8"))

    assert (document.rejected, document.warnings) == ([], [])
    assert [len(parsed.questions) for parsed in document.sets] == [25]
    assert {(len(q.answers), len(q.follow_ups), len(q.anchors)) for q in document.sets[0].questions} == {(3, 2, 5)}


# The same document written otherwise


def reordered(text):
    """The answers of every question before its guidance."""
    guidance = re.compile(
        r"((?:(?:When|Why|How) to? ?Ask: .*\n\n?|Why Ask: .*\n\n?)+)((?:Proposed Answer \d\n\n.*\n\n)+)"
    )
    return guidance.sub(r"\2\1", text)


def numbered(text, pattern):
    count = iter(range(1, 100))
    return re.sub(r"^(?=.*\n\nWhen to Ask)", lambda _match: pattern.format(next(count)), text, flags=re.MULTILINE)


def labels_above(text):
    return re.sub(r"^((?:When to|Why|How to) Ask): ", r"\1\n\n", text, flags=re.MULTILINE)


def labels_inline(text):
    return re.sub(r"^(Proposed Answer \d)\n\n", r"\1: ", text, flags=re.MULTILINE)


def in_markdown(text):
    text = re.sub(r"^((?:When to|Why|How to) Ask):", r"**\1:**", text, flags=re.MULTILINE)
    text = re.sub(r"^(Proposed Answer \d)$", r"**\1**", text, flags=re.MULTILINE)
    return numbered(
        re.sub(r"^(For \w+|Dos|Don'ts|Conclusion|Who can .*)$", r"## \1", text, flags=re.MULTILINE), "### {}. "
    )


VARIANTS = {
    "upper case": lambda text: re.sub(
        r"^(When to Ask|Why Ask|How to Ask|Proposed Answer)", lambda m: m[0].upper(), text, flags=re.M
    ),
    "lower case": lambda text: re.sub(
        r"^(When to Ask|Why Ask|How to Ask|Proposed Answer)", lambda m: m[0].lower(), text, flags=re.M
    ),
    "other order": reordered,
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "old Mac line ends": lambda text: text.replace("\n", "\r"),
    "numbers": lambda text: numbered(text, "{}. "),
    "Q numbers": lambda text: numbered(text, "Q{}: "),
    "Question numbers": lambda text: numbered(text, "Question {}: "),
    "parentheses": lambda text: numbered(text, "{}) "),
    "bullets before questions": lambda text: numbered(text, "• "),
    "labels above": labels_above,
    "labels inline": labels_inline,
    "Markdown": in_markdown,
    "no-break spaces": lambda text: text.replace(": ", ":\u00a0").replace("When to", "When\u00a0to"),
    "zero-width spaces": lambda text: text.replace("Ask:", "Ask\u200b:").replace("Proposed", "\u200bProposed"),
    "tabs": lambda text: text.replace("  • ", "\t•\t").replace("Ask: ", "Ask:\t"),
    "en dashes as bullets": lambda text: text.replace("  • ", "– "),
    "typographic quotes": lambda text: text.replace("Don'ts", "Don’ts"),
    "Do's": lambda text: text.replace("Dos\n", "Do's\n").replace("Don'ts\n", "DO NOT\n"),
    "blank lines": lambda text: text.replace("\n\n", "\n \n\t\n"),
    "other words": lambda text: (
        text.replace("When to Ask", "Timing")
        .replace("Why Ask", "Purpose")
        .replace("How to Ask", "Tips for asking")
        .replace("Proposed Answer", "Sample answer")
    ),
    "more other words": lambda text: (
        text.replace("When to Ask", "When")
        .replace("Why Ask", "What it tests")
        .replace("How to Ask", "How")
        .replace("Proposed Answer", "Model Answer")
    ),
    "answers without numbers": lambda text: re.sub(r"Proposed Answer \d", "Example answer", text),
    "fewer blank lines": lambda text: re.sub(
        r"\n\n(?=When|Why|How|Proposed)", "\n", re.sub(r"(Answer \d)\n\n", r"\1\n", text)
    ),
    "tips for": lambda text: text.replace("For Interviewers", "Tips for interviewers").replace(
        "For Interviewees", "Tips for candidates"
    ),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_read_finds_the_same_however_it_is_written(sql_text, name):
    written = VARIANTS[name](sql_text)

    assert written != sql_text
    assert content(read(written)) == content(read(sql_text))


def test_read_accepts_any_number_of_answers():
    text = "What is a row?\n\n" + "".join(f"Answer {number}: Text {number}.\n\n" for number in range(1, 13))

    assert only_question(text).answers == [f"Text {number}." for number in range(1, 13)]


def test_read_joins_an_answer_over_lines_and_paragraphs():
    text = (
        "What is a row?\n\nWhen to ask: Early\n\nProposed Answer 1\n\nA row is one\nrecord of a table.\n\n"
        "Is that all? It also has an order of columns.\n\n- id\n- name\n\nProposed Answer 2\n\nOne fact.\n"
    )

    assert only_question(text).answers == [
        "A row is one record of a table.\n\nIs that all? It also has an order of columns.\n\n- id\n- name",
        "One fact.",
    ]


def test_read_keeps_code_in_an_answer_as_it_stands():
    text = "How do you count rows?\n\nAnswer:\n\n```sql\nSELECT count(*)\n\n  FROM t; -- Why: so\n```\n\nWhy: To see."

    question = only_question(text)
    assert question.answers == ["```sql\nSELECT count(*)\n\n  FROM t; -- Why: so\n```"]
    assert question.why_ask == "To see."


def test_read_takes_a_question_over_two_lines():
    assert only_question("You see a slow\nquery. What now?\n\nWhy: To see.").text == "You see a slow query. What now?"


def test_read_takes_questions_without_blank_lines():
    text = (
        "SQL basics\n1. What is a row?\nWhen: early\nAnswer: A record.\n"
        "2. Explain a column\nWhen: early\nAnswer: A field\nof all rows.\n"
    )

    parsed = read(text).sets[0]
    assert parsed.title == "SQL basics"
    assert [(question.text, question.answers) for question in parsed.questions] == [
        ("What is a row?", ["A record."]),
        ("Explain a column", ["A field of all rows."]),
    ]


def test_read_takes_plain_questions_and_answers():
    parsed = read("Q: What is a row?\nA: A record.\n\nQ: What is a column?\nA: A field.\nA: An attribute.\n").sets[0]

    assert [(question.text, question.answers) for question in parsed.questions] == [
        ("What is a row?", ["A record."]),
        ("What is a column?", ["A field.", "An attribute."]),
    ]


def test_read_takes_lists_below_plural_labels():
    text = (
        "What is a row?\n\nAnswer: A record.\n\nPoints:\n- Says record\n- Names a table,\n  too\n\n"
        "Follow-ups: Why so?; Since when?\n\n"
        "Ratings:\n1: Nothing.\n3 - Something.\n5. All of it.\n\nParts:\n(a) Say it\n(b) Draw it\n"
    )

    question = only_question(text)
    assert question.points == ["Says record", "Names a table, too"]
    assert question.follow_ups == ["Why so?", "Since when?"]
    assert question.anchors == {1: "Nothing.", 3: "Something.", 5: "All of it."}
    assert question.parts == ["Say it", "Draw it"]


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("5", 5),
        ("5 min", 5),
        ("about 5 minutes", 5),
        ("~7 mins.", 7),
        ("4–6 min", 6),
        ("90 seconds", 2),
        ("1 hour", 60),
        ("2.5", 3),
    ],
)
def test_read_takes_minutes_as_people_write_them(written, minutes):
    assert only_question(f"What is a row?\nAnswer: A record.\nDuration: {written}").minutes == minutes


@pytest.mark.parametrize(("written", "difficulty"), [("Easy", "easy"), ("intermediate", "medium"), ("Senior", "hard")])
def test_read_takes_difficulties_as_people_write_them(written, difficulty):
    assert only_question(f"What is a row?\nAnswer: A record.\nLevel: {written}").difficulty == difficulty


def test_read_leaves_prose_with_a_colon_in_the_answer():
    question = only_question("What is quicksort?\nAnswer: A sort.\nTime: O(n log n)\n- Why: it divides\n")

    assert question.answers == ["A sort.\nTime: O(n log n)\n- Why: it divides"]
    assert (question.minutes, question.why_ask) == (None, "")


def test_read_takes_a_fenced_diagram_as_material():
    text = (
        "What is a tree?\nAnswer: A graph.\nMaterial (diagram): Tree\n\n"
        "```\nroot\n  leaf: 1\n\nWhy: x\n```\n\nWhy: To see."
    )

    question = only_question(text)
    assert question.materials == [{"kind": "diagram", "title": "Tree", "body": "root\n  leaf: 1\n\nWhy: x"}]
    assert question.why_ask == "To see."


def test_read_finds_a_second_set_after_a_conclusion():
    text = (
        "SQL Interview Questions\n\nAbout SQL. Short.\n\nWhat is a row?\n\nAnswer: A record.\n\n"
        "Conclusion\n\nThat was SQL.\n\n"
        "Python basics\n\nAbout Python. Short.\n\nLanguage: German\n\n"
        "What is a list?\n\nAnswer: A sequence.\n\nConclusion\n\nThat was Python.\n"
    )

    document = read(text)
    assert [(s.title, s.introduction, s.conclusion, s.language, len(s.questions)) for s in document.sets] == [
        ("SQL", "About SQL. Short.", "That was SQL.", "", 1),
        ("Python basics", "About Python. Short.", "That was Python.", "de", 1),
    ]
    assert document.rejected == []


def test_read_lists_headings_between_questions():
    text = (
        "SQL\n\nJoins\n\nWhat is a join?\n\nAnswer: Pairs.\n\n"
        "Views and more\n\nThis part is new.\n\nWhat is a view?\n\nAnswer: A query.\n"
    )

    document = read(text)
    assert [question.answers for question in document.sets[0].questions] == [["Pairs."], ["A query."]]
    assert document.rejected == [
        {"line": 3, "text": "Joins"},
        {"line": 9, "text": "Views and more"},
        {"line": 11, "text": "This part is new."},
    ]


# Broken documents


def test_read_warns_of_what_is_missing():
    document = read(
        "SQL\n\nWhat is a row?\n\nWhy ask: To see.\n\nWhat is a key?\n\nWhen to ask: Whenever.\nAnswer: A name.\n"
    )

    assert messages(document) == [
        (3, "“Row” does not say when to ask it. It was put in Core: check the stage."),
        (3, "“Row” has no reference answer."),
        (7, "When to ask “Key” names no stage we know. It was put in Core: check the stage."),
    ]
    assert [(q.stage, q.stage_cue, q.stage_matched) for q in document.sets[0].questions] == [
        (3, "", False),
        (3, "", False),
    ]
    assert document.summary()["unmatched_stage"] == 2


def test_read_lists_labels_before_any_question():
    document = read(
        "When to ask: Early\n\nWhy ask\n\nTo see.\n\nWhat is a row?\n\nWhen to ask: Early\n\nAnswer: A record.\n"
    )

    assert [row["line"] for row in document.rejected] == [1, 3, 5]
    assert messages(document)[0] == (1, "No question stands before this label, so it and its text were not used.")
    assert [question.text for question in document.sets[0].questions] == ["What is a row?"]


BROKEN_LINES = {
    "Rating 7: Wow.": "A rating is 1, 2, 3, 4 or 5; this line was not used.",
    "Rating 0: Nothing.": "A rating is 1, 2, 3, 4 or 5; this line was not used.",
    "Minutes: soon": "The minutes are not a number from 1 to 60; this line was not used.",
    "Minutes: 900": "The minutes are not a number from 1 to 60; this line was not used.",
    "Difficulty: brutal": "The difficulty is Easy, Medium or Hard; this line was not used.",
    "Stage: Overtime": "The stage is Opening, Foundations, Core, Depth or Closing; this line was not used.",
    "Point: " + "long " * 19: "This point is longer than 90 characters and was not used. Shorten it, or make it two.",
    "Material (song): La\n    la": "A material is code, a diagram or a scenario; this one was not used.",
    "Material (code): Nothing below": "Nothing to show stands below this material; it was not used.",
    "When to ask: At the end": "“Row” has this label twice; the second was not used.",
    "Answer: " + "long " * 1601: "This text is longer than 8,000 characters and was not used.",
}


@pytest.mark.parametrize("line", BROKEN_LINES)
def test_read_lists_a_line_it_cannot_use(line):
    document = read(f"SQL\n\nWhat is a row?\n\nWhen to ask: Early\nAnswer: A record.\n{line}\n")

    assert messages(document) == [(7, BROKEN_LINES[line])]
    assert [row["line"] for row in document.rejected] == list(range(7, 8 + line.count("\n")))
    assert document.sets[0].questions[0].answers == ["A record."]


def test_read_warns_of_an_empty_label():
    document = read("SQL\n\nWhat is a row?\n\nWhen to ask: Early\nAnswer: A record.\nWhy ask:\n")

    assert messages(document) == [(7, "Nothing stands under this label.")]
    assert document.rejected == []


def test_read_warns_of_a_question_that_stands_twice():
    question = "What is a {}?\n\nWhen to ask: Early\n\nAnswer: A record.\n\n"

    document = read("SQL\n\n" + question.format("row") + question.format("ROW"))
    assert messages(document) == [(9, "This question stands in the document already, on line 3.")]
    assert len(document.sets[0].questions) == 2


def test_read_warns_of_a_long_question_and_lists_an_endless_one():
    asked = "\n\nWhen to ask: Early\n\nAnswer: A record.\n\n"
    document = read("SQL\n\n" + "Why " * 150 + "so?" + asked + "Why " * 600 + "so?" + asked)

    assert len(document.sets[0].questions) == 1
    assert messages(document) == [
        (3, "This question is longer than 500 characters. Shorten it, or move part of it to the material."),
        (9, "This text is longer than 2,000 characters and was not used."),
    ]
    assert [row["line"] for row in document.rejected] == [9, 11, 13]


def test_read_warns_of_characters_that_could_not_be_read():
    document = read("SQL\n\nWhat is a row?\n\nWhen to ask: Early\n\nAnswer: A r\ufffdcord.\n")

    assert messages(document) == [
        (7, "Some characters could not be read and show as “\ufffd”, first on this line. Check them.")
    ]


def test_read_without_questions_lists_everything():
    document = read("Hello\n\nHow are you?\n\nFine.\n")

    assert document.sets == []
    assert [row["line"] for row in document.rejected] == [1, 3, 5]
    assert messages(document) == [
        (1, "No question was found. A question has labels below it, such as “When to ask:” or “Answer:”.")
    ]


def test_read_takes_nul_and_control_characters_out():
    assert only_question("What is\x00 a row?\n\nAnswer: A\x07 record.").text == "What is a row?"


def test_read_refuses_too_many_lines():
    with pytest.raises(Unreadable) as refusal:
        read("\n" * (LINES_AT_MOST + 1))

    assert refusal.value.sentence == (
        "The document has more than 120,000 lines. Split it into several and import them one by one."
    )


def test_read_refuses_too_many_questions():
    with pytest.raises(Unreadable) as refusal:
        read("Q: What?\nA: That.\n" * (QUESTIONS_AT_MOST + 1))

    assert refusal.value.sentence == (
        "The document has more than 5,000 questions. Split it into several and import them one by one."
    )
