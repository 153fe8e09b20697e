"""Everybody who may come to an address, and one thing of every kind in every state for them to come to.

Built once for all cases of a process, inside a transaction that is rolled back at the end; each case works on it inside
a savepoint of its own, so that what one case changes, no other sees.
"""

import contextlib
import time
from datetime import timedelta
from http.cookies import SimpleCookie

from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts.models import Invitation, Role, User
from interviews import lifecycle, publishing
from interviews.models import Place, State
from questionbank.importing import labelled
from questionbank.models import Competency, ImportDraft
from tests.factories import (
    PASSWORD,
    make_interview,
    make_invitation,
    make_opening,
    make_plan,
    make_plan_item,
    make_question,
    make_session,
    make_user,
    rate,
    submitted,
)

# The states of an interview as far as access may depend on them. "half" is finished with the lead's scorecard submitted
# and the panelist's owed, "complete" has both.
INTERVIEW_STATES = {
    "scheduled": State.SCHEDULED,
    "live": State.LIVE,
    "paused": State.PAUSED,
    "finished": State.FINISHED,
    "half": State.FINISHED,
    "complete": State.FINISHED,
    "cancelled": State.CANCELLED,
    "no-show": State.NO_SHOW,
}
FOREIGN = "foreign"  # the inner key belongs to another outer object
WITHOUT_FACTOR, WITH_FACTOR = "without second factor", "with second factor"
PASSKEY = ("mfa_edit_webauthn", "mfa_remove_webauthn")

DOCUMENT = """Title: Databases

1. Question: What is a primary key?
Answer: A column that identifies each row.
2. Question: What is a foreign key?
Answer: A column that names a row of another table.
"""


def routes(resolver=None, prefix="", namespace=""):
    """`{name: (route, view)}` of every address of the resolver."""
    found = {}
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            found[f"{namespace}{pattern.name}"] = prefix + str(pattern.pattern), pattern.callback
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found |= routes(pattern, prefix + str(pattern.pattern), inner)
    return found


ROUTES = routes()
ADMIN = "admin:*"
ADMIN_NAMES = [
    name
    for name in ROUTES
    # The ways in and out are no pages of the admin, and an unnamed one redirects from an old address.
    if name.startswith("admin:") and name not in ("admin:login", "admin:logout", "admin:None")
]
NAMES = [name for name in ROUTES if not name.startswith("admin:")] + [ADMIN]


