"""The live room: lobby, room, and the lead's start, pause, resume, finish and undo."""

from uuid import UUID, uuid4

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from config.access import get_or_refuse
from interviews import lifecycle
from interviews.content import room_content
from interviews.course import Malformed, change_course, read_course
from interviews.events import HEARTBEAT, MOST_STREAMS, Hub, Viewer, stream
from interviews.forms.room import PauseForm, StartForm, SwapForm, UnplannedForm
from interviews.models import Interview, ItemKind, Panelist, Place, State
from interviews.models.plans import Asker
from interviews.outline import outline
from interviews.problems import NotNow, Problem
from interviews.rehearsing import invented, rehearsal_state, rehearsed
from interviews.room_state import room_state, shared
from interviews.saving import state_of
from interviews.standing import asked_by, seats_that_ask
from interviews.swapping import alternates, stand_in, swappable


@require_safe
def room(request, pk):
    """The lobby before the interview, the room while it runs; afterwards the way to the review. At most 12 queries,
    15 for the lobby."""
    places = places_of(request.user)
    place = get_or_refuse(places, places.entering(), interview=pk)
    interview = place.interview
    if interview.state == State.SCHEDULED:
        return render(request, "interviews/room_lobby.html", lobby_context(place))
    if interview.state in (State.LIVE, State.PAUSED):
        response = render(request, "interviews/room.html", room_context(request.user, place))
        response["Evenhand-Room"] = request.user.pk  # the service worker keeps this page, for this user only
        return response
    if interview.state == State.FINISHED and interview.scorecards.of(request.user).filter(submitted_at=None).exists():
        return redirect("interviews:scorecard_review", interview.pk)
    return redirect(interview)


@require_safe
def rehearsal(request):
    """The room on real questions, plainly marked, of which nothing is kept. At most 5 queries, 14 without a plan."""
    found = rehearsed(request.user)
    if found is None:
        messages.info(
            request, _("A rehearsal needs an interview of yours, a plan, or a question set that you may read.")
        )
        return redirect("interviews:today")
    version, content = found
    context = {
        "interview": invented(version),
        "rehearsal": True,
        "leads": False,
        "scores": True,
        "content": content,
        "state": rehearsal_state(version),
        "candidate_window": reverse("interviews:rehearsal_candidate"),
    }
    return render(request, "interviews/room.html", context)


@require_safe
def rehearsal_candidate(request):
    return render(request, "interviews/candidate_view.html", {"channel": 0})


@require_safe
def candidate_view(request, pk):
    """The window that a candidate may see. It holds nothing: the room beside it hands it one question at a time."""
    places = places_of(request.user)
    place = get_or_refuse(places, places.entering(), interview=pk)
    response = render(request, "interviews/candidate_view.html", {"channel": place.interview.pk})
    if place.interview.state in (State.LIVE, State.PAUSED):
        response["Evenhand-Room"] = request.user.pk
    return response


@require_safe
def room_refresh(request, pk):
    """What an open room or review should show by now, as JSON; once it is neither, only the interview's state.
    At most 7 queries."""
    places = places_of(request.user)
    place = get_or_refuse(places, places.entering(), interview=pk)
    interview = place.interview
    if interview.state not in (State.LIVE, State.PAUSED, State.FINISHED):
        return JsonResponse({"interview": interview.state})
    own = state_of(interview_id=interview.pk, author=request.user)
    return JsonResponse(room_state(interview=interview, own=own))


@require_GET
async def room_events(request, pk):
    """The stream of what everybody in the room shares, as `room_state.shared`: once now, then whenever it changes, with a
    beat between. 429 for who has too many open. 3 queries before it begins."""
    viewer = await sync_to_async(viewer_of)(request, pk)
    if Hub.here().streams_of(viewer.user) >= MOST_STREAMS:
        return HttpResponse(status=429, headers={"Retry-After": HEARTBEAT})
    # Nothing on the way may keep it, hold it back until there is more of it, or compress it into something that waits.
    headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(stream(viewer), content_type="text/event-stream", headers=headers)


def viewer_of(request, pk):
    places = Panelist.objects.of(request.user)
    get_or_refuse(places, places.entering(), interview=pk)
    return Viewer(
        interview=pk,
        user=request.user.pk,
        session=request.session.session_key,
        signed_in=(request.user.password, request.user.sessions_ended),
    )


@require_POST
def course_change(request, pk):
    """What the lead's room has on screen, as JSON, for everybody's; 204, or a code and a sentence. At most 10 queries."""
    interview = led_by(request, pk)
    try:
        change_course(interview=interview, by=request.user, **read_course(request.body))
    except (Malformed, NotNow) as problem:
        code = "malformed" if isinstance(problem, Malformed) else "not-now"
        return JsonResponse({"code": code, "message": problem.sentence}, status=problem.status)
    return HttpResponse(status=204)


def places_of(user):
    return Panelist.objects.of(user).select_related("interview__candidate")


