"""One run in a real browser: a room, somebody who types into it, and what must be true in the end."""

import contextlib
import os
import re
import shutil
import signal
import tempfile
import threading
import time
from pathlib import Path

from django.db import connection
from django.urls import reverse
from playwright.sync_api import Error as BrowserError

from interviews.saving import state_of
from tests.e2e.browser import FLAGS
from tests.faults import checks
from tests.faults.run import Run
from tests.faults.run import sign_in as cookies_of
from tests.faults.tap import Tap
from tests.faults.world import children

KEPT_WITHIN = 0.25  # seconds: what was typed longer ago than this outlives everything
SAVED_WITHIN = 60  # seconds after healing
WORDS = [
    "said",
    "why",
    "because",
    "then",
    "asked",
    "for",
    "an",
    "example",
    "named",
    "the",
    "trade-off",
    "数据",
    "naïve",
    "🙂",
    "and",
    "went",
    "on",
    "to",
]


class BrowserRun(Run):
    """A run whose devices are browsers; `opened` are the pages that are open now."""

    def __init__(self, world, name, chromium, path, changes=(), *, seed, brief):
        super().__init__(world, name, seed=seed, brief=brief)
        self.chromium, self.path = chromium, path
        self.tap = Tap(world.server.port, self.random, self.log, changes)
        self.tap.__enter__()
        self.browsers, self.opened, self.folders = [], [], []
        self.room = reverse("interviews:room", args=[self.scorecard.interview_id])
        self.history = []  # (when, field, text): what was typed, keystroke by keystroke
        self.chosen = set()  # fields in which somebody chose another version than the last typed

    def browser(self, folder=None):
        """A browser with a profile on disk, signed in as the author."""
        if folder is None:
            folder = tempfile.mkdtemp(prefix="eh-profile-")
            self.folders.append(folder)
        context = self.chromium.launch_persistent_context(
            folder,
            executable_path=self.path,
            args=FLAGS,
            base_url=self.tap.address,
            viewport={"width": 1280, "height": 800},
        )
        context.set_default_timeout(20_000)
        self.browsers.append(context)
        sign_in(context, self.author, self.tap.address)
        return context

    def open_room(self, context):
        """The room in a new tab, ready to be typed in."""
        page = context.new_page()
        for _attempt in range(5):  # as a person would, while the server is starting
            with contextlib.suppress(BrowserError):
                page.goto(self.room)
                page.locator("[data-panel]:not([hidden])").wait_for(timeout=5000)
                break
            time.sleep(1)
        self.opened.append(page)
        return page

    def close(self, page):
        self.opened.remove(page)
        with contextlib.suppress(BrowserError):
            page.close()

    # Typing

    @property
    def typed(self):
        """How many keys were pressed in notes."""
        return len(self.history)

    def start_notes(self, page, number=1):
        """Goes to the question of that number and into its notes; returns their field's name."""
        page.keyboard.press("Escape")
        while shown_number(page) != number:
            page.keyboard.press("j" if shown_number(page) < number else "k")
        page.keyboard.press("n")
        return f"{shown_key(page)}.notes"

    def type(self, page, *, words=4, number=1):
        """Some more words at the end of a question's notes, key by key."""
        field = self.start_notes(page, number)
        page.keyboard.press("Control+End")
        text = notes_of(page)
        for letter in " ".join(self.random.choices(WORDS, k=words)) + " ":
            page.keyboard.insert_text(letter) if not letter.isascii() else page.keyboard.type(letter)
            text += letter
            self.history.append((time.monotonic(), field, text))

    def type_while(self, page, damage, **typing):
        """Types until the damage, which goes on meanwhile, is done and healed."""
        thread = threading.Thread(target=damage)
        thread.start()
        while thread.is_alive():
            self.type(page, words=2, **typing)
        thread.join()
        self.type(page, words=2, **typing)

    def rate(self, page, rating, number=1):
        page.keyboard.press("Escape")
        while shown_number(page) != number:
            page.keyboard.press("j" if shown_number(page) < number else "k")
        page.keyboard.press(str(rating))

    def typed_in(self, field, *, before=None):
        """The text of a field as typed last, or as typed last before a moment; "" if nothing was."""
        texts = [text for when, name, text in self.history if name == field and (before is None or when <= before)]
        return texts[-1] if texts else ""

    def expect_kept(self, page, went, number=1):
        """After something died at the moment `went`: the page shows what was typed by then, give or take 250 ms."""
        field = self.start_notes(page, number)
        shown = notes_of(page)
        least, most = self.typed_in(field, before=went - KEPT_WITHIN), self.typed_in(field)
        if not (shown.startswith(least) and most.startswith(shown)):
            self.lost.add(field)
            self.wrong.append(f"{field} shows {shown[-60:]!r} after {least[-60:]!r} had been typed")
        self.history.append((time.monotonic(), field, shown))

    # Judging

    def expect_saved(self, page):
        """The page says "Saved" and its outbox is empty, soon after all has healed."""
        try:
            page.locator(
                "[data-save-words]", has_text=re.compile("^(Saved |Everything saved|All on the server)")
            ).wait_for(timeout=SAVED_WITHIN * 1000)
        except BrowserError:
            self.wrong.append(f"The page says {page.locator('[data-save-words]').inner_text()!r}")
        if not until(lambda: not waiting_in(page)):
            left = waiting_in(page)
            self.lost |= set(left)
            self.wrong.append(f"{len(left)} operations are still in the outbox")

    def judge_browser(self, *, alone=True):
        """What the wire, the database and the screens say must agree."""
        for page in self.opened:
            self.expect_saved(page)
        stored = list(self.scorecard.operations.order_by("pk"))
        state = state_of(interview_id=self.scorecard.interview_id, author=self.author)
        lost = self.log.acknowledged - {str(row.op) for row in stored}
        self.lost |= lost
        self.wrong += [f"{checks.name(self.log, op)} was acknowledged and is not stored" for op in lost]
        self.wrong += [f"{op} was sent with another content than before" for op in self.tap.changed]
        for found in (
            checks.twice(stored),
            checks.never_typed(self.log, stored),
            checks.strangers(self.scorecard),
            checks.unlike(self.log, stored),
            checks.wrongly_decided(stored),
            checks.vanished(stored, state),
            checks.wrong_values(self.scorecard, stored, state),
            checks.wrong_versions(stored, state),
            self.words_lost(state),
            self.words_added(stored),
            self.wrongly_on_screen(state),
        ):
            self.wrong += found
        if alone:
            self.wrong += [f"{row.field} is in conflict, though nobody else wrote" for row in checks.conflicts(stored)]
        connection.close()

    def words_lost(self, state):
        """What was typed last in a field stands there, or waits among its versions."""
        for field in {name for _when, name, _text in self.history} - self.chosen:
            entry = state["fields"].get(field, {"value": None, "conflicts": []})
            there = [entry["value"], *(version["value"] for version in entry["conflicts"])]
            if self.typed_in(field) not in there:
                self.lost.add(field)
                yield f"{field} has {[str(text)[-60:] for text in there]} and {self.typed_in(field)[-60:]!r} was typed"

    def words_added(self, stored):
        """Nothing is stored that nobody typed."""
        typed = {(name, text) for _when, name, text in self.history}
        for row in stored:
            if row.field.endswith(".notes") and (row.field, row.value) not in typed:
                yield f"{row.field} {row.op} says {row.value[-60:]!r}, which nobody typed"

    def wrongly_on_screen(self, state):
        for page in self.opened:
            for field, shown in on_screen(page).items():
                entry = state["fields"].get(field, {"value": "", "conflicts": []})
                if shown not in [entry["value"] or "", *(version["value"] for version in entry["conflicts"])]:
                    yield f"The screen shows {shown[-60:]!r} in {field}, where {str(entry['value'])[-60:]!r} stands"

    def end(self):
        super().end()
        for context in self.browsers:
            with contextlib.suppress(BrowserError):
                context.close()
        self.tap.__exit__()
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


