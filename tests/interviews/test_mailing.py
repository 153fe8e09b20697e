"""What the panel is told by mail, and the entry for their calendars, read back by the icalendar library."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from icalendar import Calendar

from accounts.models import Role
from interviews import lifecycle
from interviews.mailing import remind
from interviews.models import Interview, Place, State
from tests.factories import make_candidate, make_interview, make_panelist, make_user, make_version, rate, submitted

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """`told(act)` does it, and gives the mails that went out once it was committed, by address."""

    def do(act):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return {message.to[0]: message for message in mail.outbox}

    return do


def event_of(message):
    """The calendar's method and its one event."""
    ((content, mimetype),) = message.alternatives
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    assert mimetype == f"text/calendar; method={calendar['method']}"
    return calendar["method"], event


def interview_with(*, zone="Asia/Tokyo", **kwargs):
    lead = make_user(Role.INTERVIEWER, time_zone=zone)
    observer = make_user(Role.INTERVIEWER)
    return make_interview(panel=[(lead, Place.LEAD), (observer, Place.OBSERVER)], at=AT, **kwargs), lead, observer


def test_scheduled_interview_is_told_to_the_panel_each_in_their_zone(told):
    found = {}
    mails = told(lambda: found.update(all=interview_with(candidate=make_candidate(name="Ada\r\nBcc: x@example.test"))))
    interview, lead, observer = found["all"]

    assert set(mails) == {lead.email, observer.email}
    message = mails[lead.email]
    method, event = event_of(message)
    assert message.subject == "Interview: Ada Bcc: x@example.test, Thursday 26 November, 23:00"
    assert "When: Thursday 26 November 2026, 23:00 (Asia/Tokyo), 60 minutes" in message.body
    assert "Your place: Lead" in message.body
    assert f"http://localhost:8000/interviews/{interview.pk}/" in message.body
    assert "(UTC)" in mails[observer.email].body
    assert message.message()["Bcc"] is None
    assert (method, event["status"], event["class"]) == ("REQUEST", "CONFIRMED", "PRIVATE")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (AT, AT + timedelta(minutes=60))
    assert (str(event["attendee"]), event["attendee"].params["CN"]) == (f"mailto:{lead.email}", lead.name)
    assert str(event["organizer"]) == "mailto:evenhand@localhost"


def test_moved_and_cancelled_interview_is_the_same_event_with_a_rising_sequence(told):
    interview, lead, _observer = interview_with()
    later = AT + timedelta(days=1)

    mails = [
        told(lambda: lifecycle.move(interview=interview, to=later, by=lead, reason="Train")),
        told(
            lambda: lifecycle.adjust(
                interview=interview, by=lead, setting="call", extra_time=150, breaks=10, language=""
            )
        ),
        told(lambda: lifecycle.cancel(interview=interview, by=lead, reason="Hired elsewhere")),
    ]

    events = [event_of(each[lead.email]) for each in mails]
    assert [method for method, _event in events] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(event["uid"]) for _method, event in events}) == 1
    sequences = [int(event["sequence"]) for _method, event in events]
    assert sequences == sorted(set(sequences))
    assert "Was: Thursday 26 November 2026, 23:00 (Asia/Tokyo)" in mails[0][lead.email].body
    assert "Why: Train" in mails[0][lead.email].body
    assert events[1][1].decoded("dtend") == later + timedelta(minutes=100)
    assert (str(events[2][1]["status"]), events[2][1].decoded("dtstart")) == ("CANCELLED", later)
    assert mails[2][lead.email].subject.startswith("Cancelled: ")


def test_who_comes_and_who_goes_is_told_and_nobody_else(told):
    interview, lead, observer = interview_with()
    newcomer, other = make_user(Role.INTERVIEWER), make_user(Role.INTERVIEWER)

    added = told(lambda: lifecycle.add_panelist(interview=interview, user=newcomer, place=Place.PANELIST, by=lead))
    panelist = interview.panel.get(user=newcomer)
    replaced = told(lambda: lifecycle.replace_panelist(panelist=panelist, user=other, by=lead))
    removed = told(lambda: lifecycle.remove_panelist(panelist=interview.panel.get(user=observer), by=lead))

    assert {address: event_of(message)[0] for address, message in added.items()} == {newcomer.email: "REQUEST"}
    assert {address: event_of(message)[0] for address, message in replaced.items()} == {
        newcomer.email: "CANCEL",
        other.email: "REQUEST",
    }
    assert {address: event_of(message)[0] for address, message in removed.items()} == {observer.email: "CANCEL"}


