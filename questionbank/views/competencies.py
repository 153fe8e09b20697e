"""The list of competencies that questions give evidence of."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from config.access import allow
from questionbank.forms import CompetencyDeleteForm, CompetencyForm, MoveForm
from questionbank.models import Competency


@require_GET
def competency_list(request):
    allow(visible=request.user.reads_bank, allowed=True)
    return _show(request)


@require_POST
def competency_create(request):
    _check(request)
    form = CompetencyForm(request.POST, instance=Competency(position=Competency.objects.count()))
    if form.is_valid():
        form.save()
        return _changed(request)
    return _show(request, new=form)


@require_POST
def competency_rename(request, pk):
    _check(request)
    competency = get_object_or_404(Competency, pk=pk)
    form = CompetencyForm(request.POST, instance=competency, prefix=f"c{pk}")
    if form.is_valid():
        form.save()
        return _changed(request)
    return _show(request, renaming=form)


@require_POST
def competency_move(request, pk):
    _check(request)
    competency = get_object_or_404(Competency, pk=pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Http404
    competency.move(**form.cleaned_data)
    return _changed(request)


@require_POST
def competency_delete(request, pk):
    _check(request)
    competency = get_object_or_404(Competency, pk=pk)
    form = CompetencyDeleteForm(request.POST, competency=competency)
    if form.is_valid():
        competency.give_way(**form.cleaned_data)
        return _changed(request)
    return _show(request, deleting=form)


def _check(request):
    """The list has no owner: whoever reads the bank sees it, whoever edits the bank edits it."""
    allow(visible=request.user.reads_bank, allowed=request.user.edits_bank)


def _changed(request):
    return _show(request) if request.htmx else redirect("questionbank:competency_list")


def _show(request, *, new=None, renaming=None, deleting=None):
    competencies = list(Competency.objects.with_counts())
    for competency in competencies:
        mine = renaming if renaming and renaming.instance.pk == competency.pk else None
        competency.form = mine or CompetencyForm(instance=competency, prefix=f"c{competency.pk}")
    context = {
        "competencies": competencies,
        "last": len(competencies) - 1,
        "form": new or CompetencyForm(),
        "problem": renaming or deleting,
        "may_edit": request.user.edits_bank,
    }
    template = "questionbank/competency_list.html"
    return render(request, template + "#list" if request.htmx else template, context)
