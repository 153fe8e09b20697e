"""Question sets: the list, the reading page, and editing."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.access import allow, get_or_refuse
from questionbank.forms import LANGUAGES, AudienceFormSet, QuestionSetForm, TipsForm
from questionbank.models import QuestionSet, Tip

PAGE = 30


@require_GET
def set_list(request):
    """Sets by title, 30 a page, with counts. 5 queries however many sets."""
    allow(visible=request.user.reads_bank, allowed=True)
    sets = QuestionSet.objects.visible_to(request.user)
    words, archived = request.GET.get("title", "")[:120], request.GET.get("archived") == "1"
    chosen = (sets.archived() if archived else sets.current()).titled(words.replace("\0", ""))
    after = sets.filter(pk=request.GET["after"]).first() if request.GET.get("after", "").isdecimal() else None
    page = list((chosen.after(after) if after else chosen).with_counts()[: PAGE + 1])
    for question_set in page:
        question_set.language_name = dict(LANGUAGES).get(question_set.language, question_set.language)
    context = {
        "sets": page[:PAGE],
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
        "after": after,
        "words": words,
        "archived": archived,
        "any_archived": archived or sets.archived().exists(),
        "may_edit": request.user.edits_bank,
    }
    template = "questionbank/set_list.html"
    if request.htmx:
        template += "#more" if after else "#sets"
    return render(request, template, context)


@require_GET
def set_detail(request, pk):
    """A set with everything in it. 7 queries however long it is."""
    sets = QuestionSet.objects.visible_to(request.user).prefetch_related("audience", "tips")
    question_set = get_object_or_404(sets, pk=pk)
    questions = question_set.questions.filter(archived_at=None).select_related("competency").in_order()
    tips = list(question_set.tips.all())
    context = {
        "set": question_set,
        "language": dict(LANGUAGES).get(question_set.language, question_set.language),
        "questions": questions,
        "minutes": sum(question.minutes for question in questions),
        "archived_count": question_set.questions.archived().count(),
        "sides": [
            (
                side.label,
                [(kind, [tip for tip in tips if (tip.audience, tip.kind) == (side, kind)]) for kind in Tip.Kind],
            )
            for side in Tip.For
            if any(tip.audience == side for tip in tips)
        ],
        "may_edit": request.user.edits_bank,
        "may_plan": request.user.edits_plans,
    }
    return render(request, "questionbank/set_detail.html", context)


@require_http_methods(["GET", "POST"])
def set_create(request):
    allow(visible=request.user.reads_bank, allowed=request.user.edits_bank)
    return _form_page(request, QuestionSet(created_by=request.user))


@require_http_methods(["GET", "POST"])
def set_edit(request, pk):
    return _form_page(request, _editable(request, pk))


def _form_page(request, question_set):
    data = request.POST if request.method == "POST" else None
    audience = list(question_set.audience.values("who", "use")) if question_set.pk else []
    form = QuestionSetForm(data, instance=question_set)
    tips = TipsForm(data, question_set=question_set)
    rows = AudienceFormSet(data, initial=audience, prefix="audience")
    if all([form.is_valid(), tips.is_valid(), rows.is_valid()]):
        with transaction.atomic():
            form.save()
            tips.save_to(question_set)
            rows.save_to(question_set)
        return redirect(question_set)
    context = {"form": form, "tips": tips, "rows": rows, "set": question_set, "parts": [form, tips, *rows]}
    return render(request, "questionbank/set_form.html", context)


@require_POST
def set_archive(request, pk):
    question_set = _editable(request, pk)
    question_set.archive()
    return redirect(question_set)


@require_POST
def set_restore(request, pk):
    question_set = _editable(request, pk)
    question_set.restore()
    messages.success(request, _("The set is back in search and suggestions."))
    return redirect(question_set)


def _editable(request, pk):
    sets = QuestionSet.objects.visible_to(request.user)
    return get_or_refuse(sets, sets.editable_by(request.user), pk=pk)
