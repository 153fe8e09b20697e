"""An hour by keyboard alone, as one would hold it: a late start, answers out of order, a refusal, a swap, the review.

`python -m pytest tests/e2e/test_hour.py -s` prints how many keys it took beside the text that was typed.
"""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from interviews import publishing
from interviews.models import Outcome, Response, State
from questionbank.models import Competency
from tests.e2e.browser import ready
from tests.factories import make_interview, make_plan, make_plan_item, make_question, make_user

PANEL = "[data-panel]:not([hidden])"
MOST_KEYS = 48  # one more, and something has become slower to do


class Hands:
    """Presses keys and counts them; the text of notes, reasons and the summary is counted apart."""

    def __init__(self, page):
        self.page, self.keys, self.text = page, 0, 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.keys += len(keys)

    def write(self, words):
        self.page.keyboard.type(words)
        self.text += len(words)

    def file(self, number, words):
        """A line for another question: what is not its words counts as keys."""
        self.page.keyboard.type(f"@{number} ")
        self.keys += len(f"@{number} ")
        self.write(words)
        self.press("Enter")


def twelve_questions():
    """A published plan of 60 minutes: a welcome, 12 questions of 4 minutes over 4 competencies, and two segments to end.

    Every second question must be asked. One more question of the third competency is in the bank.
    """
    plan = make_plan(length=60)
    make_plan_item(plan=plan, segment="welcome", title="Welcome", stage=1, minutes=4)
    names = [Competency.objects.create(name=f"Subject {name}", position=90) for name in "ABCD"]
    for number in range(12):
        question = make_question(text=f"How would you do task {number + 1}?", competency=names[number % 4])
        make_plan_item(plan=plan, question=question, minutes=4, must_ask=number % 2 == 0)
    make_question(text="What would you do instead?", competency=names[2])
    for title, minutes in (("Candidate's questions", 5), ("Next steps", 3)):
        make_plan_item(plan=plan, segment="closing", title=title, stage=5, minutes=minutes)
    return publishing.publish(plan=plan, by=plan.created_by)


def shown(page, number):
    page.locator(f"{PANEL}[data-number='{number}']").wait_for()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (720, 800), (390, 844)])
def test_twelve_questions_by_keyboard(open_page, width, height):
    lead = make_user(Role.INTERVIEWER)
    at = timezone.now() - timedelta(minutes=9)  # nine minutes late
    interview = make_interview(lead=lead, version=twelve_questions(), at=at)
    page = open_page(lead, width=width, height=height)
    page.goto(f"/interviews/{interview.pk}/room/")
    hands, began = Hands(page), time.monotonic()

    hands.press("s")
    ready(page)
    page.locator("[data-pace-act]", has_text="Drop all 2").wait_for()
    hands.press("a", "j")
    shown(page, 1)
    hands.press("n")
    dropped = [int(number) for number in numbers_without_reaching(page)]
    asked = [number for number in range(1, 13) if number not in dropped]
    for number in asked:
        shown(page, number)
        if number == 3:
            hands.file(7, "Has done this in production")
        if number == 5:
            hands.file(11, "Knows the failure already")
        if number == 7:
            swap(page, hands)
            shown(page, "7b")
        if number == 9:
            hands.press("Alt+0", "d", "Control+Enter")
            continue
        hands.write(f"Said how, step by step, and why, on task {number}.")
        hands.press(f"Alt+{2 + number % 4}", "Control+Enter")
    page.locator(f'{PANEL}[data-title="Candidate\'s questions"]').wait_for()
    hands.press("j", "e", "Enter")
    page.wait_for_url("**/review/")
    ready(page)
    hands.press("r", "3", "s")
    hands.write("Sound where it counts.")
    hands.press("Tab", "Enter")
    page.wait_for_url(f"**/records/{interview.pk}/")
    took = time.monotonic() - began

    print(f"\nkeys={hands.keys} text={hands.text} seconds={took:.0f} asked={len(asked)} dropped={len(dropped)}")
    interview.refresh_from_db()
    outcomes = dict(
        Response.objects.filter(scorecard__interview=interview, item__isnull=False).values_list(
            "item__number", "outcome"
        )
    )
    assert interview.state == State.FINISHED
    assert [number for number, outcome in outcomes.items() if outcome == Outcome.NOT_REACHED] == dropped
    assert (outcomes[7], outcomes[9]) == (Outcome.COVERED, Outcome.DECLINED)
    assert sum(outcome == Outcome.RATED for outcome in outcomes.values()) == 12 - len(dropped) - 2
    stands = interview.unplanned.get()
    assert (stands.reason, stands.responses.get().rating) == ("Answered it on 3", 2 + 7 % 4)
    notes = dict(
        Response.objects.filter(scorecard__interview=interview, item__isnull=False).values_list("item__number", "notes")
    )
    assert "Knows the failure already" in notes[11]
    assert "Has done this in production" in notes[7]
    assert interview.scorecards.get().recommendation == 3
    assert hands.keys <= MOST_KEYS


def numbers_without_reaching(page):
    return page.evaluate(
        """async () => {
            const { outcomeOf } = await import("/static/js/room/answers.js");
            return [...document.querySelectorAll("[data-panel][data-question]")]
                .filter(({ dataset }) => outcomeOf(dataset.question).outcome === "not_reached").map(({ dataset }) => dataset.number);
        }"""
    )


def swap(page, hands):
    hands.press("Escape", "w")
    page.locator("#swap[open] input[type=radio]").first.wait_for()
    hands.press("Space", "Tab")
    hands.write("Answered it on 3")
    hands.press("Enter")
    shown(page, "7b")
    hands.press("n")
