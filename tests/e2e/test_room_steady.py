"""The room in whatever state a person, a screen or a language puts it."""

import pytest

from accounts.models import Role
from interviews import lifecycle
from interviews.models import Response, State
from tests.e2e.browser import enter, reload
from tests.factories import make_interview, make_published, make_question, make_user

PANEL = "[data-panel]:not([hidden])"
WRITINGS = {
    "arabic": "قال إن التدرج يتلاشى مع كل طبقة",
    "hebrew": "הסביר את ההבדל בין 3 ל-5",
    "chinese": "他先画图，然后解释梯度消失。",
    "emoji": "👩🏽‍💻 nodded 👍🏿, then 🤷",
    "code": 'for (let i = 0; i < n; i++) { if (a[i] && !b) c += `<b>${i}</b>`; }\n\treturn "\\n" </textarea><script>alert(1)</script>',
}


def saved(page):
    page.locator("[data-save][data-state=saved]").wait_for()


def live_in(words):
    """A live interview whose question has these words in every field, and its lead."""
    lead = make_user(Role.INTERVIEWER)
    question = make_question(text=f"{words[:60]}?", how_to_ask=words)
    question.points.create(text=words[:80], position=0, confirmed=True)
    question.follow_ups.create(text=words, position=0)
    return make_interview(lead=lead, state=State.LIVE, version=make_published(question)), lead


def shows_no_less(page):
    """Nothing of the question on screen lies outside the window's width, and what is written in can be used."""
    return page.evaluate(
        """() => {
            const wide = document.documentElement.scrollWidth - innerWidth;
            const parts = ["h1", ".scale", "textarea", "[data-outcome-open]", ".aside"]
                .map((part) => document.querySelector(`[data-panel]:not([hidden]) ${part}`));
            const dock = document.querySelector("[data-next]");
            const beside = [...parts, dock].filter((part) => {
                const { left, right, width } = part.getBoundingClientRect();
                return !width || left < -1 || right > innerWidth + 1;
            });
            return { wide: Math.max(wide, 0), beside: beside.map((part) => part.className || part.tagName) };
        }"""
    )


# 1440 × 900 and a laptop's 1280 × 720 at 200 %, half of such a screen at 200 %, and the narrowest that WCAG names
@pytest.mark.parametrize(("width", "height"), [(720, 450), (640, 360), (360, 450), (320, 256), (320, 640)])
def test_room_enlarged_keeps_everything_in_reach(open_page, live, width, height):
    interview, lead = live
    page = enter(open_page(lead, width=width, height=height), interview)

    seen = shows_no_less(page)
    page.keyboard.press("4")
    page.keyboard.press("n")
    page.keyboard.type("Said")
    page.wait_for_timeout(100)
    written = page.locator(f"{PANEL} textarea").bounding_box()
    hidden_by = page.evaluate(
        """() => {
            const { left, top } = document.activeElement.getBoundingClientRect();
            const over = document.elementFromPoint(left + 12, top + 12);
            return over === document.activeElement ? null : over?.className ?? "nothing";
        }"""
    )
    page.keyboard.press("Control+Enter")

    assert seen == {"wide": 0, "beside": []}
    assert (written["y"] >= 0, written["height"] >= 60, hidden_by) == (True, True, None)
    assert page.locator(PANEL).get_attribute("data-number") == "2"


def test_room_with_reduced_motion_moves_nothing(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, reduced_motion="reduce"), interview)

    moving = []
    for key in "j40jb/":
        page.keyboard.press(key)
        moving += page.evaluate(
            """() => document.getAnimations()
                .filter(({ timeline, effect }) => timeline === document.timeline && effect.getComputedTiming().duration > 1)
                .map(({ animationName, transitionProperty }) => animationName ?? transitionProperty)"""
        )
        page.keyboard.press("Escape")

    assert moving == []


def test_room_in_forced_colours_tells_the_chosen_rating_and_the_question_shown(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, forced_colors="active"), interview)
    page.keyboard.press("4")
    look = "(element) => { const { backgroundColor, outlineStyle } = getComputedStyle(element); return backgroundColor + outlineStyle; }"

    def looks(selector):
        return [place.evaluate(look) for place in page.locator(selector).all()]

    ratings = looks(f"{PANEL} .scale label")
    rail = looks(".rail a")

    assert [ratings.count(one) for one in ratings] == [4, 4, 4, 1, 4]
    assert rail.count(rail[0]) == 1


