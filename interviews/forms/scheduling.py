"""Forms for scheduling an interview and for what can happen to it before and after."""

import re
from datetime import timedelta
from itertools import groupby

from django import forms
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from interviews import lifecycle
from interviews.models import Candidate, Opening, Place, PlanVersion
from interviews.models.interviews import ExtraTime, Setting

NEW = "new"
JOINING = [(Place.PANELIST.value, Place.PANELIST.label), (Place.OBSERVER.value, Place.OBSERVER.label)]
PANEL_ROWS = 3
# A panel larger than this is a mistake, and each row is two fields.
PANEL_ROWS_AT_MOST = 30
# Who schedules for "now" takes a moment to press the button.
GRACE = timedelta(minutes=10)


def people_for_panels():
    """Whoever may sit on a panel: everyone but those who only administer."""
    return User.objects.with_role(Role.HIRING_MANAGER, Role.INTERVIEWER, Role.RECRUITER)


class PersonField(forms.ModelChoiceField):
    """A person for a panel, told apart by address where names may be alike."""

    def label_from_instance(self, user):
        return f"{user} ({user.email})"


class MomentField(forms.DateTimeField):
    """Date and time in the user's zone, which the label's hint names."""

    def __init__(self, **kwargs):
        messages = {
            "required": _("Enter date and time."),
            "invalid": _("Enter date and time, such as 2026-11-24 14:00."),
        }
        super().__init__(
            widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M"),
            error_messages=messages,
            **kwargs,
        )

    def get_bound_field(self, form, field_name):
        bound = super().get_bound_field(form, field_name)
        zone = timezone.get_current_timezone_name().replace("_", " ")
        bound.help_text = _("In your time zone, %(zone)s.") % {"zone": zone}
        return bound


def next_round_hour():
    return timezone.localtime().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


class AtForm(forms.Form):
    """A moment, and a question back if it has passed already."""

    at = MomentField(label=_("Date and time"))

    def clean(self):
        super().clean()
        at = self.cleaned_data.get("at")
        if at and at < timezone.now() - GRACE:
            # Only now, so that nobody is asked without need.
            self.fields["past_is_meant"] = forms.BooleanField(
                label=_("Yes, I mean a time that has passed"), required=False
            )
            if not self.data.get(self.add_prefix("past_is_meant")):
                self.add_error(
                    "at", _("This time has passed. Choose a later one, or tick “I mean a time that has passed”.")
                )
        return self.cleaned_data


