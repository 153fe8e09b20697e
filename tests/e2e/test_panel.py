"""The panel live, with everybody at their own screen: following, staying, losing touch, and what nobody sees of another."""

import json
from dataclasses import dataclass

import pytest

from accounts.models import Role
from interviews import lifecycle
from interviews.models import Course, Place, Response, State
from tests.e2e.browser import enter, reload, sign_in
from tests.e2e.server import running
from tests.factories import make_interview, make_user, make_version

PANEL = "[data-panel]:not([hidden])"
PATIENCE = 10_000


@dataclass
class Room:
    """A live interview and, by their place, its people and the pages on which they have it open."""

    interview: object
    people: dict
    pages: dict

    def __getattr__(self, place):
        return self.pages[place]


@pytest.fixture
def room(open_page):
    people = {place: make_user(Role.INTERVIEWER) for place in ("lead", "panelist", "observer")}
    panel = [(user, Place(place)) for place, user in people.items()]
    interview = make_interview(panel=panel, state=State.LIVE, version=make_version(5))
    # Playwright does not see what a page asks for once a service worker is there.
    pages = {place: enter(open_page(user, service_workers="block"), interview) for place, user in people.items()}
    return Room(interview, people, pages)


def shows(page, number):
    page.locator(f"{PANEL}[data-number='{number}']").wait_for(timeout=PATIENCE)


def number_shown(page):
    return page.locator(PANEL).get_attribute("data-number")


def marks(page):
    """What the rail says of the panel, as a screen reader would read it, by number of the question."""
    return {
        link.locator(".n").inner_text(): link.locator("[data-mark]").text_content().strip(" ·")
        for link in page.locator(".rail a:has([data-mark]:not(:empty))").all()
    }


def marked(page, number, words):
    page.locator(f".rail a:has(.n:text-is('{number}')) [data-mark]", has_text=words).wait_for(timeout=PATIENCE)


def line(page):
    return page.locator("[data-lead-line]:visible")


def dropped_by(page):
    """The question on screen gets "Not reached"."""
    page.keyboard.press("0")
    page.keyboard.press("r")


def cut_streams():
    """Ends every open stream, as a server does that goes away."""
    for server in running:
        for connection in list(server.server_state.connections):
            cycle = connection.cycle
            if cycle and not cycle.response_complete and cycle.scope["path"].endswith("/room/events/"):
                connection.loop.call_soon_threadsafe(connection.transport.close)


def test_everybody_follows_the_lead(room):
    room.lead.keyboard.press("j")
    for follower in (room.panelist, room.observer):
        shows(follower, 2)
    room.lead.keyboard.press("j")
    for follower in (room.panelist, room.observer):
        shows(follower, 3)

    assert room.panelist.locator(":focus").inner_text() == "Question 3?"
    assert room.panelist.locator("[data-follow]").get_attribute("aria-pressed") == "true"
    assert room.lead.locator("[data-follow], [data-mark]:not(:empty)").count() == 0


def test_the_lead_follows_nobody(room):
    room.panelist.keyboard.press("j")
    room.panelist.wait_for_timeout(1000)

    assert (number_shown(room.lead), number_shown(room.observer)) == ("1", "1")


def test_going_by_hand_stops_following_and_says_so_with_one_way_back(room):
    room.lead.keyboard.press("j")
    shows(room.panelist, 2)

    room.panelist.keyboard.press("j")
    said = line(room.panelist).inner_text(timeout=PATIENCE)
    room.lead.keyboard.press("j")
    room.lead.keyboard.press("j")
    marked(room.panelist, 4, "lead here")
    stayed = number_shown(room.panelist)
    reload(room.panelist)
    marked(room.panelist, 4, "lead here")
    room.panelist.wait_for_timeout(300)
    still = number_shown(room.panelist)
    room.panelist.keyboard.press("l")

    assert said.startswith("You no longer follow the lead, who is at 2. Question 2.")
    assert (stayed, still, number_shown(room.panelist)) == ("3", "3", "4")
    room.lead.keyboard.press("j")
    shows(room.panelist, 5)


def test_choice_not_to_follow_is_kept_and_can_be_taken_back(room):
    room.panelist.locator("[data-follow]").click()
    room.lead.keyboard.press("j")
    marked(room.panelist, 2, "lead here")
    reload(room.panelist)
    marked(room.panelist, 2, "lead here")
    room.panelist.wait_for_timeout(300)
    stayed, pressed = number_shown(room.panelist), room.panelist.locator("[data-follow]").get_attribute("aria-pressed")

    room.panelist.locator("[data-follow]").click()

    assert (stayed, pressed, number_shown(room.panelist)) == ("1", "false", "2")


