"""Openings: the jobs being hired for."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.acting import acted_by
from config.access import get_or_refuse
from config.paging import page_of
from interviews.forms.openings import OpeningForm
from interviews.models import Interview, Opening, Plan


@require_safe
def opening_list(request):
    """Openings by title; `archived=1` shows those put away, `q` searches titles. Two queries and the user's."""
    refuse_without_view_of_openings(request.user)
    openings = Opening.objects.visible_to(request.user).search(request.GET.get("q", ""))
    archived = "archived" in request.GET
    page = page_of((openings.archived() if archived else openings.current()).with_counts(), request.GET, by="title")
    template = "interviews/opening_list.html"
    context = {"page": page, "archived": archived, "words": request.GET.get("q", "")}
    return render(request, template + ("#openings" if request.htmx else ""), context)


def refuse_without_view_of_openings(user):
    """Openings and candidates are there for those who schedule; to anyone else the pages do not exist."""
    if not user.schedules:
        raise Http404


def opening_create(request):
    refuse_without_view_of_openings(request.user)
    form = OpeningForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        with acted_by(request.user):
            opening = form.save()
        messages.success(request, _("The opening is there. Next it needs a plan."))
        return redirect(opening)
    return render(request, "interviews/opening_form.html", {"form": form})


def opening_edit(request, pk):
    opening = get_editable(request, pk)
    form = OpeningForm(request.POST if request.method == "POST" else None, instance=opening, user=request.user)
    if form.is_valid():
        with acted_by(request.user):
            form.save()
        messages.success(request, _("Saved."))
        return redirect(opening)
    return render(request, "interviews/opening_form.html", {"form": form, "opening": opening})


def get_editable(request, pk):
    openings = Opening.objects.select_related("hiring_manager")
    return get_or_refuse(openings.visible_to(request.user), openings.editable_by(request.user), pk=pk)


@require_safe
def opening_detail(request, pk):
    """An opening with its plans, and the interviews of it that the user may see. Seven queries at most."""
    openings = Opening.objects.visible_to(request.user)
    opening = get_object_or_404(openings.select_related("hiring_manager"), pk=pk)
    interviews = Interview.objects.visible_to(request.user).filter(opening=opening).with_people()
    context = {
        "opening": opening,
        "editable": Opening.objects.editable_by(request.user).filter(pk=pk).exists(),
        "plans": Plan.objects.visible_to(request.user).current().filter(opening=opening).with_totals(),
        "upcoming": interviews.upcoming()[:20],
        "page": page_of(interviews.records(), request.GET, by="-finished_at", size=20),
    }
    template = "interviews/opening_detail.html"
    return render(request, template + ("#records" if request.htmx else ""), context)


@require_POST
def opening_archive(request, pk):
    opening = get_editable(request, pk)
    with acted_by(request.user):
        opening.archive()
    messages.success(request, _("Archived. Its interviews and records stay as they are."))
    return redirect(opening)


@require_POST
def opening_restore(request, pk):
    opening = get_editable(request, pk)
    with acted_by(request.user):
        opening.restore()
    messages.success(request, _("Restored."))
    return redirect(opening)
