"""What tests build their world from: plain functions, each with defaults that make sense. Append yours at the end."""

import itertools
import time
import uuid
from hashlib import sha256

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

from accounts.models import Invitation, Role, User
from interviews import lifecycle, publishing
from interviews.models import (
    Candidate,
    ItemKind,
    Opening,
    Outcome,
    Place,
    Plan,
    PlanItem,
    PlanVersion,
    State,
    VersionItem,
)
from interviews.publishing import unplanned_content
from interviews.saving import heads_of
from questionbank.models import Question, QuestionSet
from questionbank.stages import Stage

numbers = itertools.count(1)

PASSWORD = "correct horse battery"


def make_user(*roles, **kwargs):
    """A user with these roles, none by default, and the password `PASSWORD`."""
    number = next(numbers)
    fields = {"email": f"person-{number}@example.test", "name": f"Person {number}", "password": PASSWORD, **kwargs}
    return User.objects.create_user(roles=list(roles), **fields)


def make_session(user):
    """A session in which the user has just signed in, as a browser's cookie names it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time(), "email": user.email}]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.create()
    return session.session_key


def prove(client):
    """Says once more who it is, as changing how somebody signs in asks for. Good for five minutes."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def make_invitation(*roles, **kwargs):
    """An open invitation, by default for an interviewer, and the token of its link."""
    fields = {"email": f"invited-{next(numbers)}@example.test", **kwargs}
    return Invitation.objects.invite(roles=roles or [Role.INTERVIEWER], **fields)


def make_opening(**kwargs):
    """An opening with a hiring manager of its own."""
    manager = kwargs.pop("hiring_manager", None) or make_user(Role.HIRING_MANAGER)
    return Opening.objects.create(**{"title": f"Opening {next(numbers)}", "hiring_manager": manager, **kwargs})


def make_version(questions=3, *, opening=None, weights=(), competencies=(), points=3, **kwargs):
    """A published version of so many questions, each with as many points, parts and follow-ups as `points`.

    `weights` and `competencies` go to the questions in turn; the rest weigh 1 and give evidence of nothing.
    """
    opening = opening or make_opening()
    plan = Plan.objects.create(opening=opening, title=f"Plan {next(numbers)}", created_by=opening.hiring_manager)
    fields = {"number": 1, "title": plan.title, "length": 60, "published_by": opening.hiring_manager, **kwargs}
    version = PlanVersion.objects.create(plan=plan, **fields)
    names = [f"Number {number}" for number in range(1, points + 1)]
    VersionItem.objects.bulk_create(
        VersionItem(
            version=version,
            position=index,
            number=index + 1,
            stage=Stage.CORE,
            kind="question",
            title=f"Question {index + 1}",
            minutes=5,
            weight=weights[index] if index < len(weights) else 1,
            competency=competencies[index] if index < len(competencies) else "",
            content=unplanned_content(f"Question {index + 1}?")
            | dict.fromkeys(["points", "parts", "follow_ups"], names),
        )
        for index in range(questions)
    )
    Plan.objects.filter(pk=plan.pk).update(latest_version=version)
    return version


def make_candidate(**kwargs):
    return Candidate.objects.create(**{"name": f"Candidate {next(numbers)}", **kwargs})


def make_interview(
    *,
    state=State.SCHEDULED,
    panel=None,
    lead=None,
    questions=3,
    version=None,
    candidate=None,
    opening=None,
    at=None,
    **adjustments,
):
    """An interview brought to its state the way people do. `panel` is `[(user, place), …]`, by default a lead alone."""
    version = version or make_version(questions=questions, opening=opening)
    panel = panel or [(lead or make_user(Role.INTERVIEWER), Place.LEAD)]
    lead = next(user for user, place in panel if place == Place.LEAD)
    interview = lifecycle.schedule(
        candidate=candidate or make_candidate(),
        opening=opening or version.plan.opening,
        version=version,
        at=at or timezone.now(),
        panel=panel,
        by=lead,
        **adjustments,
    )
    for act in STEPS[state]:
        interview = act(interview=interview, by=lead)
    return interview


def make_finished_interview(**kwargs):
    return make_interview(state=State.FINISHED, **kwargs)


