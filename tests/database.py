"""The database of tests: made by its owner, and then used with the rights of the role that serves, as in production."""

import contextlib
import io

from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from config import devpostgres


@contextlib.contextmanager
def made():
    """A migrated database of its own while the block runs, for who is not called by pytest; dropped afterwards."""
    if devpostgres.wanted():
        devpostgres.ensure_running(settings.BASE_DIR)
    with contextlib.redirect_stdout(io.StringIO()):  # createcachetable has something to say whatever one asks
        old = setup_databases(verbosity=0, interactive=False)
    try:
        with served():
            yield
    finally:
        end_other_sessions()
        connection.close_pool()
        teardown_databases(old, verbosity=0)


def end_other_sessions():
    """Threads of a server keep connections of their own, and a database in use cannot be dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextlib.contextmanager
def served():
    """Every connection made meanwhile has the serving role's rights. The database must be made before, dropped after.

    Whoever tests log in as stays the owner, so that `owning` can lend its rights inside a transaction. Emptying tables
    between tests is its work too.
    """
    if settings.DATABASE_OWNER is None:
        yield
        return
    options = connection.settings_dict["OPTIONS"]
    # Of the class, since every thread has a connection of its own, and so has a thread in which Playwright's loop runs.
    operations = type(connection.ops)
    empty = operations.execute_sql_flush

    def empty_as_owner(self, statements):
        with owning():
            empty(self, statements)

    operations.execute_sql_flush = empty_as_owner
    reconnect_with(options | {"options": f"-c role={settings.DATABASE_SERVING['USER']}"})
    try:
        yield
    finally:
        reconnect_with(options)
        operations.execute_sql_flush = empty


def reconnect_with(options):
    connection.close()
    connection.close_pool()
    connection.settings_dict["OPTIONS"] = options


@contextlib.contextmanager
def owning():
    """The rights of the database's owner, for what only it may do."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        yield
        cursor.execute("RESET ROLE")
