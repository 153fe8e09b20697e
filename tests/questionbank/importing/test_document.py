import json

from questionbank.importing.document import ParsedDocument, ParsedQuestion, ParsedSet


def make_document():
    questions = [
        ParsedQuestion(
            line=5,
            text="What is a row?",
            stage=1,
            stage_cue="At the start",
            stage_matched=True,
            answers=["A record.", "A fact."],
        ),
        ParsedQuestion(
            line=9,
            text="What is a key?",
            minutes=4,
            follow_ups=["Why?"],
            anchors={1: "Nothing.", 5: "All."},
            materials=[{"kind": "code", "title": "", "body": "id int"}],
        ),
    ]
    tips = [{"audience": "interviewers", "kind": "do", "text": "Wait.", "line": 20}]
    parsed = ParsedSet(
        line=1, title="SQL", audience=[{"who": "Leads", "use": "to lead"}], tips=tips, questions=questions
    )
    return ParsedDocument([parsed], [{"line": 3, "text": "Joins"}], [{"line": 9, "message": "No answer."}])


def test_document_survives_json():
    document = make_document()

    assert ParsedDocument.from_json(json.loads(json.dumps(document.to_json()))) == document


def test_document_from_json_shares_nothing_with_its_copy():
    document = make_document()
    copy = document.to_json()
    copy["sets"][0]["questions"][0]["answers"].append("Another.")
    copy["sets"][0]["tips"].clear()

    assert document == make_document()


def test_summary_counts_what_the_document_holds():
    assert make_document().summary() == {
        "sets": 1,
        "questions": 2,
        "reference_answers": 2,
        "follow_ups": 1,
        "anchors": 2,
        "tips": 1,
        "audience": 1,
        "stages": {"Opening": 1, "Foundations": 0, "Core": 1, "Depth": 0, "Closing": 0},
        "unmatched_stage": 1,
        "rejected": [{"line": 3, "text": "Joins"}],
        "warnings": [{"line": 9, "message": "No answer."}],
    }