STEPS = {
    State.SCHEDULED: [],
    State.LIVE: [lifecycle.start],
    State.PAUSED: [lifecycle.start, lifecycle.pause],
    State.FINISHED: [lifecycle.start, lifecycle.finish],
    State.CANCELLED: [lifecycle.cancel],
    State.NO_SHOW: [lifecycle.mark_no_show],
}


def make_panelist(*, interview, user=None, place=Place.PANELIST):
    """One more on an interview's panel, in whatever state it allows that."""
    user = user or make_user(Role.INTERVIEWER)
    lifecycle.add_panelist(interview=interview, user=user, place=place, by=interview.created_by)
    return interview.panel.get(user=user)


def make_scorecard(*, state=State.LIVE, **kwargs):
    """The lead's scorecard of an interview, live unless said otherwise."""
    interview = make_interview(state=state, **kwargs)
    return interview.scorecards.get(author=interview.panel.get(place=Place.LEAD).user)


def make_rated_scorecard(*, rating=4, recommendation=3, **kwargs):
    """The lead's scorecard of a finished interview, with everything that submitting asks for."""
    return rate(make_scorecard(state=State.FINISHED, **kwargs), rating=rating, recommendation=recommendation)


def rate(scorecard, *, rating=4, recommendation=3):
    """The scorecard with the same rating for all questions; written directly, past the operations."""
    scorecard.responses.update(outcome=Outcome.RATED, rating=rating)
    scorecard.recommendation = recommendation
    scorecard.save(update_fields=["recommendation"])
    return scorecard


def make_submitted_scorecard(**kwargs):
    """The lead's submitted scorecard."""
    return submitted(make_rated_scorecard(**kwargs))


def submitted(scorecard):
    return scorecard.submit(op=uuid.uuid4(), heads=heads_of(scorecard, scorecard.responses.all()))


def make_question_set(**kwargs):
    """An empty set in English."""
    return QuestionSet.objects.create(**{"title": f"Set {next(numbers)}", **kwargs})


def make_question(**kwargs):
    """A question of a set of its own, with nothing hanging on it."""
    number = next(numbers)
    fields = {"text": f"What is subject {number}?", "stage": Stage.CORE, "stage_by_hand": True, **kwargs}
    if "question_set" not in fields:
        fields["question_set"] = make_question_set()
    return Question.objects.create(**fields)


def make_plan(**kwargs):
    """A plan of 60 minutes without items, made by its opening's hiring manager."""
    opening = kwargs.pop("opening", None) or make_opening()
    fields = {"title": f"Plan {next(numbers)}", "created_by": opening.hiring_manager, **kwargs}
    return Plan.objects.create(opening=opening, **fields)


def make_plan_item(*, plan=None, **kwargs):
    """A question at the end of its stage in a plan's draft; with `segment=`, a segment instead."""
    plan = plan or make_plan()
    if "segment" in kwargs:
        fields = {"kind": ItemKind.SEGMENT, "stage": Stage.OPENING, "title": f"Segment {next(numbers)}", **kwargs}
    else:
        question = kwargs.pop("question", None) or make_question()
        fields = {"kind": ItemKind.QUESTION, "question": question, "stage": question.stage, **kwargs}
    fields.setdefault("position", plan.items.filter(stage=fields["stage"]).count())
    return PlanItem.objects.create(plan=plan, **{"minutes": 5, **fields})


def make_published(*questions):
    """A published version of a plan that has these questions of the bank, and nothing else."""
    plan = make_plan()
    for question in questions:
        make_plan_item(plan=plan, question=question)
    return publishing.publish(plan=plan, by=plan.created_by)


def make_passkey(user, name="Laptop"):
    """A passkey of the user's, whose private key nobody has: it can be listed and asked for, and signs nothing."""
    public_key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    key = AttestedCredentialData.create(Aaguid.NONE, uuid.uuid4().bytes, public_key)
    flags = AuthenticatorData.FLAG.USER_PRESENT | AuthenticatorData.FLAG.ATTESTED
    data = AuthenticatorData.create(sha256(b"testserver").digest(), flags, 0, key)
    client_data = CollectedClientData.create(CollectedClientData.TYPE.CREATE, b"challenge", "http://testserver")
    response = AuthenticatorAttestationResponse(
        client_data=client_data, attestation_object=AttestationObject.create("none", data, {})
    )
    credential = RegistrationResponse(raw_id=key.credential_id, response=response)
    stored = {"name": name, "credential": {**dict(credential), "clientExtensionResults": {}}}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=stored)
