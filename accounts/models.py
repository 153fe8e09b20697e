"""People who sign in: users, their roles, and invitations."""

import functools
import hashlib
import secrets
import zoneinfo
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.acting import acting, acts

INVITATION_LIFE = timedelta(days=7)


class Role(models.TextChoices):
    """What a user may do in general; a place on a panel adds to it for one interview."""

    ADMINISTRATOR = "administrator", _("Administrator")
    HIRING_MANAGER = "hiring_manager", _("Hiring manager")
    INTERVIEWER = "interviewer", _("Interviewer")
    RECRUITER = "recruiter", _("Recruiter")


def role_names(roles):
    """The roles as they are called on screen."""
    return [str(Role(role).label) for role in roles]


def roles_field():
    return ArrayField(models.CharField(max_length=20, choices=Role), default=list, blank=True, verbose_name=_("roles"))


def known_roles(name):
    """The database's half of `choices`: an array holds only roles that exist."""
    return models.CheckConstraint(condition=models.Q(roles__contained_by=list(Role.values)), name=name)


class UserQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def administered_by(self, user):
        """Everybody for an administrator, nobody for anyone else. No query of its own."""
        return self if user.administers else self.none()

    def search(self, words):
        """Whose name or address contains what was typed."""
        words = words.replace("\0", "").strip()
        return self.filter(models.Q(name__icontains=words) | models.Q(email__icontains=words)) if words else self

    def with_role(self, *roles):
        """Active users who hold any of the roles."""
        return self.active().filter(roles__overlap=list(roles))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    use_in_migrations = True

    def create_user(self, email, password=None, **fields):
        user = self.model(email=normal_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email, password=None, **fields):
        """An administrator: what `manage.py createsuperuser` makes. There is no power beyond the roles."""
        return self.create_user(email, password, roles=[Role.ADMINISTRATOR], **fields)

    def get_by_natural_key(self, email):
        return self.get(email=normal_email(email))


@functools.cache
def time_zones():
    """The names of all time zones this system knows. Reads several hundred files, once."""
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(name):
    if name not in time_zones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Use a name such as Europe/Berlin."), params={"name": name}
        )


