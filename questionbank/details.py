"""What hangs on a question: six kinds of rows, added, edited, deleted and moved in the same way."""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from questionbank import forms
from questionbank.models import Question


@dataclass(frozen=True)
class Kind:
    """One kind: its name in addresses, the relation from a question, its form, and what a page says about it."""

    name: str
    relation: str
    form: type
    title: str
    add: str
    empty: str
    ordered: bool = True
    always: bool = True  # shown to readers even when empty
    aside: bool = False

    def rows(self, question):
        return getattr(question, self.relation).all()


KINDS = {
    kind.name: kind
    for kind in [
        Kind(
            "parts",
            "parts",
            forms.PartForm,
            _("Parts"),
            _("Add a part"),
            _("The question is asked as a whole."),
            always=False,
        ),
        Kind(
            "materials",
            "materials",
            forms.MaterialForm,
            _("What the candidate is shown"),
            _("Add material"),
            _("Nothing is shown: the question is only spoken."),
            always=False,
        ),
        Kind(
            "answers",
            "reference_answers",
            forms.ReferenceAnswerForm,
            _("Reference answers"),
            _("Add an answer"),
            _("No reference answer yet. With one, interviewers judge by the same mark."),
        ),
        Kind(
            "anchors",
            "anchors",
            forms.RatingAnchorForm,
            _("Rating scale"),
            _("Describe a rating"),
            _("The team's general scale applies."),
            ordered=False,
        ),
        Kind(
            "points",
            "points",
            forms.PointForm,
            _("Points"),
            _("Add a point"),
            _("No points yet to tick off while listening."),
            aside=True,
        ),
        Kind(
            "follow-ups",
            "follow_ups",
            forms.FollowUpForm,
            _("Follow-ups"),
            _("Add a follow-up"),
            _("No approved follow-up yet."),
            aside=True,
        ),
    ]
}

GENERAL_SCALE = [(1, _("Poor")), (2, _("Weak")), (3, _("Adequate")), (4, _("Good")), (5, _("Excellent"))]


@dataclass
class Section:
    """One kind of one question as a page shows it; `form` stands in place of row `editing`, or at the end."""

    kind: Kind
    question: Question
    form: object = None
    editing: int | None = None
    rows: list = field(init=False)

    def __post_init__(self):
        self.rows = list(self.kind.rows(self.question))

    @property
    def adding(self):
        return self.form is not None and self.editing is None

    @property
    def last(self):
        return len(self.rows) - 1

    @property
    def drafted(self):
        return sum(not getattr(row, "confirmed", True) for row in self.rows)

    @property
    def slot(self):
        """The rating a new anchor is being written for, where none stands yet."""
        value = str(self.form["rating"].value()) if self.adding and "rating" in self.form.fields else ""
        return next((rating for rating, _word, row in self.scale if str(rating) == value and row is None), None)

    @property
    def scale(self):
        """`(rating, word, row or None)` for each of the five ratings."""
        described = {getattr(row, "rating", None): row for row in self.rows}
        return [(rating, word, described.get(rating)) for rating, word in GENERAL_SCALE]


@transaction.atomic
def add(*, form, question, kind):
    """Saves a new row at the end of its kind."""
    question = _locked(question)
    if kind.ordered:
        form.instance.position = kind.rows(question).count()
    row = form.save()
    _renumber(kind, question)
    return row


@transaction.atomic
def move(*, row, kind, to):
    """Puts a row of an ordered kind at place `to`, counted from 0; beyond the end is the end."""
    question = _locked(row.question)
    rows = [other for other in kind.rows(question) if other.pk != row.pk]
    rows.insert(to, row)
    _renumber(kind, question, rows)


@transaction.atomic
def confirm_points(*, question):
    """A person has read the drafted points and stands by them."""
    return question.points.filter(confirmed=False).update(confirmed=True)


def _locked(question):
    """One change of order at a time: two would leave two rows at one place."""
    return Question.objects.select_for_update(of=("self",), no_key=True).get(pk=question.pk)


def _renumber(kind, question, rows=None):
    if kind.ordered:
        rows = list(kind.rows(question)) if rows is None else rows
        for position, row in enumerate(rows):
            row.position = position
        if rows:
            type(rows[0]).objects.bulk_update(rows, ["position"])
