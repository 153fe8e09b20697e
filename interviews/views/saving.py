"""What a scorecard's pages send: changes, and in the end the submission."""

from django import forms
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from interviews.models import Scorecard
from interviews.problems import Problem
from interviews.saving import BatchRefused, read_batch, save


@require_POST
def scorecard_ops(request, pk):
    """Operations in, a result for each out, all JSON. 401 and code `csrf` come from the middleware."""
    try:
        operations = read_batch(request.body, user=request.user)
        results = save(author=request.user, scorecard_id=pk, operations=operations)
    except BatchRefused as refusal:
        return JsonResponse({"code": refusal.code, "message": refusal.sentence}, status=refusal.status)
    except Scorecard.DoesNotExist:
        return JsonResponse({"code": "not-found", "message": _("There is no such scorecard.")}, status=404)
    return JsonResponse({"results": results, "saved_at": timezone.now()})


class HeadsField(forms.JSONField):
    """JSON that Python can read: a number of thousands of digits, or lists in lists in lists, are refused like any other."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as problem:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from problem


class SubmitForm(forms.Form):
    """`heads` is what the page showed, as `interviews.saving.heads_of` gives it; `op` makes a repetition harmless."""

    op = forms.UUIDField(widget=forms.HiddenInput)
    # Not required, because nothing typed yet is `{}`, which counts as empty; an absent value is refused below.
    heads = HeadsField(widget=forms.HiddenInput, required=False)

    def clean_heads(self):
        heads = self.cleaned_data["heads"]
        if type(heads) is not dict or not all(type(op) is str for op in heads.values()):
            raise forms.ValidationError(_("Reload the page and submit again."))
        return heads


@require_POST
def scorecard_submit(request, pk):
    """Seals the author's own scorecard and goes to the record; else 409 and a fragment that says what is in the way."""
    scorecard = get_object_or_404(Scorecard.objects.of(request.user).select_related("interview"), pk=pk)
    form = SubmitForm(request.POST)
    if not form.is_valid():
        problem = Problem(_("This page cannot be submitted as it is. Reload it and submit again."))
        return render(request, "interviews/_submit_problem.html", {"problem": problem}, status=400)
    try:
        scorecard.submit(**form.cleaned_data)
    except Problem as problem:
        return render(request, "interviews/_submit_problem.html", {"problem": problem}, status=problem.status)
    record = resolve_url("interviews:record_detail", scorecard.interview_id)
    return HttpResponseClientRedirect(record) if request.htmx else redirect(record)