def test_who_is_writing_is_not_moved_until_they_leave_the_field(room):
    room.panelist.keyboard.press("n")
    room.panelist.keyboard.type("Said that ")
    room.lead.keyboard.press("j")
    words = line(room.panelist).inner_text(timeout=PATIENCE)
    room.panelist.wait_for_timeout(2500)
    room.panelist.keyboard.type("it pads")
    where = number_shown(room.panelist)

    room.panelist.keyboard.press("Escape")
    shows(room.panelist, 2)

    assert words.startswith("The lead is at 2. Question 2.")
    assert where == "1"
    room.panelist.locator("[data-save][data-state=saved]").wait_for()
    notes = Response.objects.get(scorecard__author=room.people["panelist"], item__number=1).notes
    assert notes == "Said that it pads"


def test_who_is_writing_goes_to_the_lead_by_one_key_and_writes_on_there(room):
    room.panelist.keyboard.press("n")
    room.panelist.keyboard.type("First")
    room.lead.keyboard.press("j")
    line(room.panelist).wait_for()

    room.panelist.keyboard.press("Alt+l")
    room.panelist.keyboard.type("4 padded layers")

    assert number_shown(room.panelist) == "2"
    assert room.panelist.locator(f"{PANEL} textarea").input_value() == "4 padded layers"


def test_open_dialog_is_left_alone(room):
    room.panelist.keyboard.press("?")
    room.lead.keyboard.press("j")
    marked(room.panelist, 2, "lead here")
    room.panelist.wait_for_timeout(2000)
    where = number_shown(room.panelist)

    room.panelist.keyboard.press("Escape")

    assert where == "1"
    shows(room.panelist, 2)


def test_rating_on_its_way_is_not_given_to_the_next_question(room):
    # The very moment after the question has changed.
    room.panelist.evaluate(
        """() => document.addEventListener("room:shown", () => setTimeout(() =>
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "4", code: "Digit4", bubbles: true, cancelable: true }))))"""
    )
    room.lead.keyboard.press("j")
    shows(room.panelist, 2)
    room.panelist.wait_for_timeout(1000)

    room.panelist.keyboard.press("5")

    chosen = room.panelist.locator(f"{PANEL} [data-rating]:checked")
    assert chosen.get_attribute("value") == "5"
    assert Response.objects.filter(scorecard__author=room.people["panelist"], rating=4).count() == 0


def test_rail_says_what_was_asked_and_dropped_and_nothing_of_ratings(room):
    room.lead.keyboard.press("4")
    room.lead.wait_for_timeout(3200)  # so long that it was asked and not only passed
    room.lead.keyboard.press("j")
    room.lead.wait_for_timeout(3200)
    room.lead.keyboard.press("j")
    dropped_by(room.lead)
    room.lead.keyboard.press("j")

    for follower in (room.panelist, room.observer):
        marked(follower, 4, "lead here")
        marked(follower, 3, "dropped")
        assert marks(follower) == {"1": "asked", "2": "asked", "3": "dropped", "4": "lead here"}
    course = Course.objects.get()
    keys = [item.key for item in room.interview.version.items.all()]
    assert (course.shown, course.asked, course.dropped) == (keys[3], keys[:2], keys[2:3])


def test_dropping_taken_back_is_taken_back_for_everybody(room):
    dropped_by(room.lead)
    room.lead.keyboard.press("j")
    marked(room.panelist, 1, "dropped")

    room.lead.keyboard.press("k")
    room.lead.locator(f"{PANEL} [data-outcome-clear]").click()

    marked(room.panelist, 1, "lead here")
    room.lead.keyboard.press("j")
    marked(room.panelist, 2, "lead here")
    assert marks(room.panelist).get("1") != "dropped"


def test_pause_and_finish_are_seen_at_once(room):
    lifecycle.pause(interview=room.interview, by=room.people["lead"], reason="Fire alarm")
    paused = room.panelist.locator("[data-paused-notice]")
    paused.wait_for(timeout=3000)
    words = paused.inner_text()
    lifecycle.resume(interview=room.interview, by=room.people["lead"])
    paused.wait_for(state="hidden", timeout=3000)
    lifecycle.finish(interview=room.interview, by=room.people["lead"])
    room.observer.locator("[data-ended]").wait_for(timeout=3000)

    assert "Fire alarm" in words


