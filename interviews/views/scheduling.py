"""Interviews before and around their sitting: the list, scheduling, one interview, and what can happen to it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.access import get_or_refuse
from config.paging import page_of
from interviews import lifecycle
from interviews.forms.scheduling import (
    NEW,
    AdjustForm,
    ConfirmForm,
    MailedReasonForm,
    MoveForm,
    ScheduleForm,
    SittingForm,
    VersionForm,
    next_round_hour,
)
from interviews.history import events
from interviews.models import Candidate, Interview, Opening, PlanVersion
from interviews.outline import outline
from interviews.problems import Problem
from interviews.standing import Standing, seats_that_ask
from interviews.views.openings import refuse_without_view_of_openings

# What a tab shows, and in which order.
TABS = {
    "upcoming": (Interview.objects.upcoming, "scheduled_at"),
    "waiting": (Interview.objects.waiting, "-finished_at"),
    "past": (Interview.objects.over, "-scheduled_at"),
}


@require_safe
def interview_list(request):
    """Interviews the user may know of, in three tabs; `q` searches candidates, `opening` and `mine` filter.

    Three queries besides the user's: openings, a page of interviews, their panels.
    """
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else "upcoming"
    choose, by = TABS[tab]
    interviews = choose().visible_to(request.user).narrowed(request.GET, request.user).with_people()
    openings = Opening.objects.visible_to(request.user).current().order_by("title")
    chosen = request.GET.get("opening", "")
    context = {
        "page": page_of(interviews, request.GET, by=by),
        "tab": tab,
        "tabs": [("upcoming", _("Upcoming")), ("waiting", _("Waiting for scorecards")), ("past", _("Past"))],
        "openings": [(str(pk), title, str(pk) == chosen) for pk, title in openings.values_list("pk", "title")[:200]],
        "words": request.GET.get("q", ""),
        "filtered": any(request.GET.get(name) for name in ("q", "opening", "mine")),
    }
    return render(request, "interviews/interview_list.html" + ("#interviews" if request.htmx else ""), context)


def interview_schedule(request):
    """A new interview. GET takes `plan`, `candidate` and `opening` as first choices; `q` finds candidates by htmx."""
    refuse_without_view_of_openings(request.user)
    if request.htmx and request.method == "GET":
        return render(request, "interviews/interview_schedule.html#candidates", candidate_choices(request))
    plan, version = asked_for(request)
    form = ScheduleForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        plan=plan,
        initial={"at": next_round_hour(), "version": version},
    )
    status = 200
    if form.is_valid():
        try:
            interview = form.schedule()
        except Problem as problem:
            form.add_error(None, problem.sentence)
            status = problem.status
        else:
            messages.success(
                request, _("Scheduled. The panel gets a mail with an entry for the calendar, and sees it under Today.")
            )
            return redirect(interview)
    context = {"form": form} | candidate_choices(request)
    return render(request, "interviews/interview_schedule.html", context, status=status)


def asked_for(request):
    """Which plan, and which version of it, the address asks for: `(plan key, version key)`, each perhaps None."""
    plan, opening = (request.GET.get(name, "") for name in ("plan", "opening"))
    versions = PlanVersion.objects.filter(plan__opening__in=Opening.objects.editable_by(request.user)).order_by("-pk")
    if plan.isdecimal():
        versions = versions.filter(plan=plan)
    elif opening.isdecimal():
        versions = versions.filter(plan__opening=opening, plan__archived_at=None)
    else:
        return None, None
    return versions.values_list("plan_id", "pk").first() or (None, None)


SHOWN_CANDIDATES = 8


def candidate_choices(request):
    """The candidates to choose from: the chosen one, and those that are searched for or have no interview yet."""
    data = request.POST if request.method == "POST" else request.GET
    chosen, words = data.get("candidate", ""), request.GET.get("q", "")
    candidates = Candidate.objects.visible_to(request.user)
    found = list((candidates.search(words) if words.strip() else candidates.idle())[: SHOWN_CANDIDATES + 1])
    first = list(candidates.filter(pk=chosen)) if chosen.isdecimal() else []
    return {
        "candidates": first + [candidate for candidate in found[:SHOWN_CANDIDATES] if candidate not in first],
        "more": len(found) > SHOWN_CANDIDATES,
        "chosen": NEW if chosen == NEW or not (first or found or words) else chosen,
        "words": words,
    }


@require_safe
def interview_detail(request, pk):
    """One interview with its panel, plan and history, and what this user may do with it. About ten queries."""
    interviews = Interview.objects.visible_to(request.user).with_people()
    interview = get_object_or_404(interviews.select_related("opening__hiring_manager", "version__plan"), pk=pk)
    version, items = interview.version, list(interview.version.items.all())
    standing = Standing.of(request.user, interview)
    context = {
        "interview": interview,
        "standing": standing,
        "seats_wanted": seats_that_ask(request.user, [seat.panelist for seat in standing.seats], items),
        "outline": outline(items, length=version.length, competencies=[]),
        "events": events(interview),
    }
    return render(request, "interviews/interview_detail.html", context)


def interview_move(request, pk):
    interview = get_schedulable(request, pk)
    return carry_out(
        request,
        form=MoveForm(posted(request), initial={"at": interview.scheduled_at}),
        action=lambda at, reason: lifecycle.move(interview=interview, to=at, reason=reason, by=request.user),
        done=_("Moved. The panel gets a mail."),
        page={
            "interview": interview,
            "title": _("Move the interview"),
            "explanation": _("The time it had so far stays in its history."),
            "button": _("Move"),
        },
    )


def interview_adjust(request, pk):
    interview = get_schedulable(request, pk)
    initial = {name: getattr(interview, name) for name in AdjustForm.base_fields}
    return carry_out(
        request,
        form=AdjustForm(posted(request), initial=initial),
        action=lambda **fields: lifecycle.adjust(interview=interview, by=request.user, **fields),
        done=_("Setting and time are saved. If anything changed, the panel gets a mail."),
        page={
            "interview": interview,
            "title": _("Setting and time"),
            "explanation": _("Extra time and breaks move the end; the room plans by it."),
            "button": _("Adjust"),
        },
    )


def get_schedulable(request, pk):
    interviews = Interview.objects.select_related("candidate", "opening", "version")
    return get_or_refuse(interviews.visible_to(request.user), interviews.schedulable_by(request.user), pk=pk)


def posted(request):
    return request.POST if request.method == "POST" else None


def carry_out(request, *, form, action, done, page, to="interviews:interview_detail"):
    """GET asks, POST acts and returns to the interview, or `to` another page of it; or asks again and says what stood in
    the way."""
    status = 200
    if form.is_valid():
        try:
            action(**form.cleaned_data)
        except Problem as problem:
            form.add_error(None, problem.sentence)
            status = problem.status
        else:
            messages.success(request, done)
            return redirect(to, page["interview"].pk)
    return render(request, "interviews/interview_action.html", {"form": form, **page}, status=status)


def interview_cancel(request, pk):
    interview = get_schedulable(request, pk)
    return carry_out(
        request,
        form=MailedReasonForm(posted(request)),
        action=lambda reason: lifecycle.cancel(interview=interview, reason=reason, by=request.user),
        done=_("Cancelled. The panel gets a mail."),
        page={
            "interview": interview,
            "title": _("Cancel the interview"),
            "explanation": _("It stays on the candidate's page, with the reason. Nobody owes a scorecard for it."),
            "button": _("Cancel the interview"),
            "danger": True,
        },
    )


def interview_no_show(request, pk):
    """For those who schedule, and for the lead, who is the one that waits."""
    interviews = Interview.objects.select_related("candidate", "opening", "version")
    allowed = interviews.schedulable_by(request.user) | interviews.led_by(request.user)
    interview = get_or_refuse(interviews.visible_to(request.user), allowed, pk=pk)
    return carry_out(
        request,
        form=ConfirmForm(posted(request)),
        action=lambda: lifecycle.mark_no_show(interview=interview, by=request.user),
        done=_("Noted: the candidate did not come."),
        page={
            "interview": interview,
            "title": _("Did the candidate not come?"),
            "explanation": _("The interview is closed as a no-show. To try again, schedule a new one."),
            "button": _("Mark as a no-show"),
            "danger": True,
        },
    )


def interview_version(request, pk):
    interview = get_schedulable(request, pk)
    return carry_out(
        request,
        form=VersionForm(posted(request), interview=interview),
        action=lambda version: lifecycle.change_version(interview=interview, version=version, by=request.user),
        done=_("The plan was changed. The panel gets a mail."),
        page={
            "interview": interview,
            "title": _("Use another plan version"),
            "explanation": _("Any version of this opening's plans, until the interview has started."),
            "button": _("Use this version"),
        },
    )


def interview_sitting(request, pk):
    interview = get_schedulable(request, pk)
    return carry_out(
        request,
        form=SittingForm(posted(request), initial={"at": next_round_hour()}),
        action=lambda at: lifecycle.schedule_sitting(interview=interview, at=at, by=request.user),
        done=_("The further sitting is scheduled. The panel gets a mail."),
        page={
            "interview": interview,
            "title": _("Schedule a further sitting"),
            "explanation": _("It goes on with the same plan, panel and scorecards, and ends up in the same record."),
            "button": _("Schedule the sitting"),
        },
    )


def interview_drop_sitting(request, pk):
    interview = get_schedulable(request, pk)
    return carry_out(
        request,
        form=MailedReasonForm(posted(request)),
        action=lambda reason: lifecycle.drop_sitting(interview=interview, reason=reason, by=request.user),
        done=_("Dropped. The interview is finished, and its scorecards can be submitted."),
        page={
            "interview": interview,
            "title": _("Drop the further sitting"),
            "explanation": _("What was held so far is finished as it is, and its scorecards can be submitted."),
            "button": _("Drop the sitting"),
            "danger": True,
        },
    )
