"""The life of an interview: schedule, move, start, pause, finish, undo, and who sits on the panel.

Every function locks the interview, checks its state, writes the history in the same transaction, which the trail notes
as done `by` that user, and raises `NotNow` with a sentence where the state forbids it. Who may call is decided by the queryset a view fetches from.
"""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import acting
from interviews.history import changes_in_words
from interviews.mailing import News, tell, tell_panel
from interviews.models import (
    HistoryEntry,
    Interview,
    ItemKind,
    Panelist,
    Place,
    Response,
    Scorecard,
    Sitting,
    State,
    UnplannedQuestion,
)
from interviews.models.interviews import UNDO_FINISH
from interviews.problems import NotNow

What = HistoryEntry.What
# Started this close to the time set, an interview keeps the end that the calendar promises.
ON_THE_DAY = timedelta(minutes=30)


@acting
def schedule(*, candidate, opening, version, at, panel, by, demo=False, **adjustments):
    """A scheduled interview with its panel, `[(user, place), …]`, exactly one of them lead. `adjustments` as for `adjust`.

    Each lead and panelist gets a scorecard. Raises `NotNow` for a panel without exactly one lead.
    """
    if [place for _user, place in panel].count(Place.LEAD) != 1:
        raise NotNow(_("A panel needs exactly one lead."))
    interview = Interview.objects.create(
        candidate=candidate,
        opening=opening,
        plan_id=version.plan_id,
        version=version,
        scheduled_at=at,
        created_by=by,
        demo=demo,
        **adjustments,
    )
    for user, place in panel:
        seat(interview, user, place)
    record(interview, What.SCHEDULED, by, at=at.isoformat())
    tell_panel(interview, News.SCHEDULED)
    return interview


def seat(interview, user, place):
    Panelist.objects.create(interview=interview, user=user, place=place)
    if place != Place.OBSERVER:
        scorecard = Scorecard.objects.create(interview=interview, author=user)
        if interview.started_at:
            add_responses([scorecard], interview)


def record(interview, what, by, **detail):
    HistoryEntry.objects.create(interview=interview, what=what, by=by, detail=detail)


@acting
def move(*, interview, to, by, reason=""):
    interview = locked(interview, State.SCHEDULED, instead=_("Only a scheduled interview can be moved."))
    before = interview.scheduled_at
    if to == before:
        raise NotNow(_("It is set for this time already. Choose another one."))
    record(interview, What.MOVED, by, before=before.isoformat(), after=to.isoformat(), reason=reason)
    tell_panel(interview, News.MOVED, before=before, reason=reason)
    return changed(interview, scheduled_at=to)


def locked(interview, *states, instead):
    """The interview as it is now, locked to the end of the transaction; `NotNow(instead)` in any other state."""
    interview = Interview.objects.select_for_update(of=("self",), no_key=True).get(pk=interview.pk)
    if interview.state not in states:
        raise NotNow(instead)
    return interview


def changed(interview, **fields):
    for name, value in fields.items():
        setattr(interview, name, value)
    interview.save(update_fields=list(fields))
    return interview


@acting
def change_version(*, interview, version, by):
    """Another version of a plan, as long as the interview has not started."""
    interview = locked(interview, State.SCHEDULED, instead=_("The plan is fixed once an interview has started."))
    if interview.started_at:
        raise NotNow(_("The plan is fixed once an interview has started."))
    if version == interview.version:
        raise NotNow(_("It uses this version already. Choose another one."))
    record(interview, What.VERSION_CHANGED, by, before=interview.version_id, after=version.pk)
    tell_panel(interview, News.CHANGED, changes=[(_("Plan"), str(interview.version), str(version))])
    return changed(interview, version=version, plan_id=version.plan_id)


@acting
def adjust(*, interview, by, setting, extra_time, breaks, language, location=""):
    """Where it is held and how much time there is, `extra_time` in percent and `breaks` in minutes, before a sitting.

    Changes nothing, and tells nobody, where it is like this already.
    """
    interview = locked(
        interview, State.SCHEDULED, instead=_("Time and setting are fixed once an interview has started.")
    )
    was = adjustable(interview)
    fields = {"setting": setting, "extra_time": extra_time, "breaks": breaks, "language": language}
    interview = changed(interview, location=location, **fields)
    now = adjustable(interview)
    if was != now:
        record(interview, What.ADJUSTED, by, was=was, now=now)
        tell_panel(interview, News.CHANGED, changes=changes_in_words(was, now))
    return interview


