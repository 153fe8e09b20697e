"""What is sealed is nowhere: not in a page, fragment or JSON, not in what a search finds, not in a number or an order."""

import json

import pytest
from django.urls import reverse

from interviews.amending import amend
from interviews.deciding import agree, decide
from interviews.models import Amendment
from tests.access import canary
from tests.access.canary import HUSHED, NAMED, PLACES, READERS, SEALED_OUT, STRANGERS, WORD, CanaryWorld
from tests.access.world import undone
from tests.factories import rate, submitted

pytestmark = pytest.mark.django_db

DRAFTS = ["live", "finished"]
# The panelist's own are the drafts, the lead's own is the submitted one.
CLOSED = {viewer: list(PLACES) for viewer in [*STRANGERS, *SEALED_OUT]} | {"panelist": ["half"], "lead": DRAFTS}
HIGH, LOW = {"rating": 5, "recommendation": 4}, {"rating": 1, "recommendation": 1}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), undone():
        yield CanaryWorld()


@pytest.mark.parametrize("viewer", CLOSED)
def test_word_that_is_sealed_is_in_no_answer(world, viewer):
    with undone():
        world.write(**HIGH, but_not_of=viewer)

        assert canary.leaks(world, viewer, CLOSED[viewer]) == []


# The other strangers see no list and no page of any interview, which the matrix has asked for.
def differing(world, viewer):
    """The pages that are not the same with the highest and with the lowest rating in others' scorecards."""
    answers = []
    for ratings in (HIGH, LOW):
        with undone():
            world.write(**ratings, but_not_of=viewer)
            answers.append(canary.seen(world, viewer, CLOSED[viewer]))
    return [page for page in answers[0] if answers[0][page] != answers[1][page]]


@pytest.mark.parametrize("viewer", ["othermgr", *SEALED_OUT, "panelist", "lead"])
def test_rating_that_is_sealed_changes_no_answer(world, viewer):
    """The same pages with the highest and with the lowest rating and recommendation in others' scorecards."""
    # Once more if they differ: Today says in how many minutes, and one may have passed between the two.
    assert differing(world, viewer) == [] or differing(world, viewer) == []


@pytest.mark.parametrize("viewer", READERS)
def test_drafts_are_closed_to_those_who_read_what_is_submitted(world, viewer):
    with undone():
        world.write(**HIGH)

        for state in DRAFTS:
            for name in ("record_detail", "interview_detail"):
                text = canary.said(world.ask(viewer, "GET", world.address(f"interviews:{name}", state, viewer)))
                assert (WORD in text, HUSHED in text) == (False, False)


@pytest.mark.parametrize("viewer", READERS)
def test_word_is_found_by_those_who_may_read_it(world, viewer):
    with undone():
        world.write(**HIGH)

        assert shows(world, viewer)
        assert finds(world, viewer)


def shows(world, viewer):
    text = canary.said(world.ask(viewer, "GET", world.address("interviews:record_detail", "half", viewer)))
    return WORD in text and HUSHED in text


def finds(world, viewer):
    text = canary.said(world.ask(viewer, "GET", f"{reverse('interviews:record_list')}?words={WORD}"))
    return f"{NAMED} half" in text


@pytest.mark.parametrize("viewer", ["panelist", "observer", "excused recruiter"])
def test_word_is_shown_once_the_last_has_submitted(world, viewer):
    with undone():
        world.write(**HIGH)
        assert not shows(world, viewer)
        assert not finds(world, viewer)

        submitted(rate(world.interviews["half"].scorecards.get(author=world.viewers["panelist"])))

        assert shows(world, viewer)
        assert finds(world, viewer)


@pytest.mark.parametrize("viewer", ["excused", "owing recruiter"])
def test_word_stays_closed_to_the_excused_and_to_who_owes_elsewhere(world, viewer):
    with undone():
        world.write(**HIGH)

        submitted(rate(world.interviews["half"].scorecards.get(author=world.viewers["panelist"])))

        assert not shows(world, viewer)
        assert not finds(world, viewer)


@pytest.mark.parametrize("state", ["live", "finished"])
@pytest.mark.parametrize("viewer", ["panelist", "observer"])
def test_stream_of_the_room_is_looked_at_and_says_nothing_of_others(world, viewer, state):
    address = world.address("interviews:room_events", state, viewer)
    said = []
    for ratings in (HIGH, LOW):
        with undone():
            world.write(**ratings)
            text = canary.said(world.ask(viewer, "GET", address))
            said.append(canary.PASSING.sub("", text))
            assert ('"panel": {"version"' in text, WORD in text, HUSHED in text) == (True, False, False)

    assert said[0] == said[1]


@pytest.mark.parametrize("ratings", [HIGH, LOW])
def test_what_the_lead_says_of_the_course_is_answered_alike_whatever_is_rated(world, ratings):
    key = world.interviews["live"].version.items.first().key
    body = json.dumps({"shown": key, "asked": [key], "dropped": []})
    address = world.address("interviews:course_change", "live", "lead")
    with undone():
        world.write(**ratings)

        answers = [
            canary.said(world.ask(viewer, "POST", address, body, content_type="application/json"))
            for viewer in ("lead", "panelist")
        ]

    assert answers[0] == "204 {}\n"
    assert (answers[1][:4], WORD in answers[1], HUSHED in answers[1]) == ("403 ", False, False)


def talked_about(world):
    """The last one has submitted, and the word stands in an amendment, in what was agreed on and in the decision too."""
    interview, words = world.interviews["half"], f"About the {WORD} and the {HUSHED}."
    lead, manager = world.viewers["lead"], world.viewers["manager"]
    submitted(rate(interview.scorecards.get(author=world.viewers["panelist"])))
    interview.refresh_from_db()
    response = interview.scorecards.get(author=lead).responses.first()
    version = {name: getattr(response, name) for name in Amendment.VERSIONED} | {"notes": f"{words} Again."}
    amend(response=response, by=lead, reason=words, seen=0, **version)
    agree(interview=interview, item=response.item, rating=5, reason=words, by=lead)
    decide(interview=interview, outcome="hold", reason=words, by=manager)


@pytest.mark.parametrize("viewer", [*STRANGERS, "excused", "owing recruiter"])
def test_what_came_after_submitting_is_in_no_answer_for_whom_it_is_closed(world, viewer):
    with undone():
        world.write(**HIGH)
        talked_about(world)

        assert canary.leaks(world, viewer, ["half"]) == []


@pytest.mark.parametrize("viewer", ["recruiter", "lead", "panelist", "observer"])
def test_what_came_after_submitting_is_read_by_whom_it_is_open_to(world, viewer):
    with undone():
        world.write(**HIGH)
        talked_about(world)

        found = canary.leaks(world, viewer, ["half"])

    assert {"interviews:record_detail half , page: says it", "interviews:debrief half , page: says it"} <= set(found)


def test_what_shows_the_word_would_be_noticed(world):
    with undone():
        world.write(**HIGH)

        found = canary.leaks(world, "recruiter", ["half"])

        assert "interviews:record_detail half , page: says it" in found
        assert f"interviews:record_list?words={WORD}, page: names an interview" in found


def test_rating_that_is_open_would_be_noticed(world):
    pages = []
    for ratings in (HIGH, LOW):
        with undone():
            world.write(**ratings)
            pages.append(canary.seen(world, "recruiter", ["half"]))

    differing = [page for page in pages[0] if pages[0][page] != pages[1][page]]

    assert ("interviews:record_detail", "half", "") in differing
    assert ("interviews:record_list", "", "recommendation=4") in differing
