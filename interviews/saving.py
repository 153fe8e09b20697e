"""Saving a scorecard: operations from its author's tabs and devices, and the state a page starts from.

The rules are in docs/architecture.md, "Saving": nothing that was acknowledged is ever lost, one order per scorecard is
kept by locking its row, and a losing version is stored and shown.

The SQL here is written by hand because saving is measured against the barest view (tests/bench): several statements go
to the server in one round trip, which Django's default of binding parameters on the client allows.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DataError, IntegrityError, InternalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from interviews.models import Operation, Outcome, Recommendation, Response, Scorecard

Result = Operation.Result

PROTOCOL = 1
# The server takes this protocol and the one before.
PROTOCOLS = range(max(1, PROTOCOL - 1), PROTOCOL + 1)
LONGEST_VALUE = 24 * 1024
# Batches have up to 32 KiB. Twice that, because one long value may have to be escaped character by character.
LONGEST_BATCH = 64 * 1024
LONGEST_INTERVAL = timedelta(hours=4)
CLOCK_SKEW = timedelta(days=1)
MOST_SETTLED = 100

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KEY = re.compile(r"([qu])([1-9][0-9]{0,17})")
# PostgreSQL stores neither; in what somebody typed they become the sign for an unreadable character.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class BatchRefused(Exception):
    """Nothing of a batch was read. `code` is for the client, the sentence for the person."""

    def __init__(self, status, code, sentence):
        super().__init__(sentence)
        self.status, self.code, self.sentence = status, code, sentence


class Invalid(Exception):
    """One operation cannot be stored; the sentence says why."""


def read_batch(body, *, user):
    """The operations in a request's body, still unread. No query.

    Raises `BatchRefused`: 413 `too-large`, 400 `malformed`, 409 `reload` for another protocol, 409 `other-user`.
    """
    if len(body) > LONGEST_BATCH:
        raise BatchRefused(413, "too-large", _("This is more than can be saved at once."))
    try:
        batch = json.loads(body, parse_constant=refuse_constant)
        protocol, owner, operations = batch["protocol"], batch["user"], batch["operations"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BatchRefused(400, "malformed", _("This could not be read, so nothing was saved.")) from None
    if type(protocol) is not int or type(operations) is not list:
        raise BatchRefused(400, "malformed", _("This could not be read, so nothing was saved."))
    if protocol not in PROTOCOLS:
        raise BatchRefused(409, "reload", _("Evenhand has changed. Reload the page to go on saving."))
    if owner != user.pk:
        raise BatchRefused(409, "other-user", _("Somebody else is signed in here now. Sign in as yourself to save."))
    return operations


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def save(*, author, scorecard_id, operations):
    """Stores the operations one by one; returns a result for each, in their order, when they are on disk.

    A result is `{op, result, head}` and, where it applies: `reason` (rejected, late), `value` with `at` and `yours`
    (both versions of a conflict), `stored` (what a duplicate had come to). Raises `Scorecard.DoesNotExist` unless it is the
    author's own. 2 queries in all and 1 per stored operation; 2 or 3 more for a conflict.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        draft = lock(cursor, author, scorecard_id, operations)
        return [store(cursor, draft, raw) for raw in operations]


@dataclass
class Draft:
    """What deciding needs to know of the locked scorecard. `heads` and `known` are kept up as operations are stored."""

    pk: int
    started_at: datetime | None
    over: bool
    excused: bool
    submitted_at: datetime | None
    heads: dict  # field -> the operation applied last
    responses: dict  # "q17" -> (primary key, {"points": how many there are, …})
    known: dict  # op -> (digest, result, field, settled)


