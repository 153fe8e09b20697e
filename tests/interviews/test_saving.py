import json
import re
import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from interviews import lifecycle
from interviews.models import Operation, Place, State
from interviews.problems import Problem
from interviews.saving import LONGEST_BATCH, LONGEST_VALUE, save, state_of
from tests.factories import (
    make_interview,
    make_panelist,
    make_scorecard,
    make_submitted_scorecard,
    make_user,
    rate,
    submitted,
)

pytestmark = pytest.mark.django_db
WRITER = str(uuid.uuid4())
OTHER_WRITER = str(uuid.uuid4())


def operation(field, value, parent=None, **kwargs):
    fields = {"op": str(uuid.uuid4()), "writer": WRITER, "field": field, "parent": parent, "value": value}
    return fields | {"typed_at": "2026-11-24T14:02:00.123Z"} | kwargs


def send(client, scorecard, *operations, **kwargs):
    client.force_login(scorecard.author)
    batch = {"protocol": 1, "user": scorecard.author_id, "operations": operations} | kwargs
    # As browsers write it: only quotes, controls and lone surrogates are escaped.
    text = json.dumps(batch, ensure_ascii=False)
    text = re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):x}", text)
    return post(client, scorecard, text)


def post(client, scorecard, body):
    return client.post(reverse("interviews:scorecard_ops", args=[scorecard.pk]), body, content_type="application/json")


def results(client, scorecard, *operations):
    response = send(client, scorecard, *operations)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def result(client, scorecard, sent):
    return results(client, scorecard, sent)[0]


def saved(scorecard, *operations):
    return save(author=scorecard.author, scorecard_id=scorecard.pk, operations=list(operations))


def page_state(scorecard):
    return state_of(interview_id=scorecard.interview_id, author=scorecard.author)


@pytest.fixture
def scorecard():
    return make_scorecard()


@pytest.fixture
def response(scorecard):
    return scorecard.responses.first()


# One operation


def test_note_is_applied_and_logged(client, scorecard, response):
    sent = operation(f"{response.key}.notes", "Knew why, not when.")

    answer = send(client, scorecard, sent).json()

    response.refresh_from_db()
    logged = Operation.objects.get()
    assert answer["results"] == [{"op": sent["op"], "result": "applied", "head": sent["op"]}]
    assert timezone.datetime.fromisoformat(answer["saved_at"]) <= timezone.now()
    assert (response.notes, response.heads, response.notes_at_finish) == (
        "Knew why, not when.",
        {"notes": sent["op"]},
        None,
    )
    assert (str(logged.op), str(logged.writer), logged.field, logged.parent, logged.value, logged.result) == (
        sent["op"],
        WRITER,
        sent["field"],
        None,
        "Knew why, not when.",
        "applied",
    )
    assert logged.typed_at.isoformat() == "2026-11-24T14:02:00.123000+00:00"


RATED = {"outcome": "rated", "rating": 4, "covered_by": ""}


@pytest.mark.parametrize(
    ("name", "value", "columns"),
    [
        ("notes", "", {"notes": ""}),
        ("notes", "日本 " + "x" * 20_000, {"notes": "日本 " + "x" * 20_000}),
        ("notes", "%s %(op)s '; --", {"notes": "%s %(op)s '; --"}),
        ("notes", "a\x00b\ud83d", {"notes": "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"}),
        ("outcome", RATED, {"outcome": "rated", "rating": 4}),
        ("outcome", {"outcome": "rated", "rating": 1}, {"outcome": "rated", "rating": 1, "covered_by": ""}),
        ("outcome", {"outcome": "declined"}, {"outcome": "declined", "rating": None}),
        ("outcome", {"outcome": "", "rating": None, "covered_by": ""}, {"outcome": "", "rating": None}),
        ("points", [2, 0, 2], {"points": [0, 2]}),
        ("parts", [], {"parts": []}),
        ("follow_ups", [1], {"follow_ups": [1]}),
        ("come_back", True, {"come_back": True}),
    ],
)
def test_field_is_set(client, scorecard, response, name, value, columns):
    assert result(client, scorecard, operation(f"{response.key}.{name}", value))["result"] == "applied"

    response.refresh_from_db()
    assert {column: getattr(response, column) for column in columns} == columns


