from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from interviews.models import ItemKind, Opening, Plan, PlanItem, SegmentKind
from interviews.templatetags.moments import short_day
from questionbank import searching
from questionbank.models import Competency, QuestionSet
from questionbank.stages import Stage

LENGTHS = [(30, _("30 minutes")), (45, _("45 minutes")), (60, _("60 minutes")), (90, _("90 minutes"))]
OWN = "own"
# So many questions are offered at once; a narrower search shows others.
SHOWN = 20


class OpeningFields(forms.Form):
    """An opening: one that is there, or the title of a new one. What is typed wins over what stood selected."""

    opening = forms.ModelChoiceField(
        Opening.objects.none(), label=_("Opening"), required=False, empty_label=_("Choose an opening")
    )
    new_opening = forms.CharField(
        label=_("Or a new opening"),
        required=False,
        max_length=120,
        help_text=_("The job you are hiring for, such as “Deep learning engineer”."),
        widget=forms.TextInput(attrs={"class": "fixed-l", "autocomplete": "off"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        openings = Opening.objects.visible_to(user).current()
        self.fields["opening"].queryset = openings
        self.fields["opening"].widget.attrs["class"] = "fixed-l"
        few = list(openings[:2])
        if not few:
            del self.fields["opening"]
            self.fields["new_opening"].label = _("Opening")
        elif len(few) == 1:
            self.fields["opening"].initial = few[0]

    def clean(self):
        cleaned = super().clean()
        if not any(cleaned.get(name) or name in self.errors for name in ("opening", "new_opening")):
            asks_here = "opening" if "opening" in self.fields else "new_opening"
            self.add_error(asks_here, _("Choose an opening, or type the title of a new one."))
        return cleaned

    def chosen_opening(self):
        """The opening chosen, or one of the user's own of the title typed, made if new. One or two queries if typed."""
        title = self.cleaned_data["new_opening"]
        if not title:
            return self.cleaned_data["opening"]
        own = Opening.objects.editable_by(self.user).current()
        return own.filter(title__iexact=title).first() or Opening.objects.create(title=title, hiring_manager=self.user)


class LengthFields(forms.Form):
    """A length of 30, 45, 60 or 90 minutes, or any other from 10 to 480."""

    length = forms.ChoiceField(
        label=_("Length"), choices=[*LENGTHS, (OWN, _("Another length"))], widget=forms.RadioSelect, initial=60
    )
    own_length = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=10,
        max_value=480,
        widget=forms.NumberInput(attrs={"class": "num", "inputmode": "numeric"}),
        error_messages={
            "min_value": _("A plan takes at least 10 minutes."),
            "max_value": _("A plan takes at most 480 minutes."),
            "invalid": _("Enter the length in minutes as a whole number, such as 75."),
        },
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("length") == OWN:
            if cleaned.get("own_length") is None and "own_length" not in self.errors:
                self.add_error("own_length", _("Enter how many minutes the interview takes."))
            cleaned["length"] = cleaned.get("own_length")
        elif cleaned.get("length"):
            cleaned["length"] = int(cleaned["length"])
        return cleaned

    @staticmethod
    def initial_length(length):
        """`length` as the two fields show it."""
        usual = length in dict(LENGTHS)
        return {"length": length if usual else OWN, "own_length": None if usual else length}


class PlanForm(OpeningFields, LengthFields):
    """A plan's title, opening and length, new or changed."""

    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        help_text=_("What it is for, such as “Deep learning engineer, technical”."),
        widget=forms.TextInput(attrs={"class": "fixed-l", "autocomplete": "off"}),
        error_messages={"required": _("Enter a title for the plan.")},
    )
    field_order = ["title", "opening", "new_opening", "length", "own_length"]


class SuggestForm(OpeningFields, LengthFields):
    """What a suggested plan is made from and for."""

    sets = forms.ModelMultipleChoiceField(
        QuestionSet.objects.none(),
        label=_("Question sets"),
        help_text=_("The plan is filled from these. One is enough."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one question set.")},
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        required=False,
        help_text=_("Left empty, it says how long: “60-minute interview”."),
        widget=forms.TextInput(attrs={"class": "fixed-l", "autocomplete": "off"}),
    )
    field_order = ["sets", "length", "own_length", "opening", "new_opening", "title"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        sets = QuestionSet.objects.visible_to(user).current().with_counts().filter(question_count__gt=0)
        self.fields["sets"].queryset = sets
        self.fields["sets"].label_from_instance = set_label
        if "sets" not in self.initial and len(few := list(sets[:2])) == 1:
            self.initial["sets"] = few


def set_label(question_set):
    """With the day it was added, which tells sets of one title apart."""
    count = question_set.question_count
    words = ngettext(
        "%(title)s (%(count)s question, added %(day)s)", "%(title)s (%(count)s questions, added %(day)s)", count
    )
    return words % {"title": question_set.title, "count": count, "day": short_day(question_set.created_at)}


class FindForm(forms.Form):
    """Which questions of the bank the builder offers to add. Everything is optional; nonsense counts as nothing."""

    q = forms.CharField(label=_("Add from the bank"), required=False, max_length=200)
    in_set = forms.ModelChoiceField(
        QuestionSet.objects.none(), label=_("Set"), required=False, empty_label=_("Any set")
    )
    in_stage = forms.TypedChoiceField(
        label=_("Stage"), required=False, coerce=int, empty_value=None, choices=[("", _("Any stage")), *Stage.choices]
    )
    about = forms.ModelChoiceField(
        Competency.objects.all(), label=_("Competency"), required=False, empty_label=_("Any competency")
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["in_set"].queryset = QuestionSet.objects.visible_to(user).current()

    def found_in(self, questions):
        """The first of `questions` asked for, and whether there are more: the best first if words were typed, each
        with its highlights in `found`, else in the order of a plan. One query; four more for words.
        """
        asked = self.cleaned_data if self.is_valid() else {}
        for name, column in [("in_set", "question_set"), ("in_stage", "stage"), ("about", "competency")]:
            if asked.get(name):
                questions = questions.filter(**{column: asked[name]})
        if not asked.get("q"):
            return first_of(questions.in_order())
        search = searching.read_words(asked["q"])
        found, more = first_of(searching.ranked(questions, search))
        return searching.highlight(found, search), more


def first_of(questions):
    found = list(questions.select_related("competency", "question_set")[: SHOWN + 1])
    return found[:SHOWN], len(found) > SHOWN


class ItemForm(forms.ModelForm):
    """What can be changed on an item where it stands; `only` names the one field a page saves by itself."""

    class Meta:
        model = PlanItem
        fields = ["title", "minutes", "weight", "must_ask", "asker", "note", "script"]
        error_messages = {
            "title": {"required": _("Enter a title.")},
            "minutes": {
                "required": _("Enter the minutes."),
                "invalid": _("Enter the minutes as a whole number."),
                "min_value": _("At least 1 minute."),
                "max_value": _("At most 120 minutes."),
            },
            "note": {"max_length": _("The note is longer than 1,000 characters. Shorten it.")},
            "script": {"max_length": _("The script is longer than 4,000 characters. Shorten it.")},
        }

    def __init__(self, *args, only="", **kwargs):
        super().__init__(*args, **kwargs)
        own = (
            {"title", "minutes", "script"}
            if self.instance.kind == ItemKind.SEGMENT
            else {"minutes", "weight", "must_ask", "asker", "note"}
        )
        for name in set(self.fields) - (own & {only} or own):
            del self.fields[name]
        if "title" in self.fields:
            self.fields["title"].required = True


class MoveForm(forms.Form):
    """Where an item goes: one step up or down, or into a stage, before another item or at its end."""

    step = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, choices=[("-1", "up"), ("1", "down")])
    stage = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, choices=Stage.choices)
    before = forms.IntegerField(required=False)

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("step") and not cleaned.get("stage"):
            raise forms.ValidationError(_("Say where to: up, down or to a stage."))
        return cleaned


class SegmentForm(forms.Form):
    segment = forms.ChoiceField(label=_("Segment"), choices=SegmentKind, initial=SegmentKind.BREAK)
    title = forms.CharField(label=_("Title"), required=False, max_length=120)
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=120,
        initial=5,
        widget=forms.NumberInput(attrs={"class": "num", "inputmode": "numeric"}),
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("segment") == SegmentKind.OTHER and not cleaned.get("title"):
            self.add_error("title", _("Enter a title for the segment."))
        return cleaned


def plan_initial(plan: Plan):
    """A plan as `PlanForm` shows it."""
    return {"title": plan.title, "opening": plan.opening_id, **PlanForm.initial_length(plan.length)}


def number(text):
    """A number as posted; 0 for anything else, a key that nothing has."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
