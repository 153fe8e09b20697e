"""Importing a document: choose it, look through what was read, confirm."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.access import allow
from questionbank.import_forms import FillForm, ImportForm, QuestionEditForm, SetEditForm, StageForm, competency_names
from questionbank.importing.editing import set_fields, set_mark
from questionbank.importing.previewing import LINES_SHOWN, Preview
from questionbank.importing.writing import write_document
from questionbank.models import ImportDraft

DRAFTS_SHOWN = 10
PREVIEW = "questionbank/import_preview.html"


@require_http_methods(["GET", "POST"])
def import_start(request):
    """Choose or paste a document. What is wrong with it is said here; what was pasted stays."""
    allow(visible=request.user.reads_bank, allowed=request.user.edits_bank)
    ImportDraft.objects.purge()
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ImportForm(data, files)
    if form.is_valid():
        draft = ImportDraft(owner=request.user, name=form.name, content=form.document.to_json())
        name_untitled_set(draft, form)
        draft.save()
        return redirect("questionbank:import_preview", draft.pk)
    drafts = ImportDraft.objects.of(request.user).defer("content", "edits")[:DRAFTS_SHOWN]
    return render(request, "questionbank/import_start.html", {"form": form, "drafts": drafts})


def name_untitled_set(draft, form):
    """A set without a title takes the file's name until its owner says better."""
    first = form.document.sets[0]
    if not first.title and form.cleaned_data["upload"]:
        title = form.name.replace("_", " ")[:120]
        set_fields(draft.edits, "sets", 1, parsed=first, values={"title": title})


@require_GET
def import_preview(request, pk):
    """What was read and what it would change; 100 questions at a time. 5 queries, and 9 more if the bank has the set."""
    preview = Preview(_draft(request, pk))
    template = PREVIEW + ("#more" if request.htmx and "after" in request.GET else "#list" if request.htmx else "")
    return render(request, template, _page(request, preview))


def _page(request, preview, fill=None, filled=0):
    given = request.GET.get("after", "")
    name = request.GET.get("show", "")
    groups, after = preview.listed(name, int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0)
    competencies = competency_names()
    return {
        "draft": preview.draft,
        "preview": preview,
        "totals": preview.totals(),
        "heads": [head for head, _rows in groups] or preview.heads[:1],
        "groups": groups,
        "after": after,
        "goes_on": bool(given),
        "show": name,
        "filters": preview.filters(),
        "filled": filled,
        "fill": fill or FillForm(competencies=competencies, numbers=preview.joining),
        "warnings": preview.warnings[:LINES_SHOWN],
        "rejected": preview.document.rejected[:LINES_SHOWN],
        "warnings_left": max(0, len(preview.warnings) - LINES_SHOWN),
        "rejected_left": max(0, len(preview.document.rejected) - LINES_SHOWN),
    }


@require_POST
def import_confirm(request, pk):
    """Writes what the preview shows, and forgets the draft."""
    with transaction.atomic():
        draft = _draft(request, pk, lock=True)
        preview = Preview(draft)
        if problem := _not_yet(preview):
            messages.error(request, problem)
            return redirect("questionbank:import_preview", draft.pk)
        written = write_document(draft.document, edits=draft.edits, user=request.user)
        draft.delete()
    messages.success(request, _told(written))
    return redirect(written.sets[0] if len(written.sets) == 1 else "questionbank:set_list")


def _not_yet(preview):
    if any(not comparison.parsed.title.strip() for comparison in preview.sets):
        return _("Give the set a title before you add it to the bank.")
    if not preview.joining and all(comparison.is_new for comparison in preview.sets):
        return _("Every question is left out. Put one back before you add the set to the bank.")
    return ""


def _told(written):
    """What was done, and where to go on from it."""
    said = []
    if written.created:
        added = ngettext("%(n)s question added to the bank.", "%(n)s questions added to the bank.", written.created)
        said.append(added % {"n": written.created})
    if written.changed:
        said.append(
            ngettext("%(n)s question changed.", "%(n)s questions changed.", written.changed) % {"n": written.changed}
        )
    chosen = "&".join(f"set={question_set.pk}" for question_set in written.sets[:10])
    return format_html(
        '{} <a href="{}?{}">{}</a>',
        " ".join(said) or _("The set is up to date."),
        reverse("interviews:plan_suggest"),
        chosen,
        _("Suggest a 60-minute plan"),
    )


@require_POST
def import_discard(request, pk):
    _draft(request, pk).delete()
    messages.success(request, _("The import was discarded. Nothing in the bank was changed."))
    return redirect("questionbank:import_start")


@require_POST
@transaction.atomic
def import_fill(request, pk):
    """Competency and minutes for the chosen questions, or for all that are new."""
    draft = _draft(request, pk, lock=True)
    preview = Preview(draft)
    form, filled = FillForm(request.POST, competencies=competency_names(), numbers=preview.joining), 0
    if form.is_valid():
        filled = len(form.chosen())
        for number in form.chosen():
            set_fields(
                draft.edits, "questions", number, parsed=preview.row(number).comparison.raw, values=form.values()
            )
        draft.save_edits()
        preview, form = Preview(draft), None
    elif not request.htmx:
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    if not request.htmx:
        return redirect("questionbank:import_preview", draft.pk)
    return render(request, f"{PREVIEW}#filled", _page(request, preview, fill=form, filled=filled))