@pytest.mark.parametrize(
    ("field", "value"), [("recommendation", 4), ("recommendation", None), ("summary", "Clear yes.")]
)
def test_field_of_the_scorecard_is_set(client, scorecard, field, value):
    sent = operation(field, value)

    assert result(client, scorecard, sent)["result"] == "applied"

    scorecard.refresh_from_db()
    assert (getattr(scorecard, field), scorecard.heads) == (value, {field: sent["op"]})


def test_covered_names_another_question(client, scorecard):
    first, second, _third = scorecard.responses.all()
    field = f"{first.key}.outcome"
    covered = {"outcome": "covered", "rating": None}

    assert result(client, scorecard, operation(field, covered | {"covered_by": second.key}))["result"] == "applied"
    for key in [first.key, "", "q0", "q999999999", "x", 7, None, make_scorecard().responses.first().key]:
        assert result(client, scorecard, operation(field, covered | {"covered_by": key}))["result"] == "rejected"

    first.refresh_from_db()
    assert (first.outcome, first.covered_by) == ("covered", second.key)


def test_unplanned_question_is_answered(client, scorecard):
    added = lifecycle.add_unplanned(
        interview=scorecard.interview,
        title="Why now?",
        content={"points": ["One"], "parts": [], "follow_ups": []},
        stage=3,
        by=scorecard.author,
        op=uuid.uuid4(),
    )

    answers = results(
        client,
        scorecard,
        operation(f"{added.key}.outcome", RATED),
        operation(f"{added.key}.points", [0]),
        operation(f"{added.key}.points", [1]),
    )

    assert [answer["result"] for answer in answers] == ["applied", "applied", "rejected"]
    assert scorecard.responses.get(unplanned=added).rating == 4


def test_time_is_added_up_whatever_its_parent(client, scorecard, response):
    started = timezone.now().isoformat()
    intervals = [operation(f"{response.key}.time", {"started_at": started, "seconds": n}) for n in (30, 12)]

    answers = results(client, scorecard, *intervals, intervals[0])

    response.refresh_from_db()
    assert [answer["result"] for answer in answers] == ["applied", "applied", "duplicate"]
    assert (response.seconds, response.heads) == (42, {})


@pytest.mark.parametrize(
    "value",
    [
        None,
        30,
        {"started_at": "2026-11-24T10:00:00Z"},
        {"seconds": 30},
        {"started_at": "now", "seconds": 30},
        {"started_at": "2026-11-24T10:00:00", "seconds": 30},
        {"started_at": timezone.now().isoformat(), "seconds": 0},
        {"started_at": timezone.now().isoformat(), "seconds": -5},
        {"started_at": timezone.now().isoformat(), "seconds": 1.5},
        {"started_at": timezone.now().isoformat(), "seconds": True},
        {"started_at": timezone.now().isoformat(), "seconds": 4 * 3600 + 1},
        {"started_at": (timezone.now() + timedelta(days=2)).isoformat(), "seconds": 30},
        {"started_at": (timezone.now() - timedelta(days=2)).isoformat(), "seconds": 30},
    ],
)
def test_implausible_time_is_rejected(client, scorecard, response, value):
    assert result(client, scorecard, operation(f"{response.key}.time", value))["result"] == "rejected"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("notes", None),
        ("notes", 7),
        ("notes", ["x"]),
        ("notes", "x" * (LONGEST_VALUE + 1)),
        ("notes", "é" * (LONGEST_VALUE // 2 + 1)),
        ("outcome", "rated"),
        ("outcome", {"outcome": "rated"}),
        ("outcome", {"outcome": "rated", "rating": 0}),
        ("outcome", {"outcome": "rated", "rating": 6}),
        ("outcome", {"outcome": "rated", "rating": "4"}),
        ("outcome", {"outcome": "rated", "rating": 4.0}),
        ("outcome", {"outcome": "rated", "rating": True}),
        ("outcome", {"outcome": "declined", "rating": 3}),
        ("outcome", {"outcome": "superb"}),
        ("outcome", {"outcome": ["rated"]}),
        ("outcome", {"outcome": "rated", "rating": 3, "more": 1}),
        ("outcome", {"outcome": "rated", "rating": 3, "covered_by": "q1"}),
        ("points", [3]),
        ("points", [-1]),
        ("points", [True]),
        ("points", [0.0]),
        ("points", "0"),
        ("points", None),
        ("come_back", 1),
        ("come_back", None),
        ("seconds", 10),
        ("heads", {}),
        ("", "x"),
    ],
)
def test_invalid_value_is_rejected_and_not_logged(client, scorecard, response, name, value):
    sent = operation(f"{response.key}.{name}", value)

    answer = result(client, scorecard, sent)

    assert (answer["op"], answer["result"], answer["head"]) == (sent["op"], "rejected", None)
    assert answer["reason"][-1] == "."
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"field": None},
        {"field": ["q1.notes"]},
        {"field": "notes"},
        {"field": "q1.recommendation"},
        {"field": "q0.notes"},
        {"field": "q١.notes"},
        {"field": "q99999999999999999999.notes"},
        {"field": "submitted_at"},
        {"writer": None},
        {"writer": "me"},
        {"parent": "nobody"},
        {"parent": 5},
        {"settles": "all"},
        {"settles": ["all"]},
        {"settles": [None]},
        {"settles": [str(uuid.uuid4())] * 101},
        {"op": None},
        {"op": 7},
        {"op": "x" * 100},
        {"op": str(uuid.uuid4()).upper()},
    ],
)
def test_malformed_operation_is_rejected_alone(client, scorecard, response, change):
    good = operation(f"{response.key}.notes", "good")
    bad = operation(f"{response.key}.notes", "bad", good["op"]) | change

    answers = results(client, scorecard, good, bad)

    assert [answer["result"] for answer in answers] == ["applied", "rejected"]
    assert [logged.value for logged in Operation.objects.all()] == ["good"]


