"""The whole job, once through: from a document to a record, each step as the person whose step it is."""

import re
from pathlib import Path

import pytest

from accounts.models import Role
from interviews.models import Interview, Plan, State
from questionbank.models import Question
from tests.conftest import THE_DOCUMENT, needs_document
from tests.e2e.browser import ready
from tests.factories import make_opening, make_user

OWN = Path(__file__).resolve().parents[1] / "questionbank" / "fixtures"


def documents():
    yield pytest.param(sorted(OWN.glob("*.txt"))[0], id="own")
    yield pytest.param(THE_DOCUMENT, id="real", marks=needs_document)


@pytest.mark.parametrize("document", list(documents()))
def test_from_document_to_record(open_page, document):
    manager = make_user(Role.HIRING_MANAGER)
    lead = make_user(Role.INTERVIEWER, name="Lead")
    make_opening(hiring_manager=manager, title="Engineer")

    plan_from(open_page(manager), document)
    schedule(open_page(manager), lead)
    interview = Interview.objects.get()
    hold_by_keyboard(open_page(lead), interview)
    read_as_recruiter(open_page(make_user(Role.RECRUITER)), interview)

    interview.refresh_from_db()
    assert (interview.state, interview.scorecards.get().recommendation) == (State.FINISHED, 3)
    if document == THE_DOCUMENT:
        assert Question.objects.count() == 25


def plan_from(page, document):
    page.goto("/sets/import/")
    page.locator("input[type=file]").set_input_files(document)
    page.get_by_role("button", name="Read the document").click()
    page.wait_for_url("**/sets/import/*/")
    page.locator("form[action$='/confirm/'] button").first.click()
    page.get_by_role("link", name="Suggest a 60-minute plan").first.click()
    page.locator("select[name=opening]").select_option(label="Engineer")
    page.get_by_role("button", name="Suggest a plan").click()
    page.wait_for_url(re.compile(r"/plans/\d+/$"))
    page.locator(".acts a.primary, .acts button.primary", has_text="Publish").first.click()
    page.wait_for_url("**/publish/")
    page.locator("main form[method=post] button.primary").click()
    page.wait_for_url(re.compile(r"/plans/\d+/$"))


def schedule(page, lead):
    page.goto("/interviews/new/")
    page.locator("[name=new_name]").fill("Candidate 0142")
    newest = page.locator("[name=version] option").last.get_attribute("value")
    page.locator("[name=version]").select_option(value=newest)
    page.locator("[name=lead]").select_option(value=str(lead.pk))
    page.get_by_role("button", name="Schedule interview").click()
    page.wait_for_url(re.compile(r"/interviews/\d+/$"))


def hold_by_keyboard(page, interview):
    page.goto(f"/interviews/{interview.pk}/room/")
    page.get_by_role("button", name="Start the interview").press("Enter")
    ready(page)
    for number in range(page.locator("[data-panel]").count()):
        if page.locator("[data-panel]:not([hidden])[data-question]").count():
            page.keyboard.press("4")
            page.keyboard.press("n")
            page.keyboard.type(f"Said on question {number}")
            page.keyboard.press("Escape")
        page.keyboard.press("j")
    page.get_by_role("button", name="Finish").first.press("Enter")
    page.locator("#finish button.primary").press("Enter")
    page.wait_for_url("**/review/")
    ready(page)
    page.locator("[data-choice=recommendation][value='3']").press("Space")
    page.get_by_role("button", name="Submit scorecard").press("Enter")
    page.wait_for_url("**/records/*/")


def read_as_recruiter(page, interview):
    page.goto("/records/")
    page.get_by_role("link", name="Candidate 0142").first.click()
    page.wait_for_url("**/records/*/")
    assert "Said on question" in page.locator("main").inner_text()


def test_dropped_document_becomes_a_timed_plan_in_three_clicks(open_page):
    manager = make_user(Role.HIRING_MANAGER)
    make_opening(hiring_manager=manager, title="Engineer")
    page = open_page(manager)
    page.goto("/sets/import/")
    document = sorted(OWN.glob("*.txt"))[0]

    page.locator("form[data-import]").evaluate(
        """(form, [name, text]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], name, { type: "text/plain" }));
            form.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        [document.name, document.read_text(encoding="utf-8")],
    )
    page.wait_for_url(re.compile(r"/sets/import/\d+/$"))
    page.get_by_role("button", name="Add to the bank").first.click()
    page.get_by_role("link", name="Suggest a 60-minute plan").first.click()
    page.get_by_role("button", name="Suggest a plan").click()
    page.wait_for_url(re.compile(r"/plans/\d+/$"))

    plan = Plan.objects.get()
    assert (plan.length, plan.created_by) == (60, manager)
    assert sum(item.minutes for item in plan.items.all()) <= 60
    assert plan.items.filter(kind="question").exists()
