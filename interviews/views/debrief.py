"""After the scorecards are in: the debrief, what was agreed on, the decision, and amendments of one's own."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.access import get_or_refuse
from interviews.amending import amend, bring_up_to_date
from interviews.content import room_entries
from interviews.debriefing import Debrief
from interviews.deciding import agree, decide
from interviews.forms.debrief import AgreeForm, AmendForm, DecisionForm
from interviews.models import Interview, Response
from interviews.problems import Problem
from interviews.records import Record

FORM = ["GET", "HEAD", "POST"]


@require_safe
def debrief(request, pk):
    """The panel's talk, the largest disagreements first. 17 queries with the user's, however many questions and scorecards."""
    interview = readable(request, pk)
    if interview.completed_at is None:
        messages.info(request, _("The debrief opens once every scorecard is in."))
        return redirect("interviews:record_detail", pk)
    return render(request, "interviews/debrief.html", debrief_context(request.user, interview))


def readable(request, pk):
    """The interview, for who may read its scorecards."""
    visible = Interview.objects.visible_to(request.user).with_people()
    return get_or_refuse(visible, visible.open_to(request.user), pk=pk)


def debrief_context(user, interview):
    record = Record.of(user, interview)
    return {
        "interview": interview,
        "record": record,
        "debrief": Debrief.of(record),
        "agrees": Interview.objects.debriefed_by(user).filter(pk=interview.pk).exists(),
        "decides": Interview.objects.decided_by(user).filter(pk=interview.pk).exists(),
        "form": AgreeForm(),
    }


@require_POST
def rating_agree(request, pk, item_pk):
    """Notes what the panel agreed on for one planned question. htmx gets this question's part of the page."""
    visible = Interview.objects.visible_to(request.user).with_people()
    interview = get_or_refuse(visible, visible.debriefed_by(request.user), pk=pk)
    item = get_object_or_404(interview.version.items.filter(kind="question"), pk=item_pk)
    form = AgreeForm(request.POST, auto_id=f"id_{item.pk}_%s")
    if form.is_valid():
        try:
            agree(interview=interview, item=item, by=request.user, **form.cleaned_data)
        except Problem as problem:
            form.add_error(None, problem.sentence)
    if form.is_valid() and not request.htmx:
        return redirect(reverse("interviews:debrief", args=[pk]) + f"#{item.key}")
    context = debrief_context(request.user, interview)
    topics = [*context["debrief"].apart, *context["debrief"].together]
    topic = next(topic for topic in topics if topic.item == item.pk)
    noted = form.is_valid()
    context |= {
        "topic": topic,
        "noted": noted,
        "form": AgreeForm() if noted else form,
        "asked": None if noted else topic,
    }
    template = "includes/_debrief_noted.html" if request.htmx else "interviews/debrief.html"
    return render(request, template, context)


@require_http_methods(FORM)
def decision_create(request, pk):
    """The hiring manager's decision, beside what it rests on."""
    visible = Interview.objects.visible_to(request.user).with_people()
    interview = get_or_refuse(visible, visible.decided_by(request.user), pk=pk)
    record = Record.of(request.user, interview)
    form = DecisionForm(request.POST if request.method == "POST" else None, score=record.score)
    if form.is_valid():
        try:
            decide(interview=interview, by=request.user, **form.cleaned_data)
        except Problem as problem:
            form.add_error(None, problem.sentence)
        else:
            messages.success(request, _("Your decision stands on the record."))
            return redirect("interviews:record_detail", pk)
    context = {"interview": interview, "record": record, "form": form}
    return render(request, "interviews/decision_create.html", context)


@require_http_methods(FORM)
def response_amend(request, pk, response_pk):
    """One's own submitted response read anew."""
    own = Response.objects.filter(scorecard__author=request.user, scorecard__submitted_at__isnull=False)
    own = own.filter(scorecard__interview__in=Interview.objects.visible_to(request.user))
    response = get_object_or_404(
        own.select_related("scorecard__interview__candidate", "scorecard__interview__opening"),
        scorecard__interview=pk,
        pk=response_pk,
    )
    interview = response.scorecard.interview
    bring_up_to_date([response.scorecard], [response])
    entries = room_entries(interview.version_id, interview.unplanned.values_list("pk", flat=True))
    questions = {entry.key: entry for entry in entries if entry.is_question}
    form = AmendForm(
        request.POST if request.method == "POST" else None,
        response=response,
        entry=(entry := questions.pop(response.key)),
        others=questions.values(),
    )
    if form.is_valid():
        try:
            reason, seen = form.cleaned_data["reason"], form.cleaned_data["seen"]
            amend(response=response, by=request.user, reason=reason, seen=seen, **form.version())
        except Problem as problem:
            form.add_error(None, problem.sentence)
        else:
            messages.success(request, _("Amended. The record shows both versions."))
            return redirect(reverse("interviews:record_detail", args=[pk]) + f"#{response.key}")
    return render(request, "interviews/response_amend.html", {"interview": interview, "entry": entry, "form": form})
