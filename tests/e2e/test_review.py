"""The review by keyboard: what is open comes first, and nothing needs a mouse."""

import pytest

from interviews import lifecycle
from interviews.course import change_course
from interviews.models import Outcome, Recommendation, Response
from tests.e2e.browser import enter, ready

SIZES = [(1440, 900), (720, 800), (390, 844)]


def saved(page):
    page.locator("[data-save][data-state=saved]").wait_for()


def focused(page):
    return page.locator("[data-question]:focus-within").get_attribute("data-title")


def outcomes(interview):
    return dict(Response.objects.filter(scorecard__interview=interview).values_list("item__number", "outcome"))


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_review_is_done_by_keyboard_what_is_open_first(open_page, live, width, height):
    interview, lead = live
    page = enter(open_page(lead, width=width, height=height), interview)
    page.keyboard.press("3")
    page.keyboard.press("j")
    page.keyboard.press("4")
    page.keyboard.press("b")
    saved(page)
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")
    ready(page)

    order = [each.get_attribute("data-title") for each in page.locator("[data-question]").all()]
    press = page.keyboard.press
    press("j")
    first = focused(page)
    press("5")  # to come back to: rated anew
    press("j")
    press("0")
    press("d")
    back = focused(page)
    press("n")
    page.keyboard.type("Rather not.")
    press("Control+Enter")
    page.keyboard.type("Drew it first.")
    press("Alt+2")
    press("Control+Enter")
    last = focused(page)
    press("Control+Enter")
    press("4")
    press("s")
    page.keyboard.type("Go.")
    saved(page)
    left = page.locator("[data-submit-words]").inner_text()
    press("Tab")
    press("Enter")
    page.wait_for_url(f"**/records/{interview.pk}/")

    assert order == ["Question 2", "Question 3", "Question 4", "Question 1"]
    assert (first, back, last) == ("Question 2", "Question 3", "Question 1")
    assert left == "Every question has an outcome. 2 ratings have no notes to go by."
    assert outcomes(interview) == {1: "rated", 2: "rated", 3: Outcome.DECLINED, 4: "rated"}
    ratings = Response.objects.filter(scorecard__interview=interview).values_list("item__number", "rating")
    assert dict(ratings) == {1: 3, 2: 5, 3: None, 4: 2}
    scorecard = interview.scorecards.get()
    assert (scorecard.recommendation, scorecard.summary) == (Recommendation.STRONG_YES, "Go.")


def test_what_was_asked_is_not_marked_as_not_reached(open_page, live):
    interview, lead = live
    first, second, third, _fourth = interview.scorecards.get().responses.all()
    change_course(interview=interview, by=lead, shown=second.key, asked=[first.key], dropped=[])
    lifecycle.finish(interview=interview, by=lead)
    page = enter(open_page(lead), interview, "review")
    mark = page.get_by_role("button", name="Mark all that were not asked as not reached")

    def titled(words):
        return page.locator("[data-question]", has=page.get_by_text(words, exact=True)).get_attribute("data-title")

    tags = titled("Asked"), titled("Last on screen")
    page.locator(f"#notes-{third.key}").fill("Drew it.")
    mark.click()
    saved(page)

    assert tags == ("Question 1", "Question 2")
    assert outcomes(interview) == {1: "", 2: "", 3: "", 4: "not_reached"}
    assert page.locator("[data-submit-words]").inner_text() == "3 questions are still open."
    assert not mark.is_visible()


def test_ratings_without_notes_are_counted(open_page, live):
    interview, lead = live
    lifecycle.finish(interview=interview, by=lead)
    page = enter(open_page(lead), interview, "review")
    words = page.locator("[data-submit-words]")
    for _question in range(4):
        page.keyboard.press("j")
        page.keyboard.press("4")

    before = words.inner_text()
    for typed in ("One.", "Two.", "Three."):
        page.keyboard.press("n")
        page.keyboard.type(typed)
        page.keyboard.press("Escape")
        page.keyboard.press("k")

    assert before == "Every question has an outcome. 4 ratings have no notes to go by."
    assert words.inner_text() == "Every question has an outcome. 1 rating has no notes to go by."


def test_review_covered_elsewhere_asks_for_the_question(open_page, live):
    interview, lead = live
    lifecycle.finish(interview=interview, by=lead)
    page = enter(open_page(lead), interview, "review")
    page.keyboard.press("j")

    page.keyboard.press("0")
    page.keyboard.press("c")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    saved(page)

    response = Response.objects.get(scorecard__interview=interview, item__number=1)
    other = Response.objects.get(scorecard__interview=interview, item__number=3)
    assert (response.outcome, response.covered_by) == (Outcome.COVERED, other.key)
    assert focused(page) == "Question 1"


def test_review_keys_that_are_switched_off_do_nothing(open_page, live):
    interview, lead = live
    lead.single_keys = lead.alt_keys = False
    lead.save()
    lifecycle.finish(interview=interview, by=lead)
    page = enter(open_page(lead), interview, "review")
    area = page.locator("[data-question] textarea").first

    page.locator("[data-question]").first.focus()
    page.keyboard.press("4")
    area.focus()
    page.keyboard.press("Alt+4")
    nothing = outcomes(interview)[1]
    page.keyboard.press("Control+Shift+Digit4")
    saved(page)

    assert nothing == ""
    assert outcomes(interview)[1] == Outcome.RATED


def test_words_added_after_the_interview_are_marked(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")
    page.keyboard.type("Said in the room.")
    page.keyboard.press("Escape")
    saved(page)
    lifecycle.finish(interview=interview, by=lead)
    enter(page, interview, "review")

    page.locator("[data-question] textarea").first.fill("Said in the room. Meant the other one.")
    for _question in range(4):
        page.keyboard.press("Escape")
        page.keyboard.press("4")
        page.keyboard.press("j")
    page.keyboard.press("3")
    saved(page)
    page.get_by_role("button", name="Submit scorecard").click()
    page.wait_for_url(f"**/records/{interview.pk}/")

    assert page.get_by_text("added after the interview").first.is_visible()
