"""Forms of the question bank."""

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from questionbank.models import (
    AudienceRow,
    Competency,
    Difficulty,
    FollowUp,
    Material,
    Part,
    Point,
    Question,
    QuestionSet,
    RatingAnchor,
    ReferenceAnswer,
    Tip,
)
from questionbank.searching import READ_AT_MOST
from questionbank.stages import Stage

LANGUAGES = [
    ("ar", _("Arabic")),
    ("zh", _("Chinese")),
    ("da", _("Danish")),
    ("nl", _("Dutch")),
    ("en", _("English")),
    ("fi", _("Finnish")),
    ("fr", _("French")),
    ("de", _("German")),
    ("el", _("Greek")),
    ("he", _("Hebrew")),
    ("hi", _("Hindi")),
    ("hu", _("Hungarian")),
    ("id", _("Indonesian")),
    ("it", _("Italian")),
    ("ja", _("Japanese")),
    ("ko", _("Korean")),
    ("nb", _("Norwegian")),
    ("fa", _("Persian")),
    ("pl", _("Polish")),
    ("pt", _("Portuguese")),
    ("ro", _("Romanian")),
    ("ru", _("Russian")),
    ("sr", _("Serbian")),
    ("es", _("Spanish")),
    ("sv", _("Swedish")),
    ("ta", _("Tamil")),
    ("tr", _("Turkish")),
    ("uk", _("Ukrainian")),
]


# Finding


SETS_TO_CHOOSE_FROM = 200


class QuestionFilterForm(forms.Form):
    """The words and filters of a search. What cannot be understood is left out, never an error."""

    q = forms.CharField(
        label=_("Search questions"),
        required=False,
        max_length=READ_AT_MOST,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )
    set = forms.ModelChoiceField(QuestionSet.objects.none(), label=_("Set"), required=False, empty_label=_("Any set"))
    stage = forms.TypedChoiceField(
        label=_("Stage"), required=False, coerce=int, empty_value=None, choices=[("", _("Any stage")), *Stage.choices]
    )
    topic = forms.CharField(label=_("Topic"), required=False, max_length=120, widget=forms.Select)
    competency = forms.ModelChoiceField(
        Competency.objects.all(), label=_("Competency"), required=False, empty_label=_("Any competency")
    )
    difficulty = forms.ChoiceField(
        label=_("Difficulty"), required=False, choices=[("", _("Any difficulty")), *Difficulty.choices]
    )
    archived = forms.BooleanField(label=_("Archived questions"), required=False)

    def __init__(self, data, *, sets, topics):
        super().__init__(data)
        self.fields["set"].queryset = sets
        self.fields["set"].widget.choices = self.set_choices(sets)
        chosen = self.data.get("topic", "")
        self.fields["topic"].widget.choices = [
            ("", _("Any topic")),
            *[(topic, topic) for topic in sorted({*topics, chosen} - {""}, key=str.casefold)],
        ]

    def set_choices(self, sets):
        """The first 200 by title, and the chosen one: a list of thousands helps nobody. One query, or two."""
        choices = list(sets.current().values_list("pk", "title")[:SETS_TO_CHOOSE_FROM])
        chosen = self.data.get("set", "")
        if chosen.isdecimal() and int(chosen) not in dict(choices):
            choices += sets.filter(pk=int(chosen)).values_list("pk", "title")
        return [("", self.fields["set"].empty_label), *choices]

    def chosen(self):
        """The filters that were understood, without the empty ones."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", False)}


# Sets


class QuestionSetForm(forms.ModelForm):
    class Meta:
        model = QuestionSet
        fields = ["title", "language", "introduction", "conclusion", "source", "licence"]
        widgets = {
            "introduction": forms.Textarea(attrs={"rows": 4}),
            "conclusion": forms.Textarea(attrs={"rows": 3}),
            "language": forms.Select,
        }
        help_texts = {
            "title": _("The subject, as your team calls it. For example: Deep learning."),
            "language": _("The language of the questions. Search reads words by its rules."),
            "introduction": _("What the set is for, and what it covers."),
            "conclusion": _("What to remember once the interview is over."),
            "source": _("Where the questions come from, if not from your team."),
            "licence": _("What the source allows. For example: CC BY 4.0."),
        }
        error_messages = {"title": {"required": _("Enter a title.")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = dict(LANGUAGES)
        stored = self.instance.language
        self.fields["language"].widget.choices = LANGUAGES if stored in known else [*LANGUAGES, (stored, stored)]


class TipsForm(forms.Form):
    """Every tip of a set, one a line: dos and don'ts for either side."""

    def __init__(self, *args, question_set, **kwargs):
        super().__init__(*args, **kwargs)
        tips = list(question_set.tips.all()) if question_set.pk else []
        for audience, kind in self.columns():
            lines = [tip.text for tip in tips if (tip.audience, tip.kind) == (audience, kind)]
            self.fields[f"{audience}_{kind}"] = LinesField(
                label=Tip.Kind(kind).label, of_at_most=400, initial=lines, required=False
            )

    @staticmethod
    def columns():
        return [(audience, kind) for audience in Tip.For.values for kind in Tip.Kind.values]

    def sides(self):
        """`(label, dos, don'ts)` for interviewers and for interviewees."""
        return [(side.label, [self[f"{side}_{kind}"] for kind in Tip.Kind.values]) for side in Tip.For]

    def save_to(self, question_set):
        """Replaces the columns that changed."""
        for audience, kind in self.columns():
            name = f"{audience}_{kind}"
            if self.cleaned_data[name] != self.fields[name].initial:
                question_set.tips.filter(audience=audience, kind=kind).delete()
                Tip.objects.bulk_create(
                    Tip(question_set=question_set, audience=audience, kind=kind, position=position, text=text)
                    for position, text in enumerate(self.cleaned_data[name])
                )


