"""Changes to a plan's draft: one address per change. With htmx the answer is what the change moved on the page,
without it a redirect back to the builder."""

from functools import wraps

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from interviews import drafting
from interviews.forms.plans import FindForm, ItemForm, MoveForm, SegmentForm, number
from interviews.models import Plan
from interviews.problems import NotNow, Problem
from interviews.views.plans import builder, editable_or_refuse
from questionbank.models import Question
from questionbank.stages import Stage

# So many removed items can be put back, per session.
REMEMBERED = 10


def changes_draft(view):
    """Hands the view a plan that its user may edit; what stands in the way is said on the plan's page."""

    @require_POST
    @wraps(view)
    def guarded(request, pk, **kwargs):
        plan = editable_or_refuse(request, pk)
        try:
            return view(request, plan, **kwargs)
        except Problem as problem:
            messages.error(request, problem.sentence)
            return HttpResponseClientRedirect(plan.get_absolute_url()) if request.htmx else redirect(plan)

    return guarded


@changes_draft
def plan_item_add(request, plan):
    questions = Question.objects.visible_to(request.user).current()
    question = get_object_or_404(questions, pk=number(request.POST.get("question")))
    item = drafting.add_question(plan=plan, question=question)
    said = _("%(title)s added to %(stage)s.") % {"title": item, "stage": item.get_stage_display()}
    return changed(request, plan, said=said, new=item.pk)


def changed(request, plan, *, said, focus=None, new=None, removed=None):
    """The builder after a change: `said` is announced, `focus` the item that keeps the focus, `removed` undoable."""
    if not request.htmx:
        if not removed:
            messages.success(request, said)
        anchor = f"#item-{focus or new}" if focus or new else ""
        undo = f"&removed={removed}" if removed else ""
        return redirect(f"{plan.get_absolute_url()}?{asked_of_finder(request)}{undo}{anchor}")
    context = builder(request, Plan.objects.select_related("opening", "latest_version").get(pk=plan.pk))
    context |= {"said": said, "focus": focus, "new": new, "removed": removed}
    return render(request, "interviews/plan_detail.html#changed", context)


def asked_of_finder(request):
    """The search as it stood, for the way back."""
    asked = QueryDict(mutable=True)
    asked.update({name: request.POST[name] for name in FindForm.base_fields if request.POST.get(name)})
    return asked.urlencode()


@changes_draft
def plan_segment_add(request, plan):
    form = SegmentForm(request.POST, prefix="segment")
    if not form.is_valid():
        raise NotNow(" ".join(error for errors in form.errors.values() for error in errors))
    item = drafting.add_segment(
        plan=plan,
        kind=form.cleaned_data["segment"],
        title=form.cleaned_data["title"],
        minutes=form.cleaned_data["minutes"],
    )
    return changed(request, plan, said=_("%(title)s added.") % {"title": item}, focus=item.pk)


@changes_draft
def plan_item_change(request, plan, item):
    """One field, saved as it is left, or without JavaScript all of an item's own. Nothing typed is replaced."""
    item = get_object_or_404(plan.items.select_related("question"), pk=item)
    form = ItemForm(request.POST, instance=item, only=request.POST.get("only", ""))
    if form.is_valid():
        drafting.change_item(item=item, **form.cleaned_data)
        said = _("Saved: %(title)s.") % {"title": form.instance}
    else:
        said = " ".join(error for errors in form.errors.values() for error in errors)
    if not request.htmx:
        (messages.success if form.is_valid() else messages.error)(request, said)
        return redirect(f"{plan.get_absolute_url()}#item-{item.pk}")
    context = builder(request, Plan.objects.select_related("opening", "latest_version").get(pk=plan.pk))
    context |= {"item_form": form, "item": context["outline"].item(item.pk), "said": said}
    return render(request, "interviews/plan_detail.html#saved", context)


@changes_draft
def plan_item_move(request, plan, item):
    item = get_object_or_404(plan.items.select_related("question"), pk=item)
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise NotNow(" ".join(form.non_field_errors()) or _("That is no place in the plan."))
    if form.cleaned_data["step"]:
        drafting.step(item=item, by=form.cleaned_data["step"])
    else:
        drafting.move(item=item, stage=form.cleaned_data["stage"], before=form.cleaned_data["before"])
    return changed(request, plan, said=where_it_is(plan, item), focus=item.pk)


def where_it_is(plan, item):
    """The place of an item in words, for who cannot see it move. One query."""
    in_stage = list(plan.items.filter(stage=plan.items.get(pk=item.pk).stage))
    place = in_stage.index(item)
    words = {"title": item, "stage": Stage(in_stage[place].stage).label, "place": place + 1, "count": len(in_stage)}
    return _("%(title)s: %(stage)s, place %(place)s of %(count)s.") % words


@changes_draft
def plan_item_remove(request, plan, item):
    item = get_object_or_404(plan.items.select_related("question"), pk=item)
    key = str(item.pk)
    kept = {**request.session.get("removed_items", {}), key: drafting.remove(item=item) | {"plan": plan.pk}}
    request.session["removed_items"] = dict(list(kept.items())[-REMEMBERED:])
    return changed(request, plan, said=_("%(title)s removed.") % {"title": item}, removed=key)


@changes_draft
def plan_item_put_back(request, plan, item):
    kept = request.session.get("removed_items", {})
    removed = kept.pop(str(item), None)
    if removed is None or removed.pop("plan") != plan.pk:
        raise NotNow(_("This can no longer be undone. Add it again from the bank."))
    back = drafting.put_back(plan=plan, removed=removed)
    request.session["removed_items"] = kept
    return changed(request, plan, said=_("%(title)s is back.") % {"title": back}, focus=back.pk)


@changes_draft
def plan_order(request, plan):
    drafting.order_by_stage_and_topic(plan=plan)
    return changed(request, plan, said=_("Ordered by stage and topic."))