def test_observer_hears_of_an_added_question(room):
    room.lead.get_by_role("button", name="More").click()
    room.lead.locator("#more").get_by_role("button", name="Add a question").click()
    room.lead.locator("#unplanned textarea").first.fill("And what about stride?")
    room.lead.locator("#unplanned").get_by_role("button", name="Add and go there").click()

    added = room.observer.locator("[data-added]")
    added.wait_for(timeout=3000)
    assert "A question was added" in added.inner_text()


def test_out_of_touch_the_room_goes_on_and_catches_up(room):
    page = room.panelist
    for place in ("events", "state"):
        page.route(f"**/room/{place}/", lambda route: route.abort())
    cut_streams()
    line(page).filter(has_text="Out of touch with the panel.").wait_for(timeout=PATIENCE)
    page.keyboard.press("n")
    page.keyboard.type("Said alone")
    page.keyboard.press("Escape")
    page.locator("[data-save][data-state=saved]").wait_for()
    room.lead.keyboard.press("j")
    shows(room.observer, 2)
    alone = number_shown(page)

    page.unroute("**/room/events/")
    shows(page, 2)

    assert alone == "1"
    line(page).wait_for(state="hidden")
    assert page.locator("dialog[open]").count() == 0


def test_two_tabs_share_one_stream(room):
    asked = []
    second = room.panelist.context.new_page()
    second.on("request", lambda request: asked.append(request.url))
    enter(second, room.interview)
    room.lead.keyboard.press("j")
    shows(second, 2)
    shows(room.panelist, 2)
    before = [address for address in asked if address.endswith("/events/")]

    room.panelist.close()
    second.wait_for_timeout(500)
    room.lead.keyboard.press("j")
    shows(second, 3)

    assert before == []
    assert [address for address in asked if address.endswith("/events/")] != []


def another_room_of_the_lead(room, open_page, *, device):
    """A second tab, or a second device, on which the lead has the room open."""
    if device:
        return enter(open_page(room.people["lead"], service_workers="block"), room.interview)
    return enter(room.lead.context.new_page(), room.interview)


def settled(page):
    """Longer than a room waits that has something to say from where the course is not."""
    page.wait_for_timeout(3500)


def told_by(page):
    """The places that a room of the lead says from now on."""
    told = []

    def hear(request):
        if request.url.endswith("/room/course/"):
            told.append(request.post_data_json["shown"])

    page.on("request", hear)
    return told


@pytest.mark.parametrize("device", [False, True], ids=["tab", "device"])
def test_room_in_which_the_lead_did_not_go_on_pulls_nobody_away(room, open_page, device):
    room.lead.keyboard.press("j")
    shows(room.panelist, 2)
    second = another_room_of_the_lead(room, open_page, device=device)
    second.keyboard.press("k" if number_shown(second) == "2" else "j")
    shows(room.panelist, int(number_shown(second)))
    left_at = number_shown(second)
    if not device:
        room.lead.bring_to_front()
    for _question in (3, 4):
        room.lead.keyboard.press("j")
    shows(room.panelist, 4)
    settled(room.panelist)
    course = Course.objects.get().shown
    told = told_by(second)
    room.panelist.evaluate(
        "globalThis.moves = []; document.addEventListener('room:shown', ({ detail: { key } }) => moves.push(key))"
    )

    dropped_by(second)
    marked(room.panelist, int(left_at), "dropped")
    settled(room.panelist)

    assert (left_at, number_shown(second), number_shown(room.lead)) == (left_at, left_at, "4")
    assert (number_shown(room.panelist), room.panelist.evaluate("moves")) == ("4", [])
    assert set(told) <= {course}
    assert marks(room.panelist)["4"] == "lead here"
    room.lead.keyboard.press("j")
    shows(room.panelist, 5)
    second.bring_to_front()
    second.keyboard.press("j")
    shows(room.panelist, int(number_shown(second)))


def test_question_on_screen_in_a_room_that_the_lead_left_is_not_being_asked(room):
    lead = room.lead
    second = lead.context.new_page()
    second.clock.install()
    enter(second, room.interview)
    lead.bring_to_front()
    lead.keyboard.press("j")
    lead.keyboard.press("j")
    shows(room.panelist, 3)

    second.clock.fast_forward(25_000)
    settled(room.panelist)

    assert (number_shown(second), number_shown(room.panelist)) == ("1", "3")
    assert marks(room.panelist) == {"3": "lead here"}


