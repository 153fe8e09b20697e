"""The faults as a real browser meets them, each a function of a run that heals what it did and judges."""

import contextlib
import signal
import time

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from playwright.sync_api import Error as BrowserError

from interviews.models import Operation
from interviews.saving import PROTOCOL
from tests.factories import PASSWORD
from tests.faults.browser import descendants, kill_all, notes_of, process_of, renderers, sign_in, signal_all, until
from tests.faults.faults import fill, hold_lock, hurry, take_connections
from tests.faults.proxy import MISHAPS


def server_kill(run):
    """SIGKILL to uvicorn's master and workers by pid while somebody types; started again."""
    type_through(run, lambda: killed(run, run.world.server.kill, run.world.server.start))


def database_kill(run):
    """SIGKILL to the postmaster and all its children while somebody types; started again, it recovers."""
    type_through(run, lambda: killed(run, run.world.kill_database, run.world.start_database))


def killed(run, kill, start):
    run.pause(0.1, 0.6)
    kill()
    run.pause(0, 0.5)
    start()


def type_through(run, damage):
    """Somebody types before, while and after the damage, which heals itself."""
    page = run.open_room(run.browser())
    run.type(page)
    run.type_while(page, damage)
    run.judge_browser()


def network(run):
    """Between browser and server requests and replies are lost, repeated, reordered, delayed and cut."""
    page = run.open_room(run.browser())
    run.tap.mishaps = list(MISHAPS)
    for number in (1, 2, 1):
        run.type(page, words=3, number=number)
        run.rate(page, run.random.randint(1, 5), number)
    run.tap.mishaps = ["nothing"]
    run.judge_browser()


def offline(run):
    """No network for 1 s to 2 h, by the browser's own clock, with a reload in between; then back."""
    context = run.browser()
    page = run.open_room(context)
    page.clock.install()
    run.type(page)
    run.expect_saved(page)
    wait_for_worker(run, page)
    context.set_offline(True)
    run.type(page, number=2)
    page.clock.fast_forward(run.random.choice([1, 60, 600, 7200]) * 1000)
    went = time.monotonic()
    page.reload()
    page.locator("[data-panel]:not([hidden])").wait_for()
    run.expect_kept(page, went, number=2)
    run.expect(page.locator("html[data-kept]").count() == 1, "The room was not opened from this device")
    run.type(page, number=2)
    context.set_offline(False)
    run.type(page, words=1)
    run.judge_browser()


def wait_for_worker(run, page):
    """Until the service worker has this room and may answer for it."""
    run.expect(
        until(
            lambda: page.evaluate(
                "async (page) => Boolean(await caches.match(page)) && Boolean(navigator.serviceWorker.controller)",
                run.room,
            )
        ),
        "The service worker does not keep the room",
    )


def tab_close(run):
    """The tab is closed in the middle of a word, the network being good or away; another is opened."""

    def close(context, page):
        context.new_page()  # or the browser would close with its last tab
        run.close(page)
        return context

    die_while_typing(run, close)


def renderer_kill(run):
    """SIGKILL to the browser's renderers by pid while somebody types: the tab has crashed, and is opened again."""

    def crash(context, page):
        kill_all(renderers(process_of(run.folders[0])))
        run.close(page)
        return context

    die_while_typing(run, crash)


def browser_kill(run):
    """SIGKILL to the browser and all its processes by pid while somebody types; opened again with its profile."""

    def kill(context, page):
        kill_all(descendants(process_of(run.folders[0])))
        run.opened.remove(page)
        run.browsers.remove(context)
        with contextlib.suppress(BrowserError):
            context.close()
        return run.browser(run.folders[0])

    die_while_typing(run, kill)


def die_while_typing(run, die):
    """`die(context, page)` ends the page and gives the browser in which the room is opened again."""
    context = run.browser()
    page = run.open_room(context)
    if run.random.random() < 0.5:
        run.tap.mishaps = ["request-lost"]
    run.type(page)
    went = time.monotonic()
    context = die(context, page)
    run.tap.mishaps = ["nothing"]
    page = run.open_room(context)
    run.expect_kept(page, went)
    run.type(page)
    run.judge_browser()


def session(run):
    """The session expires, the password is changed elsewhere, or somebody signs out in another tab; then signs in."""
    context = run.browser()
    page = run.open_room(context)
    run.type(page)
    run.random.choice([expired, password_changed, signed_out_elsewhere])(run, context)
    run.type(page)
    page.locator("[data-save][data-state=signin]").wait_for()
    run.type(page)
    with page.expect_popup() as opened:
        page.locator("[data-save-act]").click()
    popup = opened.value
    popup.fill("[name=login]", run.author.email)
    popup.fill("[name=password]", PASSWORD)
    popup.locator("main form button.primary").click()
    run.judge_browser()


def expired(run, context):
    Session.objects.all().delete()
    connection.close()


def password_changed(run, context):
    author = get_user_model().objects.get(pk=run.author.pk)
    author.set_password(PASSWORD)  # a new hash of it ends every session
    author.save()
    connection.close()


def signed_out_elsewhere(run, context):
    """Past the page that asks: what has been typed is to outlive even that."""
    token = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "csrftoken")
    context.request.post("/accounts/logout/", form={"csrfmiddlewaretoken": token}, headers={"Referer": run.tap.address})


def sleep(run):
    """All the browser's processes stand still for a while and go on, as when a laptop is shut."""
    page = run.open_room(run.browser())
    run.type(page)
    processes = descendants(process_of(run.folders[0]))
    signal_all(processes, signal.SIGSTOP)
    time.sleep(3 if run.brief else 60)
    signal_all(processes, signal.SIGCONT)
    run.type(page)
    run.judge_browser()


