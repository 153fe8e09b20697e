"""The room and the review by keyboard, on real data: what is pressed, what is shown, what is stored."""

import pytest

from accounts.models import Role
from interviews import drafting, lifecycle, publishing
from interviews.models import Outcome, Place, Response, State
from tests.e2e.browser import enter, ready, reload
from tests.factories import make_interview, make_opening, make_question, make_user


def response_to(interview, number):
    return Response.objects.get(scorecard__interview=interview, item__number=number)


def saved(page):
    page.locator("[data-save][data-state=saved]").wait_for()
    page.wait_for_function("document.querySelector('[data-save]').textContent.startsWith('Saved ')")


def test_room_keys_rate_write_and_move(open_page, live):
    interview, lead = live
    page = open_page(lead)
    enter(page, interview)

    page.keyboard.press("4")
    page.keyboard.press("n")
    page.keyboard.type("j k 1 2 0 ? /: all text")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("0")
    page.keyboard.press("d")
    page.keyboard.press("b")
    saved(page)

    first, second = response_to(interview, 1), response_to(interview, 2)
    assert (first.outcome, first.rating, first.notes) == (Outcome.RATED, 4, "j k 1 2 0 ? /: all text")
    assert (second.outcome, second.rating, second.come_back) == (Outcome.DECLINED, None, True)


def test_room_covered_names_the_other_question(open_page, live):
    interview, lead = live
    page = open_page(lead)
    enter(page, interview)

    page.keyboard.press("0")
    page.keyboard.press("c")
    page.locator("#covered select").select_option(index=1)
    page.locator("[data-set-covered]").click()
    saved(page)

    assert response_to(interview, 1).covered_by == response_to(interview, 3).key


def test_room_shows_what_is_stored_after_a_reload(open_page, live):
    interview, lead = live
    page = open_page(lead)
    enter(page, interview)
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.keyboard.type("Written before the reload")
    page.keyboard.press("Escape")
    saved(page)

    reload(page)

    assert page.locator("[data-panel]:not([hidden]) textarea").input_value() == "Written before the reload"
    assert page.locator("[data-panel]:not([hidden]) [data-rating='2']").is_checked()


def test_room_says_not_saved_while_the_server_is_out_of_reach(open_page, live):
    interview, lead = live
    page = open_page(lead, service_workers="block")
    enter(page, interview)
    page.route("**/ops", lambda route: route.abort())

    page.keyboard.press("5")
    page.locator("[data-save][data-state=local]").wait_for()
    stored_meanwhile = response_to(interview, 1).rating
    page.unroute("**/ops")
    saved(page)

    assert (stored_meanwhile, response_to(interview, 1).rating) == (None, 5)


def test_room_two_versions_are_shown_and_one_chosen(open_page, live):
    interview, lead = live
    here, elsewhere = open_page(lead), open_page(lead)
    enter(here, interview)
    enter(elsewhere, interview)
    elsewhere.locator("[data-panel]:not([hidden]) textarea").fill("From the phone")
    saved(elsewhere)

    here.locator("[data-panel]:not([hidden]) textarea").fill("From the laptop")
    here.locator("[data-save][data-state=conflict]").wait_for()
    here.locator(".version", has_text="From the laptop").get_by_role("button").click()
    saved(here)

    assert response_to(interview, 1).notes == "From the laptop"


def test_room_of_an_observer_has_nothing_to_rate(open_page, live):
    interview, lead = live
    observer = make_user(Role.INTERVIEWER)
    lifecycle.add_panelist(interview=interview, user=observer, place="observer", by=lead)
    page = open_page(observer)

    enter(page, interview)

    assert page.locator("[data-panel]:not([hidden]) .answer").is_hidden()
    assert page.locator("[data-panel]:not([hidden]) h1").inner_text() == "Question 1?"


