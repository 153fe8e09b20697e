"""Forms of what comes after submitting: amending, agreeing, deciding."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from interviews.deciding import goes_against
from interviews.models import Amendment, DecisionOutcome, Outcome
from interviews.saving import LONGEST_VALUE

REASON_MISSING = _("Say why, in a few words.")


class AgreeForm(forms.Form):
    """The rating that the panel agreed on, and why."""

    rating = forms.TypedChoiceField(
        label=_("Agreed rating"),
        coerce=int,
        choices=[(str(rating), str(rating)) for rating in range(1, 6)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the rating that you agreed on.")},
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=400,
        help_text=_("What convinced you, in the candidate’s words or work."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": REASON_MISSING},
    )


class DecisionForm(forms.Form):
    """`score` is the combined score as it is shown. A decision against it asks for one sentence more."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=DecisionOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what becomes of the candidate.")},
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=2000,
        help_text=_("What decided it, for people who were not there. The candidate may read this."),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Say why: a decision without its reason helps nobody later.")},
    )

    def __init__(self, *args, score, **kwargs):
        super().__init__(*args, **kwargs)
        if against := next((outcome for outcome in DecisionOutcome if goes_against(outcome, score)), None):
            self.fields["outcome"].help_text = format_lazy(
                _("The weighted score is {score}, and “{outcome}” goes against it: that asks for one sentence more."),
                score=score,
                outcome=against.label,
            )
        if goes_against(self["outcome"].value(), score):
            self.fields["against_score"] = forms.CharField(
                label=_("Why against the score"),
                max_length=1000,
                help_text=_("What the ratings do not show, in one sentence."),
                widget=forms.Textarea(attrs={"rows": 2}),
                error_messages={
                    "required": format_lazy(
                        _("The weighted score is {score}, which speaks otherwise. Say in one sentence why."),
                        score=score,
                    )
                },
            )


class AmendForm(forms.Form):
    """A submitted response read anew: `entry` is its question, `others` those under which it may have been covered."""

    result = forms.ChoiceField(
        label=_("Rating"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a rating, or why there is none.")},
    )
    covered_by = forms.ChoiceField(label=_("Covered under"), required=False)
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        strip=False,
        help_text=_("The candidate may read this."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    reason = forms.CharField(
        label=_("Why you amend it"),
        max_length=400,
        help_text=_(
            "Stands beside both versions. You may have seen the others’ scorecards: say what you know that the first version does not."
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": REASON_MISSING},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)  # how many amendments there were when the form was shown
    TICKED = {"parts": _("Parts"), "points": _("Points of a good answer"), "follow_ups": _("Follow-ups used")}

    def __init__(self, data=None, *, response, entry, others):
        super().__init__(data, initial=self.as_it_is(response))
        self.fields["result"].choices = [
            *((str(rating), f"{rating}: {words}") for rating, words in entry.scale),
            *((outcome.value, outcome.label) for outcome in Outcome if outcome != Outcome.RATED),
        ]
        self.fields["covered_by"].choices = [
            ("", "–"),
            *((other.key, f"{other.number} {other.title}") for other in others),
        ]
        for name, label in self.TICKED.items():
            if words := entry.content[name]:
                self.fields[name] = forms.TypedMultipleChoiceField(
                    label=label,
                    choices=[(str(place), text) for place, text in enumerate(words)],
                    coerce=int,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                )
        self.order_fields(["result", "covered_by", "notes", *self.TICKED, "reason", "seen"])

    @staticmethod
    def as_it_is(response):
        values = {name: getattr(response, name) for name in Amendment.VERSIONED}
        return values | {"result": str(response.rating or response.outcome), "seen": len(response.earlier)}

    def clean_notes(self):
        notes = self.cleaned_data["notes"].replace("\r\n", "\n")
        if len(notes.encode()) > LONGEST_VALUE:
            raise forms.ValidationError(
                _("This is longer than %(n)s KB. Shorten it."), params={"n": LONGEST_VALUE // 1024}
            )
        return notes

    def clean(self):
        super().clean()
        if self.cleaned_data.get("result") == Outcome.COVERED and not self.cleaned_data.get("covered_by"):
            self.add_error("covered_by", _("Choose the question under which it was covered."))

    def version(self):
        """What `amending.amend` takes."""
        data = self.cleaned_data
        rated = data["result"].isdecimal()
        covered = data["result"] == Outcome.COVERED
        return {
            "outcome": Outcome.RATED.value if rated else data["result"],
            "rating": int(data["result"]) if rated else None,
            "covered_by": data["covered_by"] if covered else "",
            "notes": data["notes"],
            **{name: sorted(data.get(name, [])) for name in self.TICKED},
        }
