"""The loop: hypothesis draws the cases of each endpoint in turn, and makes what fails as small as it can."""

import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from django.test.utils import override_settings
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.cases import cases, play
from tests.fuzz.endpoints import find_endpoints
from tests.fuzz.world import build_world, sign_all_in

# Endpoints that take more than a form's fields have more to get wrong.
WEIGHTS = {"interviews:scorecard_ops": 12, "interviews:scorecard_submit": 8, "questionbank:import_start": 4}
SLOW = 2.0  # seconds
PROFILE = settings(
    database=None,  # a case that failed is said, and repeated by its seed
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    print_blob=False,
)


@dataclass
class Report:
    endpoints: list
    played: Counter = field(default_factory=Counter)  # endpoint -> cases
    errors: dict = field(default_factory=dict)  # origin -> the smallest ServerError of it
    slow: dict = field(default_factory=dict)  # endpoint -> (seconds, the case), of what takes suspiciously long

    @property
    def cases(self):
        return self.played.total()

    def __str__(self):
        return f"fuzz endpoints={len(self.endpoints)} cases={self.cases} server_errors={len(self.errors)}"


def fuzz(*, wanted, seeded, say=lambda line: None):
    """Plays so many cases over all endpoints, in a world of its own in the database of this moment."""
    with override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=86_400, ACCOUNT_RATE_LIMITS=False):
        return play_all(build_world(), wanted, seeded, say)


def play_all(world, wanted, seeded, say):
    clients = sign_all_in(world)
    endpoints = find_endpoints(world, clients)
    report = Report(endpoints)
    weights = [WEIGHTS.get(endpoint.name, 1) for endpoint in endpoints]
    asked = f"CASES={wanted} SEED={seeded}"
    laps = max(1, wanted // (30 * sum(weights)))  # in each lap an endpoint has about 30 cases
    while report.cases < wanted:
        for endpoint, weight in zip(endpoints, weights, strict=True):
            seeded += 1
            share = max(1, wanted // (laps * sum(weights))) * weight
            search = Search(endpoint, world, clients, report)
            for error in search.until(min(wanted, report.cases + share), seeded):
                say(described(error, asked))
    return report


class Found(Exception):
    """Raised so that hypothesis looks for a smaller case with the same origin."""


@dataclass
class Search:
    """The cases of one endpoint, until `last` cases have been played in all."""

    endpoint: object
    world: object
    clients: dict
    report: Report

    def until(self, last, seeded):
        """Yields each new error at its smallest, and goes on behind it."""
        while self.report.cases < last:
            before, smallest = self.report.cases, {}
            try:
                self.player(last - before, seeded, smallest)()
            except Found:
                self.report.errors |= smallest
                yield from smallest.values()
            if self.report.cases == before:
                return  # there is nothing else to draw
            seeded += 500_000

    def player(self, examples, seeded, smallest):
        """What plays so many cases, as hypothesis draws them, until one fails in a way that nobody has seen."""

        @seed(seeded)
        @settings(PROFILE, max_examples=examples)
        @given(case=cases(self.endpoint, self.world))
        def one(case):
            if not smallest:  # what is tried to make a case smaller does not count
                self.report.played[self.endpoint.name] += 1
            error = self.timed(case)
            if error and (not smallest or error.origin in smallest):
                smallest[error.origin] = error
                raise Found

        return one

    def timed(self, case):
        """Plays it; returns an error that nobody has seen yet."""
        report, started = self.report, time.monotonic()
        error, took = play(case, self.clients), time.monotonic() - started
        if took > max(SLOW, report.slow.get(case.endpoint, (0,))[0]):
            report.slow[case.endpoint] = took, case
        if error is None or error.origin in report.errors:
            return None
        return error


def described(error, asked):
    """The error for a person: what was sent, and where it went wrong. `asked` is what finds it again."""
    kind, *places = error.origin
    return "\n  ".join([f"{error.case.endpoint}: {kind} ({asked})", str(error.case), *dict.fromkeys(places)])


def complain(line):
    print(line, file=sys.stderr, flush=True)
