import pytest
from django.db import IntegrityError, transaction

from accounts.models import Role
from interviews import drafting
from interviews.models import Plan, PlanVersion, VersionItem
from interviews.outline import outline
from interviews.problems import NotNow
from interviews.publishing import frozen_questions, preview, publish, warnings
from questionbank.models import Competency, FollowUp, Material, Part, Point, RatingAnchor, ReferenceAnswer, Tip
from tests.database import owning
from tests.factories import make_plan, make_plan_item, make_question, make_user

pytestmark = pytest.mark.django_db


def full_question(**kwargs):
    question = make_question(
        text="Why?",
        when_to_ask="Early",
        why_ask="Because",
        how_to_ask="Slowly",
        topic="nets",
        competency=Competency.objects.named("Training"),
        difficulty="hard",
        **kwargs,
    )
    ReferenceAnswer.objects.create(question=question, text="An answer")
    Point.objects.create(question=question, text="A point")
    FollowUp.objects.create(question=question, text="And then?")
    Part.objects.create(question=question, text="Part a")
    Material.objects.create(question=question, kind="code", title="Listing", body="x = 1")
    for rating in range(1, 6):
        RatingAnchor.objects.create(question=question, rating=rating, text=f"Anchor {rating}")
    return question


def test_publish_freezes_everything():
    plan = make_plan(title="Plan")
    question = full_question(short_name="Reasons")
    make_plan_item(plan=plan, segment="welcome", title="Hello", script="Welcome.", minutes=4)
    make_plan_item(plan=plan, question=question, weight=2, must_ask=True, note="Slowly", minutes=6)
    tip = {"audience": "interviewers", "kind": "do", "text": "Listen"}
    Tip.objects.create(question_set=question.question_set, **tip)
    Tip.objects.create(question_set=question.question_set, **{**tip, "audience": "interviewees"})

    version = publish(plan=plan, by=plan.created_by)

    assert (version.number, version.title, version.length) == (1, "Plan", 60)
    assert version.tips == [{"kind": "do", "text": "Listen"}]
    segment, item = version.items.all()
    assert (segment.title, segment.content, segment.number) == ("Hello", {"script": "Welcome."}, None)
    assert (item.title, item.number, item.competency, item.minutes) == ("Reasons", 1, "Training", 6)
    assert (item.weight, item.must_ask, item.note) == (2, True, "Slowly")
    assert item.content == {
        "text": "Why?",
        "when": "Early",
        "why": "Because",
        "how": "Slowly",
        "topic": "nets",
        "difficulty": "hard",
        "set_title": question.question_set.title,
        "parts": ["Part a"],
        "materials": [{"kind": "code", "title": "Listing", "body": "x = 1"}],
        "answers": ["An answer"],
        "points": ["A point"],
        "points_drafted": False,
        "follow_ups": ["And then?"],
        "anchors": {str(rating): f"Anchor {rating}" for rating in range(1, 6)},
    }


def test_publish_again_makes_the_next_version_and_leaves_the_first():
    plan = make_plan()
    item = make_plan_item(plan=plan, minutes=5)
    first = publish(plan=plan, by=plan.created_by)
    drafting.change_item(item=item, minutes=9)

    second = publish(plan=plan, by=plan.created_by)

    assert [first.items.get().minutes, second.items.get().minutes] == [5, 9]
    plan = Plan.objects.select_related("latest_version").get(pk=plan.pk)
    assert (plan.latest_version, plan.draft_differs) == (second, False)


def test_publish_refuses_a_plan_without_questions():
    plan = make_plan()
    make_plan_item(plan=plan, segment="welcome")

    with pytest.raises(NotNow, match="no questions yet"):
        publish(plan=plan, by=plan.created_by)


def test_publish_refuses_an_archived_plan():
    item = make_plan_item()
    item.plan.archive()

    with pytest.raises(NotNow, match="archived"):
        publish(plan=item.plan, by=item.plan.created_by)


