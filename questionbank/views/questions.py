"""Finding, reading and editing questions."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.access import allow, get_or_refuse
from questionbank import searching
from questionbank.details import KINDS, Section
from questionbank.forms import QuestionFilterForm, QuestionForm
from questionbank.models import Question, QuestionSet
from questionbank.stages import Stage, read_stage

PAGE = 25


@require_GET
def question_list(request):
    """Browse with filters, or the best 200 for some words. Up to 10 queries, however many questions."""
    allow(visible=request.user.reads_bank, allowed=True)
    questions = Question.objects.visible_to(request.user)
    sets = QuestionSet.objects.visible_to(request.user)
    form = QuestionFilterForm(request.GET, sets=sets, topics=questions.topics())
    chosen = form.chosen()
    page = find_questions(questions, chosen, request.GET)
    here = reverse("questionbank:question_list")
    address = addressed(here, form)
    template = "questionbank/question_list.html"
    if request.htmx:
        template += "#more" if page["goes_on"] else "#results"
    context = {"form": form, "chosen": chosen, "address": address, "may_edit": request.user.edits_bank, **page}
    if page["next"]:
        context["next_address"] = f"{address}{'&' if '?' in address else '?'}{urlencode(page['next'])}"
    response = render(request, template, context)
    if request.htmx and not page["goes_on"]:
        response["HX-Replace-Url"] = address
    return response


def addressed(here, form):
    """The address of this search: only what was filled in."""
    filled = [(name, value) for name, value in form.data.items() if name in form.fields and value]
    return f"{here}?{urlencode(filled)}" if filled else here


def find_questions(questions, chosen, given):
    """One page of questions: `{questions, count, more, search, next, goes_on}`."""
    words = chosen.get("q", "")
    narrow = {name: value for name, value in chosen.items() if name not in ("q", "archived")}
    questions = questions.archived() if chosen.get("archived") else questions.current()
    questions = questions.narrowed(**narrow)
    return _searched(questions, words, given) if words else _browsed(questions, given)


def _searched(questions, words, given):
    search = searching.read_words(words)
    start = min(_number(given.get("from")), searching.RANKED_AT_MOST)
    end = min(start + PAGE, searching.RANKED_AT_MOST)
    ranked = searching.ranked(questions, search).select_related("question_set", "competency")
    shown = searching.highlight(ranked[start:end], search)
    count, more = searching.capped(shown[0].found_in_all if shown else 0)
    goes_on = end < min(count, searching.RANKED_AT_MOST)
    return {
        "questions": shown,
        "search": search,
        "count": count,
        "more": more,
        "next": {"from": end} if goes_on else None,
        "goes_on": start > 0,
    }


def _browsed(questions, given):
    after = Question.objects.filter(pk=_number(given.get("after"))).first() if given.get("after") else None
    here = questions.after(after) if after else questions
    shown = list(here.browse().select_related("question_set", "competency")[: PAGE + 1])
    count, more = searching.count_at_most(questions)
    following = {"after": shown[PAGE - 1].pk} if len(shown) > PAGE else None
    return {"questions": shown[:PAGE], "count": count, "more": more, "next": following, "goes_on": after is not None}


def _number(text):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


@require_GET
def question_detail(request, pk):
    return reading_page(request, pk)


def reading_page(request, pk, section=None):
    """The page of a question; `section` stands in for its own kind while it is edited. 13 queries."""
    question = get_object_or_404(Question.objects.visible_to(request.user).with_content(), pk=pk)
    beside = Question.objects.filter(question_set=question.question_set_id, archived_at=None)
    sections = [
        section if section and section.kind == kind else Section(kind, question)
        for kind in KINDS.values()
        if request.user.edits_bank or kind.always or kind.rows(question)
    ]
    context = {
        "question": question,
        "when": around(question.when_to_ask, question.stage_cue),
        "main_sections": [one for one in sections if not one.kind.aside],
        "side_sections": [one for one in sections if one.kind.aside],
        "previous": beside.before(question).first(),
        "next": beside.after(question).browse().first(),
        "place": beside.before(question).count() + 1,
        "of": beside.count(),
        "may_edit": request.user.edits_bank,
    }
    return render(request, "questionbank/question_detail.html", context)


def around(text, cue):
    """The text before the cue, the cue, and the text after it; all of it before if the cue is not there."""
    start = text.lower().find(cue.lower()) if cue else -1
    return (text[:start], text[start : start + len(cue)], text[start + len(cue) :]) if start >= 0 else (text, "", "")


@require_http_methods(["GET", "POST"])
def question_create(request, set_pk):
    sets = QuestionSet.objects.visible_to(request.user)
    question_set = get_or_refuse(sets, sets.editable_by(request.user), pk=set_pk)
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect(form.save(question_set=question_set, user=request.user))
    return render(request, "questionbank/question_form.html", {"form": form, "question_set": question_set})


@require_http_methods(["GET", "POST"])
def question_edit(request, pk):
    question = _editable(request, pk)
    form = QuestionForm(request.POST if request.method == "POST" else None, instance=question)
    if form.is_valid():
        form.save()
        return redirect(question)
    context = {"form": form, "question": question, "question_set": question.question_set}
    return render(request, "questionbank/question_form.html", context)


@require_GET
def question_stage(request):
    """What “When to ask” says about the stage, while it is being typed. No query of its own."""
    allow(visible=request.user.reads_bank, allowed=request.user.edits_bank)
    reading = read_stage(request.GET.get("when_to_ask", ""))
    context = {"reading": reading, "stage": Stage(reading.stage).label}
    return render(request, "questionbank/question_form.html#stage-reading", context)


@require_POST
def question_archive(request, pk):
    question = _editable(request, pk)
    question.archive()
    return redirect(question)


@require_POST
def question_restore(request, pk):
    question = _editable(request, pk)
    question.restore()
    messages.success(request, _("The question is back in search and suggestions."))
    return redirect(question)


def _editable(request, pk):
    questions = Question.objects.visible_to(request.user).select_related("question_set")
    return get_or_refuse(questions, questions.editable_by(request.user), pk=pk)
