"""`verify_trail` finds one byte that somebody changed past the triggers, and names where."""

import io
import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Role
from interviews import lifecycle, trail
from interviews.models import Interview, TrailEntry, TrailHead
from interviews.trail import TRAILED, verify
from tests.database import owning
from tests.factories import (
    make_interview,
    make_invitation,
    make_published,
    make_question,
    make_rated_scorecard,
    make_user,
    rate,
    submitted,
)

pytestmark = pytest.mark.django_db
TRAILED_COLUMNS = import_module("interviews.migrations.0020_trail_triggers").TRAILED


@pytest.fixture
def sealed():
    """A submitted scorecard with notes, on a version published from the bank, and what else the trail tells of."""
    version = make_published(make_question(), make_question())
    make_invitation(invited_by=make_user(Role.ADMINISTRATOR))
    scorecard = make_rated_scorecard(version=version, rating=4, recommendation=3)
    scorecard.responses.update(notes="Thinks aloud", seconds=60)
    type(scorecard).objects.filter(pk=scorecard.pk).update(summary="Good")
    scorecard.refresh_from_db()
    return submitted(scorecard)


def tampered(*statements):
    """Past every trigger, as only who owns the tables can."""
    with owning(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(interviews|accounts)_'")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount > 0, statement
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def run(*arguments):
    """What `verify_trail` says, and its exit status."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("verify_trail", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        status = end.code
    return out.getvalue().splitlines(), status


def test_trail_that_stands_is_whole(sealed):
    lines, status = run()

    assert (lines, status) == ([f"interviews=1 entries={TrailEntry.objects.count()} broken=0"], 0)


def test_empty_trail_is_whole():
    assert run() == (["interviews=0 entries=0 broken=0"], 0)


# What somebody changes, and the places in which it is found.
TAMPERINGS = {
    "at": "UPDATE interviews_trailentry SET at = at + interval '1 microsecond' WHERE what = 'submitted'",
    "by": "UPDATE interviews_trailentry SET by_id = by_id + 1 WHERE what = 'submitted'",
    "nobody": "UPDATE interviews_trailentry SET by_id = NULL WHERE what = 'submitted'",
    "roles": "UPDATE interviews_trailentry SET roles = '{recruiter}' WHERE what = 'submitted'",
    "place": "UPDATE interviews_trailentry SET place = 'observer' WHERE what = 'submitted'",
    "what": "UPDATE interviews_trailentry SET what = 'found' WHERE what = 'submitted'",
    "changed": "UPDATE interviews_trailentry SET changed = changed || '{\"author_id\": [null, 0]}' WHERE what = 'submitted'",
    "digest": "UPDATE interviews_trailentry SET payload_digest = set_byte(payload_digest, 5, "
    "get_byte(payload_digest, 5) # 1) WHERE what = 'submitted'",
    "link": "UPDATE interviews_trailentry SET link = set_byte(link, 31, get_byte(link, 31) # 1) WHERE what = 'submitted'",
    "salt": "UPDATE interviews_trailpayload SET salt = set_byte(salt, 0, get_byte(salt, 0) # 1) "
    "FROM interviews_trailentry AS entry WHERE entry.id = entry_id AND what = 'submitted'",
    "payload": "UPDATE interviews_trailpayload SET payload = jsonb_set(payload, '{rows,extra}', '{}') "
    "FROM interviews_trailentry AS entry WHERE entry.id = entry_id AND what = 'submitted'",
    "emptied": "UPDATE interviews_trailpayload SET payload = NULL, salt = NULL "
    "FROM interviews_trailentry AS entry WHERE entry.id = entry_id AND what = 'submitted'",
    "removed": "DELETE FROM interviews_trailpayload USING interviews_trailentry AS entry "
    "WHERE entry.id = entry_id AND what = 'submitted'",
}


@pytest.mark.parametrize("change", TAMPERINGS)
def test_changed_byte_of_an_entry_is_found_and_named(sealed, change):
    entry = TrailEntry.objects.get(what="submitted")
    tampered(TAMPERINGS[change])

    lines, status = run()

    assert status == 1
    assert lines[0].startswith(f"interview:{sealed.interview_id} entry {entry.number}: ")
    assert lines[-1] == f"interviews=1 entries={TrailEntry.objects.count()} broken={len(lines) - 1}"


IN_TABLES = {
    "rating": ("interviews_response", "rating = 5", "submitted"),
    "notes": ("interviews_response", "notes = 'Thinks aloud '", "submitted"),
    "seconds": ("interviews_response", "seconds = 61", "submitted"),
    "points": ("interviews_response", "points = '[1]'", "submitted"),
    "notes_at_finish": ("interviews_response", "notes_at_finish = ''", "submitted"),
    "notes_begun": ("interviews_response", "notes_begun = '[1]'", "submitted"),
    "heads": ("interviews_response", "heads = '{\"notes\": 1}'", "submitted"),
    "recommendation": ("interviews_scorecard", "recommendation = 4", "submitted"),
    "summary": ("interviews_scorecard", "summary = 'good'", "submitted"),
    "weighted_ratings": ("interviews_scorecard", "weighted_ratings = 9", "submitted"),
    "submitted_at": ("interviews_scorecard", "submitted_at = submitted_at - interval '1 second'", "submitted"),
    "title": ("interviews_planversion", "title = title || '.'", "added"),
    "tips": ("interviews_planversion", "tips = '[{}]'", "added"),
    "content": ("interviews_versionitem", 'content = content || \'{"text": ""}\'', "published"),
    "weight": ("interviews_versionitem", "weight = 3", "published"),
    "detail": ("interviews_historyentry", 'detail = \'{"reason": ""}\'', "added"),
    "by_id": ("interviews_historyentry", "by_id = NULL", "added"),
    "scheduled_at": ("interviews_interview", "scheduled_at = now()", "added"),
    "place": ("interviews_panelist", "place = 'panelist'", "added"),
    "roles": ("accounts_user", "roles = '{administrator,recruiter}'", "added"),
    "sessions_ended": ("accounts_user", "sessions_ended = 7", "added"),
    "email": ("accounts_user", "email = 'mallory' || id || '@example.test'", "added"),
    "expires_at": ("accounts_invitation", "expires_at = expires_at + interval '1 day'", "added"),
}


@pytest.mark.parametrize("column", IN_TABLES)
def test_changed_byte_of_what_was_sealed_is_found_and_named(sealed, column):
    table, change, what = IN_TABLES[column]
    first = f"(SELECT min(id) FROM {table})"
    tampered(f"UPDATE {table} SET {change} WHERE id = {first}")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(id) FROM {table}")
        (key,) = cursor.fetchone()

    lines, status = run()

    found = [line for line in lines if f": {table} {key} has another {column} than was noted" in line]
    assert (len(found), status) == (1, 1)
    place = found[0].partition(":")[0] + ":" + found[0].split(":")[1]
    name, _entry, number = place.rpartition(" entry ")
    assert TrailEntry.objects.get(chain=name, number=number).what == what


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "DELETE FROM interviews_response WHERE id = (SELECT min(id) FROM interviews_response)",
            r"interview:\d+ entry \d+: interviews_response \d+ is gone",
        ),
        (
            "DELETE FROM interviews_historyentry WHERE what = 'started'",
            r"interview:\d+ entry \d+: interviews_historyentry \d+ is gone",
        ),
        (
            "INSERT INTO interviews_historyentry (interview_id, what, at, detail) "
            "SELECT id, 'paused', now(), '{}' FROM interviews_interview",
            r"interviews_historyentry \d+: no entry tells of it",
        ),
        (
            "INSERT INTO interviews_response (scorecard_id, item_id, outcome, covered_by, notes, notes_begun, points, parts, "
            "follow_ups, come_back, seconds, heads) SELECT scorecard.id, item.id, '', '', '', '[]', '[]', '[]', '[]', false, 0, "
            "'{}' FROM interviews_scorecard AS scorecard, (INSERT_ITEM) AS item",
            r"interviews_response \d+: it was not there when scorecard_id \d+ was sealed",
        ),
        (
            "INSERT INTO interviews_versionitem (version_id, position, stage, kind, segment, title, competency, minutes, weight, "
            "must_ask, asker, note, content) SELECT id, 99, 3, 'question', '', 'More', '', 5, 1, false, 1, '', '{}' "
            "FROM interviews_planversion",
            r"interviews_versionitem \d+: it was not there when version_id \d+ was sealed",
        ),
        (
            "UPDATE interviews_trailhead SET number = number + 1 WHERE chain LIKE 'interview:%%'",
            r"interview:\d+: its head is not entry \d+, the last one",
        ),
        (
            "UPDATE interviews_trailhead SET link = set_byte(link, 0, get_byte(link, 0) # 1) WHERE chain LIKE 'interview:%%'",
            r"interview:\d+: its head is not entry \d+, the last one",
        ),
        (
            "DELETE FROM interviews_trailhead WHERE chain LIKE 'interview:%%'",
            r"interview:\d+: its head is not entry \d+, the last one",
        ),
    ],
)
def test_row_that_came_or_went_is_found(sealed, statement, sentence):
    if "INSERT_ITEM" in statement:
        make_published(make_question())
        statement = statement.replace("INSERT_ITEM", "SELECT max(id) AS id FROM interviews_versionitem")
    tampered(statement.replace("%%", "%"))

    problems = verify().problems

    assert len(problems) == 1
    assert re.fullmatch(sentence, problems[0])


def test_missing_entry_is_found(sealed):
    name = f"interview:{sealed.interview_id}"
    tampered(
        f"DELETE FROM interviews_trailpayload USING interviews_trailentry AS entry WHERE entry.id = entry_id "
        f"AND chain = '{name}' AND number = 2",
        f"DELETE FROM interviews_trailentry WHERE chain = '{name}' AND number = 2",
    )

    problems = verify().problems

    assert (problems[0], len(problems)) == (f"{name}: entry 2 is missing", 2)


def test_chain_that_is_gone_is_found(sealed):
    name = f"interview:{sealed.interview_id}"
    tampered(
        f"DELETE FROM interviews_trailpayload USING interviews_trailentry AS entry WHERE entry.id = entry_id AND chain = '{name}'",
        f"DELETE FROM interviews_trailentry WHERE chain = '{name}'",
    )

    problems = verify().problems

    assert problems[-1] == f"{name}: it has a head and no entries"
    assert f"interviews_interview {sealed.interview_id}: no entry tells of it" in problems
    assert f"interviews_scorecard {sealed.pk}: no entry tells of it" in problems


@pytest.mark.parametrize("name", ["trail_submitted", "refuse_sealed_scorecard"])
def test_trigger_that_is_switched_off_is_found(name):
    with owning(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE interviews_scorecard DISABLE TRIGGER {name}")

    assert verify().problems == [f"interviews_scorecard: the trigger {name} is switched off"]


def test_trigger_that_is_missing_is_found():
    with owning(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER trail_submitted ON interviews_scorecard")

    assert verify().problems == ["interviews_scorecard: the trigger trail_submitted is missing"]


def test_every_trigger_is_looked_for():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE 'trail\\_%'")
        assert set(cursor.fetchall()) == {(table, name) for table, names in trail.TRIGGERS.items() for name in names}


def test_every_table_that_is_only_added_to_is_trailed_or_part_of_what_is():
    parts = {"interviews_versionitem", "interviews_operation"}  # the second is the trail of drafts

    added_to = {model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)}

    assert added_to - parts == {model._meta.db_table for model in TRAILED} & added_to


def test_later_change_is_no_difference(sealed):
    person = make_user(Role.INTERVIEWER)
    person.roles = [Role.RECRUITER]
    person.save()
    interview = make_interview()
    panelist = interview.panel.get()
    lifecycle.replace_panelist(panelist=panelist, user=person, by=person)

    assert verify().problems == []


def test_row_that_was_removed_and_stands_again_is_found():
    invitation, _token = make_invitation()
    invitation.delete()
    tampered(
        "INSERT INTO accounts_invitation (id, email, roles, token_hash, created_at, expires_at) "
        "SELECT row_id, 'a@example.test', '{}', '', now(), now() FROM interviews_trailentry WHERE what = 'removed'"
    )

    number = TrailEntry.objects.get(what="removed").row_id
    assert verify().problems == [
        f"invitation:{number} entry 2: accounts_invitation {number} was removed, and stands there"
    ]


def cut_tail(scorecard, entries):
    """The last entries of the chain gone, heads and tables put in order: what nothing inside the database shows."""
    name = f"interview:{scorecard.interview_id}"
    last = TrailHead.objects.get(chain=name).number - entries
    tampered(
        f"DELETE FROM interviews_trailpayload USING interviews_trailentry AS entry WHERE entry.id = entry_id "
        f"AND chain = '{name}' AND number > {last}",
        f"DELETE FROM interviews_trailentry WHERE chain = '{name}' AND number > {last}",
        f"UPDATE interviews_trailhead SET number = {last}, link = (SELECT link FROM interviews_trailentry "
        f"WHERE chain = '{name}' AND number = {last}) WHERE chain = '{name}'",
        f"DELETE FROM interviews_historyentry WHERE what = 'submitted' AND interview_id = {scorecard.interview_id}",
        f"UPDATE interviews_interview SET completed_at = NULL WHERE id = {scorecard.interview_id}",
    )


def test_cut_tail_is_found_by_a_head_noted_elsewhere_and_by_nothing_else(sealed):
    head = trail.head_of(sealed.interview).hex
    assert trail.verify(heads=[bytes.fromhex(head)]).problems == []
    cut_tail(sealed, 2)

    assert run()[1] == 0
    lines, status = run("--head", head)
    assert lines[0] == f"head {head}: no entry has this link: what it was noted of was changed or cut off"
    assert (lines[-1].rpartition(" ")[2], status) == ("broken=1", 1)


def test_head_of_earlier_is_still_part_of_its_chain(sealed):
    earlier = TrailEntry.objects.filter(chain=f"interview:{sealed.interview_id}")[3]

    lines, status = run("--head", bytes(earlier.link).hex())

    assert lines[0] == f"head {bytes(earlier.link).hex()}: {earlier}, noted {earlier.at:%Y-%m-%d %H:%M:%S} UTC"
    assert (len(lines), status) == (2, 0)


@pytest.mark.parametrize("words", ["", "abc", "zz" * 32, "00" * 31])
def test_head_that_is_none_is_refused(words):
    with pytest.raises(CommandError, match="is no head"):
        call_command("verify_trail", "--head", words)


def test_erased_payload_still_verifies_and_is_noted(sealed):
    entry = TrailEntry.objects.get(what="submitted")
    by = make_user(Role.ADMINISTRATOR)
    with owning(), connection.cursor() as cursor:
        cursor.execute("SELECT trail_erase(%s, %s)", [[entry.pk], by.pk])
        erased = cursor.fetchone()
        cursor.execute("SELECT trail_erase(%s, %s)", [[entry.pk], by.pk])
        again = cursor.fetchone()

    entry.payload.refresh_from_db()
    noted = TrailEntry.objects.get(what="erased")
    assert (erased, again, entry.payload.payload, entry.payload.salt) == ((1,), (0,), None, None)
    assert (noted.chain, noted.row_id, noted.by, noted.roles) == (entry.chain, entry.pk, by, ["administrator"])
    assert verify().problems == []


def test_rows_sealed_with_an_erased_payload_are_not_missed():
    version = make_published(make_question())
    entry = TrailEntry.objects.get(what="published", row_id=version.pk)
    with owning(), connection.cursor() as cursor:
        cursor.execute("SELECT trail_erase(%s, NULL)", [[entry.pk]])

    assert verify().problems == []


def test_erasing_reaches_no_further_than_its_entry(sealed):
    entry = TrailEntry.objects.get(what="submitted")
    with owning(), connection.cursor() as cursor:
        cursor.execute("SELECT trail_erase(%s, NULL)", [[entry.pk]])
    tampered("UPDATE interviews_historyentry SET detail = '{}' WHERE what = 'submitted'")

    assert len(verify().problems) == 1


@pytest.mark.parametrize("page", [1, 2, 7])
def test_verifying_by_pages_is_the_same(sealed, monkeypatch, page):
    monkeypatch.setattr(trail, "PAGE", page)
    monkeypatch.setattr(trail, "ROWS", page)

    verdict = verify()

    assert (verdict.entries, verdict.interviews, verdict.problems) == (TrailEntry.objects.count(), 1, [])


@pytest.mark.parametrize("interviews", [1, 3])
def test_verifying_costs_the_same_however_many_interviews(django_assert_num_queries, interviews):
    version = make_published(make_question())
    for _number in range(interviews):
        submitted(rate(make_rated_scorecard(version=version)))

    with django_assert_num_queries(29):
        verify()


def test_what_stood_before_the_trail_is_noted_when_it_begins(sealed):
    begins = import_module("interviews.migrations.0021_trail_begins")
    statements = [operation.sql for operation in begins.Migration.operations]
    with owning(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE interviews_trailpayload, interviews_trailentry, interviews_trailhead")
        for statement in [*statements, *statements]:
            cursor.execute(statement)

    kinds = set(TrailEntry.objects.exclude(what="published").values_list("what", "by"))
    assert kinds == {("found", None)}
    assert verify().problems == []
    assert TrailEntry.objects.filter(table_name="interviews_interview").count() == Interview.objects.count()
    tampered("UPDATE interviews_response SET notes = ''")
    assert len(verify().problems) == 2


def test_time_between_is_no_difference(sealed):
    Interview.objects.filter(pk=sealed.interview_id).update(completed_at=sealed.submitted_at + timedelta(seconds=1))

    assert verify().problems == []


# What the trail does not hold: what never changes a record, or is a secret.
OUTSIDE = {
    "interviews_interview": {"demo", "created_by_id", "created_at"},
    "interviews_panelist": {"joined_at"},
    "interviews_opening": {"created_at"},
    "accounts_user": {
        *("password", "last_login", "date_joined"),
        *("time_zone", "single_keys", "alt_keys", "reminders"),
    },
    "accounts_invitation": {"token_hash", "created_at"},
}


@pytest.mark.parametrize("table", TRAILED_COLUMNS)
def test_every_column_of_a_trailed_table_is_noted_or_left_out_on_purpose(table):
    _chain, *columns = TRAILED_COLUMNS[table]
    noted = set(" ".join(columns[:3]).split())
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
        standing = {name for (name,) in cursor.fetchall()}

    assert standing - noted - {"id"} == OUTSIDE.get(table, set())


@pytest.mark.parametrize(("table", "name"), [(table, name) for table, names in trail.SEALS.items() for name in names])
def test_missing_seal_is_found(sealed, table, name):
    with owning(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"DROP TRIGGER {name} ON {table}")

    lines, status = run()

    assert f"{table}: the trigger {name} is missing" in lines
    assert status == 1


def test_row_moved_to_another_interview_is_found(sealed):
    other = make_interview()
    place = sealed.interview.panel.get()
    entry = sealed.interview.history.last()
    tampered(
        f"UPDATE interviews_historyentry SET interview_id = {other.pk} WHERE id = {entry.pk}",
        f"DELETE FROM interviews_panelist WHERE interview_id = {other.pk}",
        f"UPDATE interviews_panelist SET interview_id = {other.pk} WHERE id = {place.pk}",
    )

    lines, status = run()

    for table, key in (("interviews_historyentry", entry.pk), ("interviews_panelist", place.pk)):
        assert any(f": {table} {key} has another interview_id than was noted" in line for line in lines)
    assert status == 1


def test_place_that_the_serving_role_moves_is_noted():
    first, other = make_interview(), make_interview()
    place = first.panel.get()
    other.panel.all().delete()

    type(place).objects.filter(pk=place.pk).update(interview=other)

    changed = TrailEntry.objects.filter(chain=f"interview:{other.pk}", table_name="interviews_panelist").last().changed
    assert changed == {"interview_id": [first.pk, other.pk]}
