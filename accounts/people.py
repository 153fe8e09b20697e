"""What administrators do with people, each by one of them. There is always one who can."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.acting import acting
from accounts.models import Invitation, Role, User, normal_email, role_names
from accounts.notices import tell_of_administrator

LAST_ADMINISTRATOR = _("There would be no administrator left. Give the role to somebody else first.")


def shown(user):
    """What a form shows of how a person signs in and what they may do, in a word to be sent back with it."""
    return " ".join([user.email, *(role for role in Role.values if role in user.roles)])


@acting
def change(*, user, email, roles, by, was=None):
    """The person signs in by this address and holds these roles, at once.

    `was` is what `shown` said when somebody began to change it. Raises `Overtaken` if that has changed since, and
    `ValidationError`, by field, for an address that somebody has, and for the last administrator.
    """
    others_or_refuse(user, stays=Role.ADMINISTRATOR in roles)
    user.refresh_from_db(from_queryset=User.objects.select_for_update())
    if was and was != shown(user):
        raise Overtaken(user)
    old, administered = user.email, Role.ADMINISTRATOR in user.roles
    user.email, user.roles = normal_email(email), [role for role in Role.values if role in roles]
    # A name or a time zone from before there were rules for them is not what is being changed.
    user.full_clean(exclude={field.name for field in User._meta.fields} - {"email", "roles"})
    user.save(update_fields=["email", "roles"])
    if user.email != old:
        move(user, old=old)
    if administered and Role.ADMINISTRATOR not in user.roles:
        withdraw_invitations_of(user)


class Overtaken(ValidationError):
    """Somebody else has changed the person since the form was shown."""

    def __init__(self, user):
        super().__init__(
            _(
                "Somebody has changed this meanwhile: the address is now %(email)s, the roles are: %(roles)s. "
                "Below is what you entered. Save again if it is still right."
            ),
            params={"email": user.email, "roles": ", ".join(role_names(user.roles)) or _("no role")},
        )


def move(user, *, old):
    """Only the new address signs in, and both addresses hear of it."""
    forget_old_addresses(user)
    for address in (old, user.email):
        tell_of_administrator(user, "address", to=address, old=old, new=user.email)


def forget_old_addresses(user):
    """Only the new address signs in: allauth keeps copies of what somebody once signed in with, and a provider's account
    of the old address is linked until it is forgotten."""
    EmailAddress.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()


def withdraw_invitations_of(user):
    """Who may not invite any more has not invited: a link they sent themselves would be the way back."""
    Invitation.objects.open().filter(invited_by=user).withdraw()


@acting
def deactivate(*, user, by):
    """Signed out everywhere, and cannot sign in; their work stays, their invitations do not. Raises `ValidationError` for
    the last administrator."""
    others_or_refuse(user, stays=False)
    user.is_active = False
    user.save(update_fields=["is_active"])
    user.end_sessions()
    tell_of_administrator(user, "deactivated")
    withdraw_invitations_of(user)


@acting
def remove_second_factors(*, user, by):
    """For a lost phone: signing in asks for the password alone until a new one is set up. Signed out everywhere."""
    Authenticator.objects.filter(user=user).delete()
    user.end_sessions()
    tell_of_administrator(user, "factors")


@acting
def reactivate(*, user, by):
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