@pytest.mark.parametrize("thing", [None, 5, "x", [], [[]]])
def test_operation_that_is_none_is_rejected(client, scorecard, thing):
    assert result(client, scorecard, thing)["result"] == "rejected"


@pytest.mark.parametrize("typed_at", [None, "", "yesterday", 5, "2026-11-24T14:02:00", "0001-01-01T00:00:00+23:59"])
def test_clock_that_says_nonsense_costs_no_words(client, scorecard, response, typed_at):
    sent = operation(f"{response.key}.notes", "kept", typed_at=typed_at)

    assert result(client, scorecard, sent)["result"] == "applied"
    assert Operation.objects.get().typed_at is None


def test_value_the_database_refuses_takes_nothing_else_with_it(client, scorecard, response, monkeypatch):
    # Nothing that passes the checks is refused today, so one check is taken away.
    from interviews import saving

    field = saving.Field(lambda draft, field, value: {"come_back": "maybe"}, "", (), None)
    monkeypatch.setitem(saving.OF_RESPONSE, "come_back", field)
    before, after = operation(f"{response.key}.notes", "before"), operation(f"{response.key}.outcome", RATED)

    answers = results(client, scorecard, before, operation(f"{response.key}.come_back", True), after)

    assert [answer["result"] for answer in answers] == ["applied", "rejected", "applied"]
    assert [logged.field for logged in Operation.objects.all()] == [before["field"], after["field"]]


# Repeated, conflicting, late


def test_repeated_operation_is_a_duplicate_with_the_current_head(client, scorecard, response):
    first = operation(f"{response.key}.notes", "one")
    second = operation(f"{response.key}.notes", "two", first["op"])
    results(client, scorecard, first, second)

    assert result(client, scorecard, first) == {
        "op": first["op"],
        "result": "duplicate",
        "head": second["op"],
        "stored": "applied",
    }
    response.refresh_from_db()
    assert (response.notes, Operation.objects.count()) == ("two", 2)


def test_same_identifier_with_other_content_is_rejected(client, scorecard, response):
    first = operation(f"{response.key}.notes", "one")
    result(client, scorecard, first)

    for change in [{"value": "two"}, {"parent": str(uuid.uuid4())}, {"field": "summary"}, {"writer": OTHER_WRITER}]:
        assert result(client, scorecard, first | change)["result"] == "rejected"
    response.refresh_from_db()
    assert response.notes == "one"


