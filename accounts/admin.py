"""Django's admin, for emergencies: people and invitations, and nothing that other apps register."""

import functools

from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts import people
from accounts.acting import acted_by, acts
from accounts.models import Invitation, Role, User, role_names
from accounts.notices import tell_of_administrator
from accounts.proof import ask_for_proof
from accounts.second_factor import ask_for_one
from config.address import base_url


class EmergencySite(admin.AdminSite):
    """A site of our own: no interview model can get into it by being registered somewhere."""

    site_header = site_title = _("Evenhand: people")
    index_title = _("For emergencies")

    def has_permission(self, request):
        """An administrator with a second factor; without one, the way in shows how to get it."""
        return super().has_permission(request) and is_mfa_enabled(request.user)

    def admin_view(self, view, cacheable=False):
        """What changes something asks for proof first, as it does on the people pages."""

        @functools.wraps(view)
        def proved(request, *args, **kwargs):
            if request.method == "POST" and request.resolver_match.url_name != "logout":
                ask_for_proof(request)
            return view(request, *args, **kwargs)

        return super().admin_view(proved, cacheable)

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        if request.user.is_authenticated and request.user.administers:
            words = _(
                "The emergency pages need a second factor: add a passkey or an app with codes, and you go on to them."
            )
            return ask_for_one(request, words, going_to=request.GET.get("next", reverse("admin:index")))
        return secure_admin_login(super().login)(request, extra_context)


site = EmergencySite()


def roles_form_field():
    return forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class PersonChangeForm(UserChangeForm):
    roles = roles_form_field()

    def clean(self):
        """There is always an administrator. The page saves within the same transaction, so the lock holds until then."""
        cleaned = super().clean()
        stays = cleaned.get("is_active") and Role.ADMINISTRATOR in cleaned.get("roles", [])
        people.others_or_refuse(self.instance, stays=stays)
        return cleaned


class PersonCreationForm(AdminUserCreationForm):
    roles = roles_form_field()

    class Meta:
        model = User
        fields = ["email", "name", "roles"]


class PasswordForm(AdminPasswordChangeForm):
    """A new password for somebody, who hears of it."""

    def save(self, commit=True):
        tell_of_administrator(self.user, "password")
        self.set_password_and_save(self.user, commit=False)
        self.user.save(update_fields=["password"])  # and nothing else, as `AccountAdapter.set_password`
        return self.user


class InvitationForm(forms.ModelForm):
    roles = roles_form_field()

    class Meta:
        model = Invitation
        fields = ["email", "roles"]


@admin.display(description=_("Roles"))
def roles(obj):
    return ", ".join(role_names(obj.roles)) or "–"


@admin.register(User, site=site)
class PersonAdmin(UserAdmin):
    """People are never deleted: switch off “may sign in”."""

    form = PersonChangeForm
    add_form = PersonCreationForm
    change_password_form = PasswordForm
    list_display = ["name", "email", roles, "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["name", "email"]
    ordering = ["name", "pk"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["name", "email", "password", "roles", "is_active"]}),
        (_("Settings"), {"fields": ["time_zone", "single_keys", "alt_keys", "reminders"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "roles", "usable_password", "password1", "password2"]})]

    def save_model(self, request, obj, form, change):
        """As on the people pages, by the same functions; of the rest, what was changed here and nothing else."""
        acts(request.user)
        if not change:
            return super().save_model(request, obj, form, change)
        person = User.objects.get(pk=obj.pk)
        people.change(user=person, email=obj.email, roles=obj.roles, by=request.user)
        if "is_active" in form.changed_data:
            (people.reactivate if obj.is_active else people.deactivate)(user=person, by=request.user)
        obj.save(update_fields=set(form.changed_data) & {"name", "time_zone", "single_keys", "alt_keys", "reminders"})

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Invitation, site=site)
class InvitationAdmin(admin.ModelAdmin):
    """Adding one shows its link, once. Deleting one makes its link useless."""

    form = InvitationForm
    list_display = ["email", roles, "invited_by", "created_at", "expires_at", "accepted_at"]
    list_select_related = ["invited_by"]
    search_fields = ["email"]

    def save_model(self, request, obj, form, change):
        invitation, token = Invitation.objects.invite(email=obj.email, roles=obj.roles, invited_by=request.user)
        obj.pk = invitation.pk
        link = base_url() + reverse("accounts:invitation_accept", args=[token])
        messages.info(
            request, _("Send this link to %(email)s. It is shown only now: %(link)s") % {"email": obj, "link": link}
        )

    def delete_model(self, request, obj):
        acts(request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        with acted_by(request.user):  # the list of them is no transaction
            super().delete_queryset(request, queryset)

    def has_change_permission(self, request, obj=None):
        return False