def test_finish_review_and_submit_by_keyboard(open_page, live):
    interview, lead = live
    page = open_page(lead)
    enter(page, interview)
    page.keyboard.press("3")
    page.get_by_role("button", name="Finish").first.click()
    page.locator("#finish").get_by_role("button", name="Finish").click()
    page.wait_for_url("**/review/")
    ready(page)

    for _question in range(3):
        page.keyboard.press("j")
        page.keyboard.press("4")
    page.locator("label", has_text="Strong yes").click()
    page.locator("#summary").fill("Sound on every question.")
    page.get_by_role("button", name="Submit scorecard").click()
    page.wait_for_url(f"**/records/{interview.pk}/")

    interview.refresh_from_db()
    scorecard = interview.scorecards.get()
    assert (interview.state, scorecard.recommendation, scorecard.summary) == (
        State.FINISHED,
        4,
        "Sound on every question.",
    )
    assert sorted(scorecard.responses.values_list("rating", flat=True)) == [3, 4, 4, 4]


def test_submit_with_questions_open_leads_to_each(open_page, live):
    interview, lead = live
    lifecycle.finish(interview=interview, by=lead)
    page = open_page(lead)
    enter(page, interview, "review")
    page.keyboard.press("j")
    page.keyboard.press("4")
    page.locator("label", has_text="Strong yes").click()
    saved(page)

    page.get_by_role("button", name="Submit scorecard").click()
    problem = page.locator("#submit-problem:not(:empty)")
    problem.wait_for()
    page.wait_for_timeout(300)
    in_sight = page.evaluate(
        """() => {
            const { left, top } = document.querySelector("#submit-problem h2").getBoundingClientRect();
            return document.elementFromPoint(left + 3, top + 3)?.closest("#submit-problem") !== null;
        }"""
    )
    named = problem.get_by_role("link").all_inner_texts()
    problem.get_by_role("link").nth(1).click()
    page.keyboard.press("4")
    left = [link.inner_text() for link in problem.get_by_role("link").all() if link.is_visible()]

    assert (named, in_sight) == (["Question 2", "Question 3", "Question 4"], True)
    assert page.locator("[data-question]:focus-within").get_attribute("data-title") == "Question 3"
    assert left == ["Question 2", "Question 4"]
    assert interview.scorecards.get().submitted_at is None


def test_submit_without_a_recommendation_asks_for_it(open_page, live):
    interview, lead = live
    lifecycle.finish(interview=interview, by=lead)
    page = open_page(lead)
    enter(page, interview, "review")

    page.get_by_role("button", name="Mark all that were not asked as not reached").click()
    page.get_by_role("button", name="Submit scorecard").click()

    problem = page.locator("#submit-problem:not(:empty)")
    problem.wait_for()
    assert "Choose a recommendation, then submit." in problem.inner_text()
    problem.get_by_role("link").click()
    assert page.locator(":focus").get_attribute("name") == "recommendation"
    assert interview.scorecards.get().submitted_at is None


@pytest.fixture
def rich():
    """A live interview of one long question with all that can hang on it, between segments; and its lead."""
    opening = make_opening()
    question = make_question(
        text="A deep network of linear layers has been trained for a week and predicts no better than a straight "
        "line would. What do you think has been left out, and how would you show that it is that and nothing else?",
        how_to_ask="Let them draw it. If they name the activation at once, ask what would still go wrong with a linear one.",
        why_ask="Shows whether they can reason from what a network computes to what it can learn.",
    )
    for number in range(6):
        question.points.create(
            text=f"A point of a good answer, number {number}, in some eighty characters or so", position=number
        )
    for number in range(3):
        question.follow_ups.create(text=f"And what if it had {number} layers?", position=number)
    for rating in (1, 3, 5):
        question.anchors.create(rating=rating, text=f"What an answer worth {rating} sounds like, in a sentence")
    plan = drafting.create(opening=opening, title="Technical", length=60, by=opening.hiring_manager)
    drafting.add_question(plan=plan, question=question)
    lead = make_user(Role.INTERVIEWER)
    version = publishing.publish(plan=plan, by=opening.hiring_manager)
    interview = make_interview(panel=[(lead, Place.LEAD)], version=version)
    return lifecycle.start(interview=interview, by=lead), lead


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720), (720, 800), (390, 844)])
def test_room_needs_no_scrolling_of_the_page(open_page, rich, width, height):
    interview, lead = rich
    page = open_page(lead, width=width, height=height)
    enter(page, interview)

    on_segment = out_of_reach(page, ["h1", "[data-next]"])
    page.keyboard.press("j")
    on_question = out_of_reach(page, ["h1", "[data-rating='1']", "[data-rating='5']", "textarea", "[data-next]"])
    page.keyboard.press("4")
    rated = out_of_reach(page, ["h1", "[data-rating='5']", "textarea", "[data-next]"])

    assert (on_segment, on_question, rated) == ([], [], [])


