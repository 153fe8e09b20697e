"""Who sits on an interview's panel: joining, leaving, standing in, the lead, and being excused."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.access import get_or_refuse
from interviews import lifecycle
from interviews.forms.scheduling import ConfirmForm, PanelistForm, PersonForm, ReasonForm
from interviews.mailing import remind_now
from interviews.models import Interview
from interviews.problems import Problem
from interviews.views.scheduling import carry_out, get_schedulable, posted


def panelist_add(request, pk):
    interview = get_schedulable(request, pk)
    return carry_out(
        request,
        form=PanelistForm(posted(request), interview=interview),
        action=lambda user, place: lifecycle.add_panelist(interview=interview, user=user, place=place, by=request.user),
        done=_("Added to the panel."),
        page={"interview": interview, "title": _("Add somebody to the panel"), "button": _("Add to the panel")},
    )


def panelist_remove(request, pk, panelist_pk):
    interview = get_schedulable(request, pk)
    panelist = get_on_panel(interview, panelist_pk)
    return carry_out(
        request,
        form=ConfirmForm(posted(request)),
        action=lambda: lifecycle.remove_panelist(panelist=panelist, by=request.user),
        done=_("Taken off the panel."),
        page={
            "interview": interview,
            "title": _("Take %(name)s off the panel") % {"name": panelist.user},
            "explanation": _("They no longer see this interview. The history keeps that they were on its panel."),
            "button": _("Take off the panel"),
            "danger": True,
        },
    )


def get_on_panel(interview, pk):
    return get_object_or_404(interview.panel.select_related("user", "interview"), pk=pk)


def panelist_replace(request, pk, panelist_pk):
    interview = get_schedulable(request, pk)
    panelist = get_on_panel(interview, panelist_pk)
    return carry_out(
        request,
        form=PersonForm(posted(request), interview=interview),
        action=lambda user: lifecycle.replace_panelist(panelist=panelist, user=user, by=request.user),
        done=_("Replaced."),
        page={
            "interview": interview,
            "title": _("Replace %(name)s") % {"name": panelist.user},
            "explanation": _("The other person takes the same place: %(place)s.")
            % {"place": panelist.get_place_display()},
            "button": _("Replace"),
        },
    )


def panelist_lead(request, pk, panelist_pk):
    """For those who schedule, and for the panelist whose own step it is."""
    interviews = Interview.objects.select_related("candidate", "opening", "version")
    interview = get_object_or_404(interviews.visible_to(request.user), pk=pk)
    panelist = get_on_panel(interview, panelist_pk)
    own = panelist.user == request.user
    if not own and not Interview.objects.schedulable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return carry_out(
        request,
        form=ConfirmForm(posted(request)),
        action=lambda: lifecycle.take_lead(interview=interview, user=panelist.user, by=request.user),
        done=_("You lead this interview now.")
        if own
        else _("%(name)s leads this interview now.") % {"name": panelist.user},
        page={
            "interview": interview,
            "title": _("Take the lead") if own else _("Hand the lead to %(name)s") % {"name": panelist.user},
            "explanation": _(
                "The lead starts, pauses and finishes the interview. Whoever has led it until now becomes a panelist."
            ),
            "button": _("Take the lead") if own else _("Hand over the lead"),
        },
        to="interviews:room" if own else "interviews:interview_detail",
    )


def panelist_excuse(request, pk, panelist_pk):
    interview = get_schedulable(request, pk)
    panelist = get_on_panel(interview, panelist_pk)
    return carry_out(
        request,
        form=ReasonForm(posted(request)),
        action=lambda reason: lifecycle.excuse(panelist=panelist, reason=reason, by=request.user),
        done=_("%(name)s is excused.") % {"name": panelist.user},
        page={
            "interview": interview,
            "title": _("Excuse %(name)s") % {"name": panelist.user},
            "explanation": _(
                "Nobody waits for their scorecard any longer, and it will not count. "
                "They do not get to read the others' by it. The reason is read by whoever sees this interview, so leave "
                "out what is private. This cannot be undone."
            ),
            "button": _("Excuse"),
            "danger": True,
        },
    )


@require_POST
def panelist_remind(request, pk, panelist_pk):
    """A mail to somebody whose scorecard is missing: for those who schedule, and for the lead."""
    interviews = Interview.objects.all()
    allowed = interviews.schedulable_by(request.user) | interviews.led_by(request.user)
    interview = get_or_refuse(interviews.visible_to(request.user), allowed, pk=pk)
    panelist = get_on_panel(interview, panelist_pk)
    scorecard = get_object_or_404(interview.scorecards.owed().select_related("author"), author=panelist.user)
    scorecard.interview = interview
    try:
        remind_now(scorecard)
    except Problem as problem:
        messages.error(request, problem.sentence)
    else:
        messages.success(request, _("%(name)s is reminded by mail.") % {"name": panelist.user})
    return redirect(interview)
