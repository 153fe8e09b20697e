"""Chromium as the tests, the screenshots and the accessibility check start it."""

import contextlib
import os

from playwright.sync_api import sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextlib.contextmanager
def chromium(path):
    """A headless Chromium. Playwright's sync API runs an event loop, which Django takes for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def sign_in(context, user, address):
    """Signs the user in within a browser context, through a session of the server's own kind."""
    from django.conf import settings

    from tests.factories import make_session

    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": make_session(user), "url": address}
    context.add_cookies([cookie])


def enter(page, interview, place="room"):
    """Opens the room, or the review, of an interview; returns the page."""
    page.goto(f"/interviews/{interview.pk}/{place}/")
    return ready(page)


def reload(page):
    page.reload()
    return ready(page)


# A room or a review that takes words: its scripts have read what this device holds.
READY = "[data-panel]:not([hidden]), [data-review]:not([inert])"


def ready(page):
    page.locator(READY).first.wait_for()
    return page