def test_observer_is_offered_nothing_to_tick_or_count(open_page, rich):
    interview, lead = rich
    observer = make_user(Role.INTERVIEWER)
    lifecycle.add_panelist(interview=interview, user=observer, place=Place.OBSERVER, by=lead)

    seen = []
    for user in (lead, observer):
        page = enter(open_page(user), interview)
        page.locator("[data-go^=q]").first.click()
        page.get_by_text("A point of a good answer, number 5").wait_for()
        seen.append([page.locator(f"{kind}:visible").count() > 0 for kind in ("[data-list]", "[data-stage-count]")])

    assert seen == [[True, True], [False, False]]


def out_of_reach(page, selectors):
    """Which of these cannot be pointed at: outside the window, or under something else; and what could be scrolled."""
    return page.evaluate(
        """(selectors) => {
            const panel = document.querySelector("[data-panel]:not([hidden])");
            const problems = selectors.filter((selector) => {
                const found = panel.querySelector(selector) ?? document.querySelector(selector);
                const element = found.closest("label") ?? found;
                const { top, bottom, left, right } = element.getBoundingClientRect();
                const [across, down] = [(left + right) / 2, (top + bottom) / 2];
                return ![[left + 3, down], [right - 3, down], [across, top + 3], [across, bottom - 3]].every(
                    ([x, y]) => element.contains(document.elementFromPoint(x, y)));
            });
            const below = innerHeight - document.querySelector(".dock").getBoundingClientRect().bottom;
            if (Math.abs(below) > 1) problems.push(`${below}px under the dock`);
            if (document.documentElement.scrollHeight > innerHeight + 1) problems.push("the page itself");
            return problems;
        }""",
        selectors,
    )


def test_pausing_and_going_on_keep_the_place(open_page, live):
    interview, lead = live
    page = open_page(lead)
    enter(page, interview)
    page.keyboard.press("j")
    page.keyboard.press("j")

    page.get_by_role("button", name="More").click()
    page.locator("#more").get_by_role("button", name="Pause").click()
    page.locator("#pause").get_by_role("button", name="Pause").click()
    page.locator(".notice.paused").wait_for()
    while_paused = shown_question(page)
    page.get_by_role("button", name="Go on").click()
    page.locator(".notice.paused").wait_for(state="hidden")

    assert (while_paused, shown_question(page)) == ("Question 3?", "Question 3?")


def shown_question(page):
    return page.locator("[data-panel]:not([hidden]) h1").inner_text()


def test_another_device_opens_the_room_at_the_first_open_question(open_page, live):
    interview, lead = live
    laptop, phone = open_page(lead), open_page(lead, width=390, height=844)
    enter(laptop, interview)
    laptop.keyboard.press("4")
    saved(laptop)

    enter(phone, interview)

    assert shown_question(phone) == "Question 2?"


def test_rating_key_in_the_outcome_menu_rates_after_all(open_page, live):
    interview, lead = live
    page = open_page(lead)
    enter(page, interview)

    page.keyboard.press("0")
    page.keyboard.press("3")
    saved(page)

    assert response_to(interview, 1).rating == 3
    assert page.locator("#outcome").is_hidden()


def test_jump_chooses_by_arrows_and_closes_with_one_escape(open_page, live):
    interview, lead = live
    page = open_page(lead)
    enter(page, interview)

    page.keyboard.press("/")
    page.keyboard.type("zzz")
    page.keyboard.press("Escape")
    closed = page.locator("#jump").is_hidden()
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.locator("[data-panel]:not([hidden]) h1", has_text="Question 3?").wait_for()
    assert closed is True