def until(condition, seconds=15):
    """Whether the condition came true within so many seconds."""
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


def sign_in(context, user, address):
    """Gives the browser the user's session, as if they had signed in on a page of ours."""
    pairs = [pair.split("=", 1) for pair in cookies_of(user)["Cookie"].split("; ")]
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in pairs])
    connection.close()


def shown_key(page):
    return page.locator("[data-panel]:not([hidden])").get_attribute("data-panel")


def shown_number(page):
    """The number of the question on screen; 0 on a segment, which comes before all."""
    return int(page.locator("[data-panel]:not([hidden])").get_attribute("data-number") or 0)


def notes_of(page):
    return page.locator("[data-panel]:not([hidden]) textarea").input_value()


def on_screen(page):
    """`{"q17.notes": text}` of everything that has notes on the page."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("[data-question] textarea[data-field=notes]")].map(
            (area) => [`${area.closest("[data-question]").dataset.question}.notes`, area.value]))"""
    )


def waiting_in(page):
    """The operations in the outbox of this browser, by the harness' own look at its storage."""
    return page.evaluate(
        """async () => {
            const found = [];
            for (const { name } of (await globalThis.indexedDB?.databases?.()) ?? []) {
                const database = await new Promise((resolve, reject) => {
                    const request = indexedDB.open(name);
                    request.onsuccess = () => resolve(request.result);
                    request.onerror = () => reject(request.error);
                });
                if (database.objectStoreNames.contains("operations")) {
                    found.push(...await new Promise((resolve) => {
                        const request = database.transaction("operations").objectStore("operations").getAll();
                        request.onsuccess = () => resolve(request.result.map(({ op }) => op));
                    }));
                }
                database.close();
            }
            return found;
        }"""
    )


def process_of(folder):
    """The browser's main process, by the profile it holds."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if f"--user-data-dir={folder}".encode() in words and not any(w.startswith(b"--type=") for w in words):
                    return int(entry.name)
    raise ProcessLookupError(folder)


def descendants(pid):
    """The process and all below it, parents first."""
    found = [pid]
    for child in children(pid):
        found += descendants(child)
    return found


def renderers(pid):
    for process in descendants(pid):
        with contextlib.suppress(OSError):
            if b"--type=renderer" in Path(f"/proc/{process}/cmdline").read_bytes():
                yield process


def signal_all(pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def kill_all(pids):
    signal_all(pids, signal.SIGKILL)
