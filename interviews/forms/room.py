"""The two small forms of the room."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from interviews.publishing import unplanned_content
from questionbank.naming import short_name
from questionbank.stages import Stage


class PauseForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)


class StartForm(forms.Form):
    """`anyway`: another interview of the same person is running, and they know it."""

    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)


class SwapForm(forms.Form):
    """Which question instead, and why. `op` makes a repeated request swap once."""

    question = forms.TypedChoiceField(
        label=_("Ask instead"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a question."), "invalid_choice": _("Choose one of these questions.")},
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Stands on the record, such as “knows it already”."),
        error_messages={"required": _("Say why, in a few words.")},
    )
    op = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args, questions, **kwargs):
        super().__init__(*args, **kwargs)
        offered = {str(question.pk): question for question in questions}
        self.fields["question"].choices = [(pk, question.text) for pk, question in offered.items()]
        self.fields["question"].coerce = offered.get


class UnplannedForm(forms.Form):
    """A question that the plan does not have. `op` makes a repeated request add one question."""

    text = forms.CharField(label=_("Question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    stage = forms.TypedChoiceField(label=_("Stage"), choices=Stage.choices, coerce=int, initial=Stage.CORE)
    op = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def question(self):
        """What `lifecycle.add_unplanned` needs to know of it."""
        text = self.cleaned_data["text"]
        return {
            "title": short_name(text),
            "content": unplanned_content(text),
            "stage": self.cleaned_data["stage"],
            "op": self.cleaned_data["op"],
        }
