"""Scores, computed exactly and mechanically. Never shown while an interview runs, nor before a recommendation.

Questions off the plan do not count: a score compares like with like. One that stood in for a planned question counts in
its place. What is shown is rounded once, at the end.
"""

import math
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from interviews.models.scorecards import Outcome, Recommendation

# Less than this share of the planned weight rated is "not enough rated".
ENOUGH = Fraction(7, 10)


class Tally(NamedTuple):
    """Whole numbers that a score follows from; `submit` stores them with the scorecard."""

    weighted_ratings: int
    rated_weight: int
    planned_weight: int

    @property
    def score(self):
        """The exact score, or None where not enough was rated."""
        if not self.rated_weight or self.rated_weight < ENOUGH * self.planned_weight:
            return None
        return Fraction(self.weighted_ratings, self.rated_weight)


def tally(responses):
    """Of a scorecard's responses, one per planned question or what stood in for it. No query if fetched with `item` and
    `unplanned__replaces`."""
    planned = [response.item for response in responses if response.item_id]
    rated = ratings_by_item(responses)
    return Tally(
        weighted_ratings=sum(item.weight * rated[item.pk] for item in planned if item.pk in rated),
        rated_weight=sum(item.weight for item in planned if item.pk in rated),
        planned_weight=sum(item.weight for item in planned),
    )


def ratings_by_item(responses):
    """`{item key: rating}`; what stood in for a question goes before the question itself."""
    rated = [response for response in responses if response.outcome == Outcome.RATED and response.counts_for]
    return {response.counts_for.pk: response.rating for response in sorted(rated, key=lambda r: r.item_id is None)}


def score_of(scorecard):
    """A submitted scorecard's exact score from what `submit` stored; None where not enough was rated. No query."""
    return Tally(scorecard.weighted_ratings, scorecard.rated_weight, scorecard.planned_weight).score


def combined(scorecards):
    """The exact mean of submitted scorecards' scores. Those without enough rated do not count; None if none does."""
    return mean_of(filter(None, map(score_of, scorecards)))


def agreed(responses_of_scorecards, ratings, weights):
    """The exact score with what was agreed on, `{item key: rating}`, in place of the mean of what each gave.

    Over the questions that somebody rated or that were agreed on; `weights` has all planned ones, `{item key: weight}`.
    None where not enough is rated, or nothing was agreed on.
    """
    given = {item: mean_of(all_given) for item, all_given in given_by_item(responses_of_scorecards).items()} | ratings
    rated = sum(weights[item] for item in given)
    if not ratings or rated < ENOUGH * sum(weights.values()):
        return None
    return sum((weights[item] * rating for item, rating in given.items()), Fraction()) / rated


def given_by_item(responses_of_scorecards):
    """`{item key: [rating, …]}` over the responses of several scorecards."""
    given = {}
    for responses in responses_of_scorecards:
        for item, rating in ratings_by_item(responses).items():
            given.setdefault(item, []).append(rating)
    return given


def mean_of(values):
    values = list(values)
    return sum(values, Fraction()) / len(values) if values else None


def shown(value):
    """One decimal, halves up, as a `Decimal`; None stays None."""
    if value is None:
        return None
    return Decimal(math.floor(value * 10 + Fraction(1, 2))).scaleb(-1)


def by_competency(responses_of_scorecards):
    """`{competency: Tally}` in the plan's order over the responses of several scorecards; questions without one are
    left out. No query if fetched with `item` and `unplanned__replaces`."""
    tallies = {}
    for responses in responses_of_scorecards:
        planned = [response for response in responses if response.counts_for and response.counts_for.competency]
        grouped = {}
        for response in sorted(planned, key=lambda response: response.counts_for.position):
            grouped.setdefault(response.counts_for.competency, []).append(response)
        for competency, of_it in grouped.items():
            tallies.setdefault(competency, []).append(tally(of_it))
    return {competency: Tally(*map(sum, zip(*of_it, strict=True))) for competency, of_it in tallies.items()}


def spread(responses_of_scorecards):
    """How far raters are apart: the mean, over planned questions with two ratings or more, of highest minus lowest.

    None where no question has two ratings.
    """
    ratings = given_by_item(responses_of_scorecards)
    return mean_of(Fraction(max(given) - min(given)) for given in ratings.values() if len(given) > 1)


class Agreement(NamedTuple):
    """`agreeing` of `of` recommend the same direction. `recommendation` is None where they are split evenly."""

    recommendation: Recommendation | None
    agreeing: int
    of: int


def agreement(recommendations):
    """Yes and strong yes agree, and no and strong no. Of the larger side the recommendation most gave stands for it,
    of equally many the milder. None without recommendations."""
    given = [Recommendation(recommendation) for recommendation in recommendations]
    if not given:
        return None
    favour = [r for r in given if r >= Recommendation.YES]
    against = [r for r in given if r < Recommendation.YES]
    side, strong, mild = (favour, Recommendation.STRONG_YES, Recommendation.YES)
    if len(against) > len(favour):
        side, strong, mild = (against, Recommendation.STRONG_NO, Recommendation.NO)
    if len(favour) == len(against):
        return Agreement(None, len(side), len(given))
    return Agreement(strong if side.count(strong) > side.count(mild) else mild, len(side), len(given))