# The author is the one who may: this is Scorecard.objects.of(author) with select_for_update(of=("self",), no_key=True).
# What follows the lock is read after it was got. The last word may not depend on how the server is set up.
LOCK = """
SELECT submitted_at, heads, set_config('synchronous_commit', 'on', true)
FROM interviews_scorecard WHERE id = %(scorecard)s AND author_id = %(author)s FOR NO KEY UPDATE;

SELECT interview.started_at, interview.state NOT IN ('live', 'paused'), EXISTS (
    SELECT FROM interviews_panelist
    WHERE interview_id = interview.id AND user_id = %(author)s AND excused_at IS NOT NULL)
FROM interviews_interview AS interview JOIN interviews_scorecard AS scorecard ON scorecard.interview_id = interview.id
WHERE scorecard.id = %(scorecard)s;

SELECT response.item_id, response.unplanned_id, response.id, response.heads, {lengths}
FROM interviews_response AS response {content}
WHERE response.scorecard_id = %(scorecard)s
    AND (response.item_id = ANY (%(items)s::bigint[]) OR response.unplanned_id = ANY (%(unplanned)s::bigint[]));

SELECT op::text, digest, result, field, settled_by_id IS NOT NULL
FROM interviews_operation WHERE scorecard_id = %(scorecard)s AND op = ANY (%(ops)s::uuid[])
"""
LISTS = ("points", "parts", "follow_ups")
LOCK_PLAIN = LOCK.format(lengths="NULL", content="")
LOCK_WITH_LENGTHS = LOCK.format(
    lengths="jsonb_build_object({})".format(
        ", ".join(
            f"'{name}', jsonb_array_length(coalesce(item.content, unplanned.content) -> '{name}')" for name in LISTS
        )
    ),
    content="""LEFT JOIN interviews_versionitem AS item ON item.id = response.item_id
    LEFT JOIN interviews_unplannedquestion AS unplanned ON unplanned.id = response.unplanned_id""",
)


def lock(cursor, author, scorecard_id, operations):
    """The author's scorecard as a `Draft`, locked until the transaction ends. One round trip."""
    keys, ops, with_lengths = set(), [], False
    for raw in operations:
        if type(raw) is dict:
            field, value, op = raw.get("field"), raw.get("value"), raw.get("op")
            if type(field) is str:
                key, _dot, name = field.partition(".")
                keys.add(key)
                with_lengths = with_lengths or name in LISTS
            if type(value) is dict and type(value.get("covered_by")) is str:
                keys.add(value["covered_by"])
            if type(op) is str and ID.fullmatch(op):
                ops.append(op)
    numbers = {"q": [], "u": []}
    for key in keys:
        if match := KEY.fullmatch(key):
            numbers[match[1]].append(int(match[2]))
    cursor.execute(
        LOCK_WITH_LENGTHS if with_lengths else LOCK_PLAIN,
        {"scorecard": scorecard_id, "author": author.pk, "items": numbers["q"], "unplanned": numbers["u"], "ops": ops},
    )
    found = cursor.fetchone()
    if found is None:
        raise Scorecard.DoesNotExist
    submitted_at, heads, _commit = found
    cursor.nextset()
    started_at, over, excused = cursor.fetchone()
    draft = Draft(scorecard_id, started_at, over, excused, submitted_at, json.loads(heads), {}, {})
    cursor.nextset()
    for item_id, unplanned_id, pk, heads, lengths in cursor.fetchall():
        key = f"q{item_id}" if item_id else f"u{unplanned_id}"
        draft.responses[key] = pk, json.loads(lengths) if lengths else {}
        draft.heads.update((f"{key}.{name}", op) for name, op in json.loads(heads).items())
    cursor.nextset()
    draft.known = {op: (bytes(digest), *rest) for op, digest, *rest in cursor.fetchall()}
    return draft


def store(cursor, draft, raw):
    """Decides one operation and stores it unless it is a duplicate or invalid. The first rule that fits wins."""
    op = raw.get("op") if type(raw) is dict else None
    if type(op) is not str or not ID.fullmatch(op):
        reason = _("A change without an identifier cannot be saved.")
        return {"op": op[:64] if type(op) is str else None, "result": "rejected", "head": None, "reason": reason}
    digest = digest_of(raw)
    if op in draft.known:
        return known_result(draft, op, digest)
    try:
        change = read_change(draft, raw, digest)
        return store_change(cursor, draft, change)
    except Invalid as problem:
        head = draft.heads.get(raw["field"]) if type(raw.get("field")) is str else None
        return {"op": op, "result": "rejected", "head": head, "reason": str(problem)}


