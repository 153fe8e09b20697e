"""Mails to the panel: an interview is scheduled, moved or cancelled, each with its entry for the calendar; a scorecard is due.

Sent once the change is committed. A mail that cannot be sent stands in the log and stops nothing: Today shows the same.
Demo interviews are told to nobody.
"""

import logging
from datetime import UTC, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import models, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from icalendar import Calendar, Event, vCalAddress, vText

from config.address import base_url
from interviews.models import Panelist, Place, Scorecard

logger = logging.getLogger(__name__)


class News(models.TextChoices):
    """What a mail about an interview tells."""

    SCHEDULED = "scheduled", _("Interview")
    MOVED = "moved", _("Moved")
    CANCELLED = "cancelled", _("Cancelled")


def tell_panel(interview, news, *, at=None, before=None, reason=""):
    """Everybody on the panel hears of it, once this transaction is committed. No query before that, then three.

    `at` is when it takes place, or would have, if that is not what the interview says by then; `before` when it was to be.
    """
    tell(interview, news, people=None, at=at, before=before, reason=reason)


def tell(interview, news, *, people, **details):
    """As `tell_panel`, to these `(user, place)` only: who has just come or gone."""
    if not interview.demo:
        transaction.on_commit(lambda: send(invitations(interview, news, people, **details)), robust=True)


def invitations(interview, news, people, *, at=None, before=None, reason=""):
    at = at or interview.scheduled_at
    about = {"at": at, "before": before, "reason": reason, "news": news.value, "label": news.label}
    number = {"sitting": interview.sittings.count(), "sequence": interview.history.count()}
    if people is None:
        panel = Panelist.objects.entering().filter(interview=interview).select_related("user")
        people = [(panelist.user, panelist.place) for panelist in panel]
    return [invitation(interview, about, user, place, **number) for user, place in people if user.is_active]


def invitation(interview, about, user, place, **number):
    """The mail to one person, in their time zone, with the entry for their calendar."""
    link = base_url() + reverse("interviews:interview_detail", args=[interview.pk])
    context = about | {"interview": interview, "place": Place(place).label, "link": link}
    with timezone.override(user.time_zone):
        subject = one_line(render_to_string("interviews/mail/interview_subject.txt", context))
        body = render_to_string("interviews/mail/interview.txt", context).strip() + "\n"
    message = EmailMultiAlternatives(subject, body, to=[user.email])
    method = "CANCEL" if about["news"] == News.CANCELLED else "REQUEST"
    entry = calendar_entry(interview, user, method=method, at=about["at"], link=link, **number)
    message.attach_alternative(entry, f"text/calendar; method={method}")
    return message


def calendar_entry(interview, user, *, method, at, link, sitting, sequence):
    """RFC 5545 and 5546: one event in UTC, the same UID for all that is told of this sitting, a rising SEQUENCE."""
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    event = Event()
    event.add("uid", f"interview-{interview.pk}-{sitting}@{base_url().partition('://')[2]}")
    event.add("sequence", sequence)
    event.add("dtstamp", timezone.now().astimezone(UTC))
    event.add("dtstart", at.astimezone(UTC))
    event.add("dtend", (at + timedelta(minutes=interview.length)).astimezone(UTC))
    event.add("summary", one_line(f"{interview.candidate}, {interview.opening}"))
    event.add("description", link)
    event.add("url", link)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("organizer", vCalAddress(f"mailto:{sender}"))
    attendee = vCalAddress(f"mailto:{user.email}")
    attendee.params["CN"] = vText(one_line(user.name))
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
    event.add("attendee", attendee, encode=0)
    calendar = Calendar()
    calendar.add("prodid", "-//Evenhand//Interviews//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical().decode()


def one_line(text):
    """A name may hold anything; a header and a summary hold one line."""
    return " ".join(text.split())


def send(messages):
    """How many were sent. A mail server that refuses or cannot be reached stands in the log."""
    if not messages:
        return 0
    try:
        return get_connection().send_messages(messages) or 0
    except OSError:  # smtplib's exceptions are OSErrors too
        logger.exception("%s mails could not be sent. Check EMAIL_URL.", len(messages))
        return 0


def remind():
    """Mails everybody whose scorecard is due soon, once, unless they have switched reminders off: how many were sent.

    What could not be sent is tried again the next time. No lock is held while a mail is on its way: its reader may be
    saving words.
    """
    scorecards = claimed()
    unsent = [scorecard.pk for scorecard in scorecards if not send([reminder(scorecard)])]
    Scorecard.objects.filter(pk__in=unsent, submitted_at=None).update(reminded_at=None)
    return len(scorecards) - len(unsent)


@transaction.atomic
def claimed():
    """The scorecards to remind of, marked as reminded, so that nobody else who runs this reminds of them too."""
    due = Scorecard.objects.due_soon().filter(author__is_active=True, author__reminders=True, interview__demo=False)
    due = due.select_related("author", "interview__candidate", "interview__opening")
    scorecards = list(due.select_for_update(of=("self",), skip_locked=True, no_key=True))
    Scorecard.objects.filter(pk__in=[scorecard.pk for scorecard in scorecards]).update(reminded_at=timezone.now())
    return scorecards


def reminder(scorecard):
    link = base_url() + reverse("interviews:scorecard_review", args=[scorecard.interview_id])
    context = {"scorecard": scorecard, "interview": scorecard.interview, "link": link}
    with timezone.override(scorecard.author.time_zone):
        subject = one_line(render_to_string("interviews/mail/reminder_subject.txt", context))
        body = render_to_string("interviews/mail/reminder.txt", context).strip() + "\n"
    return EmailMultiAlternatives(subject, body, to=[scorecard.author.email])