def clock(run):
    """The device's clock is a day off, ahead or behind, and jumps back while somebody types."""
    page = run.open_room(run.browser())
    page.clock.install()
    day = run.random.choice([-1, 1]) * 86_400
    for shift in (0, day, day - 3600, 0):
        page.clock.set_system_time(time.time() + shift)
        run.type(page, words=2)
    page.clock.set_system_time(time.time())
    page.clock.resume()
    run.judge_browser()


def two_tabs(run):
    """Two tabs of one browser write in one field by turns, sometimes before the other has shown what was written."""
    context = run.browser()
    pages = [run.open_room(context), run.open_room(context)]
    for turn in range(4):
        page = pages[turn % 2]
        page.bring_to_front()
        run.type(page, words=2)
        if run.random.random() < 0.5:
            page.keyboard.press("Escape")
            time.sleep(0.3)
    for page in pages:
        page.bring_to_front()
        page.keyboard.press("Escape")
    settle_all(run, pages)
    run.judge_browser(alone=False)


def two_devices(run):
    """Two browsers of one person write in one field, each unaware of the other; then one of the versions is chosen."""
    pages = [run.open_room(run.browser()), run.open_room(run.browser())]
    for turn in range(4):
        run.type(pages[turn % 2], words=2)
    settle_all(run, pages)
    run.judge_browser(alone=False)


def settle_all(run, pages):
    """Whoever sees versions chooses one, again if another device was quicker; then all open their pages again."""
    for page in pages:
        for _choice in range(5):
            run.expect(until(lambda page=page: state_of(page) in ("saved", "conflict"), 30), "Saving comes to no end")
            if state_of(page) != "conflict":
                break
            run.chosen.add(page.locator(".version").first.get_attribute("data-of"))
            page.locator(".version").first.get_by_role("button").click()
            page.wait_for_timeout(500)
    for page in pages:
        page.reload()
        page.locator("[data-panel]:not([hidden])").wait_for()


def state_of(page):
    return page.locator("[data-save]").get_attribute("data-state")


def locked(run):
    """Another connection holds `interviews_operation` in an exclusive lock while somebody types."""
    type_through(run, lambda: hold_lock(run.world, 3 if run.brief else 20))


def slow(run):
    """The role's `statement_timeout` is 1 ms for a while."""
    type_through(run, lambda: hurry(run.world, 2 if run.brief else 8))


def exhausted(run):
    """Somebody else has every connection to the database for a while."""
    type_through(run, lambda: take_connections(run.world, 2 if run.brief else 8))


def disk_full(run):
    """The database's small disk is full for a while; the server is started again if it has died."""
    filler = run.world.project / "filler"

    def damage():
        fill(filler)
        time.sleep(2 if run.brief else 6)
        filler.unlink()
        run.world.start_database()

    type_through(run, damage)


def storage(run):
    """IndexedDB is missing from the start, deleted while somebody types, or over its quota."""
    context = run.browser()
    how = run.random.choice(["missing", "deleted", "quota"])
    if how == "missing":
        context.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    page = run.open_room(context)
    run.type(page)
    if how == "deleted":
        page.evaluate("indexedDB.databases().then((all) => all.forEach(({ name }) => indexedDB.deleteDatabase(name)))")
    if how == "quota":
        devtools = context.new_cdp_session(page)
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": run.tap.address, "quotaSize": 1})
    run.type(page)
    if how == "missing":
        run.expect(
            state_of(page) == "nostore", f"The page does not say that this browser stores nothing: {state_of(page)}"
        )
    run.judge_browser()


def deploy(run):
    """Servers of the next protocol and of the one after: the room says `reload`, keeps its queue, and is reloaded."""
    page = run.open_room(run.browser())
    run.type(page)
    run.world.server.deploy(PROTOCOL + 2)
    run.type(page)
    page.locator("[data-save][data-state=failed]").wait_for()
    run.type(page)
    went = time.monotonic()
    time.sleep(0.5)
    page.reload()
    page.locator("[data-panel]:not([hidden])").wait_for()
    run.expect_kept(page, went)
    run.type(page)
    run.judge_browser()
    run.world.server.deploy(None)


def other_user(run):
    """Another user signs in in the same browser: nothing is sent or shown under their name; then the author is back."""
    context = run.browser()
    page = run.open_room(context)
    run.type(page)
    run.expect_saved(page)
    sign_in(context, run.other, run.tap.address)
    run.type(page)
    page.locator("[data-room][data-covered]").wait_for()
    theirs = context.new_page()
    theirs.goto("/")
    theirs.wait_for_timeout(300)
    run.expect(not theirs.locator(".message:visible").count(), "The other user is told of what is not theirs")
    run.expect(
        not Operation.objects.filter(scorecard__author=run.other).exists(),
        "Operations were stored under the other user",
    )
    sign_in(context, run.author, run.tap.address)
    theirs.goto("/")
    run.expect(until(lambda: notes_of(page).endswith(" ")), "The room lost its words")
    run.judge_browser()


FAULTS = {
    "server-kill": server_kill,
    "database-kill": database_kill,
    "network": network,
    "offline": offline,
    "tab-close": tab_close,
    "renderer-kill": renderer_kill,
    "browser-kill": browser_kill,
    "session": session,
    "sleep": sleep,
    "clock": clock,
    "two-tabs": two_tabs,
    "two-devices": two_devices,
    "locked": locked,
    "slow": slow,
    "exhausted": exhausted,
    "storage": storage,
    "deploy": deploy,
    "other-user": other_user,
    "disk-full": disk_full,
}
