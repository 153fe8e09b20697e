"""What the fuzzed endpoints stand on: one thing of every kind, an interview in every state, and who looks at them."""

import json
import uuid
from dataclasses import dataclass

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from interviews import drafting, lifecycle, publishing
from interviews.models import Place, State
from interviews.saving import heads_of
from questionbank.importing import labelled
from questionbank.importing.writing import write_document
from questionbank.models import (
    Competency,
    FollowUp,
    ImportDraft,
    Material,
    Part,
    Point,
    RatingAnchor,
    ReferenceAnswer,
    Tip,
)
from tests.factories import (
    PASSWORD,
    make_candidate,
    make_interview,
    make_invitation,
    make_opening,
    make_plan,
    make_question,
    make_question_set,
    make_user,
    rate,
    submitted,
)

DOCUMENT = """SQL Basics Interview Questions

What are SQL Basics Interview Questions?

They show whether a candidate can read and write queries.

What is the difference between a table and a view?

When to Ask: At the start of the interview.

Why Ask: To see whether stored data and a stored query are told apart.

Proposed Answer 1

A table stores rows, while a view stores a query.

Can you explain what a primary key is?

Proposed Answer 1

It names each row uniquely and never holds a null.
"""
OTHER_DOCUMENT = DOCUMENT.replace("SQL", "Table").replace("primary key", "foreign key")


@dataclass(frozen=True)
class World:
    """`people` by what they are called, "" for nobody; `extra` are requests that no page shows as a form."""

    people: dict
    things: dict  # parameter of an address -> a value that exists
    keys: list  # "q17": what fields of operations begin with
    scorecards: list  # (viewer, key of the scorecard)
    extra: list  # (endpoint, viewer, path, fields)


