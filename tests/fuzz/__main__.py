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

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.test.utils import (  # noqa: E402
    setup_databases,
    setup_test_environment,
    teardown_databases,
    teardown_test_environment,
)

from config import devpostgres  # noqa: E402
from tests.fuzz.running import complain, fuzz  # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other cases")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # refusals are asked for here, and errors are said once
    if devpostgres.wanted():
        devpostgres.ensure_running(settings.BASE_DIR)
    setup_test_environment(debug=False)
    old = setup_databases(verbosity=0, interactive=False)
    try:
        report = fuzz(wanted=options.cases, seeded=options.seed, say=complain)
    finally:
        connections["default"].close_pool()
        teardown_databases(old, verbosity=0)
        teardown_test_environment()
    for name, (seconds, case) in report.slow.items():
        complain(f"slow: {name} took {seconds:.1f} s: {case}")
    print(report)
    sys.exit(bool(report.errors))


if __name__ == "__main__":
    main()
