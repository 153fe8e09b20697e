"""What must be true once everything has healed: of the database, of what clients show, and of the log between them."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from interviews.models import Operation, Scorecard
from interviews.saving import OF_RESPONSE, OF_SCORECARD, state_of

Result = Operation.Result


@dataclass
class Verdict:
    lost: set = field(default_factory=set)  # operations that should be stored and are not
    wrong: list = field(default_factory=list)  # sentences

    def add(self, sentences):
        self.wrong.extend(sentences)


def check(*, log, clients, scorecard, alone):
    """The verdict on one scorecard. `alone`: one client at a time wrote, so that nothing may be in conflict."""
    stored = list(scorecard.operations.order_by("pk"))
    state = state_of(interview_id=scorecard.interview_id, author=scorecard.author)
    verdict = Verdict(missing(log, clients, stored))
    verdict.add(f"{name(log, op)} was {how(log, op)} and is not stored" for op in sorted(verdict.lost))
    verdict.add(waiting(clients))
    verdict.add(refused(clients))
    verdict.add(twice(stored))
    verdict.add(never_typed(log, stored))
    verdict.add(strangers(scorecard))
    verdict.add(unlike(log, stored))
    verdict.add(misreported(log, stored))
    verdict.add(wrongly_decided(stored))
    verdict.add(vanished(stored, state))
    verdict.add(wrong_values(scorecard, stored, state))
    verdict.add(wrong_versions(stored, state))
    verdict.add(wrongly_shown(clients, state))
    if alone:
        verdict.add(f"{row.field} {row.op} is in conflict, though nobody else wrote" for row in conflicts(stored))
    return verdict


def name(log, op):
    return f"{log.versions[op][-1]['field']} {op}" if op in log.versions else op


def how(log, op):
    return "acknowledged" if op in log.acknowledged else "typed, not acknowledged,"


# Nothing is lost, nothing is added


def missing(log, clients, stored):
    """Everything that was typed and that nobody refused, or that was acknowledged."""
    refused = {operation["op"] for client in clients for operation, _answer in client.refused}
    return (log.versions.keys() - refused | log.acknowledged) - {str(row.op) for row in stored}


def waiting(clients):
    for client in clients:
        if client.outbox:
            yield f"{len(client.outbox)} operations are still in the outbox of {client.writer}"


def refused(clients):
    for client in clients:
        for operation, answer in client.refused:
            yield f"{operation['field']} {operation['op']} was refused: {answer.get('reason')}"


def twice(stored):
    copies = defaultdict(int)
    for row in stored:
        copies[row.op] += 1
    return [f"{op} is stored {count} times" for op, count in copies.items() if count > 1]


def never_typed(log, stored):
    return [f"{row.field} {row.op} is stored and was never typed" for row in stored if str(row.op) not in log.versions]


def strangers(scorecard):
    others = Operation.objects.filter(scorecard__interview=scorecard.interview).exclude(scorecard=scorecard)
    return [f"{row.field} {row.op} is stored under another author" for row in others]


def unlike(log, stored):
    """What is stored says what was typed last under that name: an operation is replaced only before it is sent."""
    for row in stored:
        if str(row.op) in log.versions:
            meant, found = canonical(content(log.versions[str(row.op)][-1])), canonical(content_of(row))
            if meant != found:
                yield f"{row.field} {row.op} is stored as {found[:200]} and was typed as {meant[:200]}"


def content(operation):
    typed_at = datetime.fromisoformat(operation["typed_at"]).isoformat()
    return operation | {"typed_at": typed_at, "settles": operation.get("settles", [])}


def content_of(row):
    return {
        "op": str(row.op),
        "writer": str(row.writer),
        "field": row.field,
        "parent": str(row.parent) if row.parent else None,
        "value": row.value,
        "typed_at": row.typed_at and row.typed_at.isoformat(),
        "settles": row.settles,
    }


def canonical(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def misreported(log, stored):
    """Whatever a client was told of an operation is what became of it."""
    for row in stored:
        for answer in log.answers.get(str(row.op), ()):
            told = answer["stored"] if answer["result"] == "duplicate" else answer["result"]
            if told != row.result:
                yield f"{row.field} {row.op} was answered with {told} and is stored as {row.result}"


# Every version is where its author can see it


def wrongly_decided(stored):
    """In the order of storing, an operation is applied if and only if it follows the one applied last."""
    heads = {}
    for row in stored:
        follows = row.parent == heads.get(row.field)
        if is_time(row.field) or follows:
            due = Result.APPLIED
            heads[row.field] = row.op
        else:
            due = Result.CONFLICT
        if row.result != due:
            yield f"{row.field} {row.op} came out as {row.result}; following {row.parent} it should be {due}"


def vanished(stored, state):
    """Whatever was written is the value, or was written on by who saw it, or is listed, or somebody chose otherwise."""
    rows = {row.pk: row for row in stored}
    followed = {(row.field, row.parent) for row in stored}
    listed = {version["op"] for entry in state["fields"].values() for version in entry["conflicts"]}
    heads = {entry["head"] for entry in state["fields"].values()}
    for row in stored:
        seen = str(row.op) in heads | listed or (row.field, row.op) in followed
        chooser = rows.get(row.settled_by_id)
        chosen = chooser is not None and str(row.op) in chooser.settles
        if not (seen or chosen or is_time(row.field)):
            yield f"{row.field} {row.op} lost, and is listed nowhere"


def wrong_values(scorecard, stored, state):
    """Every field has the value and the head of its last applied operation, in its columns and in the state."""
    scorecard = Scorecard.objects.get(pk=scorecard.pk)
    responses = {response.key: response for response in scorecard.responses.all()}
    last = {row.field: row for row in stored if row.result == Result.APPLIED}
    for field_name, row in last.items():
        key, dot, column = field_name.partition(".")
        owner, spec = (responses[key], OF_RESPONSE[column]) if dot else (scorecard, OF_SCORECARD[key])
        due = {"value": row.value, "head": str(row.op)}
        if is_time(field_name):
            due = {"value": sum(row.value["seconds"] for row in stored if row.field == field_name), "head": None}
        found = {"value": spec.show(owner), "head": owner.heads.get(column or key)}
        if canonical(found) != canonical(due):
            yield f"{field_name} is {canonical(found)[:200]} in its columns and should be {canonical(due)[:200]}"
        told = state["fields"].get(field_name)
        if not is_time(field_name) and (told is None or canonical(told | found) != canonical(told)):
            yield f"{field_name} is told as {canonical(told)[:200]} and stands as {canonical(found)[:200]}"


def wrong_versions(stored, state):
    """`state_of` lists every version that lost and was not settled, and nothing else."""
    due = {(row.field, str(row.op), canonical(row.value)) for row in conflicts(stored) if row.settled_by_id is None}
    told = {
        (field_name, version["op"], canonical(version["value"]))
        for field_name, entry in state["fields"].items()
        for version in entry["conflicts"]
    }
    for field_name, op, _value in due ^ told:
        yield f"{field_name} {op} {'lost and is not listed' if (field_name, op, _value) in due else 'is listed'}"


def wrongly_shown(clients, state):
    """A client shows the database's value, or a version that it and the server list."""
    nothing = {"head": None, "value": None, "conflicts": []}
    for client in clients:
        for field_name, (op, value) in client.shown.items():
            entry = state["fields"].get(field_name, nothing)
            told = {version["op"]: version["value"] for version in entry["conflicts"]}
            listed = op in told and op in client.conflicts.get(field_name, ())
            due = told[op] if listed else entry["value"]
            if canonical(value) != canonical(due):
                yield f"{client.writer} shows {op} in {field_name}, where {entry['head']} stands and {list(told)} wait"


def conflicts(stored):
    return [row for row in stored if row.result == Result.CONFLICT]


def is_time(field_name):
    return field_name.endswith(".time")
