"""The filters of the records list."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interviews.models import Opening, Plan, Recommendation
from interviews.record_search import Waiting, in_records

# More do not help anyone choosing; an address can still name any.
LISTED_AT_MOST = 200


class DayField(forms.DateField):
    def __init__(self, **kwargs):
        words = _("Enter a date, such as 2026-11-24.")
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            required=False,
            error_messages={"invalid": words},
            # Beyond, moments cannot be reckoned with.
            validators=[MinValueValidator(date(1900, 1, 1), words), MaxValueValidator(date(2999, 12, 31), words)],
            **kwargs,
        )


class RecordFilterForm(forms.Form):
    """`request.GET` in, `asked()` out. Choices come from records the user may see; two queries."""

    q = forms.CharField(label=_("Candidate"), max_length=120, required=False, widget=forms.SearchInput)
    words = forms.CharField(label=_("Words in notes"), max_length=200, required=False, widget=forms.SearchInput)
    opening = forms.IntegerField(label=_("Opening"), required=False)
    plan = forms.IntegerField(label=_("Plan"), required=False)
    recommendation = forms.TypedChoiceField(
        label=_("Recommendation"),
        choices=[("", _("Any")), *reversed(Recommendation.choices)],
        coerce=int,
        required=False,
    )
    state = forms.ChoiceField(label=_("State"), choices=[("", _("Any")), *Waiting.choices], required=False)
    since = DayField(label=_("From"))
    until = DayField(label=_("To"))

    def __init__(self, data, *, user):
        super().__init__(data)
        for name in ("q", "words"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.offer("opening", _("All openings"), Opening.objects.all(), user)
        self.offer("plan", _("All plans"), Plan.objects.all(), user)

    def offer(self, name, everything, queryset, user):
        known = in_records(queryset, name, user).order_by("title", "pk").values_list("pk", "title")[:LISTED_AT_MOST]
        self.fields[name].widget = forms.Select(choices=[("", everything), *known])

    def clean(self):
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("“To” is before “From”. Choose a later day."))
        return self.cleaned_data

    def asked(self):
        """What to look for, whatever could not be read left out; days as moments in the user's zone."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        if "since" in asked:
            asked["since"] = start_of(asked["since"])
        if "until" in asked:
            asked["until"] = start_of(asked["until"] + timedelta(days=1))
        return asked


def start_of(day):
    return timezone.make_aware(datetime.combine(day, time.min))