def test_same_identifier_twice_in_a_batch(client, scorecard, response):
    first = operation(f"{response.key}.notes", "one")

    answers = results(client, scorecard, first, first, first | {"value": "two"})

    assert [answer["result"] for answer in answers] == ["applied", "duplicate", "rejected"]


def test_same_identifier_in_another_scorecard_is_another_operation(client, scorecard, response):
    other = make_scorecard()
    sent = operation("summary", "mine")

    assert result(client, scorecard, sent)["result"] == "applied"
    assert result(client, other, sent)["result"] == "applied"


def test_child_of_the_head_is_applied_in_one_batch(client, scorecard, response):
    first = operation(f"{response.key}.notes", "one")
    second = operation(f"{response.key}.notes", "two", first["op"])
    third = operation(f"{response.key}.notes", "three", second["op"])

    assert [answer["head"] for answer in results(client, scorecard, first, second, third)] == [
        first["op"],
        second["op"],
        third["op"],
    ]


def test_losing_version_is_kept_and_both_are_returned(client, scorecard, response):
    field = f"{response.key}.notes"
    here, there = operation(field, "here"), operation(field, "there", writer=OTHER_WRITER)
    result(client, scorecard, here)

    assert result(client, scorecard, there) == {
        "op": there["op"],
        "result": "conflict",
        "head": here["op"],
        "value": "here",
        "at": "2026-11-24T14:02:00.123Z",
        "yours": "there",
    }
    response.refresh_from_db()
    assert response.notes == "here"
    assert page_state(scorecard)["fields"][field] == {
        "value": "here",
        "head": here["op"],
        "at": "2026-11-24T14:02:00.123+00:00",
        "conflicts": [{"op": there["op"], "value": "there", "typed_at": "2026-11-24T14:02:00.123+00:00"}],
    }


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("outcome", RATED, RATED),
        ("points", [1], [1]),
        ("come_back", True, True),
    ],
)
def test_conflict_shows_the_value_that_stands(client, scorecard, response, name, value, shown):
    field = f"{response.key}.{name}"
    result(client, scorecard, operation(field, value))

    assert result(client, scorecard, operation(field, value))["value"] == shown


def test_conflict_about_the_recommendation(client, scorecard):
    result(client, scorecard, operation("recommendation", 3))

    answer = result(client, scorecard, operation("recommendation", 2))

    assert (answer["result"], answer["value"], answer["yours"]) == ("conflict", 3, 2)


def test_repeated_conflict_says_what_it_had_come_to(client, scorecard, response):
    field = f"{response.key}.notes"
    here, there = operation(field, "here"), operation(field, "there")
    results(client, scorecard, here, there)

    assert result(client, scorecard, there) == {
        "op": there["op"],
        "result": "duplicate",
        "head": here["op"],
        "stored": "conflict",
        "value": "here",
        "at": "2026-11-24T14:02:00.123Z",
    }


def test_branch_goes_on_and_only_its_tip_waits(client, scorecard, response):
    field = f"{response.key}.notes"
    here, there = operation(field, "here"), operation(field, "there")
    further = operation(field, "there and on", there["op"])
    results(client, scorecard, here, there)

    assert result(client, scorecard, further)["result"] == "conflict"

    assert [conflict["op"] for conflict in page_state(scorecard)["fields"][field]["conflicts"]] == [further["op"]]
    assert Operation.objects.get(op=there["op"]).settled_by == Operation.objects.get(op=further["op"])


def test_branch_goes_on_within_one_batch(client, scorecard, response):
    field = f"{response.key}.notes"
    here, there = operation(field, "here"), operation(field, "there")
    further = operation(field, "there and on", there["op"])

    answers = results(client, scorecard, here, there, further, there)

    assert [answer["result"] for answer in answers] == ["applied", "conflict", "conflict", "duplicate"]
    assert "value" not in answers[3]
    assert Operation.objects.unsettled().get().value == "there and on"


def test_choosing_settles(client, scorecard, response):
    field = f"{response.key}.notes"
    here, there = operation(field, "here"), operation(field, "there")
    results(client, scorecard, here, there)
    choice = operation(field, "both", here["op"], settles=[there["op"], str(uuid.uuid4())])

    assert result(client, scorecard, choice)["result"] == "applied"

    response.refresh_from_db()
    assert (response.notes, page_state(scorecard)["fields"][field]["conflicts"]) == ("both", [])