class LinesField(forms.CharField):
    """A list of short texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 5})

    def __init__(self, *, of_at_most, **kwargs):
        self.of_at_most = of_at_most
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        lines = super().to_python(value).replace("\0", "").splitlines()  # the validator sees only a list
        return [line for line in (" ".join(line.split()) for line in lines) if line]

    def validate(self, value):
        super().validate(value)
        for number, line in enumerate(value, start=1):
            if len(line) > self.of_at_most:
                raise forms.ValidationError(
                    _("Line %(number)s has %(length)s characters. Shorten it to %(most)s."),
                    params={"number": number, "length": len(line), "most": self.of_at_most},
                )


class AudienceRowForm(forms.Form):
    who = forms.CharField(label=_("Who"), max_length=120, required=False)
    use = forms.CharField(label=_("What for"), max_length=500, required=False)

    def clean(self):
        if self.cleaned_data.get("use") and not self.cleaned_data.get("who"):
            self.add_error("who", _("Enter who this row is about, or empty the row."))
        return self.cleaned_data


class BaseAudienceFormSet(forms.BaseFormSet):
    """Who a set is for. A row emptied is a row removed; three empty ones wait at the end."""

    def save_to(self, question_set):
        """Replaces the rows if any changed."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("who")]
        if self.has_changed():
            question_set.audience.all().delete()
            AudienceRow.objects.bulk_create(
                AudienceRow(question_set=question_set, position=position, **row) for position, row in enumerate(rows)
            )


AudienceFormSet = forms.formset_factory(AudienceRowForm, formset=BaseAudienceFormSet, extra=3, max_num=30)


# Questions


