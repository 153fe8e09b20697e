"""`make access`: asks for every case of the matrix, says what differs, and counts. Exit 1 unless all is as it says."""

import logging
import os
import sys
import warnings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.test.utils import setup_test_environment  # noqa: E402

from tests.access import matrix  # noqa: E402
from tests.access.world import World, undone  # noqa: E402
from tests.database import made  # noqa: E402


def main():
    logging.disable(logging.WARNING)  # refusals are asked for here
    warnings.simplefilter("ignore")
    setup_test_environment()
    with made():
        return report(*matrix.uncovered(table := matrix.read()), table)


def report(missing, needless, table):
    """Prints what is wrong, then the counts; returns the exit status."""
    cases, wrong, known = 0, 0, 0
    with undone():
        world = World()
        for name, rows in table.items():
            if name in needless:
                continue
            asked, differences = matrix.check(world, name, rows)
            cases, wrong = cases + asked, wrong + len(differences)
            known += sum(row.wrong for row in rows)
            for difference in differences:
                print(f"{name}: {difference}")
    for name in missing:
        print(f"{name}: has no row")
    for name in needless:
        print(f"{name}: there is no such address")
    if known:
        print(f"{known} rows are marked “WRONG”: tests/access/matrix.txt says why.")
    uncovered = len(missing) + len(needless)
    print(f"urls={len(table) - len(needless)} cases={cases} wrong={wrong} uncovered={uncovered}")
    return 1 if wrong or uncovered else 0


if __name__ == "__main__":
    sys.exit(main())
