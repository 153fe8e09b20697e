"""One interview by three people at three screens: from the lobby to the decision, with one scorecard that comes late and one
amendment. Nothing of anybody's is seen before its time."""

from accounts.models import Role
from interviews.models import Interview, Place, State
from tests.e2e.browser import ready
from tests.factories import make_interview, make_opening, make_user, make_version

SHOWN = "[data-panel]:not([hidden])"
OF_LEAD, OF_PANELIST = "Derived the rule at once", "Needed the hint twice"


def test_lead_panelist_and_observer_from_lobby_to_decision(open_page):
    people = {place: make_user(Role.INTERVIEWER, name=f"Demo {place}") for place in ("lead", "panelist", "observer")}
    manager = make_user(Role.HIRING_MANAGER, name="Demo manager")
    version = make_version(3, opening=make_opening(hiring_manager=manager))
    interview = make_interview(version=version, panel=[(user, Place(place)) for place, user in people.items()])
    lead, panelist, observer = (open_page(user, service_workers="block") for user in people.values())

    into_the_room(interview, lead, panelist, observer)
    through_three_questions(lead, panelist, observer)
    finish(lead, panelist, observer)

    submit(lead, recommendation=3)
    sealed_while_one_is_missing(interview, lead, panelist, observer)
    reminded(interview, lead)
    submit(panelist, recommendation=2)

    debrief(interview, lead, observer)
    amend(interview, panelist)
    decide(interview, open_page(manager))
    observer.goto(f"/records/{interview.pk}/")
    told = observer.locator("main").inner_text()
    assert "Decision: Decline" in told
    assert "Decided: Decline" in told
    assert "amended" in told.lower()

    interview = Interview.objects.get(pk=interview.pk)
    decision = interview.decisions.get()
    assert (interview.state, decision.outcome, decision.by) == (State.FINISHED, "decline", manager)
    assert [one.rating for one in interview.agreed_ratings.all()] == [4]
    assert [one.author for scorecard in interview.scorecards.all() for one in scorecard.amendments.all()] == [
        people["panelist"]
    ]


def into_the_room(interview, lead, *others):
    for page in (lead, *others):
        page.goto(f"/interviews/{interview.pk}/room/")
    for page in others:
        page.get_by_text("This page then opens the room by itself").wait_for()
    lead.get_by_role("button", name="Start the interview").click()
    for page in (lead, *others):
        ready(page)


def through_three_questions(lead, panelist, observer):
    for number in (1, 2, 3):
        for page in (panelist, observer):
            page.locator(f"{SHOWN}[data-number='{number}']").wait_for()
        panelist.wait_for_timeout(1000)  # a key pressed in the moment of a move is not taken for the new question
        rate_and_note(lead, rating=4, notes=OF_LEAD if number == 1 else "")
        rate_and_note(panelist, rating=2 if number == 1 else 4, notes=OF_PANELIST if number == 1 else "")
        lead.keyboard.press("j")
    assert OF_LEAD not in panelist.content()
    assert OF_PANELIST not in lead.content()
    assert OF_LEAD not in observer.content()


def rate_and_note(page, *, rating, notes):
    page.keyboard.press(str(rating))
    if notes:
        page.keyboard.press("n")
        page.keyboard.type(notes)
        page.keyboard.press("Escape")


def finish(lead, panelist, observer):
    lead.get_by_role("button", name="Finish").first.click()
    lead.locator("#finish button.primary").click()
    lead.wait_for_url("**/review/")
    for page in (panelist, observer):
        page.locator("[data-ended]").get_by_text("The interview is finished").wait_for()
    panelist.get_by_role("link", name="Go to the review").click()
    panelist.wait_for_url("**/review/")


def submit(page, *, recommendation):
    ready(page)
    page.locator(f"[data-choice=recommendation][value='{recommendation}']").press("Space")
    page.get_by_role("button", name="Submit scorecard").click()
    page.wait_for_url("**/records/*/")


def sealed_while_one_is_missing(interview, lead, panelist, observer):
    assert OF_PANELIST not in lead.content()
    for page, words in ((observer, "1 of 2 so far"), (panelist, "once you have submitted yours")):
        other = page.context.new_page()
        other.goto(f"/records/{interview.pk}/")
        assert words in other.locator("main").inner_text()
        assert OF_LEAD not in other.content()
        assert other.get_by_role("link", name="Debrief").count() == 0
        other.close()


def reminded(interview, lead):
    lead.goto(f"/records/{interview.pk}/")
    lead.get_by_role("button", name="Remind").click()
    lead.get_by_text("Demo panelist is reminded by mail.").wait_for()


def debrief(interview, lead, observer):
    observer.goto(f"/records/{interview.pk}/debrief/")
    first = observer.locator(".topic").first
    assert "2 apart" in first.inner_text()
    assert OF_LEAD in first.inner_text()
    assert OF_PANELIST in first.inner_text()
    assert observer.get_by_role("button", name="Note what you agreed on").count() == 0
    lead.goto(f"/records/{interview.pk}/debrief/")
    topic = lead.locator(".topic").first
    topic.get_by_role("button", name="Note what you agreed on").click()
    topic.get_by_role("heading", name="There is a problem").wait_for()
    topic.locator("[name=rating][value='4']").check(force=True)
    topic.locator("[name=reason]").fill("The hint was ours to give")
    topic.get_by_role("button", name="Note what you agreed on").click()
    topic.get_by_text("Agreed: 4", exact=True).wait_for()


def amend(interview, panelist):
    panelist.goto(f"/records/{interview.pk}/")
    panelist.get_by_role("link", name="Amend yours").first.click()
    panelist.get_by_label("3: ").check()
    panelist.get_by_label("Why you amend it").fill("The second hint was only a repetition")
    panelist.get_by_role("button", name="Amend").click()
    panelist.get_by_text("Amended. The record shows both versions.").wait_for()
    panelist.get_by_text("What it said before").first.click()
    panelist.get_by_text("As submitted").first.wait_for()


def decide(interview, manager):
    manager.goto(f"/records/{interview.pk}/")
    manager.get_by_role("link", name="Write the decision").click()
    manager.get_by_label("Decline").check()
    manager.get_by_label("Why").fill("Another candidate has run this before.")
    manager.get_by_role("button", name="Decide").click()
    manager.get_by_text("which speaks otherwise").first.wait_for()
    assert manager.get_by_label("Why", exact=True).input_value() == "Another candidate has run this before."
    manager.get_by_label("Why against the score").fill("There is one place only.")
    manager.get_by_role("button", name="Decide").click()
    manager.wait_for_url(f"**/records/{interview.pk}/")
