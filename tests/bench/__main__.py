"""`python -m tests.bench [NAME …]`: prints `name ratio goal queries` a line and exits 1 on a miss.

Makes the database evenhand_bench on the server that the settings name, and drops it in the end.
"""

import argparse
import contextlib
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config import devpostgres
from config.database_roles import as_owner


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", help="which to run; all without a name")
    parser.add_argument("-v", "--verbose", action="store_true", help="p95 of both in milliseconds too")
    options = parser.parse_args()
    django.setup()
    from tests.bench import browsing, events, rooms, saves
    from tests.bench.server import serving

    benchmarks = {
        "save1": saves,
        "save8": saves,
        "room": rooms,
        "events": events,
        "weight": browsing,
        "keys": browsing,
    }
    missed = []
    with database(), serving() as port:
        for name in options.names or benchmarks:
            outcome = benchmarks[name].measure(name, port)
            print(outcome, flush=True)
            if options.verbose:
                print(f"  {outcome.subject * 1000:.2f} ms against {outcome.baseline * 1000:.2f} ms", file=sys.stderr)
            if outcome.missed:
                missed.append(name)
    sys.exit(f"Missed: {', '.join(missed)}" if missed else 0)


@contextlib.contextmanager
def database():
    """A fresh, migrated database while the block runs."""
    if devpostgres.wanted():
        devpostgres.ensure_running(settings.BASE_DIR)
    from tests.bench.urls import TABLES

    recreate()
    try:
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute(TABLES)  # before migrating, which lets the server use them
        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        connection.close()
        connection.close_pool()
        drop()


def recreate():
    drop()
    with maintenance() as server:
        server.execute(f'CREATE DATABASE "{connection.settings_dict["NAME"]}"')


def drop():
    with maintenance() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{connection.settings_dict["NAME"]}" WITH (FORCE)')


def maintenance():
    where = settings.DATABASE_OWNER or connection.settings_dict
    return psycopg.connect(
        host=where["HOST"] or None,
        port=where["PORT"] or None,
        user=where["USER"] or None,
        password=where["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
    )


if __name__ == "__main__":
    main()