class QuestionForm(forms.ModelForm):
    """A question and its guidance. The stage is read from “When to ask” unless one is chosen."""

    stage = forms.TypedChoiceField(
        label=_("Stage"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Read it from “When to ask”")), *Stage.choices],
        help_text=_("Choose one to decide it by hand. It then stays, whatever “When to ask” says."),
    )

    class Meta:
        model = Question
        fields = [
            "text",
            "short_name",
            "when_to_ask",
            "stage",
            "why_ask",
            "how_to_ask",
            "topic",
            "competency",
            "difficulty",
            "minutes",
        ]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 3}),
            "when_to_ask": forms.Textarea(attrs={"rows": 2}),
            "why_ask": forms.Textarea(attrs={"rows": 2}),
            "how_to_ask": forms.Textarea(attrs={"rows": 2}),
            "minutes": forms.NumberInput(attrs={"class": "num"}),
        }
        help_texts = {
            "text": _("The words the interviewer says. Every candidate hears the same."),
            "short_name": _(
                "At most 48 characters, for lists and the live room. Left empty, it is made from the question."
            ),
            "when_to_ask": _("For example: Early in the interview. Or: While discussing model training."),
            "why_ask": _("What the answer tells you."),
            "how_to_ask": _("What to say or avoid, and when to probe."),
            "topic": _("Questions of one topic stay together in a plan."),
            "competency": _("What the answer is evidence of."),
            "difficulty": _("For the people you usually meet."),
            "minutes": _("From 1 to 60, follow-ups included."),
        }
        error_messages = {
            "text": {"required": _("Enter the question.")},
            "minutes": {"required": _("Enter how many minutes it takes, from 1 to 60.")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["stage"] = self.instance.stage if self.instance.stage_by_hand else None
        self.fields["competency"].empty_label = _("None yet")

    def clean_topic(self):
        return " ".join(self.cleaned_data["topic"].split())

    def clean_stage(self):
        """The stage itself is set in `save`: it may depend on other fields."""
        self.chosen_stage = self.cleaned_data["stage"]
        return self.chosen_stage or self.instance.stage

    @transaction.atomic
    def save(self, *, question_set=None, user=None):
        """The question, at the end of `question_set` if it is new."""
        question = self.instance
        if self.chosen_stage:
            question.set_stage(self.chosen_stage)
        else:
            question.stage_by_hand = False
            question.read_stage()
        if question.pk is None:
            question_set.append(question)
            question.created_by = user
        question.save()
        return question


# What hangs on a question


class ReferenceAnswerForm(forms.ModelForm):
    class Meta:
        model = ReferenceAnswer
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"text": _("One good answer, as a person would give it. Several may differ in kind.")}
        error_messages = {"text": {"required": _("Enter the answer.")}}


class PointForm(forms.ModelForm):
    """A point written or changed by a person is confirmed by it."""

    class Meta:
        model = Point
        fields = ["text"]
        help_texts = {"text": _("One thing a good answer covers, in at most 90 characters.")}
        error_messages = {"text": {"required": _("Enter the point.")}}

    def save(self, commit=True):
        self.instance.confirmed = True
        return super().save(commit)


class FollowUpForm(forms.ModelForm):
    class Meta:
        model = FollowUp
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"text": _("A probe that every interviewer may use.")}
        error_messages = {"text": {"required": _("Enter the follow-up.")}}


class PartForm(forms.ModelForm):
    class Meta:
        model = Part
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"text": _("The parts are lettered a, b, c and ticked off in the interview.")}
        error_messages = {"text": {"required": _("Enter the part.")}}


class MaterialForm(forms.ModelForm):
    class Meta:
        model = Material
        fields = ["kind", "title", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 8, "class": "mono", "spellcheck": "false"})}
        error_messages = {
            "kind": {"required": _("Choose what it is.")},
            "body": {"required": _("Enter what the candidate is shown.")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["body"].strip = False  # code may begin with spaces


class RatingAnchorForm(forms.ModelForm):
    class Meta:
        model = RatingAnchor
        fields = ["rating", "text"]
        widgets = {
            "rating": forms.Select(choices=[(rating, rating) for rating in range(1, 6)]),
            "text": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {"text": _("What you would see or hear, in at most 240 characters.")}
        error_messages = {"text": {"required": _("Enter what an answer worth this rating looks like.")}}

    def clean_rating(self):
        rating = self.cleaned_data["rating"]
        if not 1 <= rating <= 5:
            raise forms.ValidationError(_("Choose a rating from 1 to 5."))
        if self.instance.question.anchors.filter(rating=rating).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                _("Rating %(rating)s is described already. Edit that one instead."), params={"rating": rating}
            )
        return rating


# Competencies


class CompetencyForm(forms.ModelForm):
    class Meta:
        model = Competency
        fields = ["name"]
        error_messages = {"name": {"required": _("Enter a name.")}}

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if Competency.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a competency “%(name)s” already."), params={"name": name})
        return name


class CompetencyDeleteForm(forms.Form):
    """Where the questions of a competency go when it is deleted."""

    to = forms.ModelChoiceField(Competency.objects.none(), required=False)

    def __init__(self, *args, competency, **kwargs):
        super().__init__(*args, **kwargs)
        self.competency = competency
        self.fields["to"].queryset = Competency.objects.exclude(pk=competency.pk)

    def clean(self):
        if self.cleaned_data.get("to") is None and self.competency.questions.exists():
            raise forms.ValidationError(
                _("Choose where the questions of “%(name)s” go, then delete it."), params={"name": self.competency}
            )
        return self.cleaned_data


class MoveForm(forms.Form):
    """A new place in a list, from 0."""

    to = forms.IntegerField(min_value=0)
