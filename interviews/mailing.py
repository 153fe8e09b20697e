"""Mails to the panel: what becomes of an interview, each with its entry for the calendar; a scorecard is due.

Sent once the change is committed. A mail that cannot be sent stands in the log and stops nothing, no other mail either:
Today shows the same. Demo interviews are told to nobody.
"""

import contextlib
import logging
from datetime import UTC, timedelta
from email.utils import parseaddr
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import models, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Calendar, Event, vCalAddress, vText

from config.address import base_url
from interviews.models import Panelist, Place, Scorecard, State
from interviews.problems import NotNow

logger = logging.getLogger(__name__)


class News(models.TextChoices):
    """What a mail about an interview tells; the label opens its subject."""

    SCHEDULED = "scheduled", gettext_lazy("Interview")
    MOVED = "moved", gettext_lazy("Moved")
    CHANGED = "changed", gettext_lazy("Changed")
    LEAD = "lead", gettext_lazy("New lead")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")
    LEFT = "left", gettext_lazy("Without you")


REMIND_AGAIN = timedelta(hours=1)
GONE = {News.CANCELLED, News.LEFT}  # out of the calendar


def tell_panel(interview, news, **details):
    """Everybody on the panel hears of it, once this transaction is committed. No query before that, then three.

    `details` as for `tell`.
    """
    tell(interview, news, people=None, **details)


def tell(interview, news, *, people, at=None, before=None, changes=(), lead=None, reason=""):
    """As `tell_panel`, to these `(user, place)` only: whom it concerns.

    `at` is when it takes place, or would have, if that is not what the interview says by then; `before` when it was to be;
    `changes` are `[(what, before, after), …]` in words; `lead` who leads now.
    """
    about = {"before": before, "changes": list(changes), "lead": lead, "reason": reason, "news": news}
    if not interview.demo:
        transaction.on_commit(
            lambda: send(invitations(interview, people, about | {"at": at or interview.scheduled_at})), robust=True
        )


def invitations(interview, people, about):
    """A function for each mail, so that one that cannot be written keeps no other from being sent."""
    panel = [
        (panelist.user, panelist.place)
        for panelist in Panelist.objects.entering().filter(interview=interview).select_related("user")
    ]
    about = about | {
        "interview": interview,
        "panel": [(user, Place(place).label.lower()) for user, place in panel],
        "link": base_url() + reverse("interviews:interview_detail", args=[interview.pk]),
        "sitting": interview.sittings.count(),
        "sequence": interview.history.count(),
    }
    told = panel if people is None else people
    return [lambda user=user, place=place: invitation(user, place, about) for user, place in told if user.is_active]


def invitation(user, place, about):
    """The mail to one person, in their time zone, with the entry for their calendar. Answers go to who scheduled it."""
    interview, news = about["interview"], about["news"]
    context = about | {"place": place, "label": news.label}
    with timezone.override(user.zone):
        subject = one_line(render_to_string("interviews/mail/interview_subject.txt", context))
        body = render_to_string("interviews/mail/interview.txt", context).strip() + "\n"
    scheduler = interview.created_by
    answers = [scheduler.email] if scheduler and scheduler.is_active else None
    message = EmailMultiAlternatives(subject, body, to=[user.email], reply_to=answers)
    method = "CANCEL" if news in GONE else "REQUEST"
    message.attach_alternative(calendar_entry(user, method, about), f"text/calendar; method={method}")
    return message


def calendar_entry(user, method, about):
    """RFC 5545 and 5546: one event in UTC, the same UID for all that is told of this sitting, a rising SEQUENCE."""
    interview, at = about["interview"], about["at"]
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    event = Event()
    event.add("uid", str(uid_of(interview, about["sitting"])))
    event.add("sequence", about["sequence"])
    event.add("dtstamp", timezone.now().astimezone(UTC))
    event.add("dtstart", at.astimezone(UTC))
    event.add("dtend", (at + timedelta(minutes=interview.length)).astimezone(UTC))
    event.add("summary", one_line(f"{interview.candidate}, {interview.opening}"))
    if interview.location:
        event.add("location", one_line(interview.location))
    event.add("description", about["link"])
    event.add("url", about["link"])
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


