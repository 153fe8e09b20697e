"""`python -m tests.faults [--level L] [--fault NAME] [--runs N] [--seed S] [--table PATH]`: what saving promises.

Prints `fault runs typed acknowledged lost` a line and exits 1 if anything was lost or any check failed. Levels are
`protocol`, a script that follows the client's rules, and `browser`, Chromium with the client itself, whose lines begin
with "browser:". Without --fault it runs the short form of all of them, in under four minutes.
"""

import argparse
import contextlib
import os
import signal
import sys
import traceback
from dataclasses import dataclass
from datetime import date

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs a loop, which Django takes for async code

from tests.faults.world import NoDisk, Place, World

BRIEF_RUNS = {"server-kill": 2, "database-kill": 3, "network": 6, "two-devices": 3}  # of a script; of a browser 1 each
RUNS = 10
SENTENCES = 5  # of one run; the rest is in its log


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    failed = []
    with Place() as place:
        print("fault runs typed acknowledged lost", flush=True)
        for name in [options.level] if options.level else LEVELS:
            with LEVELS[name]() as level:
                failed += play_level(place, level, options)
    sys.exit(f"Failed: {', '.join(failed)}" if failed else 0)


def arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--level", choices=LEVELS, help="only this one")
    parser.add_argument("--fault", help="only this one, in its full form")
    parser.add_argument("--runs", type=int, help=f"how often; {RUNS} with --fault")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other moments and other words")
    parser.add_argument("--table", help="a TSV to append date, level, seed and the line's five fields to")
    return parser.parse_args()


@dataclass
class Level:
    """How a fault is met: `run(world, name, seed=…, brief=…)` makes a run; `prefix` tells its lines apart."""

    name: str
    prefix: str
    faults: dict
    small_disk: set
    run: object


@contextlib.contextmanager
def protocol():
    from tests.faults.faults import FAULTS, SMALL_DISK
    from tests.faults.run import Run

    yield Level("protocol", "", FAULTS, SMALL_DISK, Run)


@contextlib.contextmanager
def browser(changes=()):
    """`changes` are made to the client's scripts on their way: `[(file, what stands there, what stands there then)]`."""
    from playwright.sync_api import sync_playwright

    from tests.conftest import NO_BROWSER, find_chromium
    from tests.faults.browser import BrowserRun
    from tests.faults.browser_faults import FAULTS
    from tests.faults.faults import SMALL_DISK

    path = find_chromium()
    if path is None and os.environ.get("EVENHAND_REQUIRE_BROWSER") == "1":
        sys.exit(NO_BROWSER)
    if path is None:
        print(f"Browser faults SKIPPED: {NO_BROWSER}.", file=sys.stderr)
        yield Level("browser", "browser:", {}, SMALL_DISK, None)
        return
    with sync_playwright() as playwright:

        def run(world, name, **options):
            return BrowserRun(world, name, playwright.chromium, path, changes, **options)

        yield Level("browser", "browser:", FAULTS, SMALL_DISK, run)


LEVELS = {"protocol": protocol, "browser": browser}


def play_level(place, level, options):
    """Plays the faults that are asked for and prints their lines; returns those that failed."""
    names = [options.fault] if options.fault in level.faults else [] if options.fault else list(level.faults)
    if options.level and options.fault and not names:
        sys.exit(f"There is no fault {options.fault!r} here. There are: {', '.join(level.faults)}.")
    failed = []
    # A world starts in seconds and every fault heals its own, so that one is enough for all that need no other.
    for small_disk in (False, True):
        suited = [name for name in names if (name in level.small_disk) == small_disk]
        failed += play_all(place, level, suited, options, small_disk=small_disk) if suited else []
    return failed


def play_all(place, level, names, options, *, small_disk):
    """Plays these faults in one world and prints their lines; returns the names of those that failed."""
    tallies = []
    try:
        with World(place, small_disk=small_disk) as world:
            for name in names:
                brief_runs = BRIEF_RUNS.get(name, 1) if level.name == "protocol" else 1
                runs = options.runs or (RUNS if options.fault else brief_runs)
                tallies.append(play(world, level, name, runs=runs, seed=options.seed, brief=not options.fault))
                report(tallies[-1], level, options)
    except NoDisk as problem:
        print(f"{problem} Skipped: {', '.join(names)}.", file=sys.stderr)
        for name in names:
            report(Tally(level.prefix + name), level, options)
    return [tally.name for tally in tallies if tally.wrong]


class Tally:
    """The line of a fault."""

    def __init__(self, name):
        self.name, self.runs = name, 0
        self.typed = self.acknowledged = self.lost = 0
        self.wrong = []

    def add(self, run):
        self.runs += 1
        self.typed += run.typed
        self.acknowledged += len(run.log.acknowledged)
        self.lost += len(run.lost)
        self.wrong += run.wrong

    def __str__(self):
        return f"{self.name} {self.runs or 'skipped'} {self.typed} {self.acknowledged} {self.lost}"


def play(world, level, name, *, runs, seed, brief, until=None):
    """Runs one fault so often and says on stderr what failed; returns the tally.

    With `until` it says nothing, and stops once a failure has these words.
    """
    tally = Tally(level.prefix + name)
    for number in range(1, runs + 1):
        run = level.run(world, f"{name} {number}", seed=seed, brief=brief)
        try:
            level.faults[name](run)
        except Exception:  # a page that does not do what the fault waits for has failed; the next run may tell more
            run.wrong.append(traceback.format_exc(limit=-3))
        finally:
            run.end()
        tally.add(run)
        if until is None:
            say(run, f"{tally.name}, seed {seed}, run {number}")
        elif any(until in sentence for sentence in run.wrong):
            break
    return tally


def say(run, what):
    for sentence in run.wrong[:SENTENCES]:
        print(f"{what}: {sentence}.", file=sys.stderr)
    if run.wrong:
        print(f"{what}: {len(run.wrong)} failures; what was typed and answered is in {run.log.keep()}", file=sys.stderr)


def report(tally, level, options):
    print(tally, flush=True)
    if options.table:
        with open(options.table, "a") as table:
            table.write(
                "\t".join([date.today().isoformat(), level.name, str(options.seed), *str(tally).split()]) + "\n"
            )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped.")
