"""Saving in a real browser: what is typed outlives tabs, sessions and networks, and the page never says more than is so."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db.models import F

from accounts.models import Role
from config import service_worker
from interviews import lifecycle
from interviews.models import Operation, Response, Sitting
from tests.e2e.browser import enter, reload, sign_in
from tests.factories import PASSWORD, make_user

# Playwright does not see what a page asks for once a service worker is there.
UNSEEN = {"service_workers": "block"}


def notes(page):
    return page.locator("[data-panel]:not([hidden]) textarea")


def state(page, name):
    page.locator(f"[data-save][data-state={name}]").wait_for()
    return page.locator("[data-save-words]").inner_text()


def saved(page):
    page.locator("[data-save-words]", has_text=re.compile("^Saved ")).wait_for()


def write(page, words, then=saved):
    notes(page).fill(words)
    page.keyboard.press("Escape")
    if then:
        then(page)


def write_out_of_reach(page, words):
    """Writes notes while no change gets to the server; returns what the page says of that."""
    page.context.route("**/ops", lambda route: route.abort())
    notes(page).fill(words)
    return state(page, "local")


def left_behind(open_page, live, words):
    """Notes written out of reach in a tab that is closed; gives the browser, which reaches the server again, and what
    the page had said of them."""
    interview, lead = live
    page = enter(open_page(lead, **UNSEEN), interview)
    context = page.context
    said = write_out_of_reach(page, words)
    page.close()
    context.unroute("**/ops")
    return context, said


def sign_out(page):
    page.locator("main").get_by_role("button", name="Sign out").click()


def kept_by_the_worker(page):
    """Waits until the service worker has the page that is open, for who is signed in."""
    while not page.evaluate(
        """async (page) => {
            const { user } = JSON.parse(document.querySelector("meta[name=saving]").content);
            return Boolean(await caches.match(page, { cacheName: `evenhand-room-${user}` }));
        }""",
        page.url.split("#")[0],
    ):
        page.wait_for_timeout(50)


def stored(interview, number=1):
    return Response.objects.get(scorecard__interview=interview, item__number=number)


def test_words_of_a_closed_tab_are_sent_by_the_next(open_page, live):
    interview, _lead = live
    context, said = left_behind(open_page, live, "Typed before the tab was closed")

    page = enter(context.new_page(), interview)
    notice = page.locator("[data-notice] p:not(:empty)").inner_text()
    saved(page)

    assert said.startswith("On this device only: 1 change since ")
    assert notice.endswith("was on this device only. It is here, and goes to the server now.")
    assert notes(page).input_value() == stored(interview).notes == "Typed before the tab was closed"


def test_words_of_a_closed_tab_are_sent_from_any_page(open_page, live):
    interview, _lead = live
    context, _said = left_behind(open_page, live, "Left behind")

    page = context.new_page()
    page.goto("/")

    page.locator(".message", has_text="are saved now").wait_for()
    assert stored(interview).notes == "Left behind"


def test_room_reloads_without_a_network_with_all_that_was_written(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    kept_by_the_worker(page)
    reload(page)
    page.keyboard.press("4")
    notes(page).fill("Saved while there was a network")
    saved(page)
    page.context.set_offline(True)
    notes(page).fill("Saved while there was a network, and this after it")
    state(page, "local")

    reload(page)

    assert page.locator("html[data-kept]").count() == 1
    assert page.locator("[data-panel]:not([hidden]) [data-rating='4']").is_checked()
    assert notes(page).input_value() == "Saved while there was a network, and this after it"
    page.context.set_offline(False)
    saved(page)
    assert stored(interview).notes == "Saved while there was a network, and this after it"


def test_no_other_page_is_kept(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    kept_by_the_worker(page)
    for address in ("/", "/records/", f"/interviews/{interview.pk}/"):
        page.goto(address)

    kept = page.evaluate(
        """async () => {
            const pages = [];
            for (const name of await caches.keys())
                for (const { url } of await (await caches.open(name)).keys()) pages.push(new URL(url).pathname);
            return pages.filter((path) => !path.startsWith("/static/"));
        }"""
    )

    assert set(kept) == {"/who", f"/interviews/{interview.pk}/room/", f"/interviews/{interview.pk}/candidate/"}


def test_session_that_ends_is_signed_in_again_in_a_popup(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    Session.objects.all().delete()
    notes(page).fill("Typed while signed out")

    said = state(page, "signin")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Sign in to save").click()
    popup = opened.value
    popup.fill("[name=login]", lead.email)
    popup.fill("[name=password]", PASSWORD)
    popup.get_by_role("button", name="Sign in", exact=True).click()
    saved(page)

    assert said == "Sign in to save"
    assert stored(interview).notes == "Typed while signed out"


def test_somebody_else_signing_in_neither_sends_nor_sees(open_page, live, address):
    interview, lead = live
    page = enter(open_page(lead, **UNSEEN), interview)
    write_out_of_reach(page, "Not for other eyes")
    page.context.unroute("**/ops")
    page.context.clear_cookies()
    sign_in(page.context, make_user(Role.INTERVIEWER), address)
    theirs = page.context.new_page()
    theirs.goto("/")
    page.locator("[data-room][data-covered]").wait_for()
    theirs.reload()
    theirs.wait_for_timeout(500)
    stored_meanwhile = Operation.objects.count()

    page.context.clear_cookies()
    sign_in(page.context, lead, address)
    seen = theirs.locator(".message:visible").count()
    theirs.goto("/")
    saved(page)

    assert seen == 0
    assert stored_meanwhile == 0
    assert stored(interview).notes == "Not for other eyes"
    assert page.locator("[data-room][data-covered]").count() == 0


def test_room_in_which_nothing_is_unsaved_is_covered_too(open_page, live, address):
    interview, lead = live
    page = enter(open_page(lead), interview)
    notes(page).fill("Not for other eyes")
    saved(page)
    page.context.clear_cookies()
    sign_in(page.context, make_user(Role.INTERVIEWER), address)

    page.context.new_page().goto("/")
    page.locator("[data-room][data-covered]").wait_for()

    assert notes(page).is_hidden()


def test_page_that_signs_in_makes_the_worker_forget_who_was_here(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    kept_by_the_worker(page)
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.wait_for_timeout(200)

    assert page.evaluate("caches.has('evenhand-who')") is False


def test_room_that_is_over_is_kept_no_longer(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    kept_by_the_worker(page)
    page.goto("/")
    lifecycle.finish(interview=interview, by=lead)

    page.goto(f"/interviews/{interview.pk}/room/")
    page.wait_for_url("**/review/")
    page.wait_for_timeout(200)

    assert page.evaluate(f"caches.match('/interviews/{interview.pk}/room/').then(Boolean)") is False


def test_room_opens_offline_after_a_deployment(open_page, live, monkeypatch):
    interview, lead = live
    page = enter(open_page(lead), interview)
    kept_by_the_worker(page)
    deployed = service_worker.source().replace('VERSION = "', 'VERSION = "next-')
    monkeypatch.setattr(service_worker, "source", lambda: deployed)
    page.context.new_page().goto("/")
    page.wait_for_function("caches.keys().then((names) => names.some((name) => name.includes('next-')))")

    page.context.set_offline(True)
    reload(page)
    page.keyboard.press("4")

    assert page.locator("[data-panel]:not([hidden]) [data-rating='4']").is_checked()


def test_room_opens_though_nothing_can_be_kept(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    kept_by_the_worker(page)
    notes(page).fill("Newer than what is kept")
    saved(page)
    devtools = page.context.new_cdp_session(page)
    origin = page.evaluate("location.origin")
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1})

    reload(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})

    assert page.locator("html[data-kept]").count() == 0
    assert notes(page).input_value() == "Newer than what is kept"


def test_saving_goes_on_after_a_page_left_while_out_of_reach(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, **UNSEEN), interview)
    write_out_of_reach(page, "Before")
    page.context.unroute("**/ops")
    be_seen(page, "hidden")
    saved(page)
    be_seen(page, "visible")

    page.keyboard.type(" and after")
    page.wait_for_timeout(100)
    saved(page)

    assert stored(interview).notes == "Before and after"


def be_seen(page, visibility):
    page.evaluate(
        """(visibility) => {
            Object.defineProperty(document, "visibilityState", { value: visibility, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        visibility,
    )


def test_trouble_that_another_tab_told_of_ends_with_the_next_answer(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, **UNSEEN), interview)
    page.wait_for_timeout(300)  # what a page that opens sends is over
    page.evaluate(f"new BroadcastChannel('evenhand-{lead.pk}').postMessage({{ type: 'trouble', trouble: 'signin' }})")
    state(page, "signin")

    notes(page).fill("Signed in all the while")
    page.keyboard.press("Escape")
    saved(page)

    assert stored(interview).notes == "Signed in all the while"


def test_words_recovered_late_do_not_replace_what_was_typed_since(open_page, live):
    interview, _lead = live
    context, _said = left_behind(open_page, live, "From the closed tab")
    held = []
    context.route("**/ops", lambda route: held.append(route))
    page = enter(context.new_page(), interview)
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.press("n")
    page.wait_for_timeout(100)
    held.pop().continue_()
    context.unroute("**/ops")
    saved(page)

    page.keyboard.press("End")
    page.keyboard.type(", and from this one")
    saved(page)
    page.keyboard.press("Escape")
    page.wait_for_timeout(100)

    assert notes(page).input_value() == "From the closed tab, and from this one"
    saved(page)
    assert stored(interview).notes == "From the closed tab, and from this one"


def test_room_is_not_shown_before_it_is_known_what_this_device_holds(open_page, live):
    interview, _lead = live
    context, _said = left_behind(open_page, live, "From the closed tab")
    page = context.new_page()
    page.add_init_script(
        """const open = indexedDB.open.bind(indexedDB);
        indexedDB.open = (...of) => {
            const request = {};
            setTimeout(() => Object.assign(open(...of), request), 1000);
            return request;
        };"""
    )

    page.goto(f"/interviews/{interview.pk}/room/")
    hidden = notes(page).count()
    page.locator("[data-panel]:not([hidden])").wait_for()

    assert hidden == 0
    assert notes(page).input_value() == "From the closed tab"


def test_room_opened_from_this_device_shows_the_time_that_it_is(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    kept_by_the_worker(page)
    Sitting.objects.update(started_at=F("started_at") - timedelta(minutes=10))
    reload(page)
    page.wait_for_timeout(3000)
    before = elapsed(page)
    page.context.set_offline(True)

    reload(page)

    assert before >= 600
    assert before <= elapsed(page) <= before + 3


def elapsed(page):
    minutes, seconds = page.locator("[data-elapsed]").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def test_what_another_device_saved_and_settled_is_shown_when_one_comes_back(open_page, live):
    interview, lead = live
    laptop, phone = enter(open_page(lead), interview), enter(open_page(lead), interview)
    phone.keyboard.press("2")
    saved(phone)
    write(phone, "From the phone")

    laptop.locator("[data-panel]:not([hidden]) [data-rating='2']:checked").wait_for(timeout=15_000)
    seen = notes(laptop).input_value()
    laptop.keyboard.press("3")
    saved(laptop)

    assert seen == "From the phone"
    assert stored(interview).rating == 3
    assert not Operation.objects.filter(result="conflict").exists()


def test_room_says_when_the_interview_was_finished_elsewhere(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    lifecycle.finish(interview=interview, by=lead)

    page.locator("[data-ended]").wait_for(timeout=15_000)

    assert page.locator("small[data-ends]").inner_text() == "finished"
    page.get_by_role("link", name="Go to the review").click()
    page.wait_for_url("**/review/")


def test_out_of_reach_is_said_before_two_versions_elsewhere(open_page, live):
    interview, lead = live
    laptop, phone = enter(open_page(lead), interview), enter(open_page(lead), interview)
    phone.keyboard.press("2")
    saved(phone)
    laptop.keyboard.press("5")
    state(laptop, "conflict")
    laptop.context.set_offline(True)
    laptop.keyboard.press("j")

    laptop.keyboard.press("4")

    assert state(laptop, "local").startswith("On this device only: 1 change since")


def test_both_versions_of_notes_can_be_kept(open_page, live):
    interview, lead = live
    laptop, phone = enter(open_page(lead), interview), enter(open_page(lead), interview)
    write(phone, "From the phone")
    write(laptop, "From the laptop", then=None)
    state(laptop, "conflict")
    labels = [label.split("\n")[0] for label in laptop.locator(".version h3").all_inner_texts()]

    laptop.get_by_role("button", name="Keep both").click()
    saved(laptop)

    assert labels == ["Notes: as shown above", "Notes: another version"]
    assert stored(interview).notes == "From the laptop\n\nFrom the phone"


def test_finishing_out_of_reach_says_why_it_waits_where_one_looks(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, **UNSEEN), interview)
    write_out_of_reach(page, "Not there yet")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Finish").click()
    page.locator("#finish").get_by_role("button", name="Finish").click()
    waits = page.locator("#finish [data-unsaved]")
    waits.wait_for()
    said = waits.inner_text()

    page.context.unroute("**/ops")
    page.evaluate("dispatchEvent(new Event('online'))")
    waits.wait_for(state="hidden")

    assert said == "1 change is not saved yet. Wait for the connection, then try again."
    page.locator("#finish").get_by_role("button", name="Finish").click()
    page.wait_for_url("**/review/")


def test_two_tabs_show_the_same_at_once(open_page, live):
    interview, lead = live
    here = enter(open_page(lead), interview)
    there = enter(here.context.new_page(), interview)

    here.bring_to_front()
    here.keyboard.press("3")
    notes(here).fill("In the first tab")
    there.locator("[data-panel]:not([hidden]) [data-rating='3']:checked").wait_for()
    saved(there)
    here.keyboard.press("Escape")
    there.bring_to_front()
    notes(there).fill("In the first tab, then in the second")
    saved(there)

    assert notes(here).input_value() == "In the first tab, then in the second"
    assert stored(interview).notes == "In the first tab, then in the second"
    assert not Operation.objects.filter(result="conflict").exists()


@pytest.mark.parametrize("chosen", ["Rated 2", "Rated 5"])
def test_two_devices_rating_differently_choose(open_page, live, chosen):
    interview, lead = live
    laptop, phone = enter(open_page(lead), interview), enter(open_page(lead), interview)
    phone.keyboard.press("2")
    saved(phone)
    laptop.keyboard.press("5")

    state(laptop, "conflict")
    versions = laptop.locator("[data-panel]:not([hidden]) .version").all_inner_texts()
    laptop.locator(".version", has_text=chosen).get_by_role("button").click()
    saved(laptop)

    assert len(versions) == 2
    assert all("Rating: " in version and ":" in version.split("\n")[1] for version in versions)
    assert stored(interview).rating == int(chosen[-1])
    assert Operation.objects.filter(field=f"{stored(interview).key}.outcome").count() == 3


def test_signing_out_asks_about_what_is_not_on_the_server(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, **UNSEEN), interview)
    write_out_of_reach(page, "Would be gone")
    page.goto("/accounts/logout/")

    sign_out(page)
    asked = page.locator(".message", has_text="on this device only").inner_text()
    sign_out(page)
    page.wait_for_url("**/accounts/login/**")

    assert "Signing out deletes it" in asked
    assert page.evaluate("indexedDB.databases()") == []


def test_signing_out_leaves_nothing_of_the_room_here(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    kept_by_the_worker(page)
    page.goto("/accounts/logout/")

    sign_out(page)
    page.wait_for_url("**/accounts/login/**")

    databases, kept = page.evaluate("Promise.all([indexedDB.databases(), caches.keys()])")
    assert (databases, [name for name in kept if "room" in name]) == ([], [])


def test_review_is_covered_once_somebody_else_signs_in(open_page, live, address):
    interview, lead = live
    lifecycle.finish(interview=interview, by=lead)
    page = open_page(lead)
    enter(page, interview, "review")
    page.context.clear_cookies()
    sign_in(page.context, make_user(Role.INTERVIEWER), address)
    page.locator("#summary").fill("Not for other eyes")
    page.context.new_page().goto("/")

    page.locator("[data-room][data-covered]").wait_for()

    assert page.locator("#summary").is_hidden()
    assert page.get_by_role("heading", name="You are not signed in here any more").is_visible()


def test_signing_out_without_a_network_deletes_nothing(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, **UNSEEN), interview)
    write_out_of_reach(page, "Would be gone")
    page.goto("/accounts/logout/")
    page.context.set_offline(True)

    sign_out(page)
    page.locator(".message", has_text="Signing out deletes it").wait_for()
    sign_out(page)
    page.locator(".message", has_text="could not be reached").wait_for()

    assert page.evaluate("indexedDB.databases()") != []


def test_what_the_server_will_never_take_is_shown_on_any_page_until_its_author_lets_it_go(open_page, live):
    interview, lead = live
    second = make_user(Role.INTERVIEWER)
    lifecycle.add_panelist(interview=interview, user=second, place="panelist", by=lead)
    page = enter(open_page(second, **UNSEEN), interview)
    write_out_of_reach(page, "Typed before being excused")
    lifecycle.excuse(panelist=interview.panel.get(user=second), by=lead, reason="Called away")
    page.context.unroute("**/ops")

    page.goto("/")
    shown = page.locator("[data-refused] p:not(:empty)").inner_text()
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Download").click()
    page.goto("/accounts/logout/")
    sign_out(page)
    asked = page.locator(".message", has_text="Signing out deletes it").inner_text()
    page.get_by_role("button", name="Discard").click()

    assert shown.startswith("Not saved in your scorecard, and will not be: ")
    assert "Typed before being excused" in downloaded.value.path().read_text()
    assert asked.startswith("One change to a scorecard")
    assert page.locator(".message", has_text="are saved now").count() == 0
    page.reload()
    page.wait_for_timeout(300)
    assert page.locator("[data-refused]").is_hidden()


def test_review_takes_no_words_before_it_can_keep_them(open_page, live):
    interview, lead = live
    lifecycle.finish(interview=interview, by=lead)
    page = open_page(lead, **UNSEEN)
    page.route("**/scorecard*.js", lambda route: route.abort())
    page.goto(f"/interviews/{interview.pk}/review/")

    assert page.locator("[data-save-words]").inner_text() == "Starting…"
    assert page.locator("#summary").evaluate("area => Boolean(area.closest('[inert]'))")


def test_two_versions_are_still_two_after_a_reload_without_a_network(open_page, live):
    interview, lead = live
    laptop, phone = enter(open_page(lead), interview), enter(open_page(lead), interview)
    phone.keyboard.press("2")
    saved(phone)
    laptop.keyboard.press("5")
    state(laptop, "conflict")
    reload(phone)
    state(phone, "conflict")
    kept_by_the_worker(phone)
    phone.keyboard.press("3")
    phone.wait_for_timeout(1500)

    phone.context.set_offline(True)
    reload(phone)

    assert state(phone, "conflict") == "Two versions: choose"
    assert len(phone.locator("[data-panel]:not([hidden]) .version").all()) == 2


def test_browser_that_cannot_store_says_so_and_saves_all_the_same(open_page, live):
    interview, lead = live
    page = open_page(lead)
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    enter(page, interview)

    said = state(page, "nostore")
    notes(page).fill("On the server alone")
    page.locator("[data-save-words]", has_text="All on the server").wait_for()

    assert "do not rely on it" in said
    assert stored(interview).notes == "On the server alone"


def test_what_is_too_long_is_refused_in_words_and_stays_on_the_page(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    notes(page).fill("Short")
    saved(page)

    notes(page).fill("x" * 25 * 1024)
    said = state(page, "failed")
    page.wait_for_timeout(700)
    kept = stored(interview).notes
    notes(page).fill("Short again")
    saved(page)

    assert said == "Not saved: 1 KB too long. Shorten it"
    assert (kept, stored(interview).notes) == ("Short", "Short again")


def test_too_long_words_are_not_left_behind_by_finishing(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    notes(page).fill("x" * 25 * 1024)
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Finish").click()
    page.locator("#finish").get_by_role("button", name="Finish").click()
    page.locator("#finish [data-unsaved]", has_text="Not saved: 1 KB too long").wait_for()

    assert page.url.split("#")[0].endswith("/room/")
    assert len(notes(page).input_value()) == 25 * 1024


# What other tools have been caught at


def test_cursor_is_in_the_notes_of_the_question_on_screen(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    for number in range(1, 5):
        page.keyboard.press("n")
        page.keyboard.type(f"About {number}")
        page.keyboard.press("Escape")
        page.keyboard.press("j")
    saved(page)

    assert [stored(interview, number).notes for number in range(1, 5)] == [f"About {number}" for number in range(1, 5)]


def test_late_answer_changes_neither_words_nor_cursor(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, **UNSEEN), interview)
    held = []
    page.context.route("**/ops", lambda route: held.append(route))
    page.keyboard.press("n")
    page.keyboard.type("First words")
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.type(" and then more")
    for _letter in range(5):
        page.keyboard.press("ArrowLeft")

    while held:
        held.pop().continue_()
    page.context.unroute("**/ops")
    saved(page)
    page.keyboard.type("some ")

    assert notes(page).input_value() == "First words and thensome  more"
    assert page.evaluate("document.activeElement.selectionStart") == len("First words and thensome ")
    saved(page)
    assert stored(interview).notes == "First words and thensome  more"


def test_saving_moves_no_scroll_and_takes_no_focus(open_page, live):
    interview, lead = live
    lifecycle.finish(interview=interview, by=lead)
    page = open_page(lead)
    enter(page, interview, "review")
    area = page.locator("textarea[data-field=notes]").nth(2)
    area.click()
    before = page.evaluate("[scrollX, scrollY]")

    page.keyboard.type("Typed in the review, line after line\n\n\n")
    saved(page)

    assert page.evaluate("[scrollX, scrollY]") == before
    assert area.evaluate("area => area === document.activeElement")


def test_another_panelist_in_the_same_browser_finds_an_empty_form(open_page, live, address):
    interview, lead = live
    second = make_user(Role.INTERVIEWER)
    lifecycle.add_panelist(interview=interview, user=second, place="panelist", by=lead)
    page = enter(open_page(lead), interview)
    page.keyboard.press("5")
    notes(page).fill("The lead's own words")
    page.keyboard.press("Escape")
    page.close()
    context = page.context
    context.clear_cookies()
    sign_in(context, second, address)

    page = enter(context.new_page(), interview)

    assert notes(page).input_value() == ""
    assert page.locator(":checked[data-rating]").count() == 0
    assert page.locator("[data-notice]").is_hidden()
    kept_by_the_worker(page)
    page.context.set_offline(True)
    reload(page)
    assert notes(page).input_value() == ""