def said_aloud(page):
    """Everything that a screen reader is given to read out from here on, in order."""
    page.evaluate(
        """() => {
            globalThis.said = [];
            for (const place of document.querySelectorAll("[role=status], [role=alert], [aria-live]")) {
                new MutationObserver(() => place.textContent && said.push([place.textContent.trim(), place.role ?? place.ariaLive]))
                    .observe(place, { childList: true, characterData: true, subtree: true });
            }
        }"""
    )


def test_screen_reader_hears_rating_and_saving_once_and_politely(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    said_aloud(page)

    page.keyboard.press("4")
    saved(page)
    page.wait_for_timeout(1500)
    page.keyboard.press("n")
    for words in ("Said this. ", "And that. ", "And more."):
        page.keyboard.type(words)
        page.wait_for_timeout(1500)
        saved(page)

    heard = page.evaluate("said")
    assert [words for words, _how in heard if not words.startswith("Saved ")] == ["Rated 4"]
    assert sum(words.startswith("Saved ") for words, _how in heard) == 1
    assert {how for _words, how in heard} == {"status"}


def test_screen_reader_hears_trouble_and_its_end(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, service_workers="block"), interview)
    said_aloud(page)
    page.route("**/ops", lambda route: route.abort())

    page.keyboard.press("n")
    page.keyboard.type("Said")
    page.locator("[data-save][data-state=local]").wait_for()
    page.unroute("**/ops")
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)

    kinds = [words.split(" ")[0] for words, _how in page.evaluate("said")]
    assert kinds == ["On", "Saved"]


def test_question_and_its_rating_have_names(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)

    page.keyboard.press("j")

    assert page.locator(":focus").inner_text() == "Question 2?"
    assert page.get_by_role("group", name="Rating").locator("visible=true").count() == 1
    assert page.get_by_role("radio", name="4 Good").locator("visible=true").count() == 1
    assert page.get_by_role("textbox", name="Notes").locator("visible=true").count() == 1


@pytest.mark.parametrize("words", WRITINGS.values(), ids=WRITINGS)
def test_every_field_takes_any_writing(open_page, words):
    interview, lead = live_in(words)
    page = enter(open_page(lead), interview)

    shown = page.locator(f"{PANEL} h1").inner_text()
    page.locator(f"{PANEL} textarea").fill(words)
    page.locator(f"{PANEL} [data-list=points]").first.check()
    saved(page)
    lifecycle.finish(interview=interview, by=lead)
    enter(page, interview, "review")
    page.locator("#summary").fill(words)
    saved(page)
    reload(page)

    scorecard = interview.scorecards.get()
    response = Response.objects.get(scorecard=scorecard, item__number=1)
    assert shown == " ".join(f"{words[:60]}?".split())
    assert (response.notes, response.points, scorecard.summary) == (words, [0], words)
    assert page.locator("[data-question] textarea").first.input_value() == words
    assert page.locator("#summary").input_value() == words


@pytest.mark.parametrize(("words", "side"), [(WRITINGS["arabic"], "right"), (WRITINGS["chinese"], "left")])
def test_writing_runs_its_own_way(open_page, words, side):
    interview, lead = live_in(words)
    page = enter(open_page(lead), interview)
    page.locator(f"{PANEL} textarea").fill(words)

    def lies(selector):
        """Whether the first letter stands left or right of the last."""
        return page.locator(f"{PANEL} {selector}").first.evaluate(
            """(element) => {
                const range = document.createRange();
                const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
                range.selectNodeContents(text);
                const box = element.getBoundingClientRect();
                const { left, right } = range.getClientRects()[0];
                return left - box.left <= box.right - right ? "left" : "right";
            }"""
        )

    assert (lies("h1"), lies(".aside .ref span")) == (side, side)
    assert page.locator(f"{PANEL} textarea").evaluate("(area) => getComputedStyle(area).direction") == (
        "rtl" if side == "right" else "ltr"
    )


def test_screen_stays_awake_while_the_room_is_shown(open_page, live):
    interview, lead = live
    page = open_page(lead)
    page.add_init_script(
        """globalThis.asked = [];
        navigator.wakeLock.request = async (what) => (asked.push(what), { release() {} });"""
    )

    enter(page, interview)

    assert page.evaluate("asked") == ["screen"]


def test_question_only_stays_so_over_a_reload(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("j")
    page.keyboard.press(".")

    reload(page)
    covered = page.locator("[data-room]").get_attribute("data-discreet")
    page.keyboard.press(".")
    reload(page)

    assert covered == ""
    assert page.locator("[data-room]").get_attribute("data-discreet") is None