def test_choice_that_is_not_applied_settles_nothing(client, scorecard, response):
    field = f"{response.key}.notes"
    here, there = operation(field, "here"), operation(field, "there")
    moved = operation(field, "moved", here["op"])
    results(client, scorecard, here, there, moved)
    choice = operation(field, "both", here["op"], settles=[there["op"]])

    assert result(client, scorecard, choice)["result"] == "conflict"

    assert {conflict["value"] for conflict in page_state(scorecard)["fields"][field]["conflicts"]} == {"there", "both"}


def test_settling_reaches_neither_other_fields_nor_other_scorecards(client, scorecard, response):
    field, other_field = f"{response.key}.notes", f"{response.key}.points"
    results(client, scorecard, operation(other_field, [0]), other := operation(other_field, [1]))

    results(client, scorecard, operation(field, "x", settles=[other["op"]]))

    assert Operation.objects.get(op=other["op"]).settled_by is None


def test_after_submission_words_are_kept_but_change_nothing(client):
    scorecard = make_submitted_scorecard()
    response = scorecard.responses.first()
    sent = operation(f"{response.key}.notes", "one more thing")

    answer = result(client, scorecard, sent)

    response.refresh_from_db()
    assert (answer["result"], answer["head"], answer["reason"][-1]) == ("late", None, ".")
    assert (response.notes, Operation.objects.get().result) == ("", "late")
    assert result(client, scorecard, sent)["stored"] == "late"
    assert result(client, scorecard, operation(f"{response.key}.time", {}))["result"] == "rejected"


# When


@pytest.mark.parametrize("state", [State.LIVE, State.PAUSED, State.FINISHED])
def test_saving_works_from_the_start_until_submission(client, state):
    scorecard = make_scorecard(state=state)

    assert result(client, scorecard, operation("summary", "x"))["result"] == "applied"


@pytest.mark.parametrize("state", [State.SCHEDULED, State.CANCELLED, State.NO_SHOW])
def test_nothing_is_saved_before_the_start(client, state):
    scorecard = make_scorecard(state=state)

    answer = result(client, scorecard, operation("summary", "x"))

    assert (answer["result"], answer["reason"]) == (
        "rejected",
        "The interview has not started, so there is nothing to save yet.",
    )


def test_saving_works_while_a_further_sitting_waits(client):
    scorecard = make_scorecard(state=State.FINISHED)
    lifecycle.schedule_sitting(interview=scorecard.interview, at=timezone.now(), by=scorecard.author)

    assert result(client, scorecard, operation("summary", "x"))["result"] == "applied"


def test_excused_panelist_saves_nothing_more(client, scorecard):
    panelist = make_panelist(interview=scorecard.interview)
    theirs = scorecard.interview.scorecards.get(author=panelist.user)
    lifecycle.excuse(panelist=panelist, by=scorecard.author, reason="Ill")

    answer = result(client, theirs, operation("summary", "x"))

    assert (answer["result"], answer["reason"]) == (
        "rejected",
        "You have been excused from this interview, so your scorecard takes no more changes.",
    )


def test_notes_as_they_stood_at_the_finish_are_kept_once_they_change(client, scorecard, response):
    field = f"{response.key}.notes"
    during = operation(field, "during")
    result(client, scorecard, during)
    lifecycle.finish(interview=scorecard.interview, by=scorecard.author)
    same = operation(field, "during", during["op"])
    result(client, scorecard, same)
    response.refresh_from_db()
    assert response.notes_at_finish is None

    after = operation(field, "after", same["op"])
    results(client, scorecard, after, operation(field, "long after", after["op"]))

    response.refresh_from_db()
    assert (response.notes, response.notes_at_finish) == ("long after", "during")


# The batch


def test_batch_of_many_keeps_its_order(client, scorecard):
    sent = [operation(f"{response.key}.notes", str(n)) for n, response in enumerate(scorecard.responses.all())]

    assert [answer["op"] for answer in results(client, scorecard, *sent)] == [one["op"] for one in sent]
    assert [response.notes for response in scorecard.responses.all()] == ["0", "1", "2"]


