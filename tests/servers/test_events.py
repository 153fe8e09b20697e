"""The room's stream on a real server: what travels, to whom, until when."""

import contextlib
import http.client
import json
import time
import uuid
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from interviews import events, lifecycle
from interviews.course import change_course
from interviews.models import Course, Operation, Outcome, Place, State
from interviews.publishing import unplanned_content
from interviews.saving import save
from tests.database import owning
from tests.e2e.server import serving, wait_until_idle
from tests.factories import make_interview, make_panelist, make_session, make_user, make_version

# The server's threads see only what is committed, and NOTIFY comes at commit.
pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 5


@pytest.fixture(scope="module")
def address(django_db_setup):
    with serving() as address:
        yield address


class Stream:
    """What a browser gets: `event()` waits for the next one and gives its data, None once the stream has ended."""

    def __init__(self, address, interview, user, session=None, **headers):
        self.session = session or make_session(user)
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=SECONDS)
        cookie = f"{settings.SESSION_COOKIE_NAME}={self.session}"
        url = reverse("interviews:room_events", args=[interview.pk])
        self.connection.request("GET", url, headers={"Cookie": cookie, "Accept": "text/event-stream", **headers})
        self.response = self.connection.getresponse()
        self.fields = {}

    def event(self):
        while fields := self.block():
            if "data" in fields and "event" not in fields:
                self.fields = fields
                return json.loads(fields["data"])
        return None

    def block(self):
        """The fields up to the next empty line; None at the end."""
        fields = {}
        while line := self.response.readline():
            if line == b"\n":
                return fields
            name, _colon, value = line.decode().rstrip("\n").partition(": ")
            fields[name] = value
        return None

    def silent(self, seconds=0.5):
        """Whether nothing but signs of life comes for so long."""
        self.connection.sock.settimeout(seconds)
        try:
            return self.event() is None
        except TimeoutError:
            return True

    def close(self):
        self.response.close()
        self.connection.close()


@pytest.fixture
def watch(address):
    """`watch(interview, user)`: a stream that is read up to its first event."""
    streams = []

    def opened(interview, user, **options):
        stream = Stream(address, interview, user, **options)
        streams.append(stream)
        stream.first = stream.event() if stream.response.status == 200 else None
        return stream

    yield opened
    for stream in streams:
        stream.close()
    wait_until_idle()


@pytest.fixture
def interview():
    return make_interview(state=State.LIVE, version=make_version(3))


def lead_of(interview):
    return interview.panel.get(place=Place.LEAD).user


def keys_of(interview):
    return [item.key for item in interview.version.items.all()]


def test_stream_says_what_everybody_may_know_and_nothing_else(watch, interview):
    first, second, third = keys_of(interview)
    lead, panelist = lead_of(interview), make_panelist(interview=interview).user
    change_course(interview=interview, by=lead, shown=second, asked=[first], dropped=[third])
    added = lifecycle.add_unplanned(
        interview=interview, by=lead, op=uuid.uuid4(), title="Stride", content=unplanned_content("Stride?"), stage=3
    )
    interview.scorecards.get(author=lead).responses.update(notes="xylophone", outcome=Outcome.RATED, rating=5)

    stream = watch(interview, panelist)

    clock = stream.first["clock"]
    sitting = interview.sittings.get()
    now, ends_at, elapsed = clock.pop("now"), clock.pop("ends_at"), clock.pop("elapsed")
    assert stream.first == {
        "interview": "live",
        "clock": {"running": True, "length": 60, "extra_time": 100, "breaks": 0, "paused": 0.0, "pause_reason": ""},
        "panel": {
            "version": interview.history.count() + 1,
            "lead": lead.pk,
            "shown": second,
            "asked": [first],
            "dropped": [third],
            "unplanned": [added.key],
        },
    }
    assert now > sitting.started_at.isoformat()
    assert ends_at == sitting.ends_at.isoformat(timespec="milliseconds")[:23] + "Z"
    assert 0 <= elapsed < 60
    assert stream.fields["id"] == str(stream.first["panel"]["version"])


def test_stream_is_held_back_and_kept_by_nobody(watch, interview):
    response = watch(interview, lead_of(interview)).response

    told = {name: response.headers[name] for name in ("Content-Type", "Cache-Control", "X-Accel-Buffering")}
    assert told == {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",
    }


