"""What administrators do with people. There is always one who can."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User, normal_email
from accounts.notices import tell_of_administrator

LAST_ADMINISTRATOR = _("There would be no administrator left. Give the role to somebody else first.")


@transaction.atomic
def change(*, user, email, roles):
    """The person signs in by this address and holds these roles, at once. Raises `ValidationError`, by field, for an address
    that somebody has, and for the last administrator."""
    others_or_refuse(user, stays=Role.ADMINISTRATOR in roles)
    old = user.email
    user.email, user.roles = normal_email(email), [role for role in Role.values if role in roles]
    user.full_clean(exclude=["password"])
    user.save(update_fields=["email", "roles"])
    if user.email != old:
        move(user, old=old)


def move(user, *, old):
    """Only the new address signs in, and both addresses hear of it."""
    forget_old_addresses(user)
    for address in (old, user.email):
        tell_of_administrator(user, "address", to=address, old=old, new=user.email)


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
    tell_of_administrator(user, "deactivated")


@transaction.atomic
def remove_second_factors(*, user):
    """For a lost phone: signing in asks for the password alone until a new one is set up. Signed out everywhere."""
    Authenticator.objects.filter(user=user).delete()
    user.end_sessions()
    tell_of_administrator(user, "factors")


@transaction.atomic
def reactivate(*, user):
    """Can sign in again, with the password they had; sessions from before stay ended."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    tell_of_administrator(user, "reactivated")


def is_last_administrator(user):
    """Nobody would be left to manage people without this person. One query for an administrator, else none."""
    return user.administers and not User.objects.with_role(Role.ADMINISTRATOR).exclude(pk=user.pk).exists()


def others_or_refuse(user, *, stays):
    """Administrators are locked together, so that two who leave at once do not leave nobody."""
    administrators = set(
        User.objects.with_role(Role.ADMINISTRATOR).order_by("pk").select_for_update().values_list("pk", flat=True)
    )
    if not stays and administrators == {user.pk}:
        raise ValidationError({"roles": LAST_ADMINISTRATOR})
