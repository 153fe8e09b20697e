"""What administrators do with people. There is always one who can."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User, normal_email


@transaction.atomic
def change(*, user, email, roles):
    """The person signs in by this address and holds these roles, at once. Raises `ValidationError`, by field, for an address
    that somebody has, and for the last administrator."""
    others_or_refuse(user, stays=Role.ADMINISTRATOR in roles)
    moved = normal_email(email) != user.email
    user.email, user.roles = normal_email(email), [role for role in Role.values if role in roles]
    user.full_clean(exclude=["password"])
    user.save(update_fields=["email", "roles"])
    if moved:
        forget_old_addresses(user)


def forget_old_addresses(user):
    """Only the new address signs in: allauth keeps copies of what somebody once signed in with."""
    EmailAddress.objects.filter(user=user).delete()


@transaction.atomic
def deactivate(*, user):
    """Signed out everywhere, and cannot sign in; their work stays. Raises `ValidationError` for the last administrator."""
    others_or_refuse(user, stays=False)
    user.is_active = False
    user.save(update_fields=["is_active"])
    user.end_sessions()


@transaction.atomic
def forget_second_factors(*, user):
    """For a lost phone: signing in asks for the password alone until a new one is set up. Signed out everywhere."""
    Authenticator.objects.filter(user=user).delete()
    user.end_sessions()


def reactivate(*, user):
    """Can sign in again, with the password they had; sessions from before stay ended."""
    user.is_active = True
    user.save(update_fields=["is_active"])


def others_or_refuse(user, *, stays):
    """Administrators are locked together, so that two who leave at once do not leave nobody."""
    administrators = set(
        User.objects.with_role(Role.ADMINISTRATOR).order_by("pk").select_for_update().values_list("pk", flat=True)
    )
    if not stays and administrators == {user.pk}:
        raise ValidationError(
            {"roles": _("There would be no administrator left. Give the role to somebody else first.")}
        )