def test_every_act_of_the_interview_reaches_its_rooms(watch, interview):
    lead = lead_of(interview)
    panelist = make_panelist(interview=interview).user
    first = keys_of(interview)[0]
    stream = watch(interview, make_panelist(interview=interview, place=Place.OBSERVER).user)
    added = {"op": uuid.uuid4(), "title": "Stride", "content": unplanned_content("Stride?"), "stage": 3}
    acts = [
        lambda: change_course(interview=interview, by=lead, shown=first, asked=[], dropped=[]),
        lambda: lifecycle.pause(interview=interview, by=lead, reason="Fire alarm"),
        lambda: lifecycle.resume(interview=interview, by=lead),
        lambda: lifecycle.add_unplanned(interview=interview, by=lead, **added),
        lambda: lifecycle.take_lead(interview=interview, user=panelist, by=panelist),
        lambda: lifecycle.finish(interview=interview, by=panelist),
        lambda: lifecycle.undo_finish(interview=interview, by=panelist),
    ]
    seen = []
    for act in acts:
        act()
        state = stream.event()
        seen.append(
            (
                state["interview"],
                state["clock"]["pause_reason"],
                state["panel"]["shown"],
                len(state["panel"]["unplanned"]),
                state["panel"]["lead"] == panelist.pk,
            )
        )

    assert seen == [
        ("live", "", first, 0, False),
        ("paused", "Fire alarm", first, 0, False),
        ("live", "", first, 0, False),
        ("live", "", first, 1, False),
        ("live", "", first, 1, True),
        ("finished", "", first, 1, True),
        ("live", "", first, 1, True),
    ]


def test_saving_says_nothing_to_anybody(watch, interview):
    lead = lead_of(interview)
    key = keys_of(interview)[0]
    stream = watch(interview, make_panelist(interview=interview).user)
    operation = {"op": str(uuid.uuid4()), "writer": str(uuid.uuid4()), "parent": None, "typed_at": None}
    rated = {"outcome": "rated", "rating": 5, "covered_by": ""}

    save(
        author=lead,
        scorecard_id=interview.scorecards.get(author=lead).pk,
        operations=[operation | {"field": f"{key}.outcome", "value": rated}],
    )

    assert Operation.objects.count() == 1
    assert stream.silent()


def test_rated_question_looks_like_one_that_was_asked(interview):
    first, second, _third = keys_of(interview)
    lead = lead_of(interview)
    change_course(interview=interview, by=lead, shown=second, asked=[first], dropped=[])
    told = []
    for rating in (None, 1, 5):
        outcome = Outcome.RATED if rating else ""
        responses = interview.scorecards.get(author=lead).responses
        responses.update(rating=rating, outcome=outcome, notes="x" * (rating or 0), seconds=rating or 0)
        told.append(events.shared(interview.pk)["panel"])

    assert told[0] == told[1] == told[2]