def test_where_the_lead_went_is_told_after_a_reload_too(room):
    room.lead.route("**/room/course/", lambda route: route.abort())
    room.lead.keyboard.press("j")
    room.lead.wait_for_timeout(500)
    room.lead.unroute("**/room/course/")

    reload(room.lead)

    shows(room.panelist, 2)
    assert (number_shown(room.lead), number_shown(room.panelist)) == ("2", "2")


@pytest.mark.parametrize("taken", [False, True], ids=["another device", "lead taken"])
def test_who_leads_goes_on_where_the_interview_is(open_page, room, taken):
    for _question in range(2):
        room.lead.keyboard.press("j")
    shows(room.observer, 3)
    newcomer = room.people["lead"]
    if taken:
        newcomer = make_user(Role.INTERVIEWER)
        lifecycle.add_panelist(interview=room.interview, user=newcomer, place=Place.PANELIST, by=room.people["lead"])
        lifecycle.take_lead(interview=room.interview, user=newcomer, by=newcomer)

    page = enter(open_page(newcomer, service_workers="block"), room.interview)
    opened_at = number_shown(page)
    page.keyboard.press("j")
    shows(room.observer, 4)

    assert opened_at == "3"


def test_place_in_a_room_that_was_kept_outlasts_what_it_was_kept_with(open_page, room):
    """A page from before says where the lead was then; this device has heard of later."""
    for _question in range(2):
        room.lead.keyboard.press("j")
    shows(room.observer, 3)
    heard = int(room.lead.evaluate("version => localStorage.getItem(version)", version_of(room)))
    room.lead.evaluate("([name, version]) => localStorage.setItem(name, version)", [version_of(room), heard + 1])
    Course.objects.update(shown=room.interview.version.items.first().key)

    reload(room.lead)

    assert number_shown(room.lead) == "3"


def version_of(room):
    return f"evenhand-version-{room.interview.pk}"


def test_after_the_finish_nobody_is_followed(room):
    room.lead.keyboard.press("j")
    marked(room.panelist, 2, "lead here")

    lifecycle.finish(interview=room.interview, by=room.people["lead"])

    room.panelist.locator("[data-follow]").wait_for(state="hidden", timeout=PATIENCE)
    assert "lead here" not in marks(room.panelist).values()


def test_lobby_is_made_anew_when_the_plan_changes(open_page):
    interview, lead, _panelist = waiting()
    page = open_page(lead, service_workers="block")
    page.goto(f"/interviews/{interview.pk}/room/")
    page.get_by_text("5 questions in").wait_for()
    other = make_version(3, opening=interview.opening)

    lifecycle.change_version(interview=interview, version=other, by=lead)

    page.get_by_text("3 questions in").wait_for(timeout=PATIENCE)
    assert page.get_by_text("5 questions in").count() == 0
    assert page.get_by_role("button", name="Start the interview").is_visible()


def test_lobby_opens_after_the_server_was_away(open_page):
    interview, lead, panelist = waiting()
    page = open_page(panelist, service_workers="block")
    refused = []

    def refuse(route):
        refused.append(route.request.url)
        route.fulfill(status=502)

    page.route("**/room/events/", refuse, times=1)
    page.goto(f"/interviews/{interview.pk}/room/")
    page.wait_for_timeout(500)
    assert len(refused) == 1

    lifecycle.start(interview=interview, by=lead)

    page.locator(PANEL).wait_for(timeout=PATIENCE)


def test_lobby_that_is_gone_back_to_opens(open_page):
    interview, lead, panelist = waiting()
    page = open_page(panelist, service_workers="block")
    page.goto(f"/interviews/{interview.pk}/room/")
    for name in ("pagehide", "pageshow"):
        page.evaluate("name => dispatchEvent(new PageTransitionEvent(name, { persisted: true }))", name)

    lifecycle.start(interview=interview, by=lead)

    page.locator(PANEL).wait_for(timeout=PATIENCE)
    assert page.locator("[data-lobby]").count() == 0


