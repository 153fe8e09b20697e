"""From times to the line that is printed."""

import threading
from dataclasses import dataclass

REQUESTS = 2000
WARM_UP = 50


@dataclass
class Measure:
    """A benchmark's outcome: the subject's p95 over the baseline's, in seconds both."""

    name: str
    goal: float
    subject: float
    baseline: float
    queries: int | None = None
    most_queries: int | None = None

    @property
    def ratio(self):
        return self.subject / self.baseline

    @property
    def missed(self):
        too_many = self.most_queries is not None and self.queries > self.most_queries
        return self.ratio > self.goal or too_many

    def __str__(self):
        queries = "-" if self.queries is None else self.queries
        return f"{self.name} {self.ratio:.2f} {self.goal} {queries}"


def p95(times):
    return sorted(times)[int(len(times) * 0.95)]


def alternate(*pairs):
    """p95 of subject and baseline. Each pair of callables `(subject, baseline)` is a client of its own that runs both in
    turn; together they run `REQUESTS` of each, after a warm-up that does not count."""
    subject_times, baseline_times = [], []
    share = REQUESTS // len(pairs)
    barrier = threading.Barrier(len(pairs))

    def run(subject, baseline):
        for _turn in range(WARM_UP):
            subject(), baseline()
        barrier.wait()
        times = [(subject(), baseline()) for _turn in range(share)]
        subject_times.extend(first for first, _second in times)
        baseline_times.extend(second for _first, second in times)

    threads = [threading.Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(subject_times) != share * len(pairs):
        raise SystemExit("A client failed; see above.")
    return p95(subject_times), p95(baseline_times)
