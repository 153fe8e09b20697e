"""The room's hands, notes off order, pacing and what can be seen: each paragraph at three window sizes where it matters."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Role
from interviews import lifecycle, publishing
from interviews.models import Operation, Outcome, Response, Sitting, State
from interviews.publishing import unplanned_content
from interviews.saving import save
from questionbank.models import Competency
from questionbank.stages import Stage
from tests.e2e.browser import enter, ready
from tests.factories import (
    make_interview,
    make_plan,
    make_plan_item,
    make_published,
    make_question,
    make_user,
    make_version,
)

SIZES = [(1440, 900), (720, 800), (390, 844)]


def notes(page):
    return page.locator("[data-panel]:not([hidden]) textarea")


def number_shown(page):
    return int(page.locator("[data-panel]:not([hidden])").get_attribute("data-number"))


def saved(page):
    page.locator("[data-save][data-state=saved]").wait_for()


def response(interview, number):
    return Response.objects.get(scorecard__interview=interview, item__number=number)


def until(page, check, seconds=10):
    for _try in range(seconds * 20):
        if check():
            return
        page.wait_for_timeout(50)
    assert check()


# Hands


@pytest.mark.parametrize("chord", ["Alt+Digit4", "Control+Shift+Digit4"], ids=["alt", "ctrl-shift"])
def test_rating_while_writing_leaves_the_cursor_where_it_is(open_page, live, chord):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")
    page.keyboard.type("Half a sen")

    page.keyboard.press(chord)
    page.keyboard.type("tence")
    page.keyboard.press("Escape")
    saved(page)

    stored = response(interview, 1)
    assert (stored.rating, stored.notes) == (4, "Half a sentence")


def test_alt_digit_that_types_a_sign_rates_by_the_place_of_the_key(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")

    taken = page.evaluate(
        """() => !document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
            { key: "¢", code: "Digit4", altKey: true, bubbles: true, cancelable: true }))"""
    )
    until(page, lambda: response(interview, 1).rating == 4)

    assert taken is True
    assert notes(page).input_value() == ""


def test_keys_with_alt_switched_off_leave_the_signs(open_page, live):
    interview, lead = live
    lead.alt_keys = False
    lead.save()
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")
    prevented = page.evaluate(
        """() => {
            const chord = { key: "[", code: "Digit5", altKey: true, bubbles: true, cancelable: true };
            return !document.activeElement.dispatchEvent(new KeyboardEvent("keydown", chord));
        }"""
    )

    page.keyboard.press("Alt+4")
    page.keyboard.press("Control+Shift+Digit2")
    saved(page)

    assert (prevented, response(interview, 1).rating) == (False, 2)


def test_refusal_while_writing_takes_two_keys_and_comes_back(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")
    page.keyboard.type("Would rather ")

    page.keyboard.press("Alt+0")
    page.keyboard.press("d")
    page.keyboard.type("not say")
    page.keyboard.press("Escape")
    saved(page)

    stored = response(interview, 1)
    assert (stored.outcome, stored.notes) == (Outcome.DECLINED, "Would rather not say")


def test_alt_gr_types_and_rates_nothing(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")

    taken = page.evaluate(
        """() => !document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
            { key: "|", code: "Digit1", altKey: true, ctrlKey: true, modifierAltGraph: true, bubbles: true, cancelable: true }))"""
    )

    assert taken is False
    assert page.locator("[data-panel]:not([hidden]) [data-rating]:checked").count() == 0


@pytest.mark.parametrize("chord", ["Control+Enter", "Meta+Enter"])
def test_going_on_while_writing_goes_on_writing(open_page, live, chord):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")
    page.keyboard.type("One")

    page.keyboard.press(chord)
    page.keyboard.type("Two")
    page.keyboard.press("Escape")
    saved(page)

    assert (response(interview, 1).notes, response(interview, 2).notes) == ("One", "Two")


def test_single_keys_switched_off_leave_the_chords(open_page, live):
    interview, lead = live
    lead.single_keys = False
    lead.save()
    page = enter(open_page(lead), interview)

    page.keyboard.press("4")
    page.keyboard.press(".")
    page.keyboard.press("Alt+Digit2")
    until(page, lambda: response(interview, 1).rating == 2)

    assert page.locator("[data-room][data-discreet]").count() == 0


def test_key_without_anything_to_do_says_so(open_page):
    lead = make_user(Role.INTERVIEWER)
    interview = make_interview(lead=lead, state=State.LIVE, version=make_version(4, points=0))
    page = enter(open_page(lead), interview)

    page.keyboard.press("f")

    assert page.locator("[data-pace-words]").inner_text() == "This question has no follow-ups."


def test_notes_stay_in_sight_above_the_keyboard_of_a_phone(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, width=390, height=844), interview)
    notes(page).click()

    page.set_viewport_size({"width": 390, "height": 420})  # what is left above the keys
    page.wait_for_timeout(300)
    box = notes(page).bounding_box()

    assert box["y"] >= 0
    assert box["y"] + min(box["height"], 60) <= 420
    assert "interactive-widget=resizes-content" in page.locator("meta[name=viewport]").get_attribute("content")


def test_thumbs_find_rating_and_next_in_the_lower_half(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, width=390, height=844), interview)

    forward = page.locator("[data-next]").bounding_box()
    rating = page.locator("[data-panel]:not([hidden]) .scale label").first.bounding_box()

    assert forward["y"] > 844 * 0.75
    assert forward["height"] >= 44
    assert rating["height"] >= 44


# Off order


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_line_for_another_question_is_filed_there_and_linked(open_page, live, width, height):
    interview, lead = live
    page = enter(open_page(lead, width=width, height=height), interview)
    page.keyboard.press("n")
    page.keyboard.type("About this one\n@3 Knows the other as well\nAnd back here")
    page.keyboard.press("Escape")
    saved(page)

    here, there = response(interview, 1), response(interview, 3)
    place = page.locator("[data-panel]:not([hidden]) [data-links] a")

    lines = here.notes.split("\n")
    assert (lines[0], lines[2]) == ("About this one", "And back here")
    assert lines[1].startswith("[to 3, 0:")
    assert there.notes.startswith("[from 1, 0:")
    assert there.notes.endswith("] Knows the other as well")
    assert place.inner_text() == "To 3 Question 3"
    place.click()
    assert number_shown(page) == 3
    assert page.locator("[data-panel]:not([hidden]) [data-links] a").inner_text() == "From 1 Question 1"
    assert page.locator(f"[data-go='{there.key}'] [data-pip]").get_attribute("title") == "Noted, no outcome yet"


def test_line_for_an_unplanned_question_goes_to_the_one_named(open_page, live):
    interview, lead = live
    one, two = (
        lifecycle.add_unplanned(
            interview=interview,
            title=f"Unplanned {n}?",
            content=unplanned_content(f"Unplanned {n}?"),
            stage=Stage.CORE,
            by=lead,
            op=uuid4(),
        )
        for n in (1, 2)
    )
    page = enter(open_page(lead), interview)

    page.keyboard.press("n")
    page.keyboard.type("@+2 Said it here")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    saved(page)

    filed = Response.objects.get(scorecard__interview=interview, unplanned=two)
    assert filed.notes.startswith("[from 1, ")
    assert filed.notes.endswith("] Said it here")
    assert Response.objects.get(scorecard__interview=interview, unplanned=one).notes == ""
    link = page.locator("[data-panel]:not([hidden]) [data-links] a")
    assert link.inner_text() == "To +2 Unplanned 2?"


def test_line_for_a_question_that_there_is_not_stays(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")
    page.keyboard.type("@70 Nowhere\n@1 Myself\n@ 2\nuser@3 example")
    page.keyboard.press("Escape")
    saved(page)

    assert response(interview, 1).notes == "@70 Nowhere\n@1 Myself\n@ 2\nuser@3 example"


def test_line_taken_back_and_filed_again_is_there_once(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")
    page.keyboard.type("@3 Said once\n")
    hinted = page.locator("[data-pace-words]").inner_text()
    page.keyboard.press("Control+z")
    while "@3" not in notes(page).input_value():
        page.keyboard.press("Control+z")
    page.keyboard.press("Escape")
    saved(page)

    assert hinted == "Filed under 3 Question 3."
    assert response(interview, 3).notes.count("Said once") == 1


def test_going_on_unseen_goes_on_writing(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")
    page.keyboard.press("Alt+Period")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("Born in 1984")
    page.keyboard.press("Escape")
    page.locator("[data-save][data-state=saved]").wait_for(state="attached")

    assert (response(interview, 2).notes, response(interview, 2).rating) == ("Born in 1984", None)


@pytest.fixture
def welcoming():
    """A live interview that begins with a segment, on which there is nothing to write; and its lead."""
    lead = make_user(Role.INTERVIEWER)
    plan = make_plan()
    make_plan_item(plan=plan, segment="welcome", minutes=4)
    make_plan_item(plan=plan)
    version = publishing.publish(plan=plan, by=plan.created_by)
    return make_interview(lead=lead, state=State.LIVE, version=version), lead


@pytest.mark.parametrize("words", ["nHe said hello ", "end of the story "])
def test_words_typed_where_there_are_no_notes_finish_nothing(open_page, welcoming, words):
    interview, lead = welcoming
    page = enter(open_page(lead), interview)

    page.keyboard.type(words, delay=30)
    page.wait_for_timeout(500)

    interview.refresh_from_db()
    assert interview.state == State.LIVE
    assert page.locator("[data-panel]:not([hidden])").get_attribute("data-kind") == "segment"
    if words.startswith("n"):
        assert page.locator("[data-pace-words]").inner_text() == "There are no notes here. They belong to questions."
        assert page.locator("dialog[open]").count() == 0
        page.wait_for_timeout(900)
        page.keyboard.press("j")
        assert page.locator("[data-panel]:not([hidden])").get_attribute("data-kind") == "question"
    else:
        page.wait_for_timeout(900)
        page.keyboard.press("Space")
        page.wait_for_url("**/review/")


def test_time_counts_through_a_reload_and_to_the_finish(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.wait_for_timeout(1600)
    page.reload()
    page.locator("[data-panel]:not([hidden])").wait_for()
    page.keyboard.press("j")
    page.wait_for_timeout(1600)
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")

    first, second = (response(interview, number).seconds for number in (1, 2))
    assert first >= 2
    assert second >= 2


def test_time_counts_on_a_segment(open_page, welcoming):
    interview, lead = welcoming
    page = enter(open_page(lead), interview)

    kind, spent = page.evaluate(
        """async () => {
            const { spentOn, current } = await import("/static/js/room/room.js");
            await new Promise((resolve) => setTimeout(resolve, 1600));
            return [current().dataset.kind, spentOn(current().dataset.panel)];
        }"""
    )

    assert kind == "segment"
    assert spent >= 1


def test_last_line_is_filed_on_leaving_the_notes(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")
    page.keyboard.type("@2 Left at once")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Escape")
    saved(page)

    assert response(interview, 2).notes.endswith("] Left at once")
    assert response(interview, 1).notes.startswith("[to 2, ")


def test_last_paragraph_moves_to_another_question(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")
    page.keyboard.type("Stays\nGoes")
    page.keyboard.press("Escape")

    page.keyboard.press("m")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    saved(page)

    assert response(interview, 1).notes.startswith("Stays\n[to 4, ")
    assert response(interview, 4).notes.endswith("] Goes")
    assert number_shown(page) == 1


def test_covered_elsewhere_takes_two_keys(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("4")
    page.keyboard.press("j")

    page.keyboard.press("0")
    page.keyboard.press("c")
    saved(page)

    assert response(interview, 2).covered_by == response(interview, 1).key
    page.get_by_role("button", name="Another question").click()
    assert page.locator("#covered").is_visible()


# Pacing


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_room_offers_what_to_drop_takes_it_by_one_key_and_gives_it_back_by_one(open_page, live, width, height):
    interview, lead = live
    sitting = interview.sittings.get()
    needed = sum(item.minutes for item in interview.version.items.all())
    Sitting.objects.filter(pk=sitting.pk).update(ends_at=sitting.started_at + timedelta(minutes=needed - 6))
    page = enter(open_page(lead, width=width, height=height), interview)
    line = page.locator("[data-pace]")

    said = line.inner_text()
    page.keyboard.press("a")
    until(page, lambda: interview_outcomes(interview).count(Outcome.NOT_REACHED) > 0)
    after = line.inner_text()
    dropped = interview_outcomes(interview)
    page.keyboard.press("u")
    until(page, lambda: interview_outcomes(interview).count("") == 4)

    assert "min over: drop Question " in said
    assert dropped[0] == ""  # the one on screen
    assert after.startswith("Dropped Question ")


def interview_outcomes(interview):
    responses = Response.objects.filter(scorecard__interview=interview).order_by("item__number")
    return list(responses.values_list("outcome", flat=True))


ADVICE = "async (args) => (await import('/static/js/room/pacing.js')).advice(...args)"


def entry(key, kind="question", **kwargs):
    defaults = {
        "minutes": 5,
        "spent": 0,
        "settled": False,
        "rated": False,
        "touched": False,
        "mustAsk": False,
        "weight": 1,
        "competency": "",
        "here": False,
        "ahead": True,
    }
    return {"key": key, "kind": kind} | defaults | kwargs


@pytest.fixture
def advise(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    return lambda entries, left: page.evaluate(ADVICE, [entries, left])


def test_advice_protects_must_ask_weight_competency_and_what_has_begun(advise):
    entries = [
        entry("here", here=True, ahead=False),
        entry("must", mustAsk=True),
        entry("only", competency="Training"),
        entry("begun", touched=True),
        entry("heavy", weight=3),
        entry("light", weight=1),
        entry("close", "segment", minutes=5),
    ]

    assert advise(entries, 30)["drop"] == ["light"]
    assert advise(entries, 25)["drop"] == ["heavy", "light"]
    assert advise(entries, 5)["drop"] == ["heavy", "light"]
    assert advise(entries, 35) == {"spare": 0, "drop": [], "wrapUp": None}


def test_segment_that_is_on_schedule_is_no_reason_to_drop(advise):
    entries = [entry("welcome", "segment", minutes=4, spent=3, here=True, ahead=False), entry("one"), entry("two")]

    assert advise(entries, 11) == {"spare": 0, "drop": [], "wrapUp": None}
    assert advise(entries, 5)["drop"] == ["two"]


def test_advice_drops_no_more_than_it_must(advise):
    entries = [entry("here", here=True, ahead=False), entry("big", minutes=10), entry("small", minutes=3, weight=1)]

    assert advise(entries, 12)["drop"] == ["big"]  # the small one alone would not do, and is not needed beside it
    assert advise(entries, 9)["drop"] == ["big"]


def test_advice_says_when_to_wrap_up(advise):
    entries = [
        entry("here", here=True, ahead=False),
        entry("next"),
        entry("yours", "segment", minutes=8),
        entry("steps", "segment", minutes=3),
    ]

    assert advise(entries, 20)["wrapUp"] is None
    assert advise(entries, 12)["wrapUp"] == "yours"


# Nothing leaks


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_dot_leaves_the_question_alone_on_the_screen(open_page, live, width, height):
    interview, lead = live
    page = enter(open_page(lead, width=width, height=height), interview)
    page.keyboard.press("n")
    page.keyboard.type("Unseen")

    page.keyboard.press("Alt+Period")
    page.keyboard.type(" but typed")
    seen = page.evaluate(
        """() => [...document.querySelectorAll("[data-room] *")].filter((element) =>
            element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.children.length === 0
            && element.textContent.trim()).map((element) => element.textContent.trim())"""
    )
    page.keyboard.press("Alt+Period")
    page.keyboard.press("Escape")
    saved(page)

    assert [words for words in seen if words != "."] == ["Question 1?", "Number 1", "Number 2", "Number 3"]
    assert response(interview, 1).notes == "Unseen but typed"
    assert page.locator("[data-panel]:not([hidden]) .scale").is_visible()


@pytest.mark.parametrize(("setting", "hidden"), [("call", 0), ("shared", 1), ("on_site", 1)])
def test_answers_start_hidden_where_the_candidate_sees_the_screen(open_page, setting, hidden):
    lead = make_user(Role.INTERVIEWER)
    interview = make_interview(lead=lead, state=State.LIVE, version=make_version(4), setting=setting)

    page = enter(open_page(lead), interview)

    assert page.locator("[data-room][data-answers=hidden]").count() == hidden
    page.keyboard.press("h")
    assert page.locator("[data-room][data-answers=hidden]").count() == 1 - hidden


def test_candidates_window_follows_the_room_and_holds_nothing_of_it(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    with page.expect_popup() as opened:
        page.keyboard.press("c")
    window = opened.value
    first = window.locator("h1").inner_text()

    page.bring_to_front()
    page.keyboard.press("j")
    window.locator("h1", has_text="Question 2?").wait_for()
    source = window.request.get(f"/interviews/{interview.pk}/candidate/").text()

    assert first == "Question 1?"
    assert "Question" not in source
    assert window.locator("textarea, [data-rating], .how, .aside").count() == 0
    page.close()
    window.locator("text=The question appears here.").wait_for()


def test_candidates_window_opens_without_a_network(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    kept = "(page) => caches.match(page).then(Boolean)"
    until(page, lambda: page.evaluate(kept, f"/interviews/{interview.pk}/candidate/"))
    until(page, lambda: page.evaluate(kept, "/static/js/room/candidate.js"))
    page.context.set_offline(True)

    with page.expect_popup() as opened:
        page.keyboard.press("c")

    opened.value.locator("h1", has_text="Question 1?").wait_for()


def test_question_is_copied_for_the_chat(open_page, live):
    interview, lead = live
    page = open_page(lead, permissions=["clipboard-read", "clipboard-write"])
    enter(page, interview)

    page.keyboard.press("y")
    page.locator("[data-pace-words]", has_text="Question copied").wait_for()

    assert page.evaluate("navigator.clipboard.readText()") == "Question 1?\n\na) Number 1\n\nb) Number 2\n\nc) Number 3"


# Never the wrong person


def test_title_names_place_time_and_candidate(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("j")

    assert page.title().startswith("2/4 0:0")
    assert page.title().endswith(str(interview.candidate))


def test_second_room_is_asked_about_before_it_starts(open_page, live):
    interview, lead = live
    other = make_interview(lead=lead, version=interview.version)
    page = open_page(lead)
    page.goto(f"/interviews/{other.pk}/room/")

    asked = page.locator(".callout", has_text="is still running").inner_text()
    page.get_by_role("button", name="Start this one all the same").click()
    page.locator("[data-panel]:not([hidden])").wait_for()

    other.refresh_from_db()
    assert str(interview.candidate) in asked
    assert other.state == State.LIVE


def test_review_hands_over_to_the_next_interview(open_page, live):
    interview, lead = live
    following = make_interview(lead=lead, version=interview.version)
    lifecycle.finish(interview=interview, by=lead)
    page = enter(open_page(lead), interview, "review")

    page.get_by_role("link", name="Go to the lobby").click()
    page.wait_for_url(f"**/interviews/{following.pk}/room/")

    page.locator("[data-storage-check]", has_text="It stores what you write").wait_for()


def test_lobby_says_when_this_browser_cannot_store(open_page):
    lead = make_user(Role.INTERVIEWER)
    interview = make_interview(lead=lead)
    page = open_page(lead)
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")

    page.goto(f"/interviews/{interview.pk}/room/")

    page.locator("[data-storage-check]", has_text="cannot store").wait_for()


def test_rehearsal_is_one_click_from_today_and_sends_nothing(open_page):
    lead = make_user(Role.INTERVIEWER)
    make_interview(lead=lead, version=make_version(4))
    page = open_page(lead)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto("/")

    page.get_by_role("link", name="Rehearse the room").click()
    page.locator("[data-panel]:not([hidden])").wait_for()
    page.keyboard.press("4")
    page.keyboard.press("n")
    page.keyboard.type("Only a try\n@2 And here\n")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_timeout(1500)

    assert page.locator("[data-save-words]").inner_text() == "Rehearsal: nothing is kept"
    assert notes(page).input_value().endswith("] And here")
    assert sent == []
    assert page.evaluate("indexedDB.databases()") == []
    page.get_by_role("link", name="End").click()
    page.wait_for_url("**/")


def test_question_is_swapped_by_w_and_counts_in_its_place(open_page):
    lead = make_user(Role.INTERVIEWER)
    competency = Competency.objects.create(name="Tuning", position=99)
    questions = [make_question(competency=competency) for _number in range(2)]
    other = make_question(competency=competency, text="What else would you try?")
    interview = make_interview(lead=lead, state=State.LIVE, version=make_published(*questions))
    page = enter(open_page(lead), interview)
    while not page.locator("[data-panel]:not([hidden])[data-question]").count():
        page.keyboard.press("j")

    page.keyboard.press("w")
    page.locator("#swap").get_by_text("What else would you try?").click()
    page.locator("#swap").get_by_role("button", name="Ask this one").click()
    page.locator("#id_reason_error").wait_for()
    page.locator("#swap [name=reason]").fill("Knows it already")
    page.locator("#swap").get_by_text("What else would you try?").click()
    page.locator("#swap").get_by_role("button", name="Ask this one").click()
    page.locator("[data-panel]:not([hidden]) h1", has_text="What else would you try?").wait_for()
    page.keyboard.press("5")
    saved(page)

    stands = interview.unplanned.get()
    assert (stands.question, stands.reason) == (other, "Knows it already")
    until(page, lambda: response(interview, 1).covered_by == stands.key)
    assert stands.responses.get().rating == 5
    assert page.locator(f"[data-go='{stands.key}'] .n").inner_text() == "1b"


def test_two_devices_that_come_upon_a_swap_have_nothing_to_choose(open_page):
    lead = make_user(Role.INTERVIEWER)
    competency = Competency.objects.create(name="Tuning", position=99)
    other = make_question(competency=competency)
    version = make_published(*(make_question(competency=competency) for _number in range(2)))
    interview = make_interview(lead=lead, state=State.LIVE, version=version)
    lifecycle.add_unplanned(
        interview=interview,
        title="Another",
        content=unplanned_content("Another?"),
        stage=Stage.CORE,
        by=lead,
        op=uuid4(),
        question=other,
        replaces=version.items.get(number=1),
        reason="Knows it",
    )
    pages = [open_page(lead, service_workers="block") for _device in range(2)]
    for page in pages:
        page.route("**/ops", lambda route: route.abort())
        enter(page, interview)
        page.locator("[data-save][data-state=local]").wait_for()

    for page in pages:
        page.unroute("**/ops")
        page.evaluate("dispatchEvent(new Event('online'))")
        saved(page)

    operations = Operation.objects.filter(scorecard__interview=interview, field__endswith=".outcome")
    until(pages[1], lambda: not operations.filter(result="conflict", settled_by=None).exists())
    assert operations.filter(result="conflict").count() == 1
    assert [page.locator(".version").count() for page in pages] == [0, 0]
    assert response(interview, 1).outcome == Outcome.COVERED


def test_question_is_shown_once_its_keys_work(open_page, live):
    interview, lead = live
    page = open_page(lead, service_workers="block")
    held = []
    page.route("**/keys*.js", lambda route: held.append(route))

    page.goto(f"/interviews/{interview.pk}/room/", wait_until="commit")
    page.locator("[data-panel]").first.wait_for(state="attached")
    page.wait_for_timeout(1000)
    shown = page.locator("[data-panel]:not([hidden])").count()
    held[0].continue_()
    ready(page)
    page.keyboard.press("4")
    saved(page)

    assert (shown, response(interview, 1).rating) == (0, 4)


# What readers and first users found


def unplanned_in(interview, lead, title):
    return lifecycle.add_unplanned(
        interview=interview, title=title, content=unplanned_content(f"{title}?"), stage=Stage.CORE, by=lead, op=uuid4()
    )


def test_question_off_the_plan_cannot_be_swapped(open_page, live):
    interview, lead = live
    added = unplanned_in(interview, lead, "Made up")
    page = open_page(lead)
    page.goto(f"/interviews/{interview.pk}/room/#{added.key}")
    ready(page)

    page.keyboard.press("w")

    page.locator("[data-pace-words]", has_text="This one cannot be swapped").wait_for()
    assert page.locator("#swap[open]").count() == 0


def test_line_is_not_filed_when_only_the_window_is_left(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")
    page.keyboard.type("@3 He would use dro")

    # as a window that loses the focus does: its active element stays
    page.evaluate("document.activeElement.dispatchEvent(new FocusEvent('focusout', { bubbles: true }))")
    page.keyboard.type("pout")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    saved(page)

    assert response(interview, 3).notes.endswith("] He would use dropout")
    assert response(interview, 1).notes.startswith("[to 3, ")


def test_line_for_a_number_that_there_is_not_says_so(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")

    page.keyboard.type("@99 Nowhere")
    page.keyboard.press("Enter")

    page.locator("[data-pace-words]", has_text="There is no question 99").wait_for()
    assert notes(page).input_value() == "@99 Nowhere\n"


@pytest.mark.parametrize("mark", ["@3: ", "@ 3 ", "@3. "])
def test_line_may_be_marked_as_people_write(open_page, live, mark):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")

    page.keyboard.type(f"{mark}Knows it")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    saved(page)

    assert response(interview, 3).notes.endswith("] Knows it")


def test_same_words_said_twice_are_filed_twice(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("n")

    for _time in range(2):
        page.keyboard.type("@3 Knows it")
        page.keyboard.press("Enter")
        page.wait_for_timeout(1100)
    page.keyboard.press("Escape")
    saved(page)

    assert response(interview, 3).notes.count("] Knows it") == 2


def test_covered_room_takes_no_keys_and_shows_nothing(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    with page.expect_popup() as opened:
        page.keyboard.press("c")
    window = opened.value
    window.locator("h1", has_text="Question 1?").wait_for()
    page.keyboard.press("/")
    page.locator("#jump[open]").wait_for()

    page.evaluate("new BroadcastChannel('evenhand-signed-in').postMessage(0)")
    page.locator("[data-room][data-covered]").wait_for()
    window.locator(".waiting").wait_for()
    for key in ("5", "j", "/", "?", "Alt+3"):
        page.keyboard.press(key)
    page.wait_for_timeout(1500)

    assert page.title() == "Evenhand"
    assert page.locator("dialog[open]").count() == 0
    assert window.locator("main").inner_text().strip() == "The question appears here."
    assert not Operation.objects.filter(scorecard__interview=interview).exclude(field__endswith=".time").exists()


def test_dot_closes_what_had_been_opened(open_page, live):
    interview, lead = live
    page = enter(open_page(lead, width=720, height=800), interview)
    page.keyboard.press("t")
    page.locator("#tips:popover-open").wait_for()

    page.keyboard.press(".")

    assert page.locator(":popover-open").count() == 0
    page.keyboard.press("w")
    page.locator("[data-discreet-said]", has_text="Only the question is shown.").wait_for()


def test_covered_elsewhere_is_where_the_words_came_from_not_where_they_went(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("1")
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.keyboard.type("@4 Later")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")

    page.keyboard.press("0")
    page.keyboard.press("c")
    saved(page)

    assert response(interview, 2).covered_by == f"q{response(interview, 1).item_id}"


def test_swap_waits_for_notes_that_are_too_long(open_page):
    lead = make_user(Role.INTERVIEWER)
    competency = Competency.objects.create(name="Tuning", position=99)
    version = make_published(make_question(competency=competency))
    make_question(competency=competency, text="What else?")
    interview = make_interview(lead=lead, state=State.LIVE, version=version)
    page = enter(open_page(lead), interview)
    notes(page).fill("x" * 25 * 1024)
    page.keyboard.press("Escape")

    page.keyboard.press("w")
    page.locator("#swap").get_by_text("What else?").click()
    page.locator("#swap [name=reason]").fill("Knows it")
    page.locator("#swap").get_by_role("button", name="Ask this one").click()
    page.locator("#swap [data-unsaved]", has_text="too long").wait_for()

    assert not interview.unplanned.exists()
    assert len(notes(page).input_value()) == 25 * 1024


def test_equal_versions_from_before_are_settled_when_the_room_opens(open_page, live):
    interview, lead = live
    scorecard = interview.scorecards.get()
    key = response(interview, 1).key
    for _device in range(2):
        value = {"outcome": "rated", "rating": 4, "covered_by": ""}
        operation = {
            "op": str(uuid4()),
            "writer": str(uuid4()),
            "field": f"{key}.outcome",
            "parent": None,
            "value": value,
        }
        operation["typed_at"] = timezone.now().isoformat()
        save(author=lead, scorecard_id=scorecard.pk, operations=[operation])

    page = enter(open_page(lead), interview)
    saved(page)

    until(page, lambda: not scorecard.operations.unsettled().exists())
    assert page.locator(".version").count() == 0
    assert response(interview, 1).rating == 4


def test_jump_takes_a_number_for_a_number(open_page):
    lead = make_user(Role.INTERVIEWER)
    version = make_published(make_question(text="Why 3 runs?"), make_question(), make_question(text="The third?"))
    page = enter(open_page(lead), make_interview(lead=lead, state=State.LIVE, version=version))

    page.keyboard.press("/")
    page.keyboard.type("3")
    page.keyboard.press("Enter")

    assert page.locator("[data-panel]:not([hidden]) h1").inner_text() == "The third?"


def test_menu_keeps_keys_from_what_is_under_it(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.locator("[popovertarget=more]").click()

    for key in ("j", "3", "b"):
        page.keyboard.press(key)
    number = number_shown(page)
    page.keyboard.press("ArrowDown")
    first = page.locator(":focus").inner_text()
    page.keyboard.press("/")
    page.locator("#jump[open]").wait_for()

    assert (number, first) == (1, "Pause")
    assert page.locator("#more:popover-open").count() == 0
    assert page.locator("[data-rating]:checked").count() == 0


def test_reload_in_the_middle_of_a_word_goes_on_in_it(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.keyboard.type("In the mid")
    page.wait_for_timeout(300)

    page.reload()
    ready(page)
    page.keyboard.type("dle")
    page.keyboard.press("Escape")
    saved(page)

    assert response(interview, 2).notes == "In the middle"


def test_points_are_gone_through_by_their_key_and_by_arrows(open_page, live):
    interview, lead = live
    page = enter(open_page(lead), interview)

    for key in ("p", "p", "Space", "ArrowDown", "Space", "f", "Space"):
        page.keyboard.press(key)
    saved(page)

    stored = response(interview, 1)
    assert (stored.points, stored.follow_ups) == ([1, 2], [0])


def test_keys_without_a_place_in_a_rehearsal_say_so(open_page):
    lead = make_user(Role.INTERVIEWER)
    make_interview(lead=lead, version=make_version(2))
    page = open_page(lead)
    page.goto("/rehearsal/")
    ready(page)

    page.keyboard.press("w")

    page.locator("[data-pace-words]", has_text="That is not possible here.").wait_for()
    swaps = page.locator("#swap").count()
    page.keyboard.press("e")
    page.get_by_role("heading", name="Today").wait_for()

    assert (swaps, page.url.endswith("/rehearsal/")) == (0, False)


def test_added_question_comes_at_the_stage_one_is_in(open_page):
    lead = make_user(Role.INTERVIEWER)
    version = make_published(make_question(stage=Stage.DEPTH))
    page = enter(open_page(lead), make_interview(lead=lead, state=State.LIVE, version=version))
    page.locator("[popovertarget=more]").click()
    page.get_by_role("button", name="Add a question").click()

    assert page.locator("#unplanned [name=stage]").input_value() == str(Stage.DEPTH.value)
    page.locator("#unplanned textarea").fill("And what if it fails?")
    page.keyboard.press("Control+Enter")
    page.locator("[data-panel]:not([hidden]) h1", has_text="And what if it fails?").wait_for()
