"""What administrators do with people. There is always one who can."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User


@transaction.atomic
def change_roles(*, user, roles):
    """The person holds these roles, at once. Raises `ValidationError` for the last administrator. Three queries."""
    others_or_refuse(user, stays=Role.ADMINISTRATOR in roles)
    user.roles = [role for role in Role.values if role in roles]
    user.full_clean(exclude=["password"])
    user.save(update_fields=["roles"])


@transaction.atomic
def deactivate(*, user):
    """Signed out everywhere, and cannot sign in; their work stays. Raises `ValidationError` for the last administrator."""
    others_or_refuse(user, stays=False)
    user.is_active = False
    user.save(update_fields=["is_active"])
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
            _("There would be no administrator left. Give the role to somebody else first."), code="last"
        )