def test_further_sitting_is_an_event_of_its_own(told):
    interview, lead, _observer = interview_with()
    first = told(lambda: lifecycle.move(interview=interview, to=AT, by=lead))
    lifecycle.start(interview=interview, by=lead)
    lifecycle.finish(interview=interview, by=lead)
    later = AT + timedelta(days=2)

    second = told(lambda: lifecycle.schedule_sitting(interview=interview, at=later, by=lead))
    dropped = told(lambda: lifecycle.drop_sitting(interview=interview, by=lead))

    events = [event_of(each[lead.email])[1] for each in (first, second, dropped)]
    assert str(events[0]["uid"]) != str(events[1]["uid"]) == str(events[2]["uid"])
    assert [event.decoded("dtstart") for event in events] == [AT, later, later]
    assert str(events[2]["status"]) == "CANCELLED"


def test_excused_deactivated_and_demo_are_told_nothing(told):
    interview, lead, observer = interview_with()
    excused = make_panelist(interview=interview)
    lifecycle.excuse(panelist=excused, by=lead, reason="Ill")
    observer.is_active = False
    observer.save()
    demo, demo_lead, _other = interview_with()
    Interview.objects.filter(pk=demo.pk).update(demo=True)

    mails = told(lambda: lifecycle.move(interview=interview, to=AT, by=lead))
    of_demo = told(lambda: lifecycle.move(interview=demo, to=AT, by=demo_lead))

    assert set(mails) == {lead.email}
    assert of_demo == {}


def test_what_is_not_committed_is_not_told():
    lead = make_user(Role.INTERVIEWER)
    mail.outbox.clear()

    make_interview(lead=lead)  # the test's transaction is never committed

    assert mail.outbox == []


def test_mail_server_out_of_reach_stops_nothing(told, settings, caplog):
    interview, lead, _observer = interview_with()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
        told(lambda: lifecycle.cancel(interview=interview, by=lead))

    interview.refresh_from_db()
    assert interview.state == State.CANCELLED
    assert "2 mails could not be sent. Check EMAIL_URL." in caplog.text


def test_reminder_comes_once_to_who_owes_and_wants_it(django_assert_max_num_queries):
    version = make_version(1)
    wants, not_wants, done = (make_user(Role.INTERVIEWER, reminders=number != 1) for number in range(3))
    panel = [(wants, Place.LEAD), (not_wants, Place.PANELIST), (done, Place.PANELIST)]
    interview = make_interview(panel=panel, version=version, state=State.FINISHED)
    early = make_interview(state=State.FINISHED)
    submitted(rate(interview.scorecards.get(author=done)))
    Interview.objects.filter(pk=interview.pk).update(finished_at=timezone.now() - timedelta(hours=21))
    mail.outbox.clear()

    counts = []
    for _hour in range(2):
        with django_assert_max_num_queries(6):
            call_command("send_reminders", verbosity=0)
        counts.append([message.to[0] for message in mail.outbox])

    assert counts == [[wants.email], [wants.email]]
    assert f"/interviews/{interview.pk}/review/" in mail.outbox[0].body
    assert early.scorecards.get().reminded_at is None


def test_reminder_that_could_not_be_sent_is_sent_the_next_time(settings):
    interview = make_interview(state=State.FINISHED)
    Interview.objects.filter(pk=interview.pk).update(finished_at=timezone.now() - timedelta(hours=21))
    works = settings.EMAIL_BACKEND
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
        first = remind()
    settings.EMAIL_BACKEND = works
    mail.outbox.clear()

    assert (first, remind(), remind(), len(mail.outbox)) == (0, 1, 0, 1)