def digest_of(raw):
    """Of the operation's canonical JSON, by which a repeated one is told from another under the same name."""
    return hashlib.sha256(json.dumps(raw, sort_keys=True, separators=(",", ":")).encode()).digest()


def known_result(draft, op, digest):
    stored_digest, stored, field, settled = draft.known[op]
    head = draft.heads.get(field)
    if stored_digest != digest:
        reason = _("Another change was saved under this identifier.")
        return {"op": op, "result": "rejected", "head": head, "reason": reason}
    result = {"op": op, "result": "duplicate", "head": head, "stored": stored}
    if stored == Result.CONFLICT and not settled:
        result |= standing(draft, field)
    return result


@dataclass
class Change:
    """An operation that has been read: `columns` is what it sets, by column."""

    op: str
    writer: str
    field: str
    parent: str | None
    value: object
    typed_at: datetime | None
    settles: list
    digest: bytes
    key: str  # "q17", or "" for a field of the scorecard
    name: str
    columns: dict


def read_change(draft, raw, digest):
    field, parent, writer, settles = raw.get("field"), raw.get("parent"), raw.get("writer"), raw.get("settles")
    key, dot, name = field.partition(".") if type(field) is str else ("", "", "")
    if not dot:
        key, name = "", key
    if name not in (OF_RESPONSE if dot else OF_SCORECARD):
        raise Invalid(_("This field does not exist."))
    if dot and key not in draft.responses:
        raise Invalid(_("This question is not part of the interview."))
    if not is_id(writer) or not (parent is None or is_id(parent)):
        raise Invalid(_("It is unclear what this change follows."))
    settles = [] if settles is None else settles
    if type(settles) is not list or len(settles) > MOST_SETTLED or not all(map(is_id, settles)):
        raise Invalid(_("It is unclear which versions this change settles."))
    refuse_unless_open(draft)
    value = raw.get("value")
    value = UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value) if type(value) is str else value
    columns = (OF_RESPONSE if dot else OF_SCORECARD)[name].read(draft, field, value)
    typed_at = read_time(raw.get("typed_at"))
    return Change(raw["op"], writer, field, parent, value, typed_at, settles, digest, key, name, columns)


def is_id(value):
    return type(value) is str and ID.fullmatch(value) is not None


def refuse_unless_open(draft):
    if draft.started_at is None:
        raise Invalid(_("The interview has not started, so there is nothing to save yet."))
    if draft.excused:
        raise Invalid(_("You have been excused from this interview, so your scorecard takes no more changes."))


def read_time(value):
    """What the client's clock said, as evidence. A clock that says nonsense costs nobody their words."""
    try:
        read = datetime.fromisoformat(value)
        return read if read.tzinfo and 1970 <= read.year < 9000 else None
    except (TypeError, ValueError):
        return None


def store_change(cursor, draft, change):
    if draft.submitted_at:
        reason = _("You had submitted your scorecard. This was kept, but it is not part of it.")
        return stored(cursor, draft, change, Result.LATE) | {"reason": reason}
    if change.name == "time":
        return stored(cursor, draft, change, Result.APPLIED, UPDATES["time"])
    if change.parent == draft.heads.get(change.field):
        result = stored(cursor, draft, change, Result.APPLIED, UPDATES[change.name])
        draft.heads[change.field] = result["head"] = change.op
        return result
    result = stored(cursor, draft, change, Result.CONFLICT)
    return result | standing(draft, change.field) | {"yours": change.value}


