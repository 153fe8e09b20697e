"""What the lead's room says of where the interview is: who may, what is taken, and what is refused in words."""

import json
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from interviews import lifecycle
from interviews.course import LONGEST
from interviews.models import Course, Place, State
from interviews.publishing import unplanned_content
from interviews.room_state import shared
from tests.factories import make_interview, make_panelist, make_user, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def interview():
    return make_interview(state=State.LIVE, version=make_version(3))


def keys_of(interview):
    return [item.key for item in interview.version.items.all()]


def lead_of(interview):
    return interview.panel.get(place=Place.LEAD).user


def say(client, interview, body, user=None):
    client.force_login(user or lead_of(interview))
    url = reverse("interviews:course_change", args=[interview.pk])
    body = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(url, body, content_type="application/json")


def course(shown, asked=(), dropped=()):
    return {"shown": shown, "asked": list(asked), "dropped": list(dropped)}


def test_course_is_what_the_leads_room_says(client, interview):
    first, second, third = keys_of(interview)

    response = say(client, interview, course(second, [first], [third]))

    told = Course.objects.get()
    assert (response.status_code, response.content) == (204, b"")
    assert (told.interview_id, told.shown, told.asked, told.dropped) == (interview.pk, second, [first], [third])


def test_course_lists_questions_in_the_order_of_the_room(client, interview):
    first, second, third = keys_of(interview)

    say(client, interview, course(third, [second, first, second]))

    assert Course.objects.get().asked == [first, second]


def test_course_said_again_changes_nothing(client, interview):
    first, second, _third = keys_of(interview)
    versions = []
    for shown in (first, second, second, first):
        say(client, interview, course(shown))
        versions.append(shared(interview.pk)["panel"]["version"])

    assert [version - versions[0] for version in versions] == [0, 1, 1, 2]


def test_course_can_be_at_a_segment_or_an_unplanned_question(client, interview):
    segment = make_version(1).items.get()
    added = lifecycle.add_unplanned(
        interview=interview,
        by=lead_of(interview),
        op=uuid.uuid4(),
        title="Stride",
        content=unplanned_content("Stride?"),
        stage=3,
    )

    statuses = [say(client, interview, course(key)).status_code for key in (added.key, segment.key)]

    assert statuses == [204, 400]
    assert Course.objects.get().shown == added.key


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"[" * 9000,
        b"\xff",
        "[]",
        "null",
        {},
        {"shown": "q1"},
        course("q1") | {"rating": 4},
        course(1),
        course(None),
        {"shown": "q1", "asked": "q1", "dropped": []},
        {"shown": "q1", "asked": [1], "dropped": []},
        {"shown": "q1", "asked": [["q1"]], "dropped": []},
        " " * (LONGEST + 1),
    ],
    ids=str,
)
def test_course_that_cannot_be_read_is_refused_in_words(client, interview, body):
    response = say(client, interview, body)

    assert (response.status_code, response.json()["code"]) == (400, "malformed")
    assert response.json()["message"]
    assert not Course.objects.exists()


@pytest.mark.parametrize(
    ("course_of", "sentence"),
    [
        (lambda a, b, other: course(other), "“shown” names nothing that this interview has."),
        (lambda a, b, other: course(""), "“shown” names nothing that this interview has."),
        (
            lambda a, b, other: course(a, [other]),
            "“asked” or “dropped” names a question that this interview does not have.",
        ),
        (
            lambda a, b, other: course(a, [], ["q1\x00"]),
            "“asked” or “dropped” names a question that this interview does not have.",
        ),
        (lambda a, b, other: course(a, [a], [a]), "A question is either asked or dropped."),
    ],
)
def test_course_with_keys_that_do_not_fit_is_refused_in_words(client, interview, course_of, sentence):
    first, second, _third = keys_of(interview)
    other = make_version(1).items.get().key

    response = say(client, interview, course_of(first, second, other))

    assert (response.status_code, response.json()) == (400, {"code": "malformed", "message": sentence})
    assert not Course.objects.exists()


@pytest.mark.parametrize("state", [State.SCHEDULED, State.FINISHED, State.CANCELLED])
def test_course_of_an_interview_that_does_not_run_is_refused(client, state):
    interview = make_interview(state=state, version=make_version(1))

    response = say(client, interview, course(keys_of(interview)[0]))

    assert (response.status_code, response.json()["code"]) == (409, "not-now")


def test_course_is_the_leads_alone(client, interview):
    first = keys_of(interview)[0]
    excused = make_panelist(interview=interview)
    lifecycle.excuse(panelist=excused, by=lead_of(interview), reason="Ill")
    others = {
        "panelist": make_panelist(interview=interview).user,
        "observer": make_panelist(interview=interview, place=Place.OBSERVER).user,
        "excused": excused.user,
        "stranger": make_user(Role.INTERVIEWER),
        "recruiter": make_user(Role.RECRUITER),
    }

    statuses = {name: say(client, interview, course(first), user).status_code for name, user in others.items()}

    assert statuses == {"panelist": 403, "observer": 403, "excused": 403, "stranger": 404, "recruiter": 403}
    assert not Course.objects.exists()


def test_course_is_the_new_leads_once_the_lead_was_taken(client, interview):
    former, first = lead_of(interview), keys_of(interview)[0]
    panelist = make_panelist(interview=interview).user
    lifecycle.take_lead(interview=interview, user=panelist, by=panelist)

    assert [say(client, interview, course(first), user).status_code for user in (former, panelist)] == [403, 204]


def test_course_without_a_session_or_a_token_says_what_is_missing(interview):
    url = reverse("interviews:course_change", args=[interview.pk])
    body = json.dumps(course(keys_of(interview)[0]))
    client = Client(enforce_csrf_checks=True)

    client.force_login(lead_of(interview))
    forged = client.post(url, body, content_type="application/json")
    signed_out = Client().post(url, body, content_type="application/json")

    assert (forged.status_code, forged.json()["code"]) == (403, "csrf")
    assert (signed_out.status_code, signed_out.json()["code"]) == (401, "signed-out")


def test_course_by_get_is_refused(client, interview):
    client.force_login(lead_of(interview))

    assert client.get(reverse("interviews:course_change", args=[interview.pk])).status_code == 405


@pytest.mark.parametrize(("questions", "panelists"), [(2, 0), (12, 7)])
def test_course_costs_the_same_however_large(client, django_assert_num_queries, questions, panelists):
    interview = make_interview(state=State.LIVE, version=make_version(questions))
    for _number in range(panelists):
        make_panelist(interview=interview)
    first, second, *_rest = keys_of(interview)
    say(client, interview, course(first))

    with django_assert_num_queries(10):  # two of them begin and end the transaction
        response = client.post(
            reverse("interviews:course_change", args=[interview.pk]),
            json.dumps(course(second, [first])),
            content_type="application/json",
        )

    assert response.status_code == 204


def test_asked_question_is_not_dropped_in_the_database_either(interview):
    with pytest.raises(IntegrityError, match="asked_question_is_not_dropped"), transaction.atomic():
        Course.objects.create(interview=interview, shown="q1", asked=["q1"], dropped=["q1"])
