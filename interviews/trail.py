"""Verifying the trail: what the database chained is computed anew here, and what it sealed is looked up in the tables.

The link of an entry is sha256(link before ‖ metadata ‖ digest), the first one's after 32 zero bytes. The metadata are ten
lines in UTF-8: chain, number, moment, by, roles, place, what, table, row, and `changed` as PostgreSQL writes jsonb, which
has no line breaks. The digest is sha256(salt ‖ payload), or nothing for an entry without one.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC
from itertools import groupby

from django.db import connection, transaction
from psycopg import sql

from accounts.models import Invitation, User
from interviews.models import (
    AgreedRating,
    Amendment,
    Decision,
    HistoryEntry,
    Interview,
    Opening,
    Panelist,
    PlanVersion,
    Response,
    Scorecard,
    TrailEntry,
    TrailHead,
    UnplannedQuestion,
    VersionItem,
)

What = TrailEntry.What
START = bytes(32)
PAGE = 200  # entries read at once: one of a large scorecard has some 30 kB
ROWS = 1000  # so many rows that were noted are held before they are looked up in the tables

# Every row of these has an entry; of scorecards, every submitted one. What hangs on a row and is sealed with it:
TRAILED = [
    Interview,
    Panelist,
    HistoryEntry,
    UnplannedQuestion,
    Amendment,
    AgreedRating,
    Decision,
    PlanVersion,
    Opening,
    User,
    Invitation,
]
SEALED_WITH = {
    Scorecard._meta.db_table: (Response._meta.db_table, "scorecard_id"),
    PlanVersion._meta.db_table: (VersionItem._meta.db_table, "version_id"),
}
TRIGGERS = {
    Scorecard._meta.db_table: ["trail_submitted", "trail_inserted_submitted"],
    VersionItem._meta.db_table: ["trail_published"],
} | {
    model._meta.db_table: ["trail_added"]
    if getattr(model, "append_only", False)
    else ["trail_added", "trail_changed", "trail_removed"]
    for model in TRAILED
}


# What seals: as good as gone if it is not there.
SEALS = {
    "interviews_scorecard": ["refuse_sealed_scorecard"],
    "interviews_response": ["refuse_sealed_response"],
    "interviews_operation": ["refuse_operation_change"],
    "interviews_historyentry": ["refuse_history_change"],
    "interviews_unplannedquestion": ["refuse_unplanned_change"],
    "interviews_planversion": ["refuse_version_change"],
    "interviews_versionitem": ["refuse_version_change"],
    "interviews_amendment": ["refuse_amendment_change", "refuse_stray_amendment"],
    "interviews_agreedrating": ["refuse_agreedrating_change", "refuse_stray_agreedrating"],
    "interviews_decision": ["refuse_decision_change", "refuse_stray_decision"],
    "interviews_trailentry": ["refuse_trail_change"],
    "interviews_trailpayload": ["refuse_payload_change", "refuse_payload_removal"],
}


def head_of(interview):
    """The `TrailHead` of the interview's chain, or None should somebody have taken it away. One query."""
    return TrailHead.objects.filter(chain=f"interview:{interview.pk}").first()


@dataclass(frozen=True)
class Entry:
    """A `TrailEntry` and its payload as they are read here: JSON as the text that was hashed."""

    chain: str
    number: int
    at: object
    by: int | None
    roles: list
    place: str
    what: str
    table: str
    row: int
    changed: str
    digest: bytes | None
    link: bytes
    key: int
    held: bool
    salt: bytes | None
    payload: str | None

    @classmethod
    def of(cls, values):
        return cls(*(bytes(value) if isinstance(value, memoryview) else value for value in values))

    def __str__(self):
        return f"{self.chain} entry {self.number}"


ENTRIES = """
    SELECT entry.chain, entry.number, entry.at, entry.by_id, entry.roles, entry.place, entry.what, entry.table_name,
        entry.row_id, entry.changed::text, entry.payload_digest, entry.link, entry.id,
        payload.entry_id IS NOT NULL, payload.salt, payload.payload::text
    FROM interviews_trailentry AS entry LEFT JOIN interviews_trailpayload AS payload ON payload.entry_id = entry.id
    WHERE (entry.chain, entry.number) > (%s, %s)
    ORDER BY entry.chain, entry.number LIMIT %s
"""


def link_of(entry, before):
    """The link that the entry must have after the link `before`; the same as `trail_append` in the database."""
    lines = [
        entry.chain,
        str(entry.number),
        entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "" if entry.by is None else str(entry.by),
        ",".join(entry.roles),
        entry.place,
        entry.what,
        entry.table,
        str(entry.row),
        entry.changed,
    ]
    return hashlib.sha256(before + "\n".join(lines).encode() + (entry.digest or b"")).digest()