def build_world():
    people = {
        "lead": make_user(Role.INTERVIEWER),
        "manager": make_user(Role.HIRING_MANAGER),
        "recruiter": make_user(Role.RECRUITER),
        "administrator": make_user(Role.ADMINISTRATOR),
        "panelist": make_user(Role.INTERVIEWER),
        "observer": make_user(Role.INTERVIEWER),
        "newcomer": make_user(),
        "careful": make_user(Role.INTERVIEWER),  # has a second factor
        "halfway": None,  # has given the password, not yet the code
        "": None,
    }
    manager = people["manager"]
    opening = make_opening(hiring_manager=manager)
    questions = make_bank(manager)
    plan = make_plan(opening=opening)
    for question in questions[:3]:
        drafting.add_question(plan=plan, question=question)
    drafting.add_segment(plan=plan, kind="welcome", title="Welcome", minutes=4)
    version = publishing.publish(plan=plan, by=manager)
    drafting.add_question(plan=plan, question=questions[3])
    spare = make_question()

    panel = [
        (people["lead"], Place.LEAD),
        (people["panelist"], Place.PANELIST),
        (people["observer"], Place.OBSERVER),
    ]
    interviews = {state: make_interview(state=state, panel=panel, version=version, opening=opening) for state in State}
    live = interviews[State.LIVE]
    lifecycle.add_unplanned(
        interview=live,
        by=people["lead"],
        op=uuid.uuid4(),
        title="Unplanned",
        content=publishing.unplanned_content("Unplanned?"),
        stage=3,
    )
    continued = make_interview(state=State.FINISHED, panel=panel, version=version, opening=opening)
    lifecycle.schedule_sitting(interview=continued, at=timezone.now(), by=manager)
    record = make_interview(state=State.FINISHED, panel=panel, version=version, opening=opening)
    for scorecard in record.scorecards.all():
        submitted(rate(scorecard))
    complete = interviews[State.FINISHED].scorecards.get(author=people["lead"])
    rate(complete)
    make_candidate()
    # What has been put away can be brought back.
    plan_away = make_plan(opening=opening)
    plan_away.archive()
    opening_away = make_opening(hiring_manager=manager)
    opening_away.archive()
    set_away = make_question_set()
    set_away.archive()
    gone = make_user(Role.INTERVIEWER)
    gone.is_active = False
    gone.save()

    invitation, token = make_invitation(Role.INTERVIEWER)
    withdrawable, _token = make_invitation(Role.RECRUITER)
    make_known_document(manager)
    draft, again = make_import(manager, DOCUMENT), make_import(manager, OTHER_DOCUMENT)
    things = {
        "pk": live.pk,
        "item": plan.items.first().pk,
        "item_pk": version.items.filter(kind="question").first().pk,
        "panelist_pk": live.panel.get(place=Place.PANELIST).pk,
        "response_pk": record.scorecards.get(author=people["lead"]).responses.first().pk,
        "set_pk": questions[0].question_set_id,
        "number": 1,
        "kind": "answers",
        "detail": questions[0].reference_answers.first().pk,
        "field": "text",
        "token": token,
        "provider_id": "sso",
        "uidb36": "1",
        "key": "set-password",
    }
    scorecards = [
        (name, interview.scorecards.get(author=people[name]).pk)
        for interview in (live, interviews[State.PAUSED], interviews[State.FINISHED], record)
        for name in ("lead", "panelist")
    ]
    keys = [response.key for response in live.scorecards.get(author=people["lead"]).responses.all()]
    heads = json.dumps(heads_of(complete, complete.responses.all()))
    scheduled = interviews[State.SCHEDULED].pk
    number, answer = {"pk": draft.pk, "number": 1}, {"pk": questions[0].pk, "kind": "answers"}
    answer_in_place = answer | {"detail": things["detail"]}
    ours = {"pk": again.pk, "number": 1}
    by_manager = [
        ("interviews:plan_restore", {"pk": plan_away.pk}, {}),
        ("interviews:opening_restore", {"pk": opening_away.pk}, {}),
        ("interviews:plan_item_add", {"pk": plan.pk}, {"question": str(spare.pk), "q": "", "about": ""}),
        ("interviews:plan_item_move", {"pk": plan.pk, "item": things["item"]}, {"stage": "1", "before": "", "by": "1"}),
        ("interviews:interview_sitting", {"pk": record.pk}, {"at": "2026-12-01T10:00"}),
        ("interviews:interview_sitting", {"pk": interviews[State.FINISHED].pk}, {"at": "2026-12-01T10:00"}),
        ("interviews:interview_drop_sitting", {"pk": continued.pk}, {"reason": "No time"}),
        ("interviews:debrief", {"pk": record.pk}, {}),
        (
            "interviews:rating_agree",
            {"pk": record.pk, "item_pk": things["item_pk"]},
            {"rating": "4", "reason": "It was said twice"},
        ),
        (
            "interviews:decision_create",
            {"pk": record.pk},
            {"outcome": "decline", "reason": "No place", "against_score": "One place only"},
        ),
        ("questionbank:set_restore", {"pk": set_away.pk}, {}),
        ("questionbank:question_restore", {"pk": questions[0].pk}, {}),
        ("questionbank:detail_move", answer_in_place, {"to": "0"}),
        ("questionbank:competency_move", {"pk": questions[0].competency_id}, {"to": "0"}),
        ("questionbank:import_question_stage", number, {"stage": "2"}),
        ("questionbank:import_question_include", number, {}),
        ("questionbank:import_question_choose", ours, {"why_ask": "take.x", "text": "keep.x", "answers": "take."}),
        ("questionbank:import_set_choose", ours, {"introduction": "take.x", "conclusion": "keep.x"}),
        ("questionbank:import_set_separate", ours, {}),
        ("questionbank:import_set_join", ours, {}),
        ("questionbank:import_preview", {"pk": again.pk}, {}),
        ("questionbank:import_confirm", {"pk": again.pk}, {}),
    ]
    extra = [(name, "manager", reverse(name, kwargs=kwargs), fields) for name, kwargs, fields in by_manager]
    extra += [
        (
            "interviews:interview_start",
            "lead",
            reverse("interviews:interview_start", args=[scheduled]),
            {"anyway": "on"},
        ),
        (
            "people:person_remove_factors",
            "administrator",
            reverse("people:person_remove_factors", args=[people["careful"].pk]),
            {},
        ),
        ("people:person_reactivate", "administrator", reverse("people:person_reactivate", args=[gone.pk]), {}),
        (
            "interviews:response_amend",
            "lead",
            reverse("interviews:response_amend", args=[record.pk, things["response_pk"]]),
            {"result": "2", "covered_by": "", "notes": "Wrong", "reason": "Read it again", "seen": "0"},
        ),
        (
            "interviews:scorecard_submit",
            "lead",
            reverse("interviews:scorecard_submit", args=[complete.pk]),
            {"op": str(uuid.uuid4()), "heads": heads},
        ),
        ("people:invitation_withdraw", "administrator", f"/people/invitations/{withdrawable.pk}/withdraw/", {}),
        ("people:invitation_resend", "administrator", f"/people/invitations/{invitation.pk}/resend/", {}),
        ("accounts:invitation_accept", "", reverse("accounts:invitation_accept", args=[token]), {}),
        ("interviews:room_refresh", "lead", reverse("interviews:room_refresh", args=[live.pk]), {}),
        ("interviews:course_change", "lead", reverse("interviews:course_change", args=[live.pk]), {}),
        ("interviews:room_events", "lead", reverse("interviews:room_events", args=[live.pk]), {}),
        ("questionbank:import_preview", "manager", reverse("questionbank:import_preview", args=[draft.pk]), {}),
        (
            "interviews:question_swap",
            "lead",
            reverse("interviews:question_swap", args=[live.pk, things["item_pk"]]),
            {"question": str(questions[3].pk), "op": str(uuid.uuid4()), "reason": "It is known to the candidate"},
        ),
    ]
    return World(people, things, keys, scorecards, extra)


