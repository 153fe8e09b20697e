"""Plans: the list, the builder's page, a new plan by hand or suggested, and what is done to a plan as a whole."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from config.access import get_or_refuse
from config.paging import page_of
from interviews import drafting
from interviews.forms.plans import FindForm, PlanForm, SegmentForm, SuggestForm, plan_initial
from interviews.models import Plan
from interviews.outline import outline
from interviews.problems import Problem
from interviews.suggesting import suggest_plan
from questionbank.models import Competency, Question


@require_safe
def plan_list(request):
    if not request.user.schedules:
        raise Http404
    plans = Plan.objects.visible_to(request.user).with_totals()
    archived = "archived" in request.GET
    page = page_of(plans.archived() if archived else plans.current(), request.GET, by="-changed_at", size=30)
    context = {"page": page, "archived": archived, "may_edit": request.user.edits_plans}
    return render(request, "interviews/plan_list.html" + ("#plans" if request.htmx else ""), context)


def may_plan_or_refuse(user):
    """Making a plan has no object to fetch: 404 for who cannot see plans, 403 for who may only read them."""
    if not user.schedules:
        raise Http404
    if not user.edits_plans:
        raise PermissionDenied


def plan_create(request):
    may_plan_or_refuse(request.user)
    form = PlanForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        plan = drafting.create(
            opening=form.chosen_opening(),
            title=form.cleaned_data["title"],
            length=form.cleaned_data["length"],
            by=request.user,
        )
        return redirect(plan)
    return render(request, "interviews/plan_form.html", {"form": form})


def plan_suggest(request):
    """A form that `?set=ID` fills in; what it makes is a draft like any other."""
    may_plan_or_refuse(request.user)
    asked = request.GET.getlist("set")
    initial = {"sets": [int(key) for key in asked if key.isdecimal()]} if asked else {}
    form = SuggestForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if form.is_valid():
        plan, suggestion = suggest_plan(
            opening=(opening := form.chosen_opening()),
            title=form.cleaned_data["title"] or usual_title(opening, form.cleaned_data["length"]),
            length=form.cleaned_data["length"],
            sets=form.cleaned_data["sets"],
            by=request.user,
        )
        count = len(suggestion.picks)
        chosen = ngettext("%(count)s question chosen.", "%(count)s questions chosen, each with its reason.", count)
        messages.success(
            request, f"{chosen % {'count': count}} {suggestion.explanation} {suggestion.uncounted}".strip()
        )
        return redirect(plan)
    return render(request, "interviews/plan_suggest.html", {"form": form})


def usual_title(opening, length):
    """The opening stands beside a plan's title everywhere, so that it says how long the interview is. 1 query."""
    title = _("%(minutes)s-minute interview") % {"minutes": length}
    same = opening.plans.filter(title__startswith=title).count()
    return f"{title} {same + 1}" if same else title


@require_safe
def plan_detail(request, pk):
    """The builder, or the plan to read for who may not change it. By htmx: what the search of the bank found."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user).select_related("opening", "latest_version"), pk=pk)
    if request.htmx and request.user.edits_plans:
        items = list(plan.items.all())
        return render(request, "interviews/plan_detail.html#hits", {"plan": plan, **finder(request, items)})
    context = builder(request, plan) | undoable(request)
    return render(
        request, "interviews/plan_detail.html" if context["editable"] else "interviews/plan_read.html", context
    )


def undoable(request):
    """After a removal without JavaScript: what was removed, as long as it can be put back."""
    key = request.GET.get("removed", "")
    return {"removed": key, "said": _("Removed.")} if key in request.session.get("removed_items", {}) else {}


def builder(request, plan):
    """What the builder's page and its fragments show. 8 queries, however many items; 4 more for words searched."""
    items = list(plan.items.with_questions())
    context = read_context(plan, items) | {"editable": request.user.edits_plans and not plan.archived_at}
    context["may_edit"] = request.user.edits_plans
    context["versions"] = list(plan.versions.select_related("published_by"))
    context["bank_changes"] = changed_in_bank(plan, items)
    context["differs"] = plan.draft_differs or bool(context["bank_changes"])
    if context["editable"]:
        context |= finder(request, items) | {"segment_form": SegmentForm(prefix="segment")}
    return context


def read_context(plan, items):
    """A plan's items as every page of it shows them. One query."""
    competencies = [competency.name for competency in Competency.objects.all()]
    return {"plan": plan, "outline": outline(items, length=plan.length, competencies=competencies)}


def changed_in_bank(plan, items):
    """How many of the questions were changed in the bank since the latest version froze them."""
    if not plan.latest_version:
        return 0
    published_at = plan.latest_version.published_at
    return sum(item.question is not None and item.question.changed_at > published_at for item in items)


def finder(request, items):
    """The search of the bank as the page has it, also when it came along with a change of the plan."""
    asked = request.POST if "q" in request.POST else request.GET
    form = FindForm(asked, user=request.user)
    hits, more = form.found_in(Question.objects.visible_to(request.user).current())
    items_of = {item.question_id: item.pk for item in items if item.question_id}
    for hit in hits:
        hit.item_pk = items_of.get(hit.pk)
    return {
        "find_form": form,
        "hits": hits,
        "more_hits": more,
        "searched": any(asked.get(name) for name in form.fields),
    }


def plan_edit(request, pk):
    plan = editable_or_refuse(request, pk)
    posted = request.POST if request.method == "POST" else None
    form = PlanForm(posted, user=request.user, initial=plan_initial(plan))
    if form.is_valid():
        fields = {"title": form.cleaned_data["title"], "length": form.cleaned_data["length"]}
        try:
            drafting.change_details(plan=plan, opening=form.chosen_opening(), **fields)
        except Problem as problem:
            messages.error(request, problem.sentence)
        return redirect(plan)
    return render(request, "interviews/plan_form.html", {"form": form, "plan": plan})


def editable_or_refuse(request, pk):
    plans = Plan.objects.select_related("opening", "latest_version")
    return get_or_refuse(plans.visible_to(request.user), plans.editable_by(request.user), pk=pk)


@require_POST
def plan_duplicate(request, pk):
    copy = drafting.duplicate(plan=editable_or_refuse(request, pk), by=request.user)
    messages.success(request, _("This is a copy. Changes here leave the original as it is."))
    return redirect(copy)


@require_POST
def plan_archive(request, pk):
    plan = editable_or_refuse(request, pk)
    plan.archive()
    messages.success(
        request, _("“%(title)s” is archived. Its versions and interviews stay as they are.") % {"title": plan}
    )
    return redirect("interviews:plan_list")


@require_POST
def plan_restore(request, pk):
    plan = editable_or_refuse(request, pk)
    plan.restore()
    return redirect(plan)
