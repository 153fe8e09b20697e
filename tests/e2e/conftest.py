"""Browser tests: a real server, a real Chromium, and no page that logs an error."""

import contextlib

import pytest
from playwright.sync_api import Error

from accounts.models import Role
from interviews.models import State
from tests.e2e.browser import chromium, sign_in
from tests.e2e.server import serving, wait_until_idle
from tests.factories import make_interview, make_user, make_version


def pytest_collection_modifyitems(items):
    # The server's threads see only what is committed.
    mark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
    # Whose browser left before a static file was opened for it never gets that answer, and Django does not close it.
    left = pytest.mark.filterwarnings("ignore:unclosed file .*/static/:ResourceWarning")
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(mark)
            item.add_marker(left)


@pytest.fixture(scope="session")
def chrome(chromium_path):
    with chromium(chromium_path) as browser:
        yield browser


@pytest.fixture(scope="session")
def address(django_db_setup):
    with serving() as address:
        yield address


@pytest.fixture
def open_page(chrome, address):
    """`open_page(user, width=1440, height=900)`: a page of a fresh browser profile, signed in as the user.

    A script error or a refusal by the content security policy on any of them fails the test.
    """
    contexts, problems = [], []

    def opened(user=None, *, width=1440, height=900, **options):
        context = chrome.new_context(viewport={"width": width, "height": height}, base_url=address, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        if user:
            sign_in(context, user, address)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console", lambda message: problems.append(message.text) if "Content Security" in message.text else None
        )
        return page

    yield opened
    for context in contexts:
        for page in context.pages:
            with contextlib.suppress(Error):  # out of reach, or gone: what is on its way is served to the end
                page.wait_for_load_state("load", timeout=2000)
        context.close()
    wait_until_idle()
    assert problems == []


@pytest.fixture
def live():
    """A live interview of 4 questions and its lead."""
    lead = make_user(Role.INTERVIEWER)
    return make_interview(lead=lead, state=State.LIVE, version=make_version(4)), lead