def uid_of(interview, sitting):
    """Of what never changes, so that an entry is found again after Evenhand has moved to another address."""
    return uuid5(NAMESPACE_URL, f"evenhand:{interview.pk}:{interview.created_at.isoformat()}:{sitting}")


def one_line(text):
    """A name may hold anything; a header and a summary hold one line."""
    return " ".join(text.split())


def send(mails):
    """Writes and sends each over one connection: how many went out. What fails stands in the log and stops no other."""
    if not mails:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except OSError:  # smtplib's exceptions are OSErrors too
        logger.exception("%s mails could not be sent. Check EMAIL_URL.", len(mails))
        return 0
    sent = sum(sent_one(connection, write) for write in mails)
    close(connection)
    return sent


def sent_one(connection, write):
    try:
        return connection.send_messages([write()]) or 0
    except Exception:
        logger.exception("A mail could not be sent.")
        close(connection)  # the next one makes its own: this one may be broken
        return 0


def close(connection):
    with contextlib.suppress(OSError):
        connection.close()


def remind():
    """Mails everybody whose scorecard is due soon, once, unless they have switched reminders off: how many were sent.

    Each is claimed just before it is sent, so that two who run this at once remind nobody twice, and a run that is killed
    forgets at most one; what could not be sent is tried again the next time. No lock is held while a mail is on its way:
    its reader may be saving words.
    """
    due = Scorecard.objects.due_soon().filter(author__is_active=True, author__reminders=True, interview__demo=False)
    sent = 0
    for scorecard in due.select_related("author", "interview__candidate", "interview__opening"):
        mine = Scorecard.objects.filter(pk=scorecard.pk, submitted_at=None)
        if not mine.filter(reminded_at=scorecard.reminded_at).update(reminded_at=timezone.now()):
            continue
        if send([lambda scorecard=scorecard: reminder(scorecard)]):
            sent += 1
        else:
            mine.update(reminded_at=scorecard.reminded_at)
    return sent


def remind_now(scorecard):
    """Mails the author, because somebody asked. Raises `NotNow` with a sentence where that does not go, or not again yet."""
    author, now = scorecard.author, timezone.now()
    if scorecard.interview.demo:
        raise NotNow(_("Nobody is mailed about a demo interview."))
    if not author.is_active:
        raise NotNow(_("%(name)s is deactivated. Excuse them instead.") % {"name": author})
    if not author.reminders:
        raise NotNow(_("%(name)s has switched reminders off. Ask them yourself.") % {"name": author})
    owed = Scorecard.objects.owed().filter(pk=scorecard.pk, interview__state=State.FINISHED)
    lately = models.Q(reminded_at=None) | models.Q(reminded_at__lt=now - REMIND_AGAIN)
    if not owed.filter(lately).update(reminded_at=now):
        raise NotNow(_("%(name)s was reminded within the last hour, or owes no scorecard any more.") % {"name": author})
    if not send([lambda: reminder(scorecard)]):
        owed.update(reminded_at=scorecard.reminded_at)
        raise NotNow(_("The mail could not be sent. Whoever looks after this Evenhand finds the reason in its log."))


def reminder(scorecard):
    link = base_url() + reverse("interviews:scorecard_review", args=[scorecard.interview_id])
    context = {"scorecard": scorecard, "interview": scorecard.interview, "link": link}
    with timezone.override(scorecard.author.zone):
        subject = one_line(render_to_string("interviews/mail/reminder_subject.txt", context))
        body = render_to_string("interviews/mail/reminder.txt", context).strip() + "\n"
    return EmailMultiAlternatives(subject, body, to=[scorecard.author.email])
