"""What the panel is told by mail, and the entry for their calendars, read back by the icalendar library."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from accounts.models import Role
from interviews import lifecycle
from interviews.mailing import remind
from interviews.models import Interview, Place, Scorecard, State
from interviews.problems import NotNow
from tests.factories import make_candidate, make_interview, make_panelist, make_user, make_version, rate, submitted
from tests.smtp import mail_server

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
    assert f"http://localhost:8000/interviews/{interview.pk}/" in message.body
    assert "(UTC)" in mails[observer.email].body
    assert message.message()["Bcc"] is None
    assert (method, event["status"], event["class"]) == ("REQUEST", "CONFIRMED", "PRIVATE")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (AT, AT + timedelta(minutes=60))
    assert mails[lead.email].body.startswith("You lead an interview with ")
    assert f"Panel: {lead} (lead), {observer} (observer)" in message.body
    assert message.reply_to == [interview.created_by.email]
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


def test_who_leaves_is_told_apart_from_a_cancellation_and_sent_nowhere(told):
    interview, lead, observer = interview_with()
    removed = told(lambda: lifecycle.remove_panelist(panelist=interview.panel.get(user=observer), by=lead))
    cancelled = told(lambda: lifecycle.cancel(interview=interview, by=lead, reason="Role filled"))

    gone, off = removed[observer.email], cancelled[lead.email]
    assert gone.subject.startswith("Without you: ")
    assert "no longer on the panel" in gone.body
    assert "http" not in gone.body
    assert off.subject.startswith("Cancelled: ")
    assert "does not take place." in off.body


def test_new_lead_and_the_former_one_are_told(told):
    interview, lead, _observer = interview_with()
    panelist = make_panelist(interview=interview)

    mails = told(lambda: lifecycle.take_lead(interview=interview, user=panelist.user, by=lead))

    assert set(mails) == {lead.email, panelist.user.email}
    assert all(f"{panelist.user} leads the interview with" in message.body for message in mails.values())
    assert {event_of(message)[0] for message in mails.values()} == {"REQUEST"}


def test_adjusting_tells_what_changed_and_nothing_if_nothing_did(told):
    interview, lead, _observer = interview_with()
    as_it_is = {"setting": "call", "extra_time": 100, "breaks": 0, "language": ""}

    changed = told(
        lambda: lifecycle.adjust(
            interview=interview, by=lead, **as_it_is | {"breaks": 10}, location="https://call.example.test/7"
        )
    )
    same = told(
        lambda: lifecycle.adjust(
            interview=interview, by=lead, **as_it_is | {"breaks": 10}, location="https://call.example.test/7"
        )
    )

    message = changed[lead.email]
    assert message.subject.startswith("Changed: ")
    assert "Length: 70 min (was 60 min)" in message.body
    assert "Where: Video call, https://call.example.test/7" in message.body
    assert str(event_of(message)[1]["location"]) == "https://call.example.test/7"
    assert same == {}
    assert interview.history.filter(what="adjusted").count() == 1


def test_another_plan_version_is_told(told):
    interview, lead, _observer = interview_with()
    version = make_version(1)

    mails = told(lambda: lifecycle.change_version(interview=interview, version=version, by=lead))

    assert f"Plan: {version} (was " in mails[lead.email].body


def test_moving_to_the_same_time_is_refused_and_told_to_nobody(told):
    interview, lead, _observer = interview_with()

    with pytest.raises(NotNow, match="It is set for this time already"):
        told(lambda: lifecycle.move(interview=interview, to=AT, by=lead))

    assert mail.outbox == []
    assert interview.history.filter(what="moved").count() == 0


def test_entry_is_found_again_after_the_address_of_evenhand_changed(told, settings):
    interview, lead, _observer = interview_with()
    before = told(lambda: lifecycle.move(interview=interview, to=AT + timedelta(days=1), by=lead))
    settings.EVENHAND_URL = "https://elsewhere.example.test"
    after = told(lambda: lifecycle.cancel(interview=interview, by=lead))

    assert event_of(before[lead.email])[1]["uid"] == event_of(after[lead.email])[1]["uid"]


def test_zone_that_is_unknown_by_now_keeps_nobody_from_a_mail(told):
    interview, lead, observer = interview_with()
    type(lead).objects.filter(pk=lead.pk).update(time_zone="Mars/Olympus")

    mails = told(lambda: lifecycle.cancel(interview=interview, by=lead))

    assert set(mails) == {lead.email, observer.email}
    assert "(UTC)" in mails[lead.email].body


def test_recipient_who_is_refused_keeps_nobody_from_a_mail(told, settings, caplog):
    interview, lead, observer = interview_with()
    with mail_server(refusing=[lead.email]) as (port, taken):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        told(lambda: lifecycle.cancel(interview=interview, by=lead))

    assert taken == [observer.email]
    assert "A mail could not be sent." in caplog.text


def test_further_sitting_is_an_event_of_its_own(told):
    interview, lead, _observer = interview_with()
    moved = AT + timedelta(hours=1)
    first = told(lambda: lifecycle.move(interview=interview, to=moved, by=lead))
    lifecycle.start(interview=interview, by=lead)
    lifecycle.finish(interview=interview, by=lead)
    later = AT + timedelta(days=2)

    second = told(lambda: lifecycle.schedule_sitting(interview=interview, at=later, by=lead))
    dropped = told(lambda: lifecycle.drop_sitting(interview=interview, by=lead))

    events = [event_of(each[lead.email])[1] for each in (first, second, dropped)]
    assert str(events[0]["uid"]) != str(events[1]["uid"]) == str(events[2]["uid"])
    assert [event.decoded("dtstart") for event in events] == [moved, later, later]
    assert str(events[2]["status"]) == "CANCELLED"


def test_excused_deactivated_and_demo_are_told_nothing(told):
    interview, lead, observer = interview_with()
    excused = make_panelist(interview=interview)
    lifecycle.excuse(panelist=excused, by=lead, reason="Ill")
    observer.is_active = False
    observer.save()
    demo, demo_lead, _other = interview_with()
    Interview.objects.filter(pk=demo.pk).update(demo=True)

    later = AT + timedelta(days=1)

    mails = told(lambda: lifecycle.move(interview=interview, to=later, by=lead))
    of_demo = told(lambda: lifecycle.move(interview=demo, to=later, by=demo_lead))

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
        with django_assert_max_num_queries(4):
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


def test_reminder_of_a_demo_or_to_who_is_deactivated_is_not_sent():
    demo, left = make_interview(state=State.FINISHED), make_interview(state=State.FINISHED)
    Interview.objects.update(finished_at=timezone.now() - timedelta(hours=21))
    Interview.objects.filter(pk=demo.pk).update(demo=True)
    type(left.created_by).objects.filter(pk=left.scorecards.get().author_id).update(is_active=False)

    assert remind() == 0


def test_reminder_with_an_unknown_zone_keeps_no_other_back():
    made = [make_interview(state=State.FINISHED) for _number in range(3)]
    Interview.objects.update(finished_at=timezone.now() - timedelta(hours=21))
    author = made[0].scorecards.get().author
    type(author).objects.filter(pk=author.pk).update(time_zone="Mars/Olympus")

    assert remind() == 3


@pytest.mark.django_db(transaction=True)
def test_reminders_by_two_who_run_at_once_come_once():
    for _number in range(8):
        make_interview(state=State.FINISHED)
    Interview.objects.update(finished_at=timezone.now() - timedelta(hours=21))
    mail.outbox.clear()
    start = threading.Barrier(2)

    def run():
        start.wait()
        try:
            return remind()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        counts = [threads.submit(run) for _number in range(2)]

    assert sum(count.result() for count in counts) == 8
    assert len({message.to[0] for message in mail.outbox}) == len(mail.outbox) == 8


def asked_to_remind(client, user, scorecard):
    panelist = scorecard.interview.panel.get(user=scorecard.author)
    mail.outbox.clear()
    client.force_login(user)
    response = client.post(
        reverse("interviews:panelist_remind", args=[scorecard.interview_id, panelist.pk]), follow=True
    )
    words = [str(message) for message in response.context["messages"]] if response.context else []
    return response.status_code, words, [message.to[0] for message in mail.outbox]


def owing():
    lead, panelist = make_user(Role.INTERVIEWER), make_user(Role.INTERVIEWER)
    interview = make_interview(panel=[(lead, Place.LEAD), (panelist, Place.PANELIST)], state=State.FINISHED)
    return lead, panelist, interview.scorecards.get(author=panelist)


def test_who_leads_or_schedules_reminds_who_is_missing_once_an_hour(client):
    lead, panelist, scorecard = owing()

    first, again = asked_to_remind(client, lead, scorecard), asked_to_remind(client, lead, scorecard)
    Scorecard.objects.filter(pk=scorecard.pk).update(reminded_at=timezone.now() - timedelta(hours=2))
    by_recruiter = asked_to_remind(client, make_user(Role.RECRUITER), scorecard)

    assert first == (200, [f"{panelist} is reminded by mail."], [panelist.email])
    assert again == (200, [f"{panelist} was reminded within the last hour, or owes no scorecard any more."], [])
    assert by_recruiter == first


def test_reminder_that_somebody_sent_early_is_not_the_one_when_it_is_due(client):
    lead, panelist, scorecard = owing()
    asked_to_remind(client, lead, scorecard)
    before = remind()
    Interview.objects.update(finished_at=timezone.now() - timedelta(hours=21))
    Scorecard.objects.filter(pk=scorecard.pk).update(reminded_at=timezone.now() - timedelta(hours=20))
    mail.outbox.clear()

    assert (before, remind(), remind()) == (0, 2, 0)
    assert sorted(message.to[0] for message in mail.outbox) == sorted([lead.email, panelist.email])


def test_who_switched_reminders_off_is_left_to_be_asked(client):
    lead, panelist, scorecard = owing()
    type(panelist).objects.filter(pk=panelist.pk).update(reminders=False)

    assert asked_to_remind(client, lead, scorecard) == (
        200,
        [f"{panelist} has switched reminders off. Ask them yourself."],
        [],
    )


def test_reminding_is_not_for_panelists_and_not_of_who_has_submitted(client):
    lead, panelist, scorecard = owing()
    of_lead = scorecard.interview.scorecards.get(author=lead)
    submitted(rate(scorecard))

    assert asked_to_remind(client, panelist, of_lead)[0] == 403
    assert asked_to_remind(client, lead, scorecard)[0] == 404