def test_empty_batch_is_fine(client, scorecard):
    assert results(client, scorecard) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"5",
        b"{}",
        b"\xff\xfe",
        b'{"protocol": 1, "user": 1}',
        b'{"protocol": 1, "user": 1, "operations": {}}',
        b'{"protocol": "1", "user": 1, "operations": []}',
        b'{"protocol": 1, "user": 1, "operations": [NaN]}',
        b"[" * 50_000,
        b'{"protocol": 1, "user": 1, "operations": [' + b"9" * 5000 + b"]}",
    ],
)
def test_malformed_batch_is_400(client, scorecard, body):
    client.force_login(scorecard.author)

    answer = post(client, scorecard, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_too_large_a_batch_is_413(client, scorecard):
    client.force_login(scorecard.author)

    answer = post(client, scorecard, " " * (LONGEST_BATCH + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_longest_value_fits_even_if_every_character_is_escaped(client, scorecard):
    sent = operation("summary", "\n" * LONGEST_VALUE)

    assert result(client, scorecard, sent)["result"] == "applied"


@pytest.mark.parametrize("protocol", [0, 2, -1, 10**30])
def test_another_protocol_is_told_to_reload(client, scorecard, protocol):
    answer = send(client, scorecard, operation("summary", "x"), protocol=protocol)

    assert (answer.status_code, answer.json()["code"], Operation.objects.count()) == (409, "reload", 0)


@pytest.mark.parametrize("user", [0, None, "1", True, {}])
def test_batch_of_somebody_else_is_refused(client, scorecard, user):
    answer = send(client, scorecard, operation("summary", "x"), user=user)

    assert (answer.status_code, answer.json()["code"], Operation.objects.count()) == (409, "other-user", 0)


def test_signed_out_is_401(client, scorecard):
    answer = post(client, scorecard, "{}")

    assert (answer.status_code, answer.json()["code"]) == (401, "signed-out")


def test_stale_csrf_token_has_a_code(scorecard):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(scorecard.author)

    answer = post(client, scorecard, "{}")

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def test_get_is_not_allowed(client, scorecard):
    client.force_login(scorecard.author)

    assert client.get(reverse("interviews:scorecard_ops", args=[scorecard.pk])).status_code == 405


@pytest.mark.parametrize("role", [None, *Role])
def test_anothers_scorecard_is_not_found(client, scorecard, role):
    other = make_user(*[role] if role else [])
    client.force_login(other)
    batch = {"protocol": 1, "user": other.pk, "operations": [operation("summary", "x")]}

    answer = post(client, scorecard, json.dumps(batch))

    assert (answer.status_code, answer.json()["code"], Operation.objects.count()) == (404, "not-found", 0)


def test_question_of_another_scorecard_is_rejected(client, scorecard):
    panelist = make_panelist(interview=scorecard.interview)
    other = make_scorecard()

    answer = result(client, scorecard, operation(f"{other.responses.first().key}.notes", "x"))

    assert answer["reason"] == "This question is not part of the interview."
    assert scorecard.interview.scorecards.get(author=panelist.user).responses.exclude(notes="").count() == 0


# Cost and durability


@pytest.mark.parametrize("questions", [1, 10])
def test_saving_costs_the_same_however_many_questions(django_assert_num_queries, questions):
    scorecard = make_scorecard(questions=questions)
    scorecard.author  # noqa: B018 (fetched here, not below)
    response = scorecard.responses.last()
    batch = [operation(f"{response.key}.notes", "x"), operation(f"{response.key}.points", [0])]

    # Lock and context in one round trip, then one per operation; and Django's savepoint, as tests run in a transaction.
    with django_assert_num_queries(5):
        saved(scorecard, *batch)
    with django_assert_num_queries(4):
        saved(scorecard, batch[0], operation("summary", "x"))


@pytest.mark.parametrize("questions", [1, 10])
def test_page_state_costs_one_query(django_assert_num_queries, questions):
    scorecard = make_scorecard(questions=questions)
    saved(scorecard, operation("summary", "here"), operation("summary", "there"))

    with django_assert_num_queries(1):
        state = page_state(scorecard)

    assert (state["protocol"], state["user"], state["submitted"]) == (1, scorecard.author.pk, False)
    assert list(state["fields"]) == ["summary"]


def test_page_state_has_a_version_of_a_field_that_was_never_set(scorecard, response):
    lost = operation(f"{response.key}.notes", "after something that never came", parent=str(uuid.uuid4()))
    saved(scorecard, lost)

    field = page_state(scorecard)["fields"][f"{response.key}.notes"]

    assert (field["value"], field["head"]) == ("", None)
    assert [conflict["op"] for conflict in field["conflicts"]] == [lost["op"]]


@pytest.mark.django_db(transaction=True)
def test_reply_waits_for_the_disk_whatever_the_session_says(scorecard, monkeypatch):
    from interviews import saving

    seen = []
    store = saving.store

    def look(cursor, draft, raw):
        cursor.execute("SHOW synchronous_commit")
        seen.append(cursor.fetchone()[0])
        return store(cursor, draft, raw)

    monkeypatch.setattr(saving, "store", look)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        saved(scorecard, operation("summary", "x"))
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            seen.append(cursor.fetchone()[0])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")
    assert seen == ["on", "off"]


# At the same time


def together(*acts):
    """What each returned or raised, run in threads that begin at once."""
    barrier, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index, act):
        try:
            barrier.wait()
            outcomes[index] = act()
        except Exception as problem:
            outcomes[index] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_of_writers_at_once_one_wins_and_none_is_lost(scorecard, response):
    field = f"{response.key}.notes"
    sent = [operation(field, str(n), writer=str(uuid.uuid4())) for n in range(6)]

    outcomes = together(*[lambda one=one: saved(scorecard, one)[0] for one in sent])

    response.refresh_from_db()
    won = [outcome for outcome in outcomes if outcome["result"] == "applied"]
    assert sorted(outcome["result"] for outcome in outcomes) == ["applied"] + ["conflict"] * 5
    assert response.heads["notes"] == won[0]["op"]
    assert {response.notes, *Operation.objects.unsettled().values_list("value", flat=True)} == set("012345")


@pytest.mark.django_db(transaction=True)
def test_operation_sent_twice_at_once_is_stored_once(scorecard, response):
    sent = operation(f"{response.key}.notes", "once")

    outcomes = together(*[lambda: saved(scorecard, sent)[0]["result"]] * 4)

    assert sorted(outcomes) == ["applied", "duplicate", "duplicate", "duplicate"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_submission_against_saving_seals_what_was_seen(turn):
    scorecard = rate(make_scorecard(state=State.FINISHED))
    sent = operation("summary", "at the last moment")

    submission, saving = together(lambda: submitted(scorecard), lambda: saved(scorecard, sent)[0]["result"])

    scorecard.refresh_from_db()
    if isinstance(submission, Problem):
        assert (saving, scorecard.submitted_at, scorecard.summary) == ("applied", None, "at the last moment")
    else:
        # Either it came too late, or it was there before the page's heads were read.
        assert (saving, scorecard.summary) in [("late", ""), ("applied", "at the last moment")]


@pytest.mark.django_db(transaction=True)
def test_everything_at_once_ends_without_deadlock():
    lead, second = make_user(), make_user()
    interview = make_interview(state=State.FINISHED, panel=[(lead, Place.LEAD), (second, Place.PANELIST)], questions=8)
    first_card, second_card = interview.scorecards.order_by("pk")

    def write(scorecard):
        for _round in range(6):
            keys = [response.key for response in reversed(scorecard.responses.all())]
            fields = page_state(scorecard)["fields"]
            heads = {field: known["head"] for field, known in fields.items()}
            saved(scorecard, *[operation(f"{k}.notes", "x", heads.get(f"{k}.notes")) for k in keys])

    def live_and_finish():
        for _round in range(4):
            lifecycle.undo_finish(interview=interview, by=lead)
            added = {"title": "More", "content": {}, "stage": 3, "by": lead, "op": uuid.uuid4()}
            lifecycle.add_unplanned(interview=interview, **added)
            lifecycle.finish(interview=interview, by=lead)

    outcomes = together(lambda: write(first_card), lambda: write(second_card), live_and_finish)

    assert outcomes == [None, None, None]