def lobby_context(place):
    interview = place.interview
    # Before what it stands for: what is shown may be newer than it says, which costs a reload, never older.
    version = shared(interview.pk)["panel"]["version"]
    interview.refresh_from_db()
    items = list(interview.version.items.all())
    panel = list(interview.panel.select_related("user"))
    return {
        "interview": interview,
        "seats_wanted": seats_that_ask(place.user, panel, items),
        "panel": panel,
        "leads": place.leads,
        "scores": place.place != Place.OBSERVER,
        "version": version,
        "running": Interview.objects.running_with(place.user).select_related("candidate").first(),
        "outline": outline(items, length=interview.length, competencies=[]),
        "welcome": next((item for item in items if item.kind == ItemKind.SEGMENT), None),
        "question_count": sum(item.kind == ItemKind.QUESTION for item in items),
    } | interview.version.tips_by_kind()


def room_context(user, place):
    interview = place.interview
    own = state_of(interview_id=interview.pk, author=user)
    unplanned = own["unplanned"] if own else interview.unplanned.values_list("pk", flat=True)
    content = room_content(interview, unplanned)
    state = room_state(interview=interview, own=own)
    if content.askers > Asker.LEAD:  # the plan says who asks what: one query more
        state["asked_by"] = asked_by(user, interview.panel.select_related("user"), content.askers)
    return {
        "interview": interview,
        "leads": place.leads,
        "scores": own is not None,
        "content": content,
        "state": state,
        "candidate_window": reverse("interviews:candidate_view", args=[interview.pk]),
        "unplanned_op": uuid4(),
    }


@require_POST
def interview_start(request, pk):
    """Starts it; with another one running in which this person sits, only if they said that they mean it."""
    led_by(request, pk)
    form = StartForm(request.POST)
    meant = form.is_valid() and form.cleaned_data["anyway"]
    if not meant and Interview.objects.running_with(request.user).exclude(pk=pk).exists():
        return redirect("interviews:room", pk)  # the lobby asks
    return led(request, pk, lifecycle.start)


def led(request, pk, act, to="interviews:room", **details):
    """Does what only the lead may do, then shows the page that follows; a refusal goes back with its sentence."""
    interview = led_by(request, pk)
    try:
        act(interview=interview, by=request.user, **details)
    except Problem as problem:
        messages.error(request, problem.sentence)
        return redirect("interviews:room", pk)
    return redirect(to, pk)


def led_by(request, pk):
    """The interview, for its lead."""
    return get_or_refuse(Interview.objects.visible_to(request.user), Interview.objects.led_by(request.user), pk=pk)


@require_POST
def interview_pause(request, pk):
    form = PauseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Not paused. The reason has at most 200 characters."))
        return redirect("interviews:room", pk)
    return led(request, pk, lifecycle.pause, reason=form.cleaned_data["reason"])


@require_POST
def interview_resume(request, pk):
    return led(request, pk, lifecycle.resume)


@require_POST
def interview_finish(request, pk):
    return led(request, pk, lifecycle.finish, to="interviews:scorecard_review")


@require_POST
def finish_undo(request, pk):
    return led(request, pk, lifecycle.undo_finish)


def question_swap(request, pk, item_pk):
    """What can be asked in place of a planned question, as a form for the room's dialog; POST asks it. GET: 5 queries."""
    interview = get_or_refuse(
        Interview.objects.visible_to(request.user), Interview.objects.scored_by(request.user), pk=pk
    )
    op = op_of(request)
    item = get_object_or_404(swappable(interview, op), pk=item_pk)
    questions = list(alternates(interview=interview, item=item, op=op))
    form = SwapForm(request.POST if request.method == "POST" else None, questions=questions)
    context = {"interview": interview, "item": item, "form": form, "any": bool(questions)}
    if not form.is_valid():
        return render(request, "interviews/_swap.html", context)
    asked = stand_in(item=item, question=form.cleaned_data["question"])
    try:
        added = lifecycle.add_unplanned(
            interview=interview,
            by=request.user,
            reason=form.cleaned_data["reason"],
            op=form.cleaned_data["op"],
            **asked,
        )
    except Problem as problem:
        form.add_error(None, problem.sentence)
        return render(request, "interviews/_swap.html", context)
    return redirect(reverse("interviews:room", args=[pk]) + f"#{added.key}")


def op_of(request):
    """Which request this is, by its own identifier; a new one's for what is none."""
    try:
        return UUID(request.POST.get("op", ""))
    except ValueError:
        return uuid4()


@require_POST
def unplanned_add(request, pk):
    """A question made up on the spot; goes to it. Anyone who scores may add one."""
    interview = get_or_refuse(
        Interview.objects.visible_to(request.user), Interview.objects.scored_by(request.user), pk=pk
    )
    form = UnplannedForm(request.POST)
    if not form.is_valid():
        if interview.state not in (State.LIVE, State.PAUSED):
            return redirect("interviews:room", pk)  # there is no room to show the form in
        context = room_context(request.user, places_of(request.user).get(interview=pk)) | {"unplanned_form": form}
        return render(request, "interviews/room.html", context)
    try:
        added = lifecycle.add_unplanned(interview=interview, by=request.user, **form.question())
    except Problem as problem:
        messages.error(request, problem.sentence)
        return redirect("interviews:room", pk)
    return redirect(reverse("interviews:room", args=[pk]) + f"#{added.key}")
