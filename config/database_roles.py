"""Two database roles: one owns the tables and migrates, one serves.

The serving role, of DATABASE_URL, reads and writes rows. It defines nothing, empties no table, switches no trigger off,
and in tables that are only ever added to it changes no more than their models say: `append_only = True`, and
`changing` for columns that may change all the same. Where a model says `written_by_owner = True`, the owner's trigger
functions write, and the serving role reads. The owner, of DATABASE_OWNER_URL, is for `migrate` alone.
"""

import contextlib

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.db.migrations.recorder import MigrationRecorder
from django.db.transaction import atomic
from psycopg import errors, sql

LOGIN = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


@contextlib.contextmanager
def as_owner(connection):
    """The connection is the owner's while the block runs. Where one role does everything it stays as it is.

    Connects anew before and after, so it must not be used inside a transaction.
    """
    if settings.DATABASE_OWNER is None:
        yield
        return
    before = {key: connection.settings_dict[key] for key in LOGIN}
    _log_in(connection, {key: settings.DATABASE_OWNER[key] for key in LOGIN})
    try:
        yield
    finally:
        _log_in(connection, before)


def _log_in(connection, login):
    connection.close()
    connection.close_pool()
    connection.settings_dict.update(login)


def let_serve(connection):
    """Makes the serving role if there is none, and gives it what serving needs and no more. For the owner, once migrated.

    All grants are one transaction, so that a server that runs meanwhile is refused nothing. Returns whether the roles
    are apart: not if the serving one may do whatever the owner may. Raises `ImproperlyConfigured` saying what to do
    where the owner may not make roles.
    """
    with connection.cursor() as cursor:
        _make_role(cursor, **settings.DATABASE_SERVING)
        with atomic(using=connection.alias):
            _grant(cursor, sql.Identifier(settings.DATABASE_SERVING["USER"]))
        cursor.execute(
            "SELECT NOT (rolsuper OR pg_has_role(oid, current_user, 'MEMBER')) FROM pg_roles WHERE rolname = %s",
            [settings.DATABASE_SERVING["USER"]],
        )
        return cursor.fetchone()[0]


def _make_role(cursor, *, USER, PASSWORD):
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [USER])
    if cursor.fetchone():
        return
    # What reaches the server, and perhaps its log, is a verifier and not the password.
    verifier = (
        cursor.connection.pgconn.encrypt_password(PASSWORD.encode(), USER.encode()).decode() if PASSWORD else None
    )
    make = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(USER), sql.Literal(verifier))
    try:
        cursor.execute(make)
    except DatabaseError as error:
        if isinstance(error.__cause__, errors.DuplicateObject | errors.UniqueViolation):
            return  # migrating another database of this server at the same moment made it
        if isinstance(error.__cause__, errors.InsufficientPrivilege):
            raise ImproperlyConfigured(
                f"DATABASE_URL names the role {USER}, which does not exist, and DATABASE_OWNER_URL's may not make it. "
                f"Have somebody who may make it, and migrate again: CREATE ROLE {USER} LOGIN PASSWORD '…'"
            ) from error
        raise


def _grant(cursor, role):
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}",
        "GRANT USAGE ON SCHEMA public TO {}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
    ):
        cursor.execute(sql.SQL(statement).format(role))
    migrations = sql.Identifier(MigrationRecorder.Migration._meta.db_table)
    cursor.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(migrations, role))
    # Migrated back to an earlier state, a database lacks some of the tables.
    tables = set(cursor.db.introspection.table_names(cursor))
    for model in [model for model in append_only() if model._meta.db_table in tables]:
        table = sql.Identifier(model._meta.db_table)
        cursor.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(table, role))
        if columns := changing_columns(model):
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            cursor.execute(sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(names, table, role))
    for model in [model for model in written_by_owner() if model._meta.db_table in tables]:
        table = sql.Identifier(model._meta.db_table)
        cursor.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(table, role))


def append_only():
    """The models whose rows are only ever added."""
    return [model for model in apps.get_models() if getattr(model, "append_only", False)]


def written_by_owner():
    """The models whose rows only functions with the owner's rights write; serving reads them."""
    return [model for model in apps.get_models() if getattr(model, "written_by_owner", False)]


def changing_columns(model):
    """The columns of an append-only model that may change all the same; triggers say when."""
    return [model._meta.get_field(name).column for name in getattr(model, "changing", ())]
