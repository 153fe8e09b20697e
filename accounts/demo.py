"""The people of the demo, in development only."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.models import Role, User

PASSWORD = "evenhand-demo"  # noqa: S105, printed by `make run` and worth nothing

PEOPLE = {
    "manager": ("Demo hiring manager", Role.HIRING_MANAGER),
    "lead": ("Demo lead", Role.INTERVIEWER),
    "panelist": ("Demo panelist", Role.INTERVIEWER),
    "observer": ("Demo observer", Role.INTERVIEWER),
    "recruiter": ("Demo recruiter", Role.RECRUITER),
    "administrator": ("Demo administrator", Role.ADMINISTRATOR),
}


def address(person):
    return f"{person}@demo.example"


# As `make run` prints them: (who it is, e-mail address, password).
SIGN_INS = [
    (name.removeprefix("Demo ").capitalize(), address(person), PASSWORD) for person, (name, _role) in PEOPLE.items()
]


def create_demo_users():
    """The six demo users by the name in PEOPLE; those who exist stay as they are. One query when all do.

    Raises `ImproperlyConfigured` outside development: their password is known to everybody.
    """
    if not settings.DEVELOPMENT:
        raise ImproperlyConfigured("Demo users have a public password, so they exist in development only.")
    there = {user.email: user for user in User.objects.filter(email__in=map(address, PEOPLE))}
    return {
        person: there.get(address(person))
        or User.objects.create_user(address(person), PASSWORD, name=name, roles=[role])
        for person, (name, role) in PEOPLE.items()
    }
