"""Every page of the product: who looks at it, and at what. A page of the resolver without a row here is missing.

Used by the screenshots and the accessibility check. An address that answers 405 to GET is an action, not a page.
"""

import contextlib
import os
from dataclasses import dataclass, field

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402
from django.urls import URLPattern, get_resolver, reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.demo import create_demo_users  # noqa: E402
from accounts.models import Role, User  # noqa: E402
from config import devpostgres  # noqa: E402
from interviews import lifecycle  # noqa: E402
from interviews.models import Candidate, Interview, Opening, Place, Plan, State  # noqa: E402
from questionbank.models import Question, QuestionSet  # noqa: E402
from tests.factories import make_invitation, make_user  # noqa: E402

# Not pages: an answer for machines, fragments that other pages show, and redirects.
NOT_PAGES = {"healthz", "questionbank:question_stage", "questionbank:detail_list"}


@dataclass
class World:
    """What the pages show: the demo people by name, and one thing of each kind."""

    people: dict
    things: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """`who` names a demo person, or "" for nobody; `about` the thing whose key the address takes, by parameter."""

    name: str
    who: str = "manager"
    about: tuple = ()
    query: str = ""

    def path(self, world):
        return reverse(self.name, kwargs={name: world.things[thing] for name, thing in self.about}) + self.query


def pk(thing):
    return (("pk", thing),)


PAGES = [
    # Accounts
    Page("account_login", ""),
    Page("account_logout"),
    Page("account_inactive", ""),
    Page("account_signup", ""),
    Page("account_change_password"),
    Page("account_set_password", "nobody"),
    Page("account_reset_password", ""),
    Page("account_reset_password_done", ""),
    Page("account_reset_password_from_key", "", (("uidb36", "nobody"), ("key", "nothing"))),
    Page("accounts:invitation_accept", "", (("token", "token"),)),
    Page("accounts:settings_edit"),
    # Question bank
    Page("questionbank:set_list"),
    Page("questionbank:set_create"),
    Page("questionbank:set_detail", "manager", pk("set")),
    Page("questionbank:set_edit", "manager", pk("set")),
    Page("questionbank:question_list", "manager", (), "?q=gradient"),
    Page("questionbank:question_create", "manager", (("set_pk", "set"),)),
    Page("questionbank:question_detail", "manager", pk("question")),
    Page("questionbank:question_edit", "manager", pk("question")),
    Page("questionbank:detail_create", "manager", (("pk", "question"), ("kind", "answers"))),
    Page("questionbank:detail_edit", "manager", (("pk", "question"), ("kind", "answers"), ("detail", "answer"))),
    Page("questionbank:competency_list"),
    # Plans
    Page("interviews:plan_list"),
    Page("interviews:plan_create"),
    Page("interviews:plan_suggest"),
    Page("interviews:plan_detail", "manager", pk("plan")),
    Page("interviews:plan_edit", "manager", pk("plan")),
    Page("interviews:plan_publish", "manager", pk("plan")),
    Page("interviews:plan_print", "manager", pk("plan")),
    Page("interviews:plan_version", "manager", (("pk", "plan"), ("number", "one"))),
    Page("interviews:plan_version_print", "manager", (("pk", "plan"), ("number", "one"))),
    # Scheduling
    Page("interviews:today"),
    Page("interviews:interview_list"),
    Page("interviews:interview_schedule"),
    Page("interviews:interview_detail", "manager", pk("scheduled")),
    Page("interviews:candidate_list", "recruiter"),
    Page("interviews:candidate_create", "recruiter"),
    Page("interviews:candidate_detail", "recruiter", pk("candidate")),
    Page("interviews:candidate_edit", "recruiter", pk("candidate")),
    Page("interviews:opening_list"),
    Page("interviews:opening_create"),
    Page("interviews:opening_detail", "manager", pk("opening")),
    Page("interviews:opening_edit", "manager", pk("opening")),
    # The room
    Page("interviews:room", "lead", pk("live")),
    Page("interviews:scorecard_review", "lead", pk("finished")),
    # Records
    Page("interviews:record_list", "recruiter"),
    Page("interviews:record_detail", "recruiter", pk("record")),
]


@contextlib.contextmanager
def demo_world():
    """A database of its own with the starter set, the demo data and an interview in every state; dropped afterwards."""
    if devpostgres.wanted():
        devpostgres.ensure_running(django.conf.settings.BASE_DIR)
    old = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("load_library", verbosity=0)
        call_command("load_demo", verbosity=0)
        yield build_world()
    finally:
        end_other_sessions()
        connections["default"].close_pool()
        teardown_databases(old, verbosity=0)


def end_other_sessions():
    """The server's threads keep connections of their own, and a database in use cannot be dropped."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def build_world():
    people = create_demo_users() | {"nobody": make_user(name="Demo newcomer"), "": None}
    people["nobody"].set_unusable_password()
    people["nobody"].save()
    live, paused, finished = (interview_of(people, number) for number in ("0161", "0162", "0163"))
    lifecycle.start(interview=live, by=people["lead"])
    lifecycle.start(interview=paused, by=people["lead"])
    lifecycle.pause(interview=paused, by=people["lead"], reason="Fire alarm")
    lifecycle.start(interview=finished, by=people["lead"])
    lifecycle.finish(interview=finished, by=people["lead"])
    question = Question.objects.exclude(reference_answers=None).first()
    _invitation, token = make_invitation(Role.INTERVIEWER)
    record = Interview.objects.records().filter(completed_at__isnull=False).first()
    return World(
        people,
        {
            "set": QuestionSet.objects.first().pk,
            "question": question.pk,
            "answers": "answers",
            "answer": question.reference_answers.first().pk,
            "plan": Plan.objects.exclude(latest_version=None).first().pk,
            "one": 1,
            "scheduled": Interview.objects.filter(state=State.SCHEDULED).first().pk,
            "candidate": Candidate.objects.first().pk,
            "opening": Opening.objects.first().pk,
            "live": live.pk,
            "paused": paused.pk,
            "finished": finished.pk,
            "record": record.pk,
            "token": token,
            "nobody": "1",
            "nothing": "set-password",
        },
    )


def interview_of(people, number):
    """One more demo interview, for now, with lead, panelist and observer."""
    plan = Plan.objects.exclude(latest_version=None).order_by("pk").first()
    return lifecycle.schedule(
        candidate=Candidate.objects.create(name=f"Candidate {number}"),
        opening=plan.opening,
        version=plan.latest_version,
        at=timezone.now(),
        panel=[
            (people["lead"], Place.LEAD),
            (people["panelist"], Place.PANELIST),
            (people["observer"], Place.OBSERVER),
        ],
        by=people["manager"],
    )


def missing():
    """Names of pages that no row shows: they answer GET and are not listed as something else. Needs the database."""
    shown = {page.name for page in PAGES} | NOT_PAGES
    client = Client()
    client.force_login(User.objects.with_role(Role.HIRING_MANAGER).first())
    return sorted(
        name for name, pattern in routes().items() if name not in shown and answers_get(client, name, pattern)
    )


def routes():
    """`{url name: pattern}` of everything but Django's admin."""
    return dict(walk(get_resolver().url_patterns, ""))


def walk(patterns, namespace):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield f"{namespace}{pattern.name}", pattern
        elif pattern.app_name != "admin":
            yield from walk(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)


def answers_get(client, name, pattern):
    """False for actions, which refuse GET with 405 before they look for anything."""
    kwargs = dict.fromkeys(pattern.pattern.converters, 1)
    return client.get(reverse(name, kwargs=kwargs)).status_code != 405
