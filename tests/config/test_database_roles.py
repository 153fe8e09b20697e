"""The role that serves is refused what it does not need; tests run with its rights, see tests/database.py."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from config.database_roles import append_only, changing_columns, written_by_owner
from interviews.models import (
    AgreedRating,
    Amendment,
    Decision,
    HistoryEntry,
    Operation,
    PlanVersion,
    TrailEntry,
    TrailHead,
    TrailPayload,
    UnplannedQuestion,
    VersionItem,
)
from tests.database import owning

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(settings.DATABASE_OWNER is None, reason="DATABASE_URL's role does everything here"),
]


def run(statement, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else None


def test_tests_serve_with_the_rights_of_the_serving_role():
    assert run("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user") == [
        (settings.DATABASE_SERVING["USER"], False)
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id bigint)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE interviews_candidate ADD COLUMN mine int",
        "DROP TABLE interviews_operation",
        "TRUNCATE interviews_candidate CASCADE",
        "ALTER TABLE interviews_scorecard DISABLE TRIGGER ALL",
        "DROP TRIGGER refuse_sealed_scorecard ON interviews_scorecard",
        "CREATE TRIGGER mine AFTER INSERT ON interviews_response EXECUTE FUNCTION notes_submitted()",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION interviews_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "UPDATE interviews_historyentry SET detail = '{}'",
        "DELETE FROM interviews_historyentry",
        "UPDATE interviews_planversion SET title = ''",
        "DELETE FROM interviews_versionitem",
        "UPDATE interviews_unplannedquestion SET reason = ''",
        "DELETE FROM interviews_operation",
        "UPDATE interviews_operation SET digest = ''",
        "UPDATE interviews_operation SET typed_at = now()",
        "INSERT INTO interviews_trailhead (chain, number, link) VALUES ('interview:1', 0, '')",
        "UPDATE interviews_trailhead SET number = 0",
        "DELETE FROM interviews_trailhead",
        "INSERT INTO interviews_trailentry DEFAULT VALUES",
        "UPDATE interviews_trailentry SET at = now()",
        "DELETE FROM interviews_trailentry",
        "TRUNCATE interviews_trailentry CASCADE",
        "INSERT INTO interviews_trailpayload DEFAULT VALUES",
        "UPDATE interviews_trailpayload SET salt = NULL, payload = NULL",
        "DELETE FROM interviews_trailpayload",
        "SELECT trail_append('interview:1', 1, 'added', 'interviews_interview', 1, '{}', '{}')",
        "SELECT trail_note('added', 'interviews_interview', '{}', '{}', '', '', '', '{}', '{}', '{}')",
        "SELECT trail_scorecard(scorecard, 'submitted') FROM interviews_scorecard AS scorecard",
        "SELECT trail_items(1, '{}')",
        "SELECT trail_erase('{1}', 1)",
        "CREATE TRIGGER mine AFTER INSERT ON interviews_candidate EXECUTE FUNCTION trail_submitted()",
        "ALTER TABLE interviews_interview DISABLE TRIGGER trail_changed",
        "DELETE FROM django_migrations",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('interviews', '9999', now())",
        "COPY interviews_candidate TO PROGRAM 'cat'",
    ],
)
def test_serving_role_is_refused(statement):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be (owner|superuser)"):
        run(statement)


def test_only_added_to_are_the_models_that_the_design_names():
    assert set(append_only()) == {
        AgreedRating,
        Amendment,
        Decision,
        HistoryEntry,
        Operation,
        PlanVersion,
        UnplannedQuestion,
        VersionItem,
    }
    assert changing_columns(Operation) == ["settled_by_id", "value"]


def test_written_by_the_owner_is_the_trail():
    assert set(written_by_owner()) == {TrailEntry, TrailHead, TrailPayload}


def test_serving_role_has_rows_of_every_other_table_and_of_none_more_than_rows():
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | {"cache"}
    added_to = {model._meta.db_table for model in append_only()}
    read = {model._meta.db_table for model in written_by_owner()}

    granted = dict(
        run(
            "SELECT relname::text, array_agg(privilege_type ORDER BY privilege_type) FROM pg_class, aclexplode(relacl) "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND grantee = current_user::regrole GROUP BY 1"
        )
    )

    assert granted.pop("django_migrations") == ["SELECT"]
    expected = {name: ["DELETE", "INSERT", "SELECT", "UPDATE"] for name in tables}
    expected |= {name: ["INSERT", "SELECT"] for name in added_to} | {name: ["SELECT"] for name in read}
    assert {name: rights for name, rights in granted.items() if name in tables} == expected


def test_owner_may():
    with owning():
        assert run("SELECT current_user = tableowner FROM pg_tables WHERE tablename = 'interviews_operation'") == [
            (True,)
        ]
