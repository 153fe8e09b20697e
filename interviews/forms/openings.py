"""What is said of an opening."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from interviews.models import Opening


class OpeningForm(forms.ModelForm):
    """A hiring manager who makes an opening is its manager unless they choose another."""

    class Meta:
        model = Opening
        fields = ["title", "hiring_manager", "description"]
        labels = {"title": _("Title"), "hiring_manager": _("Hiring manager"), "description": _("Description")}
        help_texts = {
            "title": _("The job, as it is called in the announcement."),
            "hiring_manager": _("Edits the plans, and decides once all scorecards are in."),
            "description": _("What the panel should know about the job."),
        }
        error_messages = {
            "title": {"required": _("Enter the title of the job.")},
            "hiring_manager": {"required": _("Choose who decides for this opening.")},
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        managers = User.objects.with_role(Role.HIRING_MANAGER)
        if self.instance.pk:
            managers |= User.objects.filter(pk=self.instance.hiring_manager_id)
        elif user.holds(Role.HIRING_MANAGER):
            self.initial.setdefault("hiring_manager", user.pk)
        self.fields["hiring_manager"].queryset = managers
        self.fields["hiring_manager"].empty_label = _("Choose a person")
