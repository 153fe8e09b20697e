"""Answers, points, follow-ups, anchors, parts and material, edited in place; `KINDS` says how they differ."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.access import get_or_refuse
from questionbank import details
from questionbank.details import KINDS, Section
from questionbank.forms import MoveForm
from questionbank.models import Question
from questionbank.views.questions import reading_page


@require_http_methods(["GET", "POST"])
def detail_create(request, pk, kind):
    question, kind = _fetch(request, pk, kind)
    row = kind.form._meta.model(question=question)
    form = _form(request, kind, row, initial=request.GET.dict())
    if form.is_valid():
        details.add(form=form, question=question, kind=kind)
        return _changed(request, question, kind)
    return _show(request, Section(kind, question, form))


@require_http_methods(["GET", "POST"])
def detail_edit(request, pk, kind, detail):
    question, kind = _fetch(request, pk, kind)
    row = _row(question, kind, detail)
    form = _form(request, kind, row)
    if form.is_valid():
        form.save()
        return _changed(request, question, kind)
    return _show(request, Section(kind, question, form, editing=row.pk))


@require_POST
def detail_delete(request, pk, kind, detail):
    question, kind = _fetch(request, pk, kind)
    _row(question, kind, detail).delete()
    return _changed(request, question, kind)


@require_POST
def detail_move(request, pk, kind, detail):
    question, kind = _fetch(request, pk, kind)
    row = _row(question, kind, detail)
    form = MoveForm(request.POST)
    if not kind.ordered or not form.is_valid():
        raise Http404
    details.move(row=row, kind=kind, **form.cleaned_data)
    return _changed(request, question, kind)


@require_POST
def detail_confirm(request, pk, kind):
    question, kind = _fetch(request, pk, kind)
    if kind.name != "points":
        raise Http404
    details.confirm_points(question=question)
    return _changed(request, question, kind)


@require_safe
def detail_list(request, pk, kind):
    """The kind as it stands: what Cancel goes back to."""
    question = get_or_refuse(
        Question.objects.visible_to(request.user), Question.objects.visible_to(request.user), pk=pk
    )
    return _show(request, Section(_kind(kind), question))


def _fetch(request, pk, kind):
    kind = _kind(kind)
    questions = Question.objects.visible_to(request.user)
    return get_or_refuse(questions, questions.editable_by(request.user), pk=pk), kind


def _kind(name):
    try:
        return KINDS[name]
    except KeyError:
        raise Http404 from None


def _row(question, kind, detail):
    row = kind.rows(question).filter(pk=detail).first()
    if row is None:
        raise Http404
    return row


def _form(request, kind, row, **kwargs):
    """Its ids begin with the kind: forms of several kinds may be open at once."""
    data = request.POST if request.method == "POST" else None
    return kind.form(data, instance=row, auto_id=f"{kind.name}-%s", **kwargs)


def _changed(request, question, kind):
    if request.htmx:
        return _show(request, Section(kind, question))
    return redirect(f"{question.get_absolute_url()}#{kind.name}")


def _show(request, section):
    """The one section for htmx, the whole page with the section as it is otherwise."""
    if request.htmx:
        context = {"section": section, "question": section.question, "may_edit": request.user.edits_bank}
        return render(request, "includes/_detail_section.html", context)
    return reading_page(request, section.question.pk, section)
