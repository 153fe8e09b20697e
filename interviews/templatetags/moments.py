"""Times as people say them, in the reader's time zone."""

from datetime import timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def moment(at):
    """ "today, 14:00", "tomorrow, 10:00", "Thursday 26 November, 10:00"; with the year when it is another.

    Reads on in a sentence; `capfirst` where it begins one.
    """
    return f"{day(at)}, {clock(at)}"


def clock(at):
    return date_format(timezone.localtime(at), "H:i")


@register.filter
def day(at):
    """The day of `moment` alone."""
    return named_day(at) or date_format(timezone.localtime(at), "l j F" if this_year(at) else "l j F Y")


def named_day(at):
    days = (timezone.localtime(at).date() - timezone.localdate()).days
    return {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get(days)


def this_year(at):
    return timezone.localtime(at).year == timezone.localdate().year


@register.filter
def short_day(at):
    """The same where there is little room: "today", "Thu 26 Nov"."""
    return named_day(at) or date_format(timezone.localtime(at), "D j M" if this_year(at) else "j M Y")


@register.filter
def distance(at):
    """ "in 25 minutes", "in 3 hours", "20 minutes ago", "now"; days beyond two days."""
    ahead = at - timezone.now()
    minutes = round(abs(ahead) / timedelta(minutes=1))
    if minutes < 1:
        return _("now")
    length = spell(minutes)
    return _("in %(length)s") % {"length": length} if ahead > timedelta() else _("%(length)s ago") % {"length": length}


def spell(minutes):
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        hours = round(minutes / 60)
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = round(minutes / (24 * 60))
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


@register.filter
def ended(at):
    """Whether a moment has passed."""
    return at is not None and at <= timezone.now()


@register.simple_tag
def time_zone():
    """The zone that times on this page are in, as its city: "Berlin", "UTC"."""
    return timezone.get_current_timezone_name().rpartition("/")[2].replace("_", " ")