def test_stream_is_for_who_may_enter_the_room(address, interview):
    excused = make_panelist(interview=interview)
    lifecycle.excuse(panelist=excused, by=lead_of(interview), reason="Ill")
    gone = make_panelist(interview=interview).user
    session = make_session(gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    users = {"stranger": make_user(Role.INTERVIEWER), "recruiter": make_user(Role.RECRUITER), "excused": excused.user}
    statuses = {}
    for name, user in users.items():
        with contextlib.closing(Stream(address, interview, user)) as stream:
            statuses[name] = stream.response.status
    for name, key in {"deactivated": session, "signed out": "nothing00"}.items():
        with contextlib.closing(Stream(address, interview, None, session=key)) as stream:
            statuses[name] = stream.response.status
    wait_until_idle()

    assert statuses == {"stranger": 404, "recruiter": 404, "excused": 403, "deactivated": 401, "signed out": 401}


def test_stream_by_post_is_refused(client, interview):
    client.force_login(lead_of(interview))

    assert client.post(reverse("interviews:room_events", args=[interview.pk])).status_code == 405


def test_excused_panelist_gets_nothing_more(watch, interview):
    panelist = make_panelist(interview=interview)
    stream, other = watch(interview, panelist.user), watch(interview, lead_of(interview))

    lifecycle.excuse(panelist=panelist, by=lead_of(interview), reason="Ill")

    assert (stream.event(), other.event()["interview"]) == (None, "live")


def test_who_has_left_the_panel_gets_nothing_more(watch):
    interview = make_interview(version=make_version(1))
    panelist = make_panelist(interview=interview)
    stream = watch(interview, panelist.user)

    lifecycle.remove_panelist(panelist=panelist, by=lead_of(interview))

    assert (stream.first["interview"], stream.first["clock"], stream.event()) == ("scheduled", None, None)


ENDS = {
    "deactivated": lambda user, session: User.objects.filter(pk=user.pk).update(is_active=False),
    "signed out": lambda user, session: Session.objects.filter(session_key=session).delete(),
    "session expired": lambda user, session: Session.objects.filter(session_key=session).update(
        expire_date=timezone.now()
    ),
    "signed out everywhere": lambda user, session: user.end_sessions(),
    "password changed": lambda user, session: (user.set_password("another good one"), user.save()),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_whose_session_is_over_gets_nothing_more(watch, interview, end):
    panelist = make_panelist(interview=interview).user
    stream, other = watch(interview, panelist), watch(interview, lead_of(interview))

    end(panelist, stream.session)
    lifecycle.pause(interview=interview, by=lead_of(interview))

    assert (stream.event(), other.event()["interview"]) == (None, "paused")


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_whose_session_is_over_is_let_go_though_nothing_happens(watch, interview, end, monkeypatch):
    monkeypatch.setattr(events, "HEARTBEAT", 0.2)
    panelist = make_panelist(interview=interview).user
    stream = watch(interview, panelist)

    end(panelist, stream.session)

    assert stream.event() is None


def test_stream_shows_signs_of_life(watch, interview, monkeypatch):
    monkeypatch.setattr(events, "HEARTBEAT", 0.2)
    stream = watch(interview, lead_of(interview))

    assert [stream.block(), stream.block()] == [{"event": "beat", "data": "-"}] * 2


def test_who_comes_back_has_what_happened_meanwhile(watch, interview):
    lead = lead_of(interview)
    stream = watch(interview, lead)
    last = stream.fields["id"]
    stream.close()
    lifecycle.pause(interview=interview, by=lead)

    again = watch(interview, lead, **{"Last-Event-ID": last})

    assert (again.first["interview"], int(again.fields["id"])) == ("paused", int(last) + 1)


def test_what_happened_while_the_database_did_not_answer_is_caught_up_with(watch, interview):
    stream = watch(interview, lead_of(interview))
    with owning(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'evenhand events' AND datname = current_database()"
        )
    lifecycle.pause(interview=interview, by=lead_of(interview))

    assert stream.event()["interview"] == "paused"


def test_streams_hold_no_connection_of_the_pool(watch, interview, address):
    people = [make_panelist(interview=interview).user for _number in range(14)]  # the pool has 10
    for user in people:
        watch(interview, user)

    with contextlib.closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=SECONDS)) as page:
        cookie = f"{settings.SESSION_COOKIE_NAME}={make_session(people[0])}"
        page.request("GET", reverse("interviews:room_refresh", args=[interview.pk]), headers={"Cookie": cookie})
        status = page.getresponse().status
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'evenhand events' AND datname = current_database()"
        )
        listening = cursor.fetchone()[0]

    assert (status, listening) == (200, 1)


def test_too_many_streams_of_one_person_are_refused(watch, interview, monkeypatch):
    monkeypatch.setattr("interviews.views.room.MOST_STREAMS", 2)
    lead = lead_of(interview)
    other = make_panelist(interview=interview).user
    first, second, third, others = [watch(interview, user) for user in (lead, lead, lead, other)]
    first.close()
    give_up = time.monotonic() + SECONDS
    while (again := watch(interview, lead)).response.status != 200 and time.monotonic() < give_up:
        time.sleep(0.05)

    statuses = [stream.response.status for stream in (first, second, third, others, again)]
    assert statuses == [200, 200, 429, 200, 200]


@pytest.mark.parametrize("viewers", [1, 8])
def test_event_costs_the_same_for_many_viewers(interview, django_assert_num_queries, viewers):
    people = [make_panelist(interview=interview).user for _number in range(viewers)]
    watching = [events.Viewer(interview.pk, user.pk, make_session(user), (user.password, 0)) for user in people]

    with django_assert_num_queries(4):
        _version, _event, allowed = events.event_for(interview.pk, watching)

    assert allowed == set(watching)


def test_slow_viewer_gets_the_newest_and_not_all(interview):
    viewer = events.Viewer(interview.pk, 1, "", ())
    for number in range(1000):
        viewer.give(b"%d" % number)

    assert viewer.event == b"999"


def test_notifications_name_an_interview_and_nothing_else(interview):
    with connection.cursor() as cursor:
        cursor.execute("LISTEN panel")
        lifecycle.pause(interview=interview, by=lead_of(interview), reason="Fire alarm")
        lifecycle.resume(interview=interview, by=lead_of(interview))
        Course.objects.create(interview=interview, shown=keys_of(interview)[0])
        heard = [notice.payload for notice in connection.connection.notifies(timeout=0.5)]
        cursor.execute("UNLISTEN panel")

    assert heard == [str(interview.pk)] * 3