def verify(*, heads=(), progress=lambda done: None):
    """The whole trail and what it sealed, as of one moment: a `Verdict`. `heads` are links, 32 bytes, noted elsewhere.

    Three queries for every 200 entries and up to two for every 1,000 rows, in flat memory; `progress` is told how many
    entries are done.
    """
    with transaction.atomic():
        if not connection.savepoint_ids:  # what is written meanwhile must not look like a difference
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        verdict = Verdict(wanted=set(heads))
        check_triggers(verdict)
        check_chains(verdict, progress)
        check_unnoted(verdict)
    for head in heads:
        if head not in verdict.found:
            verdict.breaks(f"head {head.hex()}", "no entry has this link: what it was noted of was changed or cut off")
    return verdict


@dataclass
class Verdict:
    """What verifying found. `problems` are sentences that name the place, `found` says where the wanted heads stand."""

    wanted: set = field(default_factory=set)
    found: dict = field(default_factory=dict)
    entries: int = 0
    interviews: int = 0
    problems: list = field(default_factory=list)

    def breaks(self, where, why):
        self.problems.append(f"{where}: {why}")


def check_triggers(verdict):
    """What keeps the trail and what seals is there, and no trigger at all is switched off. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname::text, tgenabled IN ('O', 'A') FROM pg_trigger "
            "WHERE NOT tgisinternal ORDER BY 1, 2"
        )
        standing = {(table, name): on for table, name, on in cursor.fetchall()}
    for (table, name), on in standing.items():
        if not on:
            verdict.breaks(table, f"the trigger {name} is switched off")
    for table, names in [*TRIGGERS.items(), *SEALS.items()]:
        for name in names:
            if (table, name) not in standing:
                verdict.breaks(table, f"the trigger {name} is missing")


def check_chains(verdict, progress):
    noted = Noted()
    for chain, entries in groupby(all_entries(), key=lambda entry: entry.chain):
        verdict.interviews += chain.startswith("interview:")
        last = check_chain(verdict, noted, chain, entries, progress)
        noted.heads[chain] = last
        if len(noted) > ROWS:
            noted.compare(verdict)
    noted.compare(verdict)


def all_entries():
    """Every entry, chain by chain, in pages by key."""
    after = ("", 0)
    while after:
        with connection.cursor() as cursor:
            cursor.execute(ENTRIES, [*after, PAGE])
            page = [Entry.of(values) for values in cursor.fetchall()]
        yield from page
        after = (page[-1].chain, page[-1].number) if len(page) == PAGE else None


def check_chain(verdict, noted, chain, entries, progress):
    """Numbers without gaps, links, payloads. Returns the last entry."""
    before, number = START, 0
    for entry in entries:
        if entry.number != number + 1:
            missing = f"{number + 1}" if entry.number == number + 2 else f"{number + 1} to {entry.number - 1}"
            verdict.breaks(chain, f"entry {missing} is missing")
        elif link_of(entry, before) != entry.link:
            verdict.breaks(entry, "its link does not follow from what it says and the entry before")
        check_payload(verdict, noted, entry)
        noted.add(entry)
        if entry.link in verdict.wanted:
            verdict.found[entry.link] = entry
        before, number = entry.link, entry.number
        verdict.entries += 1
        progress(verdict.entries)
    return entry


def check_payload(verdict, noted, entry):
    if entry.digest is None:
        if entry.held:
            verdict.breaks(entry, "it has a payload that it does not know of")
    elif not entry.held:
        verdict.breaks(entry, "its payload was removed")
    elif entry.payload is None or entry.salt is None:
        noted.erased[entry.key] = entry
    elif hashlib.sha256(entry.salt + entry.payload.encode()).digest() != entry.digest:
        verdict.breaks(entry, "its payload is not the one that was noted")


class Noted:
    """What the trail says of rows, gathered from entries until it is compared with the tables."""

    def __init__(self):
        self.forget()

    def forget(self):
        self.rows = defaultdict(dict)  # {(table, key): {column: (value, entry)}}
        self.gone = {}  # {(table, key): entry}
        self.parents = defaultdict(dict)  # {table: {key: whether all that was sealed with this row is known}}
        self.heads = {}  # {chain: its last entry}
        self.erased = {}  # {key of an entry: the entry}, until an entry that says so is found

    def __len__(self):
        return len(self.rows) + len(self.heads)

    def add(self, entry):
        if entry.what == What.ERASED:
            self.erased.pop(entry.row, None)
            return
        if entry.what == What.REMOVED:
            self.rows.pop((entry.table, entry.row), None)
            self.gone[entry.table, entry.row] = entry
            return
        payload = json.loads(entry.payload) if entry.payload else {}
        noted = self.rows[entry.table, entry.row]
        for column, (_old, new) in (json.loads(entry.changed) | payload.get("changed", {})).items():
            noted[column] = (new, entry)
        for table, rows in payload.get("rows", {}).items():
            for key, row in rows.items():
                self.rows[table, int(key)].update({column: (value, entry) for column, value in row.items()})
        if entry.table in SEALED_WITH:
            known = self.parents[entry.table].get(entry.row, True)
            self.parents[entry.table][entry.row] = known and (entry.digest is None or entry.payload is not None)

    def compare(self, verdict):
        """With the tables, and forgets. A query for each table, one for heads, one for sealed rows of each kind."""
        for entry in self.erased.values():
            verdict.breaks(entry, "its payload was emptied, and no entry says so")
        self.compare_heads(verdict)
        tables = defaultdict(set)
        for table, key in [*self.rows, *self.gone]:
            tables[table].add(key)
        for table, keys in tables.items():
            self.compare_rows(verdict, table, keys)
        for table, keys in self.parents.items():
            self.compare_sealed(verdict, *SEALED_WITH[table], [key for key, known in keys.items() if known])
        self.forget()

    def compare_heads(self, verdict):
        standing = {head.chain: head for head in TrailHead.objects.filter(chain__in=self.heads)}
        for chain, entry in self.heads.items():
            head = standing.get(chain)
            if head is None or (head.number, bytes(head.link)) != (entry.number, entry.link):
                verdict.breaks(chain, f"its head is not entry {entry.number}, the last one")

    def compare_rows(self, verdict, table, keys):
        digested = {
            column
            for key in keys
            for column, (value, _entry) in self.rows.get((table, key), {}).items()
            if is_digest(value)
        }
        standing = {key: (json.loads(row), words) for key, row, words in read_rows(table, keys, digested)}
        for key in sorted(keys):
            noted = self.rows.get((table, key))
            if noted is None:
                if key in standing:
                    verdict.breaks(self.gone[table, key], f"{table} {key} was removed, and stands there")
            elif key not in standing:
                entry = next(iter(noted.values()))[1]
                verdict.breaks(entry, f"{table} {key} is gone")
            else:
                compare_columns(verdict, f"{table} {key}", noted, *standing[key])

    def compare_sealed(self, verdict, table, parent, keys):
        """Every row that hangs on these parents was sealed with them."""
        query = sql.SQL("SELECT id, {parent} FROM {table} WHERE {parent} = ANY(%s) ORDER BY id").format(
            table=sql.Identifier(table), parent=sql.Identifier(parent)
        )
        with connection.cursor() as cursor:
            cursor.execute(query, [keys])
            for key, of in cursor.fetchall():
                if (table, key) not in self.rows:
                    verdict.breaks(f"{table} {key}", f"it was not there when {parent} {of} was sealed")


def read_rows(table, keys, digested):
    """`(key, row as JSON text, {column: its words})` of what is there."""
    query = sql.SQL(
        "SELECT id, to_jsonb(whole)::text, (SELECT jsonb_object_agg(name, to_jsonb(whole) ->> name)::text "
        "FROM unnest(%s::text[]) AS name) FROM {table} AS whole WHERE id = ANY(%s)"
    ).format(table=sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(query, [list(digested), list(keys)])
        return [(key, row, json.loads(words or "{}")) for key, row, words in cursor.fetchall()]


def compare_columns(verdict, where, noted, row, words):
    """Each column is what was last noted of it. One that the table no longer has says nothing."""
    for column, (value, entry) in noted.items():
        if column not in row:
            continue
        if is_digest(value):
            same = words[column] is not None and hashlib.sha256(words[column].encode()).hexdigest() == value["sha256"]
        else:
            same = row[column] == value
        if not same:
            verdict.breaks(entry, f"{where} has another {column} than was noted")


def is_digest(value):
    return isinstance(value, dict) and value.keys() == {"sha256"}


def check_unnoted(verdict):
    """Rows that no entry tells of, and chains of which only the head is left. A query for each table."""
    tables = {model._meta.db_table: sql.SQL("") for model in TRAILED}
    tables[Scorecard._meta.db_table] = sql.SQL("submitted_at IS NOT NULL AND")
    with connection.cursor() as cursor:
        for table, which in tables.items():
            query = sql.SQL(
                "SELECT id FROM {table} AS whole WHERE {which} NOT EXISTS (SELECT FROM interviews_trailentry AS entry "
                "WHERE entry.table_name = %s AND entry.row_id = whole.id) ORDER BY id"
            ).format(table=sql.Identifier(table), which=which)
            cursor.execute(query, [table])
            for (key,) in cursor.fetchall():
                verdict.breaks(f"{table} {key}", "no entry tells of it")
        cursor.execute(
            "SELECT chain FROM interviews_trailhead AS head WHERE NOT EXISTS "
            "(SELECT FROM interviews_trailentry AS entry WHERE entry.chain = head.chain) ORDER BY chain"
        )
        for (chain,) in cursor.fetchall():
            verdict.breaks(chain, "it has a head and no entries")
