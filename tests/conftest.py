"""Fixtures for every test. The database is the embedded one unless DATABASE_URL names another."""

import gc
import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings

from config import devpostgres
from tests.database import served

# Real documents lie beside the project's folder; tests that want one are skipped where there are none.
DOCUMENTS = Path(os.environ.get("EVENHAND_DOCUMENTS") or Path(__file__).resolve().parents[2] / "shared" / "documents")
THE_DOCUMENT = DOCUMENTS / "000_f09e55bdef927609.txt"
needs_document = pytest.mark.skipif(not THE_DOCUMENT.exists(), reason=f"{THE_DOCUMENT.name} is not on this machine")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = "no Chromium found (install one, or name it in EVENHAND_CHROMIUM)"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Start the embedded server before the first test database is made, and leave it after the last is dropped."""
    if not devpostgres.wanted():
        yield
        return
    devpostgres.ensure_running(settings.BASE_DIR)
    yield
    devpostgres.release(settings.BASE_DIR)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The database is used with the rights of the role that serves."""
    with django_db_blocker.unblock(), served():
        yield


def pytest_collection_finish():
    """What stands before the first test stays to the last: looking through it again and again took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def find_chromium():
    """The path of a Chromium: EVENHAND_CHROMIUM's or the first on the PATH; None without one."""
    return os.environ.get("EVENHAND_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def chromium_path():
    """A Chromium's path. Without one the test is skipped, or fails if EVENHAND_REQUIRE_BROWSER is 1."""
    if path := find_chromium():
        return path
    if os.environ.get("EVENHAND_REQUIRE_BROWSER") == "1":
        pytest.fail(f"EVENHAND_REQUIRE_BROWSER is 1, but {NO_BROWSER}")
    pytest.skip(NO_BROWSER)


def pytest_terminal_summary(terminalreporter):
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"Browser tests SKIPPED: {NO_BROWSER}: {len(skipped)} tests did not run.", yellow=True
        )