class User(AbstractBaseUser):
    """A person, signing in by e-mail. Holding no role, they see nothing but their own account.

    Roles are all there is: no groups, no permissions, no superusers.
    """

    email = models.EmailField(
        _("e-mail address"), unique=True, error_messages={"unique": _("Somebody signs in with this address already.")}
    )
    name = models.CharField(_("name"), max_length=120)
    roles = roles_field()
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    single_keys = models.BooleanField(_("single-character keys in the room"), default=True)
    alt_keys = models.BooleanField(_("keys with Alt while writing notes"), default=True)
    reminders = models.BooleanField(_("reminders by e-mail"), default=True)
    is_active = models.BooleanField(
        _("may sign in"), default=True, help_text=_("Switch this off instead of deleting people: their work stays.")
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    # Counts how often everything was signed out; part of what a session must match.
    sessions_ended = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name, verbose_name_plural = _("person"), _("people")
        constraints = [
            # Signing in looks for the address in lower case: any other could never sign in, or be a second account.
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
            known_roles("user_roles_exist"),
        ]

    def __str__(self):
        return self.name or self.email

    def clean(self):
        self.email = normal_email(self.email)

    @property
    def initials(self):
        """One or two letters to stand for the person beside their name."""
        words = str(self).split()
        return "".join(word[0] for word in dict.fromkeys([words[0], words[-1]])).upper()

    @property
    def zone(self):
        """Their time zone; UTC where this system does not know its name any more. No query."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return zoneinfo.ZoneInfo("UTC")

    def holds(self, *roles):
        """True if active with any of the roles. No query."""
        return self.is_active and not set(self.roles).isdisjoint(roles)

    def end_sessions(self):
        """Signs this person out everywhere, at once. One query."""
        type(self).objects.filter(pk=self.pk).update(sessions_ended=models.F("sessions_ended") + 1)

    def _get_session_auth_hash(self, secret=None):
        """Django's, of the password; here also of how often the sessions were ended."""
        return salted_hmac(
            "accounts.models.User.get_session_auth_hash",
            f"{self.password}:{self.sessions_ended}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @property
    def role_names(self):
        return role_names(self.roles)

    @property
    def administers(self):
        return self.holds(Role.ADMINISTRATOR)

    @property
    def edits_bank(self):
        return self.holds(Role.HIRING_MANAGER)

    @property
    def reads_bank(self):
        return self.holds(Role.HIRING_MANAGER, Role.INTERVIEWER, Role.RECRUITER)

    @property
    def edits_plans(self):
        return self.holds(Role.HIRING_MANAGER)

    @property
    def schedules(self):
        return self.holds(Role.HIRING_MANAGER, Role.RECRUITER)

    @property
    def is_staff(self):
        """Django's admin, an emergency exit here, is for administrators."""
        return self.holds(Role.ADMINISTRATOR)

    def has_module_perms(self, app_label):
        return self.is_staff

    def has_perm(self, permission, obj=None):
        return self.is_staff


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Neither used nor older than seven days."""
        return self.filter(accepted_at=None, expires_at__gt=timezone.now())

    def administered_by(self, user):
        """All for an administrator, none for anyone else. No query of its own."""
        return self if user.administers else self.none()

    def waiting(self):
        """Neither used nor replaced by a later one; an old one is shown so that it can be sent again."""
        later = Invitation.objects.filter(email=models.OuterRef("email"), pk__gt=models.OuterRef("pk"))
        taken = User.objects.filter(email=models.OuterRef("email"))
        return self.filter(~models.Exists(later), ~models.Exists(taken), accepted_at=None, withdrawn_at=None)

    def search(self, words):
        """Whose address contains what was typed."""
        words = words.replace("\0", "").strip()
        return self.filter(email__icontains=words) if words else self

    def withdraw(self):
        """The links work no more. One query."""
        now = timezone.now()
        return self.update(withdrawn_at=now, expires_at=now)

    def for_token(self, token):
        return self.filter(token_hash=token_digest(token))


class InvitationManager(models.Manager.from_queryset(InvitationQuerySet)):
    @transaction.atomic
    def invite(self, *, email, roles, invited_by=None):
        """A fresh invitation and its token of 32 random bytes; earlier links to the address stop working.

        The token is stored hashed: it is shown only here. `replaces` says whether an earlier link worked until now.
        Raises `ValidationError` for an address that is none or that somebody signs in with, and for no or unknown roles.
        """
        token = secrets.token_urlsafe(32)
        now = timezone.now()
        invitation = self.model(
            email=email,
            roles=list(roles),
            invited_by=invited_by,
            token_hash=token_digest(token),
            expires_at=now + INVITATION_LIFE,
        )
        invitation.full_clean()
        acts(invited_by)
        invitation.replaces = bool(self.open().filter(email=invitation.email).update(expires_at=now))
        invitation.save()
        return invitation, token


class Closed(models.TextChoices):
    """Why the link of an invitation does not work."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    TAKEN = "taken"


class Invitation(models.Model):
    """A one-time link for one e-mail address to become a user with the given roles."""

    email = models.EmailField(_("e-mail address"))
    roles = roles_field()
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="invitations_sent", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("works until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    objects = InvitationManager()
    replaces = False  # of a fresh one: whether an earlier link to the address worked until now

    class Meta:
        ordering = ["-created_at"]
        verbose_name, verbose_name_plural = _("invitation"), _("invitations")
        constraints = [known_roles("invitation_roles_exist")]

    def __str__(self):
        return self.email

    @property
    def role_names(self):
        return role_names(self.roles)

    def clean(self):
        self.email = normal_email(self.email)
        if not self.roles:
            raise ValidationError({"roles": _("Choose at least one role: without one, a person sees nothing.")})
        active = User.objects.filter(email=self.email).values_list("is_active", flat=True).first()
        if active is not None:
            taken = _("Somebody signs in with this address already.")
            deactivated = _("Somebody with this address is deactivated. Reactivate them instead of inviting them anew.")
            raise ValidationError({"email": taken if active else deactivated})

    @property
    def expired(self):
        return self.expires_at <= timezone.now()

    @acting
    def withdraw(self, *, by):
        """The link works no more. Two queries."""
        self.withdrawn_at = self.expires_at = timezone.now()
        self.save(update_fields=["withdrawn_at", "expires_at"])

    def closed(self):
        """Why the link does not work, or None while it does. One query unless used, withdrawn or expired."""
        if self.accepted_at:
            return Closed.USED
        if self.withdrawn_at:
            return Closed.WITHDRAWN
        if self.expired:
            return Closed.EXPIRED
        if User.objects.filter(email=self.email).exists():
            return Closed.TAKEN
        return None

    @transaction.atomic
    def accept(self, *, name, password, time_zone="UTC"):
        """The new user; the link works no more. Raises `Invitation.DoesNotExist` if it was used meanwhile."""
        invitation = Invitation.objects.open().select_for_update().get(pk=self.pk)
        user = User.objects.create_user(self.email, password, name=name, roles=self.roles, time_zone=time_zone)
        acts(user)
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        return user


def normal_email(email):
    """The one way an address is written here, so that it can be compared."""
    return email.strip().lower()


def token_digest(token):
    return hashlib.sha256(token.encode()).hexdigest()
