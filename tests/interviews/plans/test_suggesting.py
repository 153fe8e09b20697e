import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Role
from interviews.models import ItemKind
from interviews.suggesting import Choice, choices, questions_of, suggest, suggest_plan, telling_words
from questionbank.models import Competency, Difficulty, RatingAnchor
from questionbank.stages import Stage
from tests.factories import make_opening, make_question, make_question_set, make_user


@st.composite
def some_choices(draw):
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from(Stage),
                st.integers(1, 12),
                st.sampled_from(["", "Concepts", "Training", "Practice"]),
                st.sampled_from(["", "nets", "data"]),
                st.sampled_from(["", *Difficulty.values]),
                st.frozensets(st.sampled_from("abcdefgh"), max_size=4),
            ),
            max_size=12,
        )
    )
    return [Choice(pk + 1, pk, *fields) for pk, fields in enumerate(drawn)]


@settings(deadline=None, max_examples=60)
@given(some_choices(), st.integers(0, 60))
def test_suggest_never_goes_over_and_says_why(choices, minutes):
    suggestion = suggest(choices, minutes)

    took = sum(choice.minutes for choice in choices if choice.pk in suggestion.picks)
    assert took + suggestion.left_over == minutes
    assert len(set(suggestion.picks)) == len(suggestion.picks)
    assert list(suggestion.reasons) == suggestion.picks
    assert all(suggestion.reasons.values())
    assert suggestion.explanation


@settings(deadline=None, max_examples=40)
@given(some_choices(), st.integers(0, 60), st.randoms())
def test_suggest_gives_the_same_plan_whatever_order_the_choices_come_in(choices, minutes, random):
    shuffled = random.sample(choices, len(choices))

    assert suggest(shuffled, minutes) == suggest(choices, minutes)


@settings(deadline=None, max_examples=60)
@given(some_choices(), st.integers(0, 60))
def test_suggest_covers_every_competency_that_the_time_allows(choices, minutes):
    shortest = {}
    for choice in choices:
        if choice.competency:
            shortest[choice.competency] = min(choice.minutes, shortest.get(choice.competency, 99))
    if sum(shortest.values()) > minutes:
        return

    suggestion = suggest(choices, minutes)

    covered = {choice.competency for choice in choices if choice.pk in suggestion.picks and choice.competency}
    assert covered == set(shortest)


def choice(pk, stage=Stage.CORE, minutes=5, **kwargs):
    return Choice(pk=pk, place=pk, stage=stage, minutes=minutes, words=frozenset({f"word{pk}"}), **kwargs)


def test_suggest_opens_and_closes():
    core = [choice(pk) for pk in range(1, 9)]

    suggestion = suggest([*core, choice(9, Stage.OPENING), choice(10, Stage.CLOSING)], 20)

    assert suggestion.picks[0] == 9
    assert suggestion.picks[-1] == 10


def test_suggest_takes_one_of_two_questions_on_the_same_subject():
    alike = telling_words("How does early stopping prevent overfitting?")
    one = Choice(1, 0, Stage.CORE, 5, words=alike)
    other = Choice(2, 1, Stage.CORE, 5, words=alike)

    suggestion = suggest([one, other, choice(3)], 15)

    assert suggestion.picks == [1, 3]
    assert suggestion.explanation == "5 minutes are left over: the questions that would fit repeat a subject."


def test_suggest_fills_the_time_by_exchanging():
    suggestion = suggest([choice(1, minutes=4), choice(2, minutes=4), choice(3, minutes=6)], 10)

    assert suggestion.left_over == 0
    assert suggestion.explanation == "All the time for questions is used."


def test_suggest_explains_what_is_left_over():
    assert (
        suggest([choice(1), choice(2)], 7).explanation
        == "2 minutes are left over: the shortest question not chosen takes 5."
    )
    assert suggest([choice(1)], 6).explanation == "1 minute is left over: the chosen sets have no more questions."
    assert suggest([], 10).explanation == "10 minutes are left over: the chosen sets have no more questions."


def test_suggest_gives_the_first_reason_that_is_true():
    picked = [
        choice(1, Stage.OPENING, competency="Concepts"),
        choice(2, competency="Training", topic="loss", difficulty="easy"),
        choice(3, competency="Training", topic="data", difficulty="easy"),
        choice(4, competency="Training", topic="data", difficulty="hard"),
        choice(5, competency="Training", topic="data", difficulty="hard"),
        choice(6),
    ]

    suggestion = suggest(picked, 30)

    assert suggestion.reasons == {
        1: "Only Opening question in the chosen sets",
        2: "First question on Training",
        3: "First question on the topic data",
        4: "First question marked Hard",
        5: "More on Training, which had 15 min so far",
        6: "Gives Core its share of the time",
    }


@pytest.mark.django_db
def test_suggest_plan_makes_a_draft_with_segments_reasons_and_order(django_assert_num_queries):
    user = make_user(Role.HIRING_MANAGER)
    opening = make_opening(hiring_manager=user)
    questions = make_question_set()
    for stage in Stage:
        for topic in "ab":
            make_question(
                question_set=questions,
                text=f"{topic}{stage.value} in short?",
                stage=stage,
                topic=topic,
                competency=Competency.objects.named("Training"),
            )
    make_question(question_set=questions, archived_at="2026-01-01T00:00Z")

    with django_assert_num_queries(6):
        plan, suggestion = suggest_plan(opening=opening, title="Plan", length=60, sets=[questions], by=user)

    items = list(plan.items.all())
    assert sum(item.minutes for item in items) == 60
    assert [item.segment for item in items if item.kind == ItemKind.SEGMENT] == [
        "welcome",
        "candidates_questions",
        "next_steps",
    ]
    assert [item.question_id for item in items if item.question_id] == suggestion.picks
    assert all(item.reason for item in items if item.question_id)


@pytest.mark.django_db
def test_choices_read_what_choosing_needs_in_one_query(django_assert_num_queries):
    question = make_question(
        competency=Competency.objects.named("Training"), topic="data", difficulty="hard", minutes=7
    )
    RatingAnchor.objects.create(question=question, rating=3, text="Fair")

    with django_assert_num_queries(1):
        found = choices(questions_of([question.question_set_id]))

    assert [(c.pk, c.minutes, c.competency, c.topic, c.difficulty, c.anchored) for c in found] == [
        (question.pk, 7, "Training", "data", "hard", True)
    ]
