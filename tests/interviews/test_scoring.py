from decimal import Decimal
from fractions import Fraction
from itertools import count
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews.models import Outcome, Recommendation
from interviews.scoring import Tally, agreement, by_competency, combined, shown, spread, tally

UNRATED = [outcome for outcome in Outcome if outcome != Outcome.RATED]


keys = count(1)


def response(rating=None, *, weight=1, outcome="", competency="", position=None, planned=True, instead_of=None):
    """With a position, to the question that stands there; without, to one of its own."""
    key = next(keys) if position is None else -1 - position
    item = SimpleNamespace(pk=key, weight=weight, competency=competency, position=position or 0)
    return SimpleNamespace(
        item=item if planned else None,
        item_id=key if planned else None,
        counts_for=instead_of.item if instead_of else item if planned else None,
        outcome=Outcome.RATED if rating else outcome,
        rating=rating,
    )


responses = st.lists(
    st.builds(
        response,
        st.one_of(st.none(), st.integers(1, 5)),
        weight=st.integers(1, 3),
        outcome=st.sampled_from(UNRATED),
        planned=st.booleans(),
    ),
    max_size=30,
)


@given(responses)
def test_score_is_what_the_definition_says(given_responses):
    planned = [one for one in given_responses if one.item_id]
    # Independently: a rating counts as often as its weight says.
    counted = [one.rating for one in planned if one.rating for _time in range(one.item.weight)]
    places = [one for one in planned for _time in range(one.item.weight)]
    enough = bool(counted) and len(counted) * 10 >= len(places) * 7

    tallied = tally(given_responses)

    assert tallied == (sum(counted), len(counted), len(places))
    assert tallied.score == (Fraction(sum(counted), len(counted)) if enough else None)


@pytest.mark.parametrize("rated_before", [None, 1])
def test_what_stood_in_for_a_question_counts_in_its_place(rated_before):
    swapped = response(rated_before, weight=3, outcome=Outcome.COVERED, competency="Training")
    stood_in = response(5, planned=False, instead_of=swapped)
    other = response(2, weight=1, competency="Concepts", position=1)

    assert tally([swapped, other, stood_in]) == Tally(3 * 5 + 2, 4, 4)
    assert by_competency([[swapped, other, stood_in]]) == {"Training": Tally(15, 3, 3), "Concepts": Tally(2, 1, 1)}


def test_what_stood_in_and_was_not_rated_leaves_the_question_unrated():
    swapped = response(outcome=Outcome.COVERED, weight=2)
    stood_in = response(outcome=Outcome.DECLINED, planned=False, instead_of=swapped)

    assert tally([swapped, stood_in]) == Tally(0, 0, 2)


@given(st.integers(0, 5000), st.integers(1, 1000))
def test_shown_rounds_halves_up(numerator, denominator):
    value = Fraction(numerator, denominator)

    tenth = shown(value)

    assert tenth.as_tuple().exponent == -1
    assert Fraction(-1, 20) <= value - Fraction(tenth) < Fraction(1, 20)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(365, 100), "3.7"),
        (Fraction(364, 100), "3.6"),
        (Fraction(425, 100), "4.3"),
        (Fraction(4), "4.0"),
        (Fraction(11, 3), "3.7"),
        (Fraction(0), "0.0"),
    ],
)
def test_shown_examples(value, expected):
    assert shown(value) == Decimal(expected)
    assert str(shown(value)) == expected


def test_shown_of_nothing_is_nothing():
    assert shown(None) is None


@pytest.mark.parametrize(("rated", "score"), [(7, Fraction(4)), (6, None)])
def test_seventy_percent_of_the_planned_weight_are_enough(rated, score):
    assert tally([response(4)] * rated + [response(outcome="not_reached")] * (10 - rated)).score == score


def test_weight_decides_what_is_enough():
    assert tally([response(5, weight=3), response(outcome="declined", weight=1)]).score == 5
    assert tally([response(5, weight=1), response(outcome="declined", weight=3)]).score is None


def card(weighted_ratings, rated_weight, planned_weight):
    return SimpleNamespace(weighted_ratings=weighted_ratings, rated_weight=rated_weight, planned_weight=planned_weight)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 10), st.integers(1, 20)), max_size=8))
def test_combined_is_the_mean_of_exact_scores(cards):
    scores = [Fraction(a, b) for a, b, c in cards if 10 * b >= 7 * c]

    assert combined([card(*one) for one in cards]) == (sum(scores) / len(scores) if scores else None)


def test_combined_is_not_rounded_on_the_way():
    assert shown(combined([card(365, 100, 100), card(365, 100, 100), card(364, 100, 100)])) == Decimal("3.6")


def test_by_competency_keeps_the_plans_order_and_leaves_out_what_is_off_the_plan():
    first = [
        response(4, competency="Training", position=2, weight=2),
        response(2, competency="Concepts", position=1),
        response(outcome="declined", competency="Concepts", position=0),
        response(5, position=3),
        response(1, competency="Practice", planned=False),
    ]
    second = [response(5, competency="Training", position=2, weight=2)]

    assert list(by_competency([first, second]).items()) == [("Concepts", Tally(2, 1, 2)), ("Training", Tally(18, 4, 4))]


def test_spread_is_the_mean_range_where_two_rated():
    first = [response(4, position=0), response(2, position=1), response(5, position=2), response(1, planned=False)]
    second = [response(3, position=0), response(2, position=1), response(outcome="declined", position=2)]

    assert spread([first, second]) == Fraction(1, 2)
    assert spread([first]) is None
    assert spread([]) is None


@pytest.mark.parametrize(
    ("recommendations", "expected"),
    [
        ([3, 3], (Recommendation.YES, 2, 2)),
        ([3, 4], (Recommendation.YES, 2, 2)),
        ([4, 4, 3, 1], (Recommendation.STRONG_YES, 3, 4)),
        ([1, 2, 4], (Recommendation.NO, 2, 3)),
        ([1, 1, 4], (Recommendation.STRONG_NO, 2, 3)),
        ([2, 3], (None, 1, 2)),
        ([4], (Recommendation.STRONG_YES, 1, 1)),
    ],
)
def test_agreement_counts_the_larger_side(recommendations, expected):
    assert agreement(recommendations) == expected


def test_agreement_of_nobody_is_nothing():
    assert agreement([]) is None
