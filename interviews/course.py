"""How far the interview is, as the lead's room says and everybody's room shows."""

import json

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from interviews.content import room_content
from interviews.lifecycle import locked
from interviews.models import Course, Panelist, Place, State
from interviews.problems import Problem

LONGEST = 16 * 1024  # bytes: a thousand keys
LISTS = ("asked", "dropped")


class Malformed(Problem):
    """What the lead's room sent says nothing that can be taken."""

    status = 400


def read_course(body):
    """`{"shown": key, "asked": [key], "dropped": [key]}` from a request's body. Raises `Malformed`. No query."""
    try:
        course = json.loads(body) if len(body) <= LONGEST else None
    except (ValueError, RecursionError):
        course = None
    if type(course) is not dict or course.keys() != {"shown", *LISTS}:
        raise Malformed(_("This could not be read. It takes “shown”, “asked” and “dropped”, and nothing else."))
    if type(course["shown"]) is not str or not all(is_keys(course[name]) for name in LISTS):
        raise Malformed(_("“shown” is the key of a question or segment, “asked” and “dropped” are lists of keys."))
    return course


def is_keys(value):
    return type(value) is list and all(type(key) is str for key in value)


@transaction.atomic
def change_course(*, interview, by, shown, asked, dropped):
    """What the lead has on screen, has asked and has dropped, from now on; the same again changes nothing.

    Raises `Malformed` for keys that are not the interview's, `NotNow` unless it runs, `PermissionDenied` if somebody else
    leads by now. At most 6 queries, one more that renders what is frozen the first time in this process.
    """
    interview = locked(
        interview, State.LIVE, State.PAUSED, instead=_("The interview is not running, so nobody follows the lead.")
    )
    if not Panelist.objects.of(by).filter(interview=interview, place=Place.LEAD, excused_at=None).exists():
        raise PermissionDenied
    keys = room_content(interview, interview.unplanned.values_list("pk", flat=True)).keys
    questions = [key for key in keys if not key.startswith("s")]
    if shown not in keys:
        raise Malformed(_("“shown” names nothing that this interview has."))
    if not set(asked) | set(dropped) <= set(questions):
        raise Malformed(_("“asked” or “dropped” names a question that this interview does not have."))
    if set(asked) & set(dropped):
        raise Malformed(_("A question is either asked or dropped."))
    course, _created = Course.objects.get_or_create(interview=interview)
    said = {
        "shown": shown,
        "asked": [key for key in questions if key in asked],
        "dropped": [key for key in questions if key in dropped],
    }
    if said != {name: getattr(course, name) for name in said}:
        Course.objects.filter(pk=course.pk).update(**said, changes=course.changes + 1)