def make_known_document(owner):
    """The bank has the document already, so that it comes again with differences."""
    write_document(
        labelled.read(OTHER_DOCUMENT.replace("each row", "every row").replace("They show", "It shows")), user=owner
    )


def make_import(owner, text):
    return ImportDraft.objects.create(owner=owner, name="sql.txt", content=labelled.read(text).to_json())


def make_bank(owner):
    """Four questions of a set, each with one detail of every kind, and an archived one."""
    one_set = make_question_set(introduction="About databases", created_by=owner)
    Tip.objects.create(question_set=one_set, audience=Tip.For.values[0], kind=Tip.Kind.values[0], text="Listen")
    one_set.audience.create(who="Teams", use="To compare")
    competency = Competency.objects.first() or Competency.objects.create(name="Concepts")
    questions = [
        make_question(question_set=one_set, position=position, competency=competency, topic="Keys")
        for position in range(4)
    ]
    for question in questions:
        ReferenceAnswer.objects.create(question=question, text="It names each row.")
        Point.objects.create(question=question, text="Names the row", confirmed=False)
        FollowUp.objects.create(question=question, text="And a natural key?")
        Part.objects.create(question=question, text="What it is")
        RatingAnchor.objects.create(question=question, rating=3, text="Names it")
        Material.objects.create(question=question, kind=Material.Kind.values[0], body="SELECT 1")
    make_question(question_set=one_set, position=9).archive()
    return questions


def sign_all_in(world):
    """`{viewer: client}`, signed in with the password, so that nobody is asked for it again before changing their own."""
    clients = {viewer: Client() for viewer in world.people}
    for viewer, user in world.people.items():
        if user:
            sign_in(clients[viewer], user)
            clients[viewer].post(reverse("account_reauthenticate"), {"password": PASSWORD})
    careful = world.people["careful"]
    TOTP.activate(careful, "A" * 32)
    RecoveryCodes.activate(careful)
    sign_in(clients["halfway"], careful)
    for (
        client
    ) in clients.values():  # what these ask for is kept in the session, without which answers are refused at once
        for name in ("mfa_add_webauthn", "mfa_activate_totp", "mfa_login_webauthn"):
            client.get(reverse(name), HTTP_X_REQUESTED_WITH="XMLHttpRequest")
    return clients


def sign_in(client, user):
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
