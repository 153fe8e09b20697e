"""Forms of the import: choosing a document, and editing what was read from it."""

from pathlib import PurePath

from django import forms
from django.utils.translation import gettext_lazy as _

from questionbank.forms import LANGUAGES, LinesField
from questionbank.importing import labelled
from questionbank.importing.decoding import LARGEST, decode
from questionbank.importing.document import Unreadable
from questionbank.models import Competency, Difficulty, Material, Tip
from questionbank.models.questions import DEFAULT_MINUTES
from questionbank.stages import Stage

ANSWERS_AT_MOST = 40


class ImportForm(forms.Form):
    """A file or pasted text. Once valid, `document` is what was read from it and `name` what to call it."""

    upload = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        max_length=200,
        help_text=_("Plain text (.txt) in any encoding, up to 10 MB. Dropped on this page, it is read at once."),
        widget=forms.FileInput(attrs={"accept": ".txt,.md,.text,text/plain", "data-largest": LARGEST}),
        error_messages={"max_length": _("The file's name is too long. Shorten it and choose the file again.")},
    )
    text = forms.CharField(
        label=_("Or paste the text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "mono"}),
    )

    document, name = None, ""

    def clean(self):
        upload, text = self.cleaned_data.get("upload"), self.cleaned_data.get("text", "")
        if self.errors:
            return self.cleaned_data
        if upload and text.strip():
            raise forms.ValidationError(
                _("You chose a file and pasted text. Take one of them away, so that it is clear which you mean.")
            )
        if not upload and not text.strip():
            self.add_error("upload", _("Choose a file, or paste the text of your document."))
            return self.cleaned_data
        field = "upload" if upload else "text"
        try:
            self.read(upload, text)
        except Unreadable as problem:
            self.add_error(field, problem.sentence)
        else:
            if not self.document.sets:
                self.add_error(field, self.document.warnings[0]["message"])
        return self.cleaned_data

    def read(self, upload, text):
        # One byte more than allowed is enough for the refusal.
        data = upload.read(LARGEST + 1) if upload else text.encode()
        self.document = labelled.read(decode(data)[0])
        self.name = (
            PurePath(upload.name).stem[:200] if upload else self.document.sets[0].title if self.document.sets else ""
        )


class SetEditForm(forms.Form):
    """A set of the document, read from and written to `ParsedSet` values."""

    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        error_messages={"required": _("Give the set a title: its subject, as your team calls it.")},
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    introduction = forms.CharField(label=_("Introduction"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    conclusion = forms.CharField(label=_("Conclusion"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=200,
        help_text=_("Where the questions come from, if not from your team."),
    )
    licence = forms.CharField(
        label=_("Licence"),
        required=False,
        max_length=80,
        help_text=_("What the source allows. For example: CC BY 4.0."),
    )
    audience = LinesField(
        label=_("Who can use it"),
        of_at_most=620,
        required=False,
        help_text=_("One a line: who, a colon, and what for."),
    )

    def __init__(self, data, *, parsed, number):
        initial = {name: getattr(parsed, name) for name in ("title", "introduction", "conclusion", "source", "licence")}
        initial["language"] = parsed.language or "en"
        initial["audience"] = [f"{row['who']}: {row['use']}" if row["use"] else row["who"] for row in parsed.audience]
        super().__init__(data, initial=initial, auto_id=f"s{number}-%s")
        known = dict(LANGUAGES)
        self.parsed = parsed
        self.fields["language"].choices = (
            LANGUAGES if initial["language"] in known else [*LANGUAGES, (parsed.language, parsed.language)]
        )
        for audience, kind in tip_columns():
            tips = [tip["text"] for tip in parsed.tips if (tip["audience"], tip["kind"]) == (audience, kind)]
            self.fields[f"{audience}_{kind}"] = LinesField(
                label=Tip.Kind(kind).label, of_at_most=400, initial=tips, required=False
            )

    def sides(self):
        """`(label, [dos, don'ts])` for interviewers and for interviewees."""
        return [(side.label, [self[f"{side}_{kind}"] for kind in Tip.Kind.values]) for side in Tip.For]

    def clean_audience(self):
        rows = [
            dict(zip(("who", "use"), (part.strip() for part in f"{line}:".split(":", 1)), strict=True))
            for line in self.cleaned_data["audience"]
        ]
        for row in rows:
            row["use"] = row["use"].removesuffix(":").strip()
            if not row["who"] or len(row["who"]) > 120:
                raise forms.ValidationError(
                    _("Each line begins with who it is about, in at most 120 characters, then a colon.")
                )
        return rows

    def values(self):
        """What to note; fields that are not valid keep what they had."""
        values = {name: text(value) for name, value in self.cleaned_data.items() if name in self.base_fields}
        if values.get("language") == "en" and not self.parsed.language:
            del values["language"]
        columns = [f"{audience}_{kind}" for audience, kind in tip_columns()]
        if all(name in self.cleaned_data for name in columns) and any(name in self.changed_data for name in columns):
            values["tips"] = [
                {"audience": audience, "kind": kind, "text": line, "line": 0}
                for audience, kind in tip_columns()
                for line in self.cleaned_data[f"{audience}_{kind}"]
            ]
        return values


def tip_columns():
    return [(audience, kind) for audience in Tip.For.values for kind in Tip.Kind.values]


def text(value):
    """As the document would have it: browsers end lines with CR and LF."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class QuestionEditForm(forms.Form):
    """A question of the document, read from and written to `ParsedQuestion` values; the stage has its own form."""

    text = forms.CharField(
        label=_("Question"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Enter the question, or leave it out with the button above.")},
    )
    when_to_ask = forms.CharField(
        label=_("When to ask"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    why_ask = forms.CharField(
        label=_("Why ask"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    how_to_ask = forms.CharField(
        label=_("How to ask"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    short_name = forms.CharField(label=_("Short name"), required=False, max_length=48)
    topic = forms.CharField(label=_("Topic"), required=False, max_length=120)
    competency = forms.ChoiceField(label=_("Competency"), required=False)
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=1,
        max_value=60,
        widget=forms.NumberInput(attrs={"class": "num", "placeholder": DEFAULT_MINUTES}),
        error_messages={
            "min_value": _("Enter whole minutes from 1 to 60."),
            "max_value": _("Enter whole minutes from 1 to 60."),
            "invalid": _("Enter whole minutes from 1 to 60."),
        },
    )
    difficulty = forms.ChoiceField(
        label=_("Difficulty"), required=False, choices=[("", _("Not said")), *Difficulty.choices]
    )
    points = LinesField(
        label=_("Points"), of_at_most=90, required=False, help_text=_("One a line, at most 90 characters each.")
    )
    points_confirmed = forms.BooleanField(label=_("These points are right"), required=False)
    follow_ups = LinesField(label=_("Follow-ups"), of_at_most=400, required=False, help_text=_("One a line."))
    parts = LinesField(label=_("Parts"), of_at_most=400, required=False, help_text=_("One a line: a, b, c."))

    def __init__(self, data, *, parsed, number, competencies):
        self.parsed = parsed
        initial = {name: getattr(parsed, name) for name in self.base_fields}
        super().__init__(data, initial=initial, auto_id=f"q{number}-%s")
        names = [*competencies, *({parsed.competency} - {"", *competencies})]
        self.fields["competency"].choices = [("", _("None yet")), *[(name, name) for name in names]]
        if parsed.points_confirmed:
            del self.fields["points_confirmed"]
        self.add_answers()
        self.add_anchors()
        self.add_materials()

    def add_answers(self):
        """One field for each answer and an empty one for another."""
        shown = min(len(self.parsed.answers) + 1, ANSWERS_AT_MOST)
        for at, answer in enumerate([*self.parsed.answers, ""][:shown]):
            label = (
                _("Another answer")
                if at == len(self.parsed.answers)
                else _("Reference answer %(number)s") % {"number": at + 1}
            )
            self.fields[f"answer_{at}"] = forms.CharField(
                label=label, required=False, max_length=8000, initial=answer, widget=forms.Textarea(attrs={"rows": 3})
            )

    def add_anchors(self):
        for rating in range(1, 6):
            self.fields[f"anchor_{rating}"] = forms.CharField(
                label=_("Rating %(rating)s") % {"rating": rating},
                required=False,
                max_length=240,
                initial=self.parsed.anchors.get(rating, ""),
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def add_materials(self):
        for at, material in enumerate(self.parsed.materials):
            for name, field in material_fields().items():
                field.initial = material[name]
                self.fields[f"material_{at}_{name}"] = field

    def group(self, kind):
        """The bound fields of the answers, anchors or materials."""
        return [self[name] for name in self.fields if name.startswith(f"{kind}_")]

    def answers(self):
        return self.group("answer")

    def anchors(self):
        return self.group("anchor")

    def materials(self):
        return self.group("material")

    def values(self):
        """What to note; a field that is not valid keeps what it had, a group with one in it too."""
        cleaned = {name: text(value) for name, value in self.cleaned_data.items()}
        values = {name: cleaned[name] for name in self.base_fields if name in cleaned}
        if points_are_ours(values, self.parsed):
            values["points_confirmed"] = True
        if answers := self.whole_group(cleaned, "answer"):
            values["answers"] = [answer for answer in answers.values() if answer]
        if anchors := self.whole_group(cleaned, "anchor"):
            values["anchors"] = {name.removeprefix("anchor_"): words for name, words in anchors.items() if words}
        if materials := self.whole_group(cleaned, "material"):
            rows = [
                {name: materials[f"material_{at}_{name}"] for name in material_fields()}
                for at in range(len(self.parsed.materials))
            ]
            values["materials"] = [row for row in rows if row["body"].strip()]
        return values

    def whole_group(self, cleaned, kind):
        names = [name for name in self.fields if name.startswith(f"{kind}_")]
        return {name: cleaned[name] for name in names} if all(name in cleaned for name in names) else {}


def material_fields():
    return {
        "kind": forms.ChoiceField(label=_("Kind of material"), choices=Material.Kind.choices),
        "title": forms.CharField(label=_("Title of the material"), required=False, max_length=120),
        "body": forms.CharField(
            label=_("What the candidate is shown"),
            required=False,
            strip=False,
            max_length=20_000,
            help_text=_("Emptied, it is left out."),
            widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"}),
        ),
    }


def points_are_ours(values, parsed):
    """Points that a person changed are that person's."""
    return not parsed.points_confirmed and "points" in values and values["points"] != parsed.points


class StageForm(forms.Form):
    """A stage chosen by hand; none means what “when to ask” says."""

    stage = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, choices=[("", ""), *Stage.choices])


class FillForm(forms.Form):
    """Competency and minutes for several questions at once; what is left empty stays as it is."""

    competency = forms.ChoiceField(label=_("Competency"), required=False)
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=1,
        max_value=60,
        widget=forms.NumberInput(attrs={"class": "num"}),
        error_messages={
            "min_value": _("Enter whole minutes from 1 to 60."),
            "max_value": _("Enter whole minutes from 1 to 60."),
            "invalid": _("Enter whole minutes from 1 to 60."),
        },
    )
    scope = forms.ChoiceField(choices=[("all", ""), ("chosen", "")], widget=forms.HiddenInput)

    def __init__(self, data=None, *, competencies, numbers):
        super().__init__(data, auto_id="fill-%s")
        self.fields["competency"].choices = [("", _("No change")), *[(name, name) for name in competencies]]
        ticked = set(data.getlist("questions")) if data else set()
        self.numbers = numbers
        self.ticked = [number for number in numbers if str(number) in ticked]

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("competency") and not cleaned.get("minutes") and not self.errors:
            raise forms.ValidationError(_("Choose a competency or enter minutes first."))
        if cleaned.get("scope") == "chosen" and not self.ticked and not self.errors:
            raise forms.ValidationError(_("Tick the questions you mean, or set all of them."))
        return cleaned

    def values(self):
        return {name: self.cleaned_data[name] for name in ("competency", "minutes") if self.cleaned_data[name]}

    def chosen(self):
        return self.ticked if self.cleaned_data["scope"] == "chosen" else self.numbers


def competency_names():
    """One query."""
    return list(Competency.objects.values_list("name", flat=True))