def test_publish_of_a_number_that_is_taken_is_refused():
    plan = make_plan_item().plan
    publish(plan=plan, by=plan.created_by, number=1)

    with pytest.raises(NotNow, match="Version 1 was published meanwhile"):
        publish(plan=plan, by=plan.created_by, number=1)


@pytest.mark.parametrize("count", [1, 3])
def test_publish_costs_the_same_however_many_questions(count, django_assert_num_queries):
    plan = make_plan()
    for _n in range(count):
        make_plan_item(plan=plan, question=full_question())

    with django_assert_num_queries(16):
        publish(plan=plan, by=plan.created_by)


def test_preview_saves_nothing():
    item = make_plan_item()

    version, items = preview(plan=item.plan, items=[item])

    assert (version.pk, [frozen.title for frozen in items]) == (None, [item.question.short_name])
    assert PlanVersion.objects.count() == 0


@pytest.mark.parametrize("model", [PlanVersion, VersionItem])
def test_versions_refuse_update_and_delete_in_the_database(model):
    plan = make_plan_item().plan
    publish(plan=plan, by=plan.created_by)

    with pytest.raises(IntegrityError, match="A published plan version never changes"), transaction.atomic(), owning():
        model.objects.update(title="Other")
    with pytest.raises(IntegrityError, match="A published plan version never changes"), transaction.atomic(), owning():
        model.objects.all()._raw_delete("default")


def sentences(plan):
    items = list(plan.items.with_questions())
    found = warnings(
        outline=outline(items, length=plan.length, competencies=["Training"]), questions=frozen_questions(items)
    )
    return [(warning.sentence, [str(item) for item in warning.items]) for warning in found]


def test_warnings_name_the_questions_without_anchors():
    plan = make_plan(length=10)
    make_plan_item(plan=plan, segment="welcome", minutes=1)
    make_plan_item(plan=plan, segment="candidates_questions", minutes=1)
    make_plan_item(plan=plan, question=full_question(short_name="Complete"), minutes=4, must_ask=True)
    bare = make_question(short_name="Bare")
    some = make_question(short_name="Some")
    RatingAnchor.objects.create(question=some, rating=3, text="Fair")
    Point.objects.create(question=some, text="A point")
    make_plan_item(plan=plan, question=bare, minutes=2)
    make_plan_item(plan=plan, question=some, minutes=2)

    assert sentences(plan) == [
        ("Without rating anchors, rated on the general scale:", ["Bare"]),
        ("With anchors for some ratings only:", ["Some"]),
        ("Without a reference answer or points to listen for:", ["Bare"]),
    ]


def test_warnings_name_time_coverage_and_segments():
    plan = make_plan(length=10)
    make_plan_item(plan=plan, minutes=12, question=make_question(archived_at="2026-01-01T00:00Z", short_name="Old"))

    assert [sentence for sentence, _items in sentences(plan)] == [
        "The plan takes 12 of 10 minutes: 2 too many.",
        "Without rating anchors, rated on the general scale:",
        "Without a reference answer or points to listen for:",
        "Archived in the bank, and still in this plan:",
        "No question is marked as must ask. Short of time, an interviewer decides what to drop.",
        "No question covers Training.",
        "There is no welcome, so nothing says that notes are taken.",
        "No time is set aside for the candidate's questions.",
    ]


def test_publishing_needs_a_person():
    plan = make_plan_item().plan
    other = make_user(Role.HIRING_MANAGER)

    assert publish(plan=plan, by=other).published_by == other


def test_points_nobody_confirmed_are_published_as_drafted_with_a_warning():
    question = make_question(short_name="Drafted")
    Point.objects.create(question=question, text="Only a draft", confirmed=False)
    plan = make_plan()
    make_plan_item(plan=plan, question=question)

    said = sentences(plan)
    version = publish(plan=plan, by=plan.created_by)

    assert ("Points drafted from the answers, that nobody has confirmed:", ["Drafted"]) in said
    assert version.items.get().content["points_drafted"] is True
