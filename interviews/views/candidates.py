"""Candidates, for those who schedule."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.paging import page_of
from interviews.forms.candidates import CandidateForm
from interviews.models import Candidate, Interview
from interviews.views.openings import refuse_without_view_of_openings


@require_safe
def candidate_list(request):
    """Candidates by name; `q` searches name and e-mail address. One query and the user's."""
    refuse_without_view_of_openings(request.user)
    words = request.GET.get("q", "")
    candidates = Candidate.objects.visible_to(request.user).search(words).with_last_interview(request.user)
    context = {"page": page_of(candidates, request.GET, by="name"), "words": words}
    return render(request, "interviews/candidate_list.html" + ("#candidates" if request.htmx else ""), context)


def candidate_create(request):
    refuse_without_view_of_openings(request.user)
    form = CandidateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        candidate = form.save()
        messages.success(request, _("The candidate is there. Next, schedule an interview."))
        return redirect(candidate)
    return render(request, "interviews/candidate_form.html", {"form": form})


def candidate_edit(request, pk):
    candidate = get_object_or_404(Candidate.objects.visible_to(request.user), pk=pk)
    form = CandidateForm(request.POST if request.method == "POST" else None, instance=candidate)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(candidate)
    return render(request, "interviews/candidate_form.html", {"form": form, "candidate": candidate})


@require_safe
def candidate_detail(request, pk):
    """A candidate and their interviews, as far as the user may see them. Four queries."""
    candidate = get_object_or_404(Candidate.objects.visible_to(request.user), pk=pk)
    interviews = Interview.objects.visible_to(request.user).filter(candidate=candidate).with_people()
    page = page_of(interviews, request.GET, by="-scheduled_at", size=20)
    context = {"candidate": candidate, "page": page}
    return render(request, "interviews/candidate_detail.html" + ("#interviews" if request.htmx else ""), context)