# A savepoint of its own per operation: what the database refuses takes nothing else with it.
APPEND = """
SAVEPOINT operation;
INSERT INTO interviews_operation
    (scorecard_id, op, writer, field, parent, value, settles, digest, typed_at, received_at, result)
VALUES (%(scorecard)s, %(op)s, %(writer)s, %(field)s, %(parent)s, %(value)s, %(settles)s, %(digest)s, %(typed_at)s,
    clock_timestamp(), %(result)s);
"""
RELEASE = "RELEASE SAVEPOINT operation"
# Settled: versions of this field that were chosen between, and the one that its own branch goes on from.
SETTLE = """
UPDATE interviews_operation
SET settled_by_id = (SELECT id FROM interviews_operation WHERE scorecard_id = %(scorecard)s AND op = %(op)s)
WHERE scorecard_id = %(scorecard)s AND field = %(field)s AND op = ANY (%(settled)s::uuid[])
    AND result = 'conflict' AND settled_by_id IS NULL;
"""


def stored(cursor, draft, change, result, update=""):
    """Appends the operation, sets the value with `update`, and returns the result. One round trip.

    Raises `Invalid` where the database refuses the value; then nothing of this operation is stored.
    """
    settled = change.settles if result == Result.APPLIED else []
    if result == Result.CONFLICT and change.parent:
        settled = [change.parent]
    parameters = change.columns | {
        "scorecard": draft.pk,
        "op": change.op,
        "writer": change.writer,
        "field": change.field,
        "parent": change.parent,
        "value": json.dumps(change.value),
        "settles": json.dumps(change.settles),
        "digest": change.digest,
        "typed_at": change.typed_at,
        "result": result,
        "settled": settled,
        "response": draft.responses[change.key][0] if change.key else None,
        "over": draft.over,
    }
    try:
        cursor.execute(APPEND + update + (SETTLE if settled else "") + RELEASE, parameters)
    except (DataError, IntegrityError, InternalError) as problem:
        cursor.execute("ROLLBACK TO SAVEPOINT operation; RELEASE SAVEPOINT operation")
        raise Invalid(_("The database could not store this value.")) from problem
    draft.known[change.op] = change.digest, str(result), change.field, False
    for op in settled:
        if op in draft.known:
            draft.known[op] = *draft.known[op][:3], True
    return {"op": change.op, "result": str(result), "head": draft.heads.get(change.field, None)}


def standing(draft, field):
    """What stands in a field: its value, and `at`, when that was typed. Two queries; needed for conflicts only."""
    key, dot, name = field.partition(".")
    spec = OF_RESPONSE[name] if dot else OF_SCORECARD[key]
    rows = Response.objects.filter(pk=draft.responses[key][0]) if dot else Scorecard.objects.filter(pk=draft.pk)
    head = Operation.objects.filter(scorecard=draft.pk, op=draft.heads.get(field))
    return {"value": spec.show(rows.only(*spec.columns).get()), "at": head.values_list("typed_at", flat=True).first()}


# Fields: how each is read, set and shown


def read_notes(draft, field, value):
    return {"notes": read_text(value)}


def read_summary(draft, field, value):
    return {"summary": read_text(value)}


