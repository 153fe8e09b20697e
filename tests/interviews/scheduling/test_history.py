from datetime import UTC, datetime, timedelta

import pytest

from accounts import people
from accounts.models import Role
from interviews import lifecycle
from interviews.history import SENTENCES, events
from interviews.models import HistoryEntry, Place, PlanVersion, State
from tests.factories import make_interview, make_user

pytestmark = pytest.mark.django_db


def test_every_kind_of_entry_has_a_sentence():
    assert set(SENTENCES) == set(HistoryEntry.What)


def test_history_reads_as_sentences():
    interview = make_interview(at=datetime(2026, 5, 1, 9, tzinfo=UTC))
    by, ada = interview.created_by, make_user(Role.INTERVIEWER, name="Ada")
    newer = PlanVersion.objects.create(
        plan=interview.plan, number=2, title="Round two", length=45, published_by=interview.plan.created_by
    )
    lifecycle.move(interview=interview, to=datetime(2026, 5, 2, 10, tzinfo=UTC), by=by, reason="Train")
    lifecycle.add_panelist(interview=interview, user=ada, place=Place.OBSERVER, by=by)
    lifecycle.change_version(interview=interview, version=newer, by=by)

    told = [(event.sentence, event.reason) for event in events(interview)]

    assert told == [
        (f"Plan changed from “{interview.version}” to “Round two, version 2”", ""),
        ("Ada added as observer", ""),
        ("Moved from Friday 1 May 2026, 09:00 to Saturday 2 May 2026, 10:00", "Train"),
        ("Scheduled for Friday 1 May 2026, 09:00", ""),
    ]


def test_history_says_what_was_adjusted():
    interview = make_interview(language="English")
    adjust = {"interview": interview, "by": interview.created_by, "language": "German"}
    lifecycle.adjust(setting="on_site", extra_time=125, breaks=5, **adjust)
    lifecycle.adjust(setting="on_site", extra_time=125, breaks=0, **adjust)

    assert [event.sentence for event in events(interview)[:2]] == [
        "Setting and time changed. Length: 80 min → 75 min",
        "Setting and time changed. Length: 60 min → 80 min; Setting: Video call → On site; Language: English → German",
    ]


def test_history_says_who_led_before_and_what_place_the_excused_had():
    lead, ada = make_user(Role.INTERVIEWER, name="Grace"), make_user(Role.INTERVIEWER, name="Ada")
    interview = make_interview(state=State.LIVE, panel=[(lead, Place.LEAD), (ada, Place.PANELIST)])
    lifecycle.take_lead(interview=interview, user=ada, by=ada)
    lifecycle.excuse(panelist=interview.panel.get(user=lead), by=ada, reason="Ill")

    assert [(event.sentence, event.reason) for event in events(interview)[:2]] == [
        ("Grace, panelist, excused", "Ill"),
        ("Ada took the lead from Grace", ""),
    ]


def test_history_says_as_what_somebody_acted_whatever_they_are_now():
    recruiter, lead = make_user(Role.RECRUITER, Role.INTERVIEWER), make_user(Role.INTERVIEWER)
    interview = make_interview(lead=lead)
    lifecycle.move(interview=interview, to=interview.scheduled_at + timedelta(days=1), by=recruiter)
    lifecycle.start(interview=interview, by=lead)
    people.change(user=recruiter, email=recruiter.email, roles=[], by=make_user(Role.ADMINISTRATOR))

    assert [(event.by, event.then) for event in events(interview)] == [
        (lead, "lead"),
        (recruiter, "recruiter, interviewer"),
        (lead, "lead"),
    ]


@pytest.mark.parametrize(
    ("what", "detail", "sentence"),
    [
        ("lead_taken", {"name": "Ada"}, "Ada took the lead"),
        ("excused", {"name": "Ada", "reason": "Ill"}, "Ada excused"),
        ("adjusted", {"minutes": 75}, "Setting and time adjusted: 75 min in all"),
    ],
)
def test_history_of_earlier_reads_on(what, detail, sentence):
    interview = make_interview()
    HistoryEntry.objects.create(interview=interview, what=what, detail=detail)

    assert events(interview)[0].sentence == sentence


def test_history_queries(django_assert_num_queries):
    interview = make_interview(state=State.FINISHED)

    with django_assert_num_queries(1):
        events(interview)
