"""The forms of the account pages: allauth's in our words, and those allauth does not have."""

from allauth.account import forms as allauth_forms
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User, normal_email, time_zones

PASSWORD_HINT = _(
    "At least 12 characters, not only digits. Three or four words that do not belong together are easy to remember."
)
# The areas of the world; the other names are abbreviations, offsets and duplicates.
AREAS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}


class ShowablePasswordInput(forms.PasswordInput):
    """A password field that its owner can read back; see show-password.js."""

    template_name = "accounts/widgets/password.html"


def password_field(*, label, autocomplete, required, help_text=""):
    """One field is enough where what was typed can be shown: nobody types it twice."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=1000,
        widget=ShowablePasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": required},
    )


def new_password_field(label):
    return password_field(
        label=label, autocomplete="new-password", required=_("Choose a password."), help_text=PASSWORD_HINT
    )


class EmailField(forms.EmailField):
    """An address as it is written here, whichever case it was typed in."""

    def clean(self, value):
        return normal_email(super().clean(value))


def email_field():
    return EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address in full, such as name@example.com."),
        },
    )


class SignInForm(allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = email_field()
        self.fields["password"] = password_field(
            label=_("Password"), autocomplete="current-password", required=_("Enter your password.")
        )
        self.order_fields(["login", "password"])


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    email = email_field()


class NewPasswordForm:
    """For allauth's forms with `password1` and `password2`: one field, checked by the validators."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"] = new_password_field(_("New password"))
        del self.fields["password2"]

    def clean_password1(self):
        validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]


class ResetPasswordKeyForm(NewPasswordForm, allauth_forms.ResetPasswordKeyForm):
    pass


class SetPasswordForm(NewPasswordForm, allauth_forms.SetPasswordForm):
    pass


class ChangePasswordForm(NewPasswordForm, allauth_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"] = password_field(
            label=_("Current password"), autocomplete="current-password", required=_("Enter your current password.")
        )
        self.order_fields(["oldpassword", "password1"])


class PasswordAgainForm(allauth_forms.ReauthenticateForm):
    """Before something about signing in is changed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_field(
            label=_("Password"), autocomplete="current-password", required=_("Enter your password.")
        )


def code_field():
    return forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "fixed-m"}),
        error_messages={"required": _("Enter the code that your app shows.")},
    )


class CodeOfEitherKind:
    """For allauth's forms that take a code of the app as well as a recovery code: asks for what the person has. One query."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.has_app = is_mfa_enabled(self.user, [Authenticator.Type.TOTP])
        if not self.has_app:
            self.fields["code"].label = _("Recovery code")
            self.fields["code"].error_messages["required"] = _("Enter one of your recovery codes.")

    def clean_code(self):
        try:
            return super().clean_code()
        except ValidationError as problem:
            if problem.code != "incorrect_code":
                raise
            raise ValidationError(WRONG_CODE if self.has_app else WRONG_RECOVERY_CODE) from problem


WRONG_CODE = _(
    "This code is not right, or was used already. "
    "Enter the one that your app shows now, or a recovery code that you have not used yet."
)
WRONG_RECOVERY_CODE = _("This recovery code is not right, or was used already. Enter one that you have not used yet.")


class CodeForm(CodeOfEitherKind, AuthenticateForm):
    """The second step of signing in."""

    code = code_field()


class CodeAgainForm(CodeOfEitherKind, ReauthenticateForm):
    code = code_field()


class FirstCodeForm(ActivateTOTPForm):
    """Shows that the app has the secret right, before it is asked for."""

    code = code_field()


def passkey_name():
    return forms.CharField(
        label=_("Name"),
        help_text=_("So that you know it among others, such as “Phone”."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "fixed-m", "autocomplete": "off"}),
    )


class AddPasskeyForm(AddWebAuthnForm):
    name = passkey_name()
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone"),
        help_text=_("Without a password. Leave it out for a plain security key that stands beside your password."),
        required=False,
        initial=True,
    )


class RenamePasskeyForm(EditWebAuthnForm):
    name = passkey_name()


def time_zone_choices(chosen):
    """Every place, by area. UTC stands first, and what was chosen if it has no area."""
    places = {area: [] for area in AREAS}
    for name in sorted(time_zones()):
        area, _slash, place = name.partition("/")
        if area in places:
            places[area].append((name, place.replace("_", " ").replace("/", ", ")))
    first = [(name, name) for name in dict.fromkeys(["UTC", chosen]) if name.partition("/")[0] not in AREAS]
    return [*first, *((label, places[area]) for area, label in AREAS.items())]