def read_text(value):
    if type(value) is not str:
        raise Invalid(_("These words could not be read."))
    size = len(value.encode())
    if size > LONGEST_VALUE:
        raise Invalid(
            _("This text has %(size)s KB and at most %(most)s KB can be saved. Shorten it.")
            % {"size": -(-size // 1024), "most": LONGEST_VALUE // 1024}
        )
    return value


def read_outcome(draft, field, value):
    """`{outcome, rating, covered_by}`; an empty outcome takes it back."""
    if type(value) is not dict or not value.keys() <= {"outcome", "rating", "covered_by"}:
        raise Invalid(_("This outcome could not be read."))
    outcome, rating, covered_by = value.get("outcome"), value.get("rating"), value.get("covered_by") or ""
    if outcome not in ("", *Outcome.values):
        raise Invalid(_("This outcome does not exist."))
    if (rating is not None) != (outcome == Outcome.RATED):
        raise Invalid(_("A rating belongs to the outcome “Rated”, and to no other."))
    if rating is not None and (type(rating) is not int or not 1 <= rating <= 5):
        raise Invalid(_("A rating is a whole number from 1 to 5."))
    if (outcome == Outcome.COVERED) != (covered_by != ""):
        raise Invalid(_("“Covered elsewhere” names the question under which it was covered."))
    if covered_by and (
        type(covered_by) is not str or covered_by not in draft.responses or field.startswith(f"{covered_by}.")
    ):
        raise Invalid(_("“Covered elsewhere” must name another question of this interview."))
    return {"outcome": outcome, "rating": rating, "covered_by": covered_by}


def read_ticks(draft, field, value):
    """A list of places, counted from 0, in the question's frozen list; stored sorted, each once."""
    key, _dot, name = field.partition(".")
    most = draft.responses[key][1][name] or 0
    if type(value) is not list or not all(type(place) is int and 0 <= place < most for place in value):
        raise Invalid(_("What was ticked is not part of this question."))
    return {"ticks": json.dumps(sorted(set(value)))}


def read_come_back(draft, field, value):
    if type(value) is not bool:
        raise Invalid(_("“Come back” is either on or off."))
    return {"come_back": value}


def read_interval(draft, field, value):
    """`{started_at, seconds}`: a stretch of time spent on the question, added to what there is."""
    started_at = read_time(value.get("started_at")) if type(value) is dict else None
    seconds = value.get("seconds") if type(value) is dict else None
    if started_at is None or type(seconds) is not int or not 0 < seconds <= LONGEST_INTERVAL.total_seconds():
        raise Invalid(_("This stretch of time could not be read."))
    if not draft.started_at - CLOCK_SKEW <= started_at <= timezone.now() + CLOCK_SKEW:
        raise Invalid(_("This stretch of time was not during the interview."))
    return {"seconds": seconds}


def read_recommendation(draft, field, value):
    if value is not None and (type(value) is not int or value not in Recommendation.values):
        raise Invalid(_("This recommendation does not exist."))
    return {"recommendation": value}


@dataclass(frozen=True)
class Field:
    """`read(draft, field, value)` gives what `sets` sets, or raises `Invalid`; `show` gives the value as clients know it."""

    read: object
    sets: str
    columns: tuple
    show: object


OF_RESPONSE = {
    "notes": Field(
        read_notes,
        """notes = %(notes)s, notes_at_finish = CASE WHEN %(over)s AND notes <> %(notes)s
            THEN coalesce(notes_at_finish, notes) ELSE notes_at_finish END""",
        ("notes",),
        lambda response: response.notes,
    ),
    "outcome": Field(
        read_outcome,
        "outcome = %(outcome)s, rating = %(rating)s, covered_by = %(covered_by)s",
        ("outcome", "rating", "covered_by"),
        lambda response: {
            "outcome": response.outcome,
            "rating": response.rating,
            "covered_by": response.covered_by,
        },
    ),
    "points": Field(read_ticks, "points = %(ticks)s", ("points",), lambda response: response.points),
    "parts": Field(read_ticks, "parts = %(ticks)s", ("parts",), lambda response: response.parts),
    "follow_ups": Field(read_ticks, "follow_ups = %(ticks)s", ("follow_ups",), lambda response: response.follow_ups),
    "come_back": Field(
        read_come_back, "come_back = %(come_back)s", ("come_back",), lambda response: response.come_back
    ),
    "time": Field(
        read_interval,
        "seconds = least(seconds::bigint + %(seconds)s, 2147483647)",
        ("seconds",),
        lambda response: response.seconds,
    ),
}
OF_SCORECARD = {
    "recommendation": Field(
        read_recommendation,
        "recommendation = %(recommendation)s",
        ("recommendation",),
        lambda scorecard: scorecard.recommendation,
    ),
    "summary": Field(read_summary, "summary = %(summary)s", ("summary",), lambda scorecard: scorecard.summary),
}


def updates():
    """The statement that sets each field and makes the operation its head; time is only ever added to."""
    head = ", heads = heads || jsonb_build_object('{}', %(op)s)"
    for name, field in OF_RESPONSE.items():
        sets = field.sets + ("" if name == "time" else head.format(name))
        yield name, f"UPDATE interviews_response SET {sets} WHERE id = %(response)s;\n"  # noqa: S608, all of it stands in this file
    for name, field in OF_SCORECARD.items():
        yield name, f"UPDATE interviews_scorecard SET {field.sets}{head.format(name)} WHERE id = %(scorecard)s;\n"  # noqa: S608, all of it stands in this file


UPDATES = dict(updates())


# One statement: values, heads and versions are of the same moment.
STATE = """
SELECT jsonb_build_object('id', id, 'heads', heads, 'recommendation', recommendation, 'summary', summary),
    submitted_at IS NOT NULL,
    ARRAY(SELECT unplanned_id FROM interviews_response
        WHERE scorecard_id = scorecard.id AND unplanned_id IS NOT NULL ORDER BY 1),
    (SELECT coalesce(jsonb_agg(response), '[]') FROM (
        SELECT item_id, unplanned_id, heads, {columns} FROM interviews_response
        WHERE scorecard_id = scorecard.id AND heads <> '{{}}'
    ) AS response),
    (SELECT coalesce(jsonb_agg(operation), '[]') FROM (
        SELECT field, op, value, typed_at, (SELECT typed_at FROM interviews_operation AS standing
            WHERE standing.scorecard_id = scorecard.id AND standing.field = lost.field AND standing.result = 'applied'
            ORDER BY id DESC LIMIT 1) AS at
        FROM interviews_operation AS lost
        WHERE scorecard_id = scorecard.id AND result = 'conflict' AND settled_by_id IS NULL ORDER BY id
    ) AS operation),
    (SELECT coalesce(jsonb_object_agg(coalesce('q' || item_id, 'u' || unplanned_id), seconds), '{{}}')
        FROM interviews_response WHERE scorecard_id = scorecard.id AND seconds > 0)
FROM interviews_scorecard AS scorecard WHERE interview_id = %s AND author_id = %s
""".format(  # noqa: S608, all of it stands in this file
    columns=", ".join(column for field in OF_RESPONSE.values() for column in field.columns)
)


def state_of(*, interview_id, author):
    """What a page with the author's scorecard starts from; None if they have none. Drafts are nobody else's. One query.

    `{"as_of", "protocol", "user", "scorecard", "submitted", "unplanned": [id], "fields": {"q17.notes": {"value", "head",
    "conflicts": [{"op", "value", "typed_at"}]}}}`, with each field that somebody wrote in: a page of 60 questions would
    carry 400 that nobody touched. A field with conflicts has `at` too, when its value was typed. `spent` are the seconds
    on each question that had any, `{"q17": 95}`.
    """
    as_of = timezone.now().isoformat()  # before it is read: what was saved since is known to whoever saved it
    with connection.cursor() as cursor:
        cursor.execute(STATE, [interview_id, author.pk])
        found = cursor.fetchone()
    if found is None:
        return None
    stored, submitted, unplanned, responses, versions, spent = found
    scorecard = Scorecard(**json.loads(stored))
    responses = {response.key: response for response in (Response(**stored) for stored in json.loads(responses))}
    fields = {field: entry(scorecard, responses, field) for field in heads_of(scorecard, responses.values())}
    for version in json.loads(versions):
        field, at = version.pop("field"), version.pop("at")
        # A field can have a version that lost and none that won: what it followed never came or was refused.
        torn = fields.setdefault(field, entry(scorecard, responses, field))
        torn["at"] = at
        torn["conflicts"].append(version)
    return {
        "as_of": as_of,
        "protocol": PROTOCOL,
        "user": author.pk,
        "scorecard": scorecard.pk,
        "submitted": submitted,
        "unplanned": unplanned,
        "fields": fields,
        "spent": json.loads(spent),
    }


def entry(scorecard, responses, field):
    key, dot, name = field.partition(".")
    owner, spec = (responses.get(key, Response()), OF_RESPONSE[name]) if dot else (scorecard, OF_SCORECARD[key])
    return {"value": spec.show(owner), "head": owner.heads.get(name or key), "conflicts": []}


def heads_of(scorecard, responses):
    """The last applied operation of every field that has one, `{"q17.notes": op}`. No query."""
    heads = dict(scorecard.heads)
    for response in responses:
        heads |= {f"{response.key}.{name}": op for name, op in response.heads.items()}
    return heads
