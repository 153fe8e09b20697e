"""Publishing a plan, reading its versions, and the guide on paper."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from interviews import drafting, publishing
from interviews.forms.plans import number
from interviews.models import Plan, PlanVersion
from interviews.models.scorecards import Rating, Recommendation
from interviews.outline import outline
from interviews.problems import Problem
from interviews.views.plans import editable_or_refuse, read_context


def plan_publish(request, pk):
    """What to know before publishing, and the button. Only a plan without questions is held back."""
    plan = editable_or_refuse(request, pk)
    if request.method == "POST":
        try:
            version = publishing.publish(plan=plan, by=request.user, number=number(request.POST.get("number")) or None)
        except Problem as problem:
            messages.error(request, problem.sentence)
        else:
            messages.success(request, _("Version %(number)s is published.") % {"number": version.number})
        return redirect(plan)
    items = list(plan.items.with_questions())
    context = read_context(plan, items)
    questions = publishing.frozen_questions(items)
    context["warnings"] = publishing.warnings(outline=context["outline"], questions=questions)
    context["number"] = plan.latest_version.number + 1 if plan.latest_version else 1
    return render(request, "interviews/plan_publish.html", context)


@require_POST
def plan_discard(request, pk):
    plan = editable_or_refuse(request, pk)
    try:
        drafting.discard_changes(plan=plan)
    except Problem as problem:
        messages.error(request, problem.sentence)
    else:
        number_ = plan.latest_version.number
        messages.success(request, _("The draft is as version %(number)s has it.") % {"number": number_})
    return redirect(plan)


@require_safe
def plan_version(request, pk, number):
    version = version_or_404(request, pk, number)
    items = list(version.items.all())
    context = read_context(version.plan, items) | {"version": version}
    return render(request, "interviews/plan_version.html", context)


def version_or_404(request, pk, number):
    versions = PlanVersion.objects.select_related("plan__opening", "plan__latest_version", "published_by")
    return get_object_or_404(versions, plan__in=Plan.objects.visible_to(request.user), plan=pk, number=number)


@require_safe
def plan_print(request, pk):
    """The draft as the guide on paper that publishing it would make."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user).select_related("opening"), pk=pk)
    version, items = publishing.preview(plan=plan, items=list(plan.items.all()))
    return render(request, "interviews/plan_print.html", guide(version, items))


@require_safe
def plan_version_print(request, pk, number):
    version = version_or_404(request, pk, number)
    return render(request, "interviews/plan_print.html", guide(version, list(version.items.all())))


def guide(version, items):
    return {
        "version": version,
        "plan": version.plan,
        "outline": outline(items, length=version.length, competencies=[]),
        "general_scale": [(rating.value, rating.label) for rating in Rating],
        "recommendations": Recommendation.labels,
    }