def adjustable(interview):
    """What `adjust` changes, extra time as the length alone: why there is more is nobody's business."""
    return {"minutes": interview.length} | {
        name: getattr(interview, name) for name in ("setting", "location", "language")
    }


@acting
def cancel(*, interview, by, reason=""):
    interview = locked(interview, State.SCHEDULED, instead=_("Only a scheduled interview can be cancelled."))
    refuse_second_sitting(interview)
    record(interview, What.CANCELLED, by, reason=reason)
    tell_panel(interview, News.CANCELLED, reason=reason)
    return changed(interview, state=State.CANCELLED)


@acting
def mark_no_show(*, interview, by):
    interview = locked(interview, State.SCHEDULED, instead=_("Only a scheduled interview can be a no-show."))
    refuse_second_sitting(interview)
    if interview.scheduled_at > timezone.now():
        raise NotNow(_("The interview is still to come. Cancel it instead."))
    record(interview, What.NO_SHOW, by)
    return changed(interview, state=State.NO_SHOW)


def refuse_second_sitting(interview):
    """What was said in the first sitting stays a record, whatever becomes of the second."""
    if interview.started_at:
        raise NotNow(_("This interview has been held in part. Drop the further sitting instead."))


@acting
def start(*, interview, by):
    """Fixes plan version and panel, opens a sitting and makes a response per question and scorecard."""
    interview = locked(interview, State.SCHEDULED, instead=_("This interview is not waiting to be started."))
    now = timezone.now()
    on_the_day = abs(now - interview.scheduled_at) <= ON_THE_DAY
    begins = interview.scheduled_at if on_the_day else now
    Sitting.objects.create(
        interview=interview,
        number=interview.sittings.count() + 1,
        started_at=now,
        ends_at=begins + timedelta(minutes=interview.length),
    )
    if interview.started_at is None:
        add_responses(interview.scorecards.all(), interview)
    else:
        reopen_notes(interview)
    record(interview, What.STARTED, by)
    return changed(interview, state=State.LIVE, started_at=interview.started_at or now)


def add_responses(scorecards, interview):
    items = list(interview.version.items.filter(kind=ItemKind.QUESTION))
    unplanned = list(interview.unplanned.all())
    Response.objects.bulk_create(
        [Response(scorecard=scorecard, item=item) for scorecard in scorecards for item in items]
        + [Response(scorecard=scorecard, unplanned=added) for scorecard in scorecards for added in unplanned]
    )


@acting
def pause(*, interview, by, reason=""):
    interview = locked(interview, State.LIVE, instead=_("Only a live interview can be paused."))
    interview.sittings.filter(finished_at=None).update(paused_since=timezone.now(), pause_reason=reason)
    record(interview, What.PAUSED, by, reason=reason)
    return changed(interview, state=State.PAUSED)


@acting
def resume(*, interview, by):
    interview = locked(interview, State.PAUSED, instead=_("This interview is not paused."))
    end_pause(interview)
    record(interview, What.RESUMED, by)
    return changed(interview, state=State.LIVE)


def end_pause(interview):
    sittings = interview.sittings.exclude(paused_since=None)
    sittings.update(paused=F("paused") + (timezone.now() - F("paused_since")), paused_since=None, pause_reason="")


@acting
def finish(*, interview, by):
    """Stops the clock for all; nobody's typing is locked. Can be undone for 10 minutes."""
    interview = locked(interview, State.LIVE, State.PAUSED, instead=_("This interview is not running."))
    end_pause(interview)
    now = timezone.now()
    interview.sittings.filter(finished_at=None).update(finished_at=now)
    record(interview, What.FINISHED, by)
    return changed(interview, state=State.FINISHED, finished_at=now)


@acting
def undo_finish(*, interview, by):
    """Back to live, within 10 minutes and before anyone has submitted; the time between counts as a pause."""
    interview = locked(interview, State.FINISHED, instead=_("This interview is not finished."))
    refuse_after_submission(interview)
    now = timezone.now()
    if now - interview.finished_at > UNDO_FINISH:
        raise NotNow(_("Finishing can be undone for 10 minutes only. Schedule a further sitting instead."))
    sittings = interview.sittings.filter(finished_at=interview.finished_at)
    sittings.update(paused=F("paused") + (now - interview.finished_at), finished_at=None)
    reopen_notes(interview)
    record(interview, What.FINISH_UNDONE, by)
    return changed(interview, state=State.LIVE, finished_at=None)


