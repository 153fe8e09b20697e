"""`python -m tests.faults.sabotage [NAME …]`: whether the harness notices a server that breaks one promise.

Prints `sabotage NAME red` for each that the fault noticed, `sabotage NAME GREEN` and exits 1 for one it did not. It has
noticed only if it says what is broken: a server that fails altogether proves nothing.
"""

import argparse
import signal
import sys
from dataclasses import dataclass

from django.conf import settings

from tests.faults.__main__ import LEVELS, play
from tests.faults.world import Place, World


@dataclass(frozen=True)
class Sabotage:
    """The fault that should notice what `tests.faults.app` does under this name, within so many runs, in these words."""

    fault: str
    runs: int
    words: str
    prepare: tuple = ()  # statements to the database before the server starts
    changes: tuple = ()  # to the client's scripts; then it is a browser that meets the fault


SABOTAGES = {
    "ack-before-commit": Sabotage("network", 3, "was acknowledged and is not stored"),
    "no-uniqueness": Sabotage(
        "network",
        3,
        " times",
        ("ALTER TABLE interviews_operation DROP CONSTRAINT one_operation_per_id CASCADE",),
    ),
    "late-write": Sabotage(
        "tab-close",
        3,
        "had been typed",
        changes=(
            (
                "js/saving/scorecard.js",
                "  await ready;\n  for (let kept",
                "  await new Promise((go) => (clearTimeout(globalThis.late), (globalThis.late = setTimeout(go, 350))));\n"
                "  await ready;\n  for (let kept",
            ),
        ),
    ),
    "no-parent-check": Sabotage("two-devices", 3, "lost, and is listed nowhere"),
    # A record that the kernel has outlives PostgreSQL, so the log's writer sleeps as long as it can: what nobody waited
    # for is then still in the memory that dies with the server. fsync stays as it is.
    "no-sync": Sabotage(
        "database-kill",
        5,
        "was acknowledged and is not stored",
        (
            "ALTER SYSTEM SET wal_writer_delay = '10s'",
            "ALTER SYSTEM SET wal_writer_flush_after = '1GB'",
            "SELECT pg_reload_conf()",
        ),
    ),
}


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.faults.sabotage")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(SABOTAGES)}; all without a name")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    unnoticed = []
    with Place() as place:
        for name in options.names or SABOTAGES:
            noticed = attempt(place, name, options.seed)
            print(f"sabotage {name} {'red' if noticed else 'GREEN'}", flush=True)
            if not noticed:
                unnoticed.append(name)
    sys.exit(f"Not noticed: {', '.join(unnoticed)}" if unnoticed else 0)


def attempt(place, name, seed):
    """Whether the fault noticed."""
    sabotage = SABOTAGES[name]
    of_client = sabotage.changes
    for file, old, _new in of_client:
        if old not in (settings.BASE_DIR / "static" / file).read_text(encoding="utf-8"):
            sys.exit(f"{name} changes what {file} no longer says. Adapt it.")
    level = LEVELS["browser"](sabotage.changes) if of_client else LEVELS["protocol"]()
    with level as level, World(place, sabotage="" if of_client else name, prepare=sabotage.prepare) as world:
        tally = play(world, level, sabotage.fault, runs=sabotage.runs, seed=seed, brief=True, until=sabotage.words)
    noticed = next((sentence for sentence in tally.wrong if sabotage.words in sentence), None)
    if noticed:
        print(f"{name}: {noticed}.", file=sys.stderr)
    return noticed is not None


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped.")
