"""What a person changed in the preview of an import, kept apart from the document as it was read.

Edits are plain JSON: `{"sets": {"1": change}, "questions": {"7": change}}`, numbered from 1 through the whole
document. A change holds, each only where it was made: `fields`, the values that differ from the document's; `stage`,
a stage chosen by hand; `excluded`, true for a question left out; `choices`, what to do about differences from the bank
(see `comparing`); `separate`, true for a set that becomes a new one although the bank has one of that name.
"""

from dataclasses import fields, replace

from questionbank.importing.document import ParsedDocument, ParsedQuestion, ParsedSet
from questionbank.stages import read_stage


def change_of(edits: dict, kind: str, number: int) -> dict:
    """The change of set or question `number`, or an empty one; not to be written to."""
    return edits.get(kind, {}).get(str(number), {})


def numbered_questions(document: ParsedDocument):
    """`(number, set number, question)` for every question, both numbers counted from 1."""
    number = 0
    for set_number, parsed in enumerate(document.sets, 1):
        for question in parsed.questions:
            number += 1
            yield number, set_number, question


def apply_edits(document: ParsedDocument, edits: dict) -> ParsedDocument:
    """The document as its owner wants it, questions left out included. Leaves the given one as it is."""
    sets, number = [], 0
    for set_number, parsed in enumerate(document.sets, 1):
        questions = []
        for question in parsed.questions:
            number += 1
            questions.append(edited_question(question, change_of(edits, "questions", number)))
        sets.append(replace(edited_set(parsed, change_of(edits, "sets", set_number)), questions=questions))
    return replace(document, sets=sets)


def edited_set(parsed: ParsedSet, change: dict) -> ParsedSet:
    return replace(parsed, **known(ParsedSet, change.get("fields", {})))


def edited_question(parsed: ParsedQuestion, change: dict) -> ParsedQuestion:
    values = known(ParsedQuestion, change.get("fields", {}))
    if "anchors" in values:
        values["anchors"] = {int(rating): text for rating, text in values["anchors"].items()}
    if "when_to_ask" in values and not parsed.stage_named:
        reading = read_stage(values["when_to_ask"])
        values |= {"stage": reading.stage.value, "stage_cue": reading.cue, "stage_matched": reading.matched}
    if stage := change.get("stage"):
        values |= {"stage": stage, "stage_cue": ParsedQuestion.naming(stage), "stage_matched": True}
    return replace(parsed, **values) if values else parsed


def known(shape, values: dict) -> dict:
    """Without what an older version of this program may have called differently."""
    names = {field.name for field in fields(shape)}
    return {name: value for name, value in values.items() if name in names}


def set_fields(edits: dict, kind: str, number: int, *, parsed, values: dict):
    """Notes `values` of one set or question as changed; those that equal the document's as not changed."""
    change = edits.setdefault(kind, {}).setdefault(str(number), {})
    noted = change.setdefault("fields", {})
    raw = parsed.to_json()
    for name, value in values.items():
        if value == raw[name]:
            noted.pop(name, None)
        else:
            noted[name] = value
    tidy(edits, kind, number)


def set_mark(edits: dict, kind: str, number: int, name: str, value):
    """Notes one thing besides the fields: a stage, a question left out, choices. An empty value takes it back."""
    change = edits.setdefault(kind, {}).setdefault(str(number), {})
    change[name] = value
    tidy(edits, kind, number)


def tidy(edits, kind, number):
    """Drops what holds nothing, so that a draft without edits has none."""
    change = edits[kind].pop(str(number))
    if kept := {name: value for name, value in change.items() if value}:
        edits[kind][str(number)] = kept
    if not edits[kind]:
        del edits[kind]
