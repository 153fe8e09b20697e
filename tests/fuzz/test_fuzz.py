"""The short form of `make fuzz`: every endpoint at least once, in a few seconds."""

import logging

import pytest

from tests.e2e.pages import routes
from tests.fuzz.cases import Case, play
from tests.fuzz.running import described, fuzz

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet():
    """Refusals are asked for here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_hostile_requests_are_no_server_errors():
    said = []

    report = fuzz(wanted=320, seeded=7, say=said.append)

    assert said == []
    assert set(report.played) == set(routes())
    assert report.cases == 320


def test_fuzz_notices_a_view_that_fails(monkeypatch, client):
    monkeypatch.setattr("config.health.connection", None)

    error = play(Case("healthz", "", "GET", "/healthz"), {"": client})

    assert (error.origin[0], "config/health.py" in error.origin[1]) == ("AttributeError", True)
    assert "GET /healthz as nobody" in described(error, "")