class World:
    """`viewers` are users by kind, None for who is not signed in; the rest is what addresses name."""

    def __init__(self):
        self.make_viewers()
        self.make_plans_and_bank()
        self.make_interviews()
        self.make_accounts()
        self.sign_everybody_in()

    def make_viewers(self):
        self.viewers = {
            "anonymous": None,
            "gone": make_user(*Role),  # with every role, and a seat on every panel
            "norole": make_user(),
            "admin": make_user(Role.ADMINISTRATOR),
            "interviewer": make_user(Role.INTERVIEWER),
            "othermgr": make_user(Role.HIRING_MANAGER),
            "recruiter": make_user(Role.RECRUITER),
            "manager": make_user(Role.HIRING_MANAGER),
            "lead": make_user(Role.INTERVIEWER),
            "panelist": make_user(Role.INTERVIEWER),
            "observer": make_user(Role.INTERVIEWER),
            "excused": make_user(Role.INTERVIEWER),
        }
        self.opening = make_opening(hiring_manager=self.viewers["manager"])
        # They are somebody elsewhere, so that what keeps them out is this opening and these interviews.
        self.elsewhere = make_interview(
            opening=make_opening(hiring_manager=self.viewers["othermgr"]), lead=self.viewers["interviewer"]
        )

    def make_interviews(self):
        self.interviews = {}
        for name, state in INTERVIEW_STATES.items():
            # A candidate each: a scorecard owed for the same one would close the others.
            interview = make_interview(panel=self.panel(), opening=self.opening, version=self.version)
            self.excuse(interview)
            bring_to(interview, state, by=self.viewers["lead"])
            self.submit(name, interview)
            self.interviews[name] = interview

    def panel(self):
        places = {
            "lead": Place.LEAD,
            "panelist": Place.PANELIST,
            "excused": Place.PANELIST,
            "observer": Place.OBSERVER,
            "gone": Place.OBSERVER,
        }
        return [(self.viewers[name], place) for name, place in places.items()]

    def excuse(self, interview):
        panelist = interview.panel.get(user=self.viewers["excused"])
        lifecycle.excuse(panelist=panelist, by=self.viewers["manager"], reason="Ill")

    def submit(self, name, interview):
        for author in {"half": ["lead"], "complete": ["lead", "panelist"]}.get(name, []):
            submitted(rate(interview.scorecards.get(author=self.viewers[author])))

    def make_plans_and_bank(self):
        self.question, self.other_question = make_question(), make_question()
        self.answer = self.question.reference_answers.create(text="It is so.")
        self.other_answer = self.other_question.reference_answers.create(text="It is not so.")
        self.competency = Competency.objects.create(name="Judgement", position=9)
        self.plan = make_plan(opening=self.opening)
        self.item = make_plan_item(plan=self.plan, question=self.question)
        self.other_item = make_plan_item()
        self.version = publishing.publish(plan=self.plan, by=self.viewers["manager"])
        self.draft = ImportDraft.objects.create(
            owner=self.viewers["manager"], content=labelled.read(DOCUMENT).to_json(), name="Databases"
        )

    def make_accounts(self):
        self.passkeys = {}  # see `prepare`
        self.invitations = {name: make_invitation() for name in ("waiting", "expired", "used", "withdrawn")}
        keys = {name: invitation.pk for name, (invitation, _token) in self.invitations.items()}
        Invitation.objects.filter(pk=keys["expired"]).update(expires_at=timezone.now() - timedelta(days=1))
        self.invitations["used"][0].accept(name="Newcomer", password=PASSWORD)
        self.invitations["withdrawn"][0].withdraw(by=self.viewers["admin"])
        self.person, self.former = make_user(Role.INTERVIEWER), make_user(Role.INTERVIEWER, is_active=False)

    def sign_everybody_in(self):
        """One session each, in which they have just proved who they are: no page may be let off by asking for that."""
        self.client, self.sessions = Client(raise_request_exception=False), {}
        for name, user in self.viewers.items():
            if user:
                session = SessionStore(make_session(user))
                session[AUTHENTICATION_METHODS_SESSION_KEY] = [
                    {"method": "password", "at": time.time(), "email": user.email, "reauthenticated": True}
                ]
                session.save()
                self.sessions[name] = session.session_key
        User.objects.filter(pk=self.viewers["gone"].pk).update(is_active=False)

    def ask(self, viewer, method, address, data=None, *, content_type=None, **headers):
        """The answer to one request of the viewer; whatever it changed is undone."""
        cookies = {settings.SESSION_COOKIE_NAME: self.sessions[viewer]} if viewer in self.sessions else {}
        self.client.cookies = SimpleCookie(cookies)
        cache.clear()  # where attempts are counted
        sent = {"content_type": content_type} if content_type else {}
        with undone():
            return getattr(self.client, method.lower())(address, data or {}, headers=headers, **sent)

    def states(self, name):
        """The states of what an address names that access could depend on; `[""]` if there is one only."""
        route = ROUTES[name][0] if name != ADMIN else ""
        if "interviews/<int:pk>" in route or "records/<int:pk>" in route or "scorecards/<int:pk>" in route:
            inner = any(key in route for key in ("panelist_pk", "item_pk", "response_pk"))
            return [*INTERVIEW_STATES, FOREIGN] if inner else list(INTERVIEW_STATES)
        if "<int:item>" in route or "<int:detail>" in route:
            return ["own", FOREIGN]
        return OTHER_STATES.get(name, [""])

    def address(self, name, state, viewer):
        """Where to go for this thing in this state. `viewer` matters where the thing is somebody's own."""
        return reverse(name, kwargs=self.named(name, ROUTES[name][0], state, viewer))

    def named(self, name, route, state, viewer):
        """The keys in an address."""
        section = route.partition("/")[0]
        if "<" not in route:
            return {}
        if section in ("interviews", "records", "scorecards"):
            return self.named_of_interview(route, state)
        if section == "accounts":
            return self.named_of_account(name, state, viewer)
        if section == "people":
            return self.named_of_people(name, state, viewer)
        keys = {
            "set_pk": self.question.question_set_id,
            "kind": "points" if name.endswith("confirm") else "answers",
            "detail": (self.other_answer if state == FOREIGN else self.answer).pk,
            "item": (self.other_item if state == FOREIGN else self.item).pk,
            "number": 1,
            "pk": {
                "sets": self.draft.pk if "import" in route else self.question.question_set_id,
                "questions": self.question.pk,
                "competencies": self.competency.pk,
                "plans": self.plan.pk,
                "candidates": self.interviews["scheduled"].candidate_id,
                "openings": self.opening.pk,
            }.get(section),
        }
        return {key: value for key, value in keys.items() if f":{key}>" in route}

    def named_of_interview(self, route, state):
        interview = self.interviews["scheduled" if state == FOREIGN else state]
        beside = self.elsewhere if state == FOREIGN else interview
        if route.startswith("scorecards"):
            return {"pk": interview.scorecards.get(author=self.viewers["lead"]).pk}
        keys = {"pk": interview.pk}
        if "panelist_pk" in route:
            who = self.viewers["interviewer" if state == FOREIGN else "panelist"]
            keys["panelist_pk"] = beside.panel.get(user=who).pk
        if "item_pk" in route:
            keys["item_pk"] = beside.version.items.first().pk
        if "response_pk" in route:
            who = self.viewers["interviewer" if state == FOREIGN else "lead"]
            response = beside.scorecards.get(author=who).responses.first()
            keys["response_pk"] = response.pk if response else 0  # there is none before the interview
        return keys

    def named_of_account(self, name, state, viewer):
        if name == "accounts:invitation_accept":
            return {"token": "nothing" if state == "unknown" else self.invitations[state][1]}
        if name == "account_reset_password_from_key":
            user = self.person
            key = default_token_generator.make_token(user) if state == "waiting" else "nothing"
            return {"uidb36": user_pk_to_url_str(user), "key": key}
        if name.startswith("openid_connect_"):
            return {"provider_id": "sso"}
        if name in PASSKEY:
            mine = viewer if state == "own" and viewer in self.passkeys else "gone"
            return {"pk": self.passkeys[mine].pk if self.passkeys else 0}
        return {}

    def named_of_people(self, name, state, viewer):
        if "invitation" in name:
            return {"pk": self.invitations[state][0].pk}
        themself = self.viewers[viewer] or self.person
        return {"pk": {"active": self.person, "inactive": self.former, "self": themself}[state].pk}

    def admin_addresses(self):
        """Every page of Django's admin."""
        for name in ADMIN_NAMES:
            route = ROUTES[name][0]
            count = route.count("<") or route.count("(?P")
            args = [self.person.pk if "user" in name else self.invitations["waiting"][0].pk] * count
            if name == "admin:app_list":
                args = ["accounts"]
            yield name, reverse(name, args=args)

    def prepare(self, name, state):
        """What only this address needs to be there. To be undone, since it changes what other pages ask for."""
        users = {viewer: user for viewer, user in self.viewers.items() if user}
        if name in PASSKEY:
            passkey = {"type": "webauthn", "data": {"name": "Laptop", "credential": {}}}
            self.passkeys = {
                viewer: Authenticator.objects.create(user=user, **passkey) for viewer, user in users.items()
            }
        if state == WITH_FACTOR:
            for user in users.values():
                TOTP.activate(user, generate_totp_secret())