def waiting():
    """An interview that has not begun, its lead and a panelist."""
    lead, panelist = make_user(Role.INTERVIEWER), make_user(Role.INTERVIEWER)
    panel = [(lead, Place.LEAD), (panelist, Place.PANELIST)]
    return make_interview(panel=panel, state=State.SCHEDULED, version=make_version(5)), lead, panelist


def test_covered_room_misses_nothing(open_page, room, address):
    page = open_page(room.people["panelist"], service_workers="block")
    page.clock.install()
    streams = []
    page.on("request", lambda request: streams.append(request.url) if request.url.endswith("/events/") else None)
    enter(page, room.interview)
    page.wait_for_timeout(500)
    listener = page.context.new_page()
    listener.goto("/interviews/")
    listener.evaluate(
        """name => { globalThis.heard = []; new BroadcastChannel(name).onmessage = ({ data }) => heard.push(data); }""",
        f"evenhand-panel-{room.interview.pk}-{room.people['panelist'].pk}",
    )
    page.context.clear_cookies()
    sign_in(page.context, make_user(Role.INTERVIEWER), address)
    page.context.new_page().goto("/")
    page.locator("[data-room][data-covered]").wait_for()

    page.clock.fast_forward(40_000)
    page.wait_for_timeout(500)

    assert len(streams) == 1
    assert [data for data in listener.evaluate("heard") if "lost" in data] == []


def test_signing_out_forgets_in_every_tab_who_was_not_followed(room):
    first = room.panelist
    room.lead.keyboard.press("j")
    shows(first, 2)
    first.keyboard.press("j")
    second = enter(first.context.new_page(), room.interview)
    second.keyboard.press("j")
    second.keyboard.press("j")
    for page in (first, second):
        line(page).filter(has_text="You no longer follow").wait_for(timeout=PATIENCE)
    second.goto("/")  # it is no room any more, and knows all the same
    first.goto("/accounts/logout/")

    first.locator("main").get_by_role("button", name="Sign out").click()
    first.wait_for_url("**/accounts/login/**")

    kept = [page.evaluate("Object.keys(sessionStorage)") for page in (first, second)]
    assert [name for names in kept for name in names if "evenhand" in name] == []


def test_lead_taken_over_both_rooms_offer_the_change_and_lose_nothing(room):
    room.panelist.keyboard.press("n")
    room.panelist.keyboard.type("Half a sen")
    lifecycle.take_lead(interview=room.interview, user=room.people["panelist"], by=room.people["panelist"])

    old, new = room.lead.locator("[data-lead-changed]"), room.panelist.locator("[data-lead-changed]")
    old.wait_for(timeout=3000)
    new.wait_for(timeout=3000)
    words = new.inner_text(), old.inner_text()
    finish = room.lead.locator("[data-dialog=finish]").is_visible()
    for page in (room.panelist, room.lead):
        page.locator("[data-lead-changed]").get_by_role("link", name="Reload").click()
        page.locator("[data-lead-changed]").wait_for(state="hidden")
        page.locator(PANEL).wait_for()
    notes = room.panelist.locator(f"{PANEL} textarea").input_value()
    room.panelist.locator("h1:visible").click()
    room.panelist.keyboard.press("j")

    shows(room.lead, 2)
    assert words[0].startswith("You lead now.")
    assert words[1].startswith("Somebody else leads now.")
    assert not finish
    assert notes == "Half a sen"
    assert room.panelist.locator("[data-dialog=finish]").count() == 1
    assert room.lead.locator("[data-dialog=finish]").count() == 0


def test_nothing_of_a_scorecard_travels(room):
    """All that a browser receives on the stream while others rate and write."""
    room.panelist.evaluate(
        """() => {
            globalThis.heard = [];
            const channel = new BroadcastChannel(`evenhand-panel-${document.querySelector("[data-room]").dataset.interview}-${
                JSON.parse(document.querySelector("meta[name=saving]").content).user}`);
            channel.onmessage = ({ data }) => data.fresh && heard.push(data.fresh);
        }"""
    )
    room.lead.keyboard.press("4")
    room.lead.keyboard.press("n")
    room.lead.keyboard.type("zebrafinch")
    room.lead.keyboard.press("Escape")
    room.lead.locator("[data-save][data-state=saved]").wait_for()
    room.lead.keyboard.press("j")
    shows(room.panelist, 2)

    heard = room.panelist.evaluate("heard")
    assert heard
    assert {frozenset(state) for state in heard} == {frozenset({"interview", "clock", "panel"})}
    assert "zebrafinch" not in json.dumps(heard)
