"""What is said of a candidate."""

from django import forms
from django.utils.translation import gettext_lazy as _

from interviews.models import Candidate


class CandidateForm(forms.ModelForm):
    class Meta:
        model = Candidate
        fields = ["name", "email"]
        labels = {"name": _("Name"), "email": _("E-mail address")}
        help_texts = {
            "name": _("The name, or a number if you interview without names."),
            "email": _("Tells apart people who share a name. Evenhand writes nothing to it."),
        }
        error_messages = {
            "name": {"required": _("Enter a name or a number.")},
            "email": {"invalid": _("Enter an e-mail address in full, such as name@example.com.")},
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
        }