OTHER_STATES = {
    "accounts:invitation_accept": ["waiting", "expired", "used", "withdrawn", "unknown"],
    "account_reset_password_from_key": ["waiting", "unknown"],
    "mfa_edit_webauthn": ["own", FOREIGN],
    "mfa_remove_webauthn": ["own", FOREIGN],
    "people:invitation_resend": ["waiting", "expired", "used", "withdrawn"],
    "people:invitation_withdraw": ["waiting", "expired", "used", "withdrawn"],
    "people:person_edit": ["active", "inactive", "self"],
    "people:person_deactivate": ["active", "inactive", "self"],
    "people:person_reactivate": ["active", "inactive", "self"],
    "people:person_remove_factors": ["active", "inactive", "self"],
    "people:person_sign_out": ["active", "inactive", "self"],
    ADMIN: [WITHOUT_FACTOR, WITH_FACTOR],
}


def bring_to(interview, state, *, by):
    """The way from scheduled to the state, as people go it."""
    steps = {
        State.LIVE: [lifecycle.start],
        State.PAUSED: [lifecycle.start, lifecycle.pause],
        State.FINISHED: [lifecycle.start, lifecycle.finish],
        State.CANCELLED: [lifecycle.cancel],
        State.NO_SHOW: [lifecycle.mark_no_show],
    }
    for step in steps.get(state, []):
        step(interview=interview, by=by)
    interview.refresh_from_db()


@contextlib.contextmanager
def undone():
    """A transaction, or a savepoint of one, of which nothing stays."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