class AdjustForm(forms.Form):
    """Where an interview is held, and how much time it gets."""

    setting = forms.ChoiceField(
        label=_("Where it is held"),
        choices=Setting.choices,
        initial=Setting.CALL,
        error_messages={"required": _("Choose where it is held.")},
        widget=forms.RadioSelect,
        help_text=_("Where the candidate can see the interviewer's screen, guidance and answers start hidden."),
    )
    location = forms.CharField(
        label=_("Link or room"),
        max_length=200,
        required=False,
        help_text=_("The panel's, in their mail and calendar."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    extra_time = forms.TypedChoiceField(
        label=_("Extra time"),
        choices=ExtraTime.choices,
        coerce=int,
        initial=ExtraTime.NONE,
        error_messages={"required": _("Choose how much, or “None”.")},
        help_text=_("For every question and segment. Do not write down why."),
    )
    breaks = forms.IntegerField(
        label=_("Minutes of breaks"),
        min_value=0,
        max_value=120,
        initial=0,
        error_messages={"required": _("Enter 0 if there is no break."), "invalid": _("Enter a number of minutes.")},
    )
    language = forms.CharField(
        label=_("Language"), max_length=40, required=False, help_text=_("If it is another than usual.")
    )


class ScheduleForm(AdjustForm, AtForm):
    """Candidate, plan version, time and panel. The lead has a field of their own, so that there is exactly one.

    Two queries to build, for plan versions and people; those of the candidate and the checks come on top.
    """

    candidate = forms.CharField(
        label=_("Candidate"), error_messages={"required": _("Choose a candidate, or enter someone new.")}
    )
    new_name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("The name, or a number if you interview without names."),
        error_messages={"required": _("Enter the candidate's name or number.")},
    )
    new_email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        error_messages={"invalid": _("Enter an e-mail address in full, such as name@example.com.")},
    )
    version = forms.ModelChoiceField(
        label=_("Plan"),
        help_text=_("The latest version of each published plan. The interview keeps it, whatever is edited later."),
        queryset=PlanVersion.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Choose a plan."),
            "invalid_choice": _("That plan cannot be used any more. Choose another."),
        },
    )
    lead = forms.TypedChoiceField(
        label=_("Lead"),
        help_text=_("Runs the interview, and fills in a scorecard."),
        error_messages={"required": _("Choose who leads the interview.")},
    )

    def __init__(self, *args, user, plan=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new_name"].required = not self.is_bound or self.data.get("candidate") == NEW
        self.set_versions(plan)
        self.people = {str(person.pk): person for person in people_for_panels()}
        self.fields["lead"].choices = self.person_choices(_("Choose a person"))
        self.fields["lead"].coerce = self.people.get
        if user.holds(Role.INTERVIEWER):
            self.initial.setdefault("lead", user.pk)
        for number in range(1, self.row_count() + 1):
            self.add_row(number)

    def set_versions(self, plan):
        """The latest version of each plan, and every version of the plan that was asked for."""
        openings = Opening.objects.editable_by(self.user).current()
        usable = PlanVersion.objects.filter(plan__opening__in=openings, plan__archived_at=None)
        self.fields["version"].queryset = usable
        shown = usable.filter(models.Q(pk=models.F("plan__latest_version")) | models.Q(plan=plan))
        shown = shown.select_related("plan__opening").order_by("plan__opening__title", "plan__title", "plan", "-number")
        self.versions = list(shown)
        self.fields["version"].choices = [
            (opening, [(version.pk, version_label(version)) for version in versions])
            for opening, versions in groupby(self.versions, key=lambda version: version.plan.opening)
        ]

    def person_choices(self, nobody):
        return [("", nobody), *((pk, f"{person} ({person.email})") for pk, person in self.people.items())]

    def row_count(self):
        """As many rows as were sent, since a script can add some; never so many that they could be a load."""
        sent = [int(found[1]) for name in self.data if (found := re.fullmatch(r"person_(\d{1,3})", name))]
        return min(max([PANEL_ROWS, *sent]), PANEL_ROWS_AT_MOST)

    def add_row(self, number):
        label = _("Person %(number)s") % {"number": number}
        self.fields[f"person_{number}"] = forms.TypedChoiceField(
            label=label,
            choices=self.person_choices(_("Nobody")),
            coerce=self.people.get,
            required=False,
            empty_value=None,
        )
        self.fields[f"place_{number}"] = forms.ChoiceField(
            label=_("Place of person %(number)s") % {"number": number}, choices=JOINING, required=False
        )

    @property
    def rows(self):
        """Pairs of bound fields: person and place."""
        numbers = [name.removeprefix("person_") for name in self.fields if name.startswith("person_")]
        return [(self[f"person_{number}"], self[f"place_{number}"]) for number in numbers]

    def clean_candidate(self):
        chosen = self.cleaned_data["candidate"]
        if chosen == NEW:
            return NEW
        found = Candidate.objects.visible_to(self.user).filter(pk=chosen).first() if chosen.isdecimal() else None
        if found is None:
            raise forms.ValidationError(_("Choose a candidate, or enter someone new."))
        return found

    def clean(self):
        super().clean()
        if self.cleaned_data.get("candidate") == NEW:
            self.check_address_is_new()
        self.check_nobody_twice()
        return self.cleaned_data

    def check_address_is_new(self):
        email = self.cleaned_data.get("new_email")
        known = Candidate.objects.filter(email__iexact=email).first() if email else None
        if known:
            self.add_error("new_email", _("%(name)s has this address. Find and choose them above.") % {"name": known})

    def check_nobody_twice(self):
        seen = {self.cleaned_data.get("lead")}
        for number in range(1, PANEL_ROWS_AT_MOST + 1):
            person = self.cleaned_data.get(f"person_{number}")
            if person and person in seen:
                self.add_error(
                    f"person_{number}", _("%(name)s is on this panel already. Choose somebody else.") % {"name": person}
                )
            seen.add(person)

    def joining(self):
        """`(user, place)` of everyone but the lead."""
        for number in range(1, PANEL_ROWS_AT_MOST + 1):
            if person := self.cleaned_data.get(f"person_{number}"):
                yield person, self.cleaned_data[f"place_{number}"] or Place.PANELIST

    @transaction.atomic
    def schedule(self):
        """The interview, with a new candidate if one was entered. Raises what `lifecycle.schedule` raises."""
        data = self.cleaned_data
        candidate = data["candidate"]
        if candidate == NEW:
            candidate = Candidate.objects.create(name=data["new_name"], email=data["new_email"])
        return lifecycle.schedule(
            candidate=candidate,
            opening=data["version"].plan.opening,
            version=data["version"],
            at=data["at"],
            panel=[(data["lead"], Place.LEAD), *self.joining()],
            by=self.user,
            **{name: data[name] for name in AdjustForm.base_fields},
        )


def version_label(version):
    words = {"title": version.title, "number": version.number, "minutes": version.length}
    return _("%(title)s, version %(number)s, %(minutes)s min") % words


class MoveForm(AtForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        required=False,
        help_text=_("Mailed to the panel, and kept in the interview's history."),
    )


class SittingForm(AtForm):
    """When a further sitting is held."""


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        help_text=_("Kept in the interview's history."),
        error_messages={"required": _("Say why, in a few words.")},
    )


class MailedReasonForm(ReasonForm):
    """A reason that the panel is told."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = MoveForm.base_fields["reason"].help_text


class ConfirmForm(forms.Form):
    """Nothing to fill in."""


class VersionForm(forms.Form):
    """Another version of any plan of the same opening."""

    version = forms.ModelChoiceField(
        label=_("Plan version"),
        queryset=PlanVersion.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose a version."), "invalid_choice": _("Choose one of these versions.")},
    )

    def __init__(self, *args, interview, **kwargs):
        super().__init__(*args, initial={"version": interview.version_id}, **kwargs)
        field = self.fields["version"]
        versions = PlanVersion.objects.filter(plan__opening=interview.opening_id)
        field.queryset = versions.filter(models.Q(plan__archived_at=None) | models.Q(pk=interview.version_id)).order_by(
            "plan__title", "plan", "-number"
        )
        field.label_from_instance = version_label


class PersonForm(forms.Form):
    """Somebody who is not on the panel yet."""

    user = PersonField(
        label=_("Person"),
        queryset=User.objects.none(),
        empty_label=_("Choose a person"),
        error_messages={
            "required": _("Choose a person."),
            "invalid_choice": _("That person is on the panel already, or can no longer sign in. Choose another."),
        },
    )

    def __init__(self, *args, interview, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people_for_panels().exclude(panel_places__interview=interview)


class PanelistForm(PersonForm):
    place = forms.ChoiceField(
        label=_("Place"),
        choices=JOINING,
        initial=Place.PANELIST,
        widget=forms.RadioSelect,
        help_text=_("A panelist fills in a scorecard of their own. An observer watches and has none."),
        error_messages={"required": _("Choose a place.")},
    )
