"""The live room: lobby, room, and the lead's start, pause, resume, finish and undo."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from config.access import get_or_refuse
from interviews import lifecycle
from interviews.content import room_content
from interviews.forms.room import PauseForm, UnplannedForm
from interviews.models import Interview, ItemKind, Outcome, Place, State
from interviews.problems import Problem
from interviews.room_state import room_state
from questionbank.models import Tip


@require_safe
def room(request, pk):
    """The lobby before the interview, the room while it runs; afterwards the way to the review. At most 12 queries."""
    interview = get_object_or_404(interviews_of(request.user), pk=pk)
    if interview.state == State.SCHEDULED:
        return render(request, "interviews/room_lobby.html", lobby_context(request.user, interview))
    if interview.state in (State.LIVE, State.PAUSED):
        return render(request, "interviews/room.html", room_context(request.user, interview))
    if interview.state == State.FINISHED and interview.scorecards.of(request.user).filter(submitted_at=None).exists():
        return redirect("interviews:scorecard_review", interview.pk)
    return redirect(interview)


def interviews_of(user):
    return Interview.objects.with_place_for(user).select_related("candidate", "opening", "version")


def lobby_context(user, interview):
    panel = list(interview.panel.select_related("user"))
    place = next(panelist for panelist in panel if panelist.user_id == user.pk)
    items = list(interview.version.items.all())
    return {
        "interview": interview,
        "panel": panel,
        "leads": place.place == Place.LEAD and not place.excused_at,
        "place": place,
        "welcome": next((item for item in items if item.kind == ItemKind.SEGMENT), None),
        "question_count": sum(item.kind == ItemKind.QUESTION for item in items),
        "dos": [tip["text"] for tip in interview.version.tips if tip["kind"] == Tip.Kind.DO],
        "donts": [tip["text"] for tip in interview.version.tips if tip["kind"] == Tip.Kind.DONT],
    }


def room_context(user, interview):
    place = interview.panel.get(user=user)
    scorecard = interview.scorecards.of(user).first() if place.excused_at is None else None
    return {
        "interview": interview,
        "leads": place.place == Place.LEAD and place.excused_at is None,
        "scorecard": scorecard,
        "content": room_content(interview),
        "state": room_state(interview=interview, scorecard=scorecard, user=user),
        "outcomes": OUTCOME_KEYS,
        "unplanned_form": UnplannedForm(),
        "pause_form": PauseForm(),
        "dos": [tip["text"] for tip in interview.version.tips if tip["kind"] == Tip.Kind.DO],
        "donts": [tip["text"] for tip in interview.version.tips if tip["kind"] == Tip.Kind.DONT],
    }


# The key that chooses an outcome while the menu is open: 0, then the letter.
OUTCOME_KEYS = [
    (Outcome.DECLINED, "D"),
    (Outcome.NOT_REACHED, "R"),
    (Outcome.COVERED, "C"),
    (Outcome.NOT_OBSERVED, "O"),
    (Outcome.TECHNICAL, "T"),
]


@require_POST
def interview_start(request, pk):
    return led(request, pk, lifecycle.start)


def led(request, pk, act, to="interviews:room", **details):
    """Does what only the lead may do, then shows the page that follows; a refusal goes back with its sentence."""
    interview = get_or_refuse(Interview.objects.visible_to(request.user), Interview.objects.led_by(request.user), pk=pk)
    try:
        act(interview=interview, by=request.user, **details)
    except Problem as problem:
        messages.error(request, problem.sentence)
        return redirect("interviews:room", pk)
    return redirect(to, pk)


@require_POST
def interview_pause(request, pk):
    form = PauseForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else form.data.get("reason", "")[:200]
    return led(request, pk, lifecycle.pause, reason=reason)


@require_POST
def interview_resume(request, pk):
    return led(request, pk, lifecycle.resume)


@require_POST
def interview_finish(request, pk):
    return led(request, pk, lifecycle.finish, to="interviews:scorecard_review")


@require_POST
def finish_undo(request, pk):
    return led(request, pk, lifecycle.undo_finish)


@require_POST
def unplanned_add(request, pk):
    """A question made up on the spot; goes to it. Anyone who scores may add one."""
    interview = get_or_refuse(
        Interview.objects.visible_to(request.user), Interview.objects.scored_by(request.user), pk=pk
    )
    form = UnplannedForm(request.POST)
    if not form.is_valid():
        context = room_context(request.user, interview) | {"unplanned_form": form}
        return render(request, "interviews/room.html", context)
    try:
        added = lifecycle.add_unplanned(interview=interview, by=request.user, **form.question())
    except Problem as problem:
        messages.error(request, problem.sentence)
        return redirect("interviews:room", pk)
    return redirect(reverse("interviews:room", args=[pk]) + f"#{added.key}")
