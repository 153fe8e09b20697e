"""Whatever the text: nothing raises, and every line is either in the document or listed as not used."""

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from questionbank.importing import labelled
from questionbank.importing.document import ParsedDocument

LABELS = [
    "When to Ask", "why ask", "HOW TO ASK", "Proposed Answer 1", "Proposed Answer 2", "Answer", "Sample answer", "Goal",
    "Point", "Points", "Follow-up", "Follow-ups", "Rating 1", "Rating 3", "Rating 9", "Ratings", "Minutes", "Time",
    "Stage", "Difficulty", "Level", "Topic", "Competency", "Short name", "Part", "Material (code)", "Material (scenario)",
    "Material",
    "Language", "Licence", "Source", "Title", "Introduction", "Conclusion", "Summary", "Question 3", "Q", "A",
]  # fmt: skip
HEADINGS = [
    "For Interviewers", "For candidates", "Dos", "Don’ts", "Do", "Don't", "Who can use this set", "Conclusion",
    "Questions", "SQL Interview Questions", "When to Ask", "Answer", "---", "```", "Dos and Don'ts",
]  # fmt: skip
ODDITIES = st.sampled_from(
    ["", " ", "\t", "    ", "- ", "• ", "1. ", "Q2: ", "**", "# ", "> ", "\u00a0", "\u200b", "(a) "]
)
# No colon at an end: "These questions can be used by:" before a list is read without being kept.
ENDS = st.sampled_from(["", ".", "?", " is 5 min", "; and another", "\u2028"])


@st.composite
def documents(draw):
    """Documents made of labels, headings and prose, every run of words with a number of its own."""
    lines = []
    for number in range(draw(st.integers(0, 30))):
        words = f"{draw(ODDITIES)}word{number}x and more{draw(ENDS)}"
        kind = draw(
            st.sampled_from(
                ["prose", "prose", "label", "label", "label", "above", "heading", "blank", "blank", "imperative"]
            )
        )
        lines += {
            "prose": [words],
            "label": [f"{draw(ODDITIES)}{draw(st.sampled_from(LABELS))}: {words}"],
            "above": [draw(st.sampled_from(LABELS)), "", words],
            "heading": [draw(st.sampled_from(HEADINGS))],
            "blank": [""],
            "imperative": ["", f"Explain word{number}x.", ""],
        }[kind]
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines)


def account(text):
    lines = labelled.split_lines(text)
    reader = labelled.Reader(lines)
    document = reader.read()
    return lines, reader.used, document


@given(st.one_of(st.text(max_size=400), documents()))
@settings(max_examples=150, deadline=None)
def test_read_accounts_for_every_line_once(text):
    lines, used, document = account(text)

    written = {number for number, line in enumerate(lines, 1) if line}
    rejected = {row["line"] for row in document.rejected}
    assert (used & written) | rejected == written
    assert used & rejected == set()


@given(documents())
@settings(max_examples=200, deadline=None)
def test_read_keeps_or_lists_every_word(text):
    _lines, _used, document = account(text)

    kept = json.dumps([parsed.to_json() for parsed in document.sets])
    listed = " ".join(row["text"] for row in document.rejected)
    found = set(re.findall(r"word\d+x", kept)) | set(re.findall(r"word\d+x", listed))
    assert found == set(re.findall(r"word\d+x", text))


@given(documents())
@settings(max_examples=50, deadline=None)
def test_read_is_the_same_twice_and_through_json(text):
    document = labelled.read(text)

    assert labelled.read(text) == document
    assert ParsedDocument.from_json(json.loads(json.dumps(document.to_json()))) == document