def refuse_after_submission(interview):
    if interview.scorecards.filter(submitted_at__isnull=False).exists():
        raise NotNow(_("A scorecard has been submitted, so the interview can no longer be changed."))


def reopen_notes(interview):
    """Words written while it seemed over are words of the interview after all.

    Locks the scorecards first, as saving does: two who change several responses never wait for one another in a circle.
    """
    list(interview.scorecards.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    Response.objects.filter(scorecard__interview=interview).exclude(notes_at_finish=None).update(notes_at_finish=None)


@acting
def schedule_sitting(*, interview, at, by):
    """A second sitting that continues the same record, before anyone has submitted."""
    interview = locked(interview, State.FINISHED, instead=_("Only a finished interview can have a further sitting."))
    refuse_after_submission(interview)
    record(interview, What.SITTING_SCHEDULED, by, at=at.isoformat())
    tell_panel(interview, News.SCHEDULED)
    return changed(interview, state=State.SCHEDULED, scheduled_at=at, finished_at=None)


@acting
def drop_sitting(*, interview, by, reason=""):
    """Without the further sitting after all: finished again, as of the end of the last sitting that was held."""
    interview = locked(interview, State.SCHEDULED, instead=_("There is no further sitting to drop."))
    held = interview.sittings.last()
    if held is None:
        raise NotNow(_("There is no further sitting to drop."))
    record(interview, What.SITTING_DROPPED, by, reason=reason)
    tell_panel(interview, News.CANCELLED, at=interview.scheduled_at, reason=reason)
    interview = changed(
        interview, state=State.FINISHED, scheduled_at=interview.started_at, finished_at=held.finished_at
    )
    complete_if_all_in(interview)
    return interview


@acting
def add_panelist(*, interview, user, place, by):
    """Adds to the panel before the interview or while it is live; observers also later, until somebody has submitted."""
    interview = locked(
        interview,
        State.SCHEDULED,
        State.LIVE,
        State.PAUSED,
        State.FINISHED,
        instead=_("The panel of a cancelled interview cannot change."),
    )
    refuse_after_submission(interview)
    if interview.state == State.FINISHED and place != Place.OBSERVER:
        raise NotNow(_("The interview is over: only observers can be added."))
    if place == Place.LEAD:
        raise NotNow(_("An interview has one lead. Add a panelist, who can then take the lead."))
    if interview.panel.filter(user=user).exists():
        raise NotNow(_("%(name)s is on this panel already.") % {"name": user})
    seat(interview, user, place)
    record(interview, What.PANELIST_ADDED, by, name=str(user), place=place)
    if interview.state == State.SCHEDULED:
        tell(interview, News.SCHEDULED, people=[(user, place)])


@acting
def remove_panelist(*, panelist, by):
    """Takes somebody off the panel before the interview has started; afterwards they are excused instead."""
    interview = locked(panelist.interview, State.SCHEDULED, instead=_("The panel is fixed now. Excuse them instead."))
    if interview.started_at:
        raise NotNow(_("The panel is fixed now. Excuse them instead."))
    panelist = seated(interview, panelist)
    if panelist.place == Place.LEAD:
        raise NotNow(_("Somebody else must take the lead first."))
    interview.scorecards.filter(author=panelist.user).delete()
    record(interview, What.PANELIST_REMOVED, by, name=str(panelist.user), place=panelist.place)
    tell(interview, News.LEFT, people=[(panelist.user, panelist.place)])
    panelist.delete()


def seated(interview, panelist):
    """The panelist as they are now that the interview is locked; `NotNow` if they have left the panel."""
    panelist = interview.panel.select_related("user").filter(pk=panelist.pk).first()
    if panelist is None:
        raise NotNow(_("They are no longer on this panel."))
    return panelist


@acting
def replace_panelist(*, panelist, user, by):
    """Another user in the same place, before the interview has started."""
    interview = locked(panelist.interview, State.SCHEDULED, instead=_("The panel is fixed now. Excuse them instead."))
    if interview.started_at:
        raise NotNow(_("The panel is fixed now. Excuse them instead."))
    panelist = seated(interview, panelist)
    if interview.panel.filter(user=user).exists():
        raise NotNow(_("%(name)s is on this panel already.") % {"name": user})
    interview.scorecards.filter(author=panelist.user).delete()
    record(interview, What.PANELIST_REMOVED, by, name=str(panelist.user), place=panelist.place)
    place = panelist.place
    tell(interview, News.LEFT, people=[(panelist.user, place)])
    panelist.delete()
    seat(interview, user, place)
    record(interview, What.PANELIST_ADDED, by, name=str(user), place=place)
    tell(interview, News.SCHEDULED, people=[(user, place)])


@acting
def take_lead(*, interview, user, by):
    """The user, a panelist who is not excused, becomes lead and the lead a panelist."""
    interview = locked(
        interview, State.SCHEDULED, State.LIVE, State.PAUSED, instead=_("The interview is over; it needs no lead.")
    )
    panelist = interview.panel.filter(user=user, place=Place.PANELIST, excused_at=None).first()
    if panelist is None:
        raise NotNow(_("Only a panelist can take the lead."))
    former = interview.panel.select_related("user").get(place=Place.LEAD)
    # First, so that the trail has who did it in the place they had.
    record(interview, What.LEAD_TAKEN, by, name=str(user), lead=str(former.user))
    interview.panel.filter(pk=former.pk).update(place=Place.PANELIST)
    interview.panel.filter(pk=panelist.pk).update(place=Place.LEAD)
    if interview.state == State.SCHEDULED:
        tell(interview, News.LEAD, people=[(user, Place.LEAD), (former.user, Place.PANELIST)], lead=user)


@acting
def excuse(*, panelist, by, reason):
    """Their scorecard is no longer owed, and neither submits nor counts. Grants no sight of others'."""
    interview = locked(
        panelist.interview,
        State.SCHEDULED,
        State.LIVE,
        State.PAUSED,
        State.FINISHED,
        instead=_("The panel of a cancelled interview cannot change."),
    )
    panelist = seated(interview, panelist)
    if panelist.excused_at:
        raise NotNow(_("%(name)s has been excused already.") % {"name": panelist.user})
    if interview.scorecards.filter(author=panelist.user, submitted_at__isnull=False).exists():
        raise NotNow(_("%(name)s has submitted already.") % {"name": panelist.user})
    if not reason.strip():
        raise NotNow(_("Say why %(name)s is excused.") % {"name": panelist.user})
    if panelist.place == Place.LEAD and interview.state != State.FINISHED:
        raise NotNow(_("Somebody else must take the lead first."))
    if interview.panel.scoring().count() == 1 and panelist.place != Place.OBSERVER:
        raise NotNow(_("Somebody must score this interview. Add a panelist before you excuse the last one."))
    interview.panel.filter(pk=panelist.pk).update(
        excused_at=timezone.now(), excused_by=by, excused_reason=reason.strip()
    )
    record(interview, What.EXCUSED, by, name=str(panelist.user), place=panelist.place, reason=reason.strip())
    if interview.state == State.SCHEDULED:
        tell(interview, News.LEFT, people=[(panelist.user, panelist.place)])
    complete_if_all_in(interview)


def complete_if_all_in(interview):
    """Marks a finished interview complete once no scorecard is owed. The caller holds the interview's lock."""
    if interview.state != State.FINISHED or interview.completed_at:
        return
    if not interview.scorecards.owed().exists():
        changed(interview, completed_at=timezone.now())


@acting
def add_unplanned(*, interview, title, content, stage, by, op, question=None, replaces=None, reason=""):
    """A question asked off the plan, with a response for every scorecard; the same `op` again adds nothing.

    With `replaces`, an item of the plan, it stands in for that one, for a `reason`; raises `NotNow` if something does.
    """
    interview = locked(
        interview, State.LIVE, State.PAUSED, instead=_("Questions can be added only while the interview runs.")
    )
    if replaces and interview.unplanned.filter(replaces=replaces).exclude(op=op).exists():
        raise NotNow(_("This question has been swapped already. Reload the room to see for what."))
    if question and interview.unplanned.filter(question=question).exclude(op=op).exists():
        raise NotNow(_("Somebody asks this question here already. Choose another one."))
    what = {"title": title, "content": content, "stage": stage, "question": question}
    added, created = UnplannedQuestion.objects.get_or_create(
        interview=interview, op=op, defaults=what | {"added_by": by, "replaces": replaces, "reason": reason}
    )
    if created:
        Response.objects.bulk_create(
            [Response(scorecard=scorecard, unplanned=added) for scorecard in interview.scorecards.all()]
        )
        if replaces:
            record(interview, What.QUESTION_SWAPPED, by, instead_of=replaces.title, title=title, reason=reason)
        else:
            record(interview, What.QUESTION_ADDED, by, title=title)
    return added
