"""Records: finished interviews with what of their scorecards the reader may see."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from config.paging import page_of
from interviews.forms.records import RecordFilterForm
from interviews.history import events
from interviews.models import Interview, State
from interviews.record_search import find_records, rows_of
from interviews.records import Record
from interviews.structure import structure_of
from interviews.trail import head_of
from questionbank.searching import count_at_most


@require_safe
def record_list(request):
    """Finished interviews, the newest first. Twelve queries with the user's, one more for words in notes."""
    form = RecordFilterForm(request.GET, user=request.user)
    asked = form.asked()
    records = find_records(request.user, asked)
    page = page_of(records.with_people(), request.GET, by="-finished_at", size=30)
    count, more = count_at_most(records)
    context = {
        "form": form,
        "asked": asked,
        "page": page,
        "rows": rows_of(request.user, page.items),
        "count": count,
        "more": more,
    }
    return render(request, "interviews/record_list.html" + ("#records" if request.htmx else ""), context)


@require_safe
def record_detail(request, pk):
    """One record. At most 19 queries with the user's, however many questions and scorecards."""
    interview = get_object_or_404(Interview.objects.visible_to(request.user).with_people(), pk=pk)
    if interview.state != State.FINISHED:
        return redirect("interviews:interview_detail", pk)
    record = Record.of(request.user, interview)
    context = {
        "record": record,
        "interview": interview,
        "standing": record.standing,
        "structure": structure_of(record),
        "events": events(interview, opened=record.opened),
        "decides": record.complete and Interview.objects.decided_by(request.user).filter(pk=pk).exists(),
        "head": head_of(interview) if record.opened else None,
    }
    return render(request, "interviews/record_detail.html", context)
