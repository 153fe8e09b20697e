"""Every address × method × viewer × state answers as `matrix.txt` says, and no address is left out of it."""

import pytest

from tests.access import matrix
from tests.access.world import NAMES

pytestmark = pytest.mark.django_db  # for the database; what a case changes, `World.ask` undoes

TABLE = matrix.read()


def test_every_address_has_rows_and_every_row_an_address():
    assert matrix.uncovered(TABLE) == ([], [])


def test_matrix_speaks_of_everybody():
    assert {len(row.answers) for rows in TABLE.values() for row in rows} == {12}


@pytest.mark.parametrize("name", NAMES)
def test_access_is_as_the_matrix_says(world, name):
    """Not every refusal in every state: that is `make access`, which takes longer."""
    cases, wrong = matrix.check(world, name, TABLE.get(name, []), thorough=False)

    assert wrong == []
    assert cases > 0


def test_missing_and_needless_rows_are_noticed():
    less = {name: rows for name, rows in TABLE.items() if name != "interviews:room"} | {"interviews:attic": []}

    assert matrix.uncovered(less) == (["interviews:room"], ["interviews:attic"])


def test_state_without_a_row_or_with_two_is_noticed():
    row = matrix.Row("GET", ("live",), {"anonymous": "in"}, wrong=False)

    with pytest.raises(matrix.Unreadable, match="GET paused has 0 rows"):
        matrix.expected([row], ["live", "paused"], ["GET"])
    with pytest.raises(matrix.Unreadable, match="GET live has 2 rows"):
        matrix.expected([row, row], ["live"], ["GET"])


def test_answer_other_than_the_matrix_says_is_noticed(world):
    rows = [matrix.Row(method, (), {"anonymous": "404", "lead": "ok"}, wrong=False) for method in matrix.METHODS]

    cases, wrong = matrix.check(world, "account_login", rows)

    assert (cases, wrong) == (
        4,
        [f"{method} - as anonymous, page: 404, but was ok (200)" for method in matrix.METHODS],
    )