@require_http_methods(["GET", "POST"])
@transaction.atomic
def import_set_edit(request, pk, number):
    """The set's own fields, saved as they change; a page of its own without JavaScript."""
    draft, head = _set(request, pk, number)
    if not head.comparison.is_new:
        raise Http404
    form = SetEditForm(request.POST if request.method == "POST" else None, parsed=head.set, number=number)
    if form.is_bound:
        valid = form.is_valid()
        set_fields(draft.edits, "sets", number, parsed=head.comparison.raw, values=form.values())
        draft.save_edits()
        if valid and not request.htmx:
            return redirect("questionbank:import_preview", draft.pk)
    preview = Preview(draft)
    context = {"draft": draft, "form": form, "head": preview.head(number), "totals": preview.totals()}
    template = "questionbank/import_set.html"
    if request.htmx:
        template += "#saved" if form.is_bound else "#form"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def import_question_edit(request, pk, number):
    """One question, saved as it changes; a page of its own without JavaScript. One that the bank has: its differences."""
    draft, row = _question(request, pk, number)
    if not row.comparison.is_new:
        if request.method == "POST":
            raise Http404
        return _question_page(request, draft, row, None)
    data = request.POST if request.method == "POST" else None
    form = QuestionEditForm(data, parsed=row.question, number=number, competencies=competency_names())
    if form.is_bound:
        valid = form.is_valid()
        set_fields(draft.edits, "questions", number, parsed=row.comparison.raw, values=form.values())
        draft.save_edits()
        if valid and not request.htmx:
            return redirect(f"{reverse('questionbank:import_preview', args=[draft.pk])}#q{number}")
    return _question_page(request, draft, row, form)


def _question_page(request, draft, row, form):
    preview = Preview(draft)
    row = preview.row(row.number)
    context = {"draft": draft, "row": row, "form": form, "totals": preview.totals()}
    context |= {"differences": row.differences, "key": row.key}
    template = "questionbank/import_question.html"
    if request.htmx:
        template += "#saved" if form and form.is_bound else "#form"
    return render(request, template, context)


@require_POST
@transaction.atomic
def import_question_stage(request, pk, number):
    draft, row = _question(request, pk, number)
    form = StageForm(request.POST)
    if form.is_valid() and row.comparison.is_new:
        set_mark(draft.edits, "questions", number, "stage", form.cleaned_data["stage"])
        draft.save_edits()
    return _row_changed(request, draft, number)


@require_POST
def import_question_exclude(request, pk, number):
    return _mark_excluded(request, pk, number, True)


@require_POST
def import_question_include(request, pk, number):
    return _mark_excluded(request, pk, number, False)


@transaction.atomic
def _mark_excluded(request, pk, number, excluded):
    draft, _row = _question(request, pk, number)
    set_mark(draft.edits, "questions", number, "excluded", excluded)
    draft.save_edits()
    return _row_changed(request, draft, number)


@require_POST
@transaction.atomic
def import_question_choose(request, pk, number):
    """Ours or the document's, for each field in which they differ."""
    draft, row = _question(request, pk, number)
    set_mark(draft.edits, "questions", number, "choices", _choices(request, row.comparison))
    draft.save_edits()
    return _row_changed(request, draft, number)


def _choices(request, comparison):
    """The valid choices among what was sent, each with the mark of the version it was made about."""
    given = {one.field: request.POST.get(one.field, "") for one in comparison.differences}
    return {name: choice[:40] for name, choice in given.items() if choice.startswith(("take.", "keep."))}


def _row_changed(request, draft, number):
    if not request.htmx:
        return redirect(f"{reverse('questionbank:import_preview', args=[draft.pk])}#q{number}")
    preview = Preview(draft)
    context = {"draft": draft, "row": preview.row(number), "totals": preview.totals()}
    return render(request, "questionbank/import_question.html#row", context)


@require_POST
@transaction.atomic
def import_set_choose(request, pk, number):
    draft, head = _set(request, pk, number)
    set_mark(draft.edits, "sets", number, "choices", _choices(request, head.comparison))
    draft.save_edits()
    return HttpResponse(status=204) if request.htmx else redirect("questionbank:import_preview", draft.pk)


@require_POST
def import_set_separate(request, pk, number):
    """The document's set becomes one of its own, although the bank has one of that name."""
    return _mark_separate(request, pk, number, True)


@require_POST
def import_set_join(request, pk, number):
    """Back to updating the set that the bank has."""
    return _mark_separate(request, pk, number, False)


@transaction.atomic
def _mark_separate(request, pk, number, separate):
    draft, _head = _set(request, pk, number)
    set_mark(draft.edits, "sets", number, "separate", separate)
    draft.save_edits()
    return redirect("questionbank:import_preview", draft.pk)


def _draft(request, pk, *, lock=False):
    """One's own draft; 404 for anyone else's, 403 for who may only read the bank."""
    allow(visible=request.user.reads_bank, allowed=request.user.edits_bank)
    drafts = ImportDraft.objects.of(request.user)
    return get_object_or_404(drafts.select_for_update(of=("self",), no_key=True) if lock else drafts, pk=pk)


def _set(request, pk, number):
    draft = _draft(request, pk, lock=True)
    head = Preview(draft).head(number)
    if head is None:
        raise Http404
    return draft, head


def _question(request, pk, number):
    draft = _draft(request, pk, lock=True)
    row = Preview(draft).row(number)
    if row is None:
        raise Http404
    return draft, row
