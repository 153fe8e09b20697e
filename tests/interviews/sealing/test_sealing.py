"""The database refuses, whoever asks: raw SQL as the owner of the tables."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from interviews import forgetting, lifecycle
from interviews.forgetting import forget_replaced
from interviews.models import Operation, Response, State
from interviews.saving import save
from tests.database import owning
from tests.factories import make_scorecard, make_submitted_scorecard, rate, submitted

pytestmark = pytest.mark.django_db


def run(sql, *parameters):
    with transaction.atomic(), owning(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def refused(sql, *parameters, because):
    with pytest.raises(IntegrityError, match=because):
        run(sql, *parameters)
    return True


@pytest.fixture
def sealed():
    return make_submitted_scorecard()


def log(scorecard, field, value, **kwargs):
    ids = {"op": str(uuid.uuid4()), "writer": str(uuid.uuid4()), "parent": None}
    sent = ids | {"field": field, "value": value} | kwargs
    save(author=scorecard.author, scorecard_id=scorecard.pk, operations=[sent])
    return Operation.objects.get(op=sent["op"])


@pytest.mark.parametrize(
    "change",
    [
        "rating = 1",
        "notes = 'better'",
        "notes_at_finish = ''",
        "outcome = 'declined', rating = NULL",
        "points = '[0]'",
        "seconds = 0",
        "come_back = true",
        "heads = '{}'",
        "id = id",
    ],
)
def test_sealed_response_cannot_be_changed(sealed, change):
    assert refused(f"UPDATE interviews_response SET {change} WHERE scorecard_id = %s", sealed.pk, because="sealed")


def test_sealed_response_cannot_be_deleted(sealed):
    assert refused("DELETE FROM interviews_response WHERE scorecard_id = %s", sealed.pk, because="sealed")


def test_nothing_can_be_added_to_a_sealed_scorecard(sealed):
    item = sealed.responses.first().item
    draft = make_scorecard()
    with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
        Response.objects.create(scorecard=sealed, item=draft.responses.first().item)
    move_in = "UPDATE interviews_response SET scorecard_id = %s WHERE scorecard_id = %s"
    assert refused(move_in, sealed.pk, draft.pk, because="sealed")
    assert refused(move_in, draft.pk, sealed.pk, because="sealed")
    assert sealed.responses.filter(item=item).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "submitted_at = NULL",
        "submitted_at = NULL, submit_op = NULL, recommendation = NULL",
        "submitted_at = now()",
        "recommendation = 1",
        "summary = 'x'",
        "weighted_ratings = 0",
        "author_id = author_id",
        "heads = '{}'",
    ],
)
def test_sealed_scorecard_cannot_be_changed(sealed, change):
    assert refused(f"UPDATE interviews_scorecard SET {change} WHERE id = %s", sealed.pk, because="sealed")


def test_sealed_scorecard_cannot_be_deleted(sealed):
    assert refused("DELETE FROM interviews_scorecard WHERE id = %s", sealed.pk, because="sealed")


def test_draft_can_be_changed():
    scorecard = make_scorecard()

    assert run("UPDATE interviews_response SET notes = 'x' WHERE scorecard_id = %s", scorecard.pk) == 3
    assert run("UPDATE interviews_scorecard SET summary = 'x' WHERE id = %s", scorecard.pk) == 1
    assert run("DELETE FROM interviews_response WHERE scorecard_id = %s", scorecard.pk) == 3
    assert run("DELETE FROM interviews_scorecard WHERE id = %s", scorecard.pk) == 1


@pytest.mark.parametrize(
    "change",
    [
        "value = '\"other\"'",
        "value = NULL",
        "result = 'late'",
        "digest = ''",
        "received_at = now()",
        "op = gen_random_uuid()",
        "field = 'q1.notes'",
        "settled_by_id = id",
        "typed_at = now()",
    ],
)
def test_operation_cannot_be_changed(change):
    operation = log(make_scorecard(), "summary", "x")

    assert refused(f"UPDATE interviews_operation SET {change} WHERE id = %s", operation.pk, because="only ever added")


def test_operation_cannot_be_deleted():
    operation = log(make_scorecard(), "summary", "x")

    assert refused("DELETE FROM interviews_operation WHERE id = %s", operation.pk, because="only ever added")


def test_conflict_is_settled_once_and_nothing_else_of_it_changes():
    scorecard = make_scorecard()
    head, lost = log(scorecard, "summary", "here"), log(scorecard, "summary", "there")
    settle = "UPDATE interviews_operation SET settled_by_id = %s{} WHERE id = %s"

    assert refused(settle.format(", value = NULL"), head.pk, lost.pk, because="only ever added")
    assert run(settle.format(""), head.pk, lost.pk) == 1
    assert refused(settle.format(""), lost.pk, lost.pk, because="only ever added")
    assert refused("UPDATE interviews_operation SET settled_by_id = NULL WHERE id = %s", lost.pk, because="only ever")


def aged(scorecard, days):
    """The submission set back in time, which only who switches the triggers off can do."""
    with owning(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE interviews_scorecard DISABLE TRIGGER refuse_sealed_scorecard")
        type(scorecard).objects.filter(pk=scorecard.pk).update(submitted_at=timezone.now() - timedelta(days=days))
        cursor.execute("ALTER TABLE interviews_scorecard ENABLE TRIGGER refuse_sealed_scorecard")


@pytest.fixture
def logged():
    """A rated scorecard with operations: replaced, standing, lost, chosen, and two intervals of time."""
    scorecard = rate(make_scorecard(state=State.FINISHED))
    replaced = log(scorecard, "summary", "one")
    standing = log(scorecard, "summary", "two", parent=str(replaced.op))
    lost = log(scorecard, "summary", "three")
    log(scorecard, "summary", "four", parent=str(standing.op), settles=[str(lost.op)])
    for seconds in (30, 12):
        started = timezone.now().isoformat()
        log(scorecard, f"{scorecard.responses.first().key}.time", {"started_at": started, "seconds": seconds})
    scorecard.refresh_from_db()
    return submitted(scorecard)


def test_values_of_replaced_operations_are_forgotten_after_30_days(logged):
    log(logged, "summary", "late")
    aged(logged, 31)

    assert forget_replaced() == 2
    assert forget_replaced() == 0

    values = list(logged.operations.exclude(field__endswith=".time").values_list("value", "result"))
    assert values == [
        (None, "applied"),
        (None, "applied"),
        ("three", "conflict"),
        ("four", "applied"),
        ("late", "late"),
    ]
    assert all(len(operation.digest) == 32 for operation in logged.operations.all())


def test_values_are_forgotten_in_batches(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    for words in ("one", "two", "three"):
        scorecard = rate(make_scorecard(state=State.FINISHED))
        written = log(scorecard, "summary", "")
        log(scorecard, "summary", words, parent=str(written.op))
        scorecard.refresh_from_db()
        aged(submitted(scorecard), 31)
    seen = []

    with django_assert_num_queries(5):  # two batches, and a look for a third
        assert forget_replaced(progress=seen.append) == 3

    assert seen == [2, 3]
    kept = Operation.objects.filter(value__isnull=False).values_list("value", flat=True)
    assert list(kept) == ["one", "two", "three"]


def test_only_the_last_month_is_looked_through_unless_all_is_asked_for(logged):
    aged(logged, 61)

    assert forget_replaced() == 0
    assert forget_replaced(since=None) == 2


def test_values_are_kept_for_30_days(logged):
    aged(logged, 29)

    assert forget_replaced(since=None) == 0
    assert refused("UPDATE interviews_operation SET value = NULL WHERE result = 'applied'", because="only ever added")


def test_standing_and_lost_values_and_time_spent_are_never_forgotten(logged):
    aged(logged, 31)
    standing, lost = logged.operations.get(value="four"), logged.operations.get(value="three")
    first, second = logged.operations.filter(field__endswith=".time")

    forget_replaced()

    assert [interval.value["seconds"] for interval in logged.operations.filter(field__endswith=".time")] == [30, 12]
    for operation in (standing, lost, first, second):
        assert refused("UPDATE interviews_operation SET value = NULL WHERE id = %s", operation.pk, because="only ever")


@pytest.mark.parametrize("sql", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
@pytest.mark.parametrize(
    ("table", "column", "because"),
    [
        ("interviews_historyentry", "what", "History is only ever added to"),
        ("interviews_unplannedquestion", "title", "stays as it was asked"),
    ],
)
def test_history_and_questions_asked_stay(sql, table, column, because):
    scorecard = make_scorecard()
    added = {"title": "More", "content": {}, "stage": 3, "by": scorecard.author, "op": uuid.uuid4()}
    lifecycle.add_unplanned(interview=scorecard.interview, **added)

    assert refused(sql.format(table, column, column), because=because)
