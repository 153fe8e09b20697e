"""`python -m tests.fuzz [--cases N] [--seed S]`: no request makes the server fail.

Sends hostile requests to every endpoint but Django's admin, says on stderr which of them ended in a server error, and
ends with `fuzz endpoints=N cases=N server_errors=N`, and with 1 if there was any. The same seed gives the same cases.
"""

import argparse
import logging
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.test.utils import setup_test_environment  # noqa: E402

from tests.database import made  # noqa: E402
from tests.fuzz.running import complain, fuzz  # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other cases")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # refusals are asked for here, and errors are said once
    setup_test_environment(debug=False)
    with made():
        report = fuzz(wanted=options.cases, seeded=options.seed, say=complain)
    for name, (seconds, case) in report.slow.items():
        complain(f"slow: {name} took {seconds:.1f} s: {case}")
    print(report)
    sys.exit(bool(report.errors))


if __name__ == "__main__":
    main()