class PersonForm(forms.ModelForm):
    """What people say about themselves."""

    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Interviews and deadlines are shown in it."))

    class Meta:
        model = User
        fields = ["name", "time_zone"]
        labels = {"name": _("Your name")}
        help_texts = {"name": _("As colleagues know you. It stands beside your ratings and notes.")}
        error_messages = {"name": {"required": _("Enter your name.")}}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zone_choices(self.instance.time_zone)


class AcceptForm(PersonForm):
    """Name, password and time zone of a person who was invited: `instance` holds their address."""

    password = new_password_field(_("Password"))

    field_order = ["name", "password", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.fields["time_zone"].widget.attrs["data-time-zone"] = ""  # time-zone.js knows where they are

    def clean(self):
        super().clean()
        if "password" in self.cleaned_data:
            about = User(email=self.instance.email, name=self.cleaned_data.get("name", ""))
            try:
                validate_password(self.cleaned_data["password"], about)
            except ValidationError as error:
                self.add_error("password", error)


class SettingsForm(PersonForm):
    class Meta(PersonForm.Meta):
        fields = ["name", "time_zone", "single_keys", "alt_keys", "reminders"]
        labels = PersonForm.Meta.labels | {
            "single_keys": _("Single-character keys in the interview room"),
            "alt_keys": _("Keys with Alt (Option) while you write notes"),
            "reminders": _("Reminders by e-mail"),
        }
        help_texts = PersonForm.Meta.help_texts | {
            "reminders": _(
                "When a scorecard of yours is due soon. That an interview is scheduled, moved or cancelled is always sent."
            ),
            "single_keys": _(
                "1 to 5, 0, J, K, N, H, F, / and ? act at once while you are not typing, and so do the other letters that ? lists. "
                "Switch them off if you dictate, or press keys by accident."
            ),
            "alt_keys": _(
                "Alt with 1 to 5 rates, with 0 says why not, with J, K, A, U and . acts like these keys alone. "
                "Switch them off if they type signs that you need, such as [ on a Mac. Ctrl+Shift with 0 to 5 always works."
            ),
        }


bold_lazy = lazy(format_html, SafeString)
ROLE_HINTS = {
    Role.ADMINISTRATOR: _("Manages people. Opens no scorecard."),
    Role.HIRING_MANAGER: _("Edits bank and plans, schedules, decides for their openings."),
    Role.INTERVIEWER: _("Reads the bank and holds the interviews they are asked to."),
    Role.RECRUITER: _("Schedules, manages candidates and openings, reads records."),
}


class RolesField(forms.MultipleChoiceField):
    """Its hint says what none means, so the label does not."""

    says_optional = False


class RolesForm(forms.Form):
    """What a person may do. None is allowed: they see only their own account then."""

    roles = RolesField(
        label=_("Roles"),
        help_text=_("One person may hold several. Without one, they see only their own account."),
        required=False,
        choices=[
            (role.value, bold_lazy("<span><b>{}:</b> {}</span>", role.label, hint)) for role, hint in ROLE_HINTS.items()
        ],
        widget=forms.CheckboxSelectMultiple,
    )


def address_field(required):
    return EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "class": "fixed-l"}),
        error_messages={
            "required": required,
            "invalid": _("Enter an e-mail address in full, such as name@example.com."),
        },
    )


class PersonChangeForm(RolesForm):
    """How a person signs in, and what they may do."""

    email = address_field(_("Enter the address they sign in with."))
    was = forms.CharField(required=False, widget=forms.HiddenInput)  # what the form showed: see `people.change`
    no_role = forms.BooleanField(label=_("No role"), help_text=_("They see only their own account."), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.takes_all = self.is_bound and bool(self.initial["roles"]) and not self.data.getlist("roles")
        if not self.takes_all:
            del self.fields["no_role"]
        self.order_fields(["email", "roles", "no_role"])

    def clean(self):
        """Taking somebody's last role is asked about in words, for it looks like a slip."""
        super().clean()
        if self.takes_all and not self.cleaned_data.pop("no_role"):
            self.add_error("no_role", _("They see only their own account then. Tick “No role” if that is meant."))

    def show_again(self, was):
        """What was entered, over what there is now."""
        self.data = self.data.copy()
        self.data["was"] = was


class InviteForm(RolesForm):
    """Whom to invite, and as what."""

    email = address_field(_("Enter the address the invitation goes to."))
    field_order = ["email", "roles"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].required = True
        self.fields["roles"].help_text = _("One person may hold several.")
        self.fields["roles"].error_messages["required"] = _(
            "Choose at least one role: without one, a person sees nothing."
        )
