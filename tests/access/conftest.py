"""One world for all tests of a module in a process: building it costs as much as two hundred requests."""

import logging

import pytest

from tests.access.world import World, undone


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The world of `tests.access.world`. Tests must not change it outside `undone()`."""
    with django_db_blocker.unblock(), undone():
        yield World()


@pytest.fixture(autouse=True)
def quiet():
    """Refusals are asked for here by the thousand; writing each one down takes longer than refusing it."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)
