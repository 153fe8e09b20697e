"""`migrate` with two logins on a server of its own, as an operator would set it up."""

import os
import subprocess
import sys
from urllib.parse import quote

import psycopg
import pytest
from psycopg import errors

from config import devpostgres
from tests.servers.test_devpostgres import SOURCE, bare_project, made_once, project  # noqa: F401  fixtures

PASSWORD = "of the serving role"


@pytest.fixture
def server(project):  # noqa: F811
    devpostgres.ensure_running(project)
    return project


def url(project, user, password=""):  # noqa: F811
    host = quote(devpostgres.settings_for(project)["HOST"], safe="")
    return f"postgres://{user}:{quote(password)}@{host}:{devpostgres.PORT}/{devpostgres.NAME}"


def log_in(project, user):  # noqa: F811
    return psycopg.connect(
        host=devpostgres.settings_for(project)["HOST"], port=devpostgres.PORT, user=user, dbname=devpostgres.NAME
    )


def manage(*command, **variables):
    """manage.py in production, which needs no server of its own."""
    production = {"EVENHAND_ENV": "production", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "evenhand.example.org"}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("DATABASE")}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        env=inherited | production | variables,
        cwd=SOURCE,
        capture_output=True,
        text=True,
    )


def test_migrate_makes_the_serving_role_which_reads_and_writes_and_owns_nothing(server):
    apart = {
        "DATABASE_URL": url(server, "evenhand_web", PASSWORD),
        "DATABASE_OWNER_URL": url(server, devpostgres.OWNER),
    }

    first, again = manage("migrate", "-v0", **apart), manage("migrate", "-v0", **apart)
    invited = manage("invite", "a@example.org", "--role", "administrator", **{"DATABASE_URL": apart["DATABASE_URL"]})

    assert (first.returncode, first.stderr) == (0, "")
    assert (again.returncode, again.stderr) == (0, "")
    assert invited.returncode == 0, invited.stderr
    with log_in(server, "evenhand_web") as connection:
        assert connection.execute("SELECT count(*) FROM accounts_invitation").fetchone() == (1,)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")
    with log_in(server, devpostgres.OWNER) as connection:
        (stored,) = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'evenhand_web'").fetchone()
    assert stored.startswith("SCRAM-SHA-256$")


def test_migrate_in_production_without_an_owner_says_what_to_set(server):
    refused = manage("migrate", DATABASE_URL=url(server, devpostgres.OWNER))

    assert refused.returncode == 1
    assert "DATABASE_OWNER_URL is not set" in refused.stderr


def test_migrate_says_when_one_role_does_everything(server):
    same = url(server, devpostgres.OWNER)

    done = manage("migrate", "-v0", DATABASE_URL=same, DATABASE_OWNER_URL=same)

    assert done.returncode == 0
    assert done.stderr.startswith("The role evenhand serves and may do whatever the owner may")


def test_owner_who_may_not_make_roles_is_told_what_to_have_done(server):
    with log_in(server, devpostgres.OWNER) as connection:
        connection.execute("CREATE ROLE modest LOGIN")
        connection.execute(f"ALTER DATABASE {devpostgres.NAME} OWNER TO modest")
    apart = {"DATABASE_URL": url(server, "evenhand_web", PASSWORD), "DATABASE_OWNER_URL": url(server, "modest")}

    refused = manage("migrate", "-v0", **apart)

    assert refused.returncode == 1
    assert "CREATE ROLE evenhand_web LOGIN PASSWORD '…'" in refused.stderr
    assert PASSWORD not in refused.stderr
    assert "Traceback" not in refused.stderr
    with log_in(server, devpostgres.OWNER) as connection:
        connection.execute("CREATE ROLE evenhand_web LOGIN")
    assert manage("migrate", "-v0", **apart).returncode == 0
