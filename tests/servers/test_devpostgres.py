"""The embedded server, each time a real one in a folder of its own; the project's var/ is not touched."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from config import devpostgres

SOURCE = Path(devpostgres.__file__).parent.parent
# Starts or joins the server of the folder in argv, says so, and uses it until its input ends.
USER = """
import sys
from config import devpostgres
devpostgres.ensure_running(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
"""
MEMORY = Path("/dev/shm")
# Data in memory outlives a killed server as it does on a disk, and is copied sooner; containers give it only 64 MB.
PLACE = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2**30 else None
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


@pytest.fixture
def bare_project():
    """An empty project folder with a short path, whose server is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="eh-", dir=PLACE))
    yield folder
    devpostgres.release(folder)
    for pid_file in folder.glob("var/*/postmaster.pid"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(postmaster(pid_file), signal.SIGQUIT)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made_once():
    """A project whose server has run once: copying its data is quicker than initdb."""
    with tempfile.TemporaryDirectory(prefix="eh-", dir=PLACE) as folder:
        devpostgres.ensure_running(folder)
        devpostgres.release(folder)
        yield Path(folder)


@pytest.fixture
def project(bare_project, made_once):
    """A project whose server has run before."""
    shutil.copytree(made_once / "var", bare_project / "var")
    return bare_project


@pytest.fixture
def other_process(project):
    """Starts another process that uses the project's server, and returns once it does."""
    processes = []

    def start():
        process = begin(project)
        processes.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in processes:
        finish(process)


def begin(project):
    return subprocess.Popen(
        [sys.executable, "-c", USER, project], cwd=SOURCE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def finish(process):
    process.communicate(timeout=60)
    return process.returncode


def connect(project):
    address = devpostgres.settings_for(project)
    return psycopg.connect(
        host=address["HOST"], port=address["PORT"], user=devpostgres.OWNER, dbname=address["NAME"], autocommit=True
    )


def ask(project, sql):
    with connect(project) as connection:
        return connection.execute(sql).fetchone()


def runs(project):
    try:
        return ask(project, "SELECT true") == (True,)
    except psycopg.OperationalError:
        return False


def postmaster(pid_file):
    return int(pid_file.read_text().split()[0])


def data_of(project):
    (version,) = project.glob("var/pg*/PG_VERSION")
    return version.parent


def kill_server(project):
    os.kill(postmaster(data_of(project) / "postmaster.pid"), signal.SIGKILL)


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"EVENHAND_ENV": "development"}, True),
        ({"EVENHAND_ENV": "development", "DATABASE_URL": ""}, True),
        ({"EVENHAND_ENV": "development", "DATABASE_URL": "postgres://elsewhere/evenhand"}, False),
        ({"EVENHAND_ENV": "production"}, False),
        ({}, False),
    ],
)
def test_wanted_is_development_without_a_database(environ, wanted):
    assert devpostgres.wanted(environ) is wanted


def test_settings_for_changes_nothing(bare_project):
    address = devpostgres.settings_for(bare_project)

    assert list(bare_project.iterdir()) == []
    assert Path(address.pop("HOST")).parent == bare_project.resolve() / "var"
    assert address == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "evenhand",
        "USER": "evenhand_app",
        "PASSWORD": "",
        "OPTIONS": {},
        "PORT": "5432",
    }


def test_settings_for_a_long_path_is_short_and_the_same_in_every_shell(tmp_path):
    long_path = tmp_path / ("long" * 30)

    host = devpostgres.settings_for(long_path)["HOST"]

    assert len(f"{host}/.s.PGSQL.5432") < 100
    assert host == devpostgres.settings_for(long_path, os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)})["HOST"]
    assert host != devpostgres.settings_for(tmp_path / ("long" * 31))["HOST"]


def test_settings_for_a_folder_without_programs_says_so(bare_project):
    with pytest.raises(devpostgres.Unavailable, match="has no `postgres` in it"):
        devpostgres.settings_for(bare_project, {"EVENHAND_PG_BIN": str(bare_project)})


def test_settings_for_a_machine_without_postgres_says_what_to_do(bare_project, monkeypatch):
    monkeypatch.setattr(devpostgres, "find_spec", lambda name: None)
    monkeypatch.setattr(devpostgres, "SYSTEMS_BINARIES", bare_project / "nothing")

    with pytest.raises(devpostgres.Unavailable, match="Run `make install`"):
        devpostgres.settings_for(bare_project, {})


def test_ensure_running_makes_a_private_durable_utf8_database(bare_project):
    devpostgres.ensure_running(bare_project)

    assert ask(
        bare_project,
        """SELECT pg_encoding_to_char(encoding), datctype, current_setting('listen_addresses'),
                  current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')
           FROM pg_database WHERE datname = current_database()""",
    ) == ("UTF8", "C.UTF-8", "", "on", "on", "on")
    assert stat.S_IMODE(data_of(bare_project).stat().st_mode) == 0o700
    assert stat.S_IMODE(Path(devpostgres.settings_for(bare_project)["HOST"]).stat().st_mode) == 0o700


def test_ensure_running_works_with_a_long_path(project):
    long_project = project / ("long" * 30)
    long_project.mkdir()
    socket_dir = Path(devpostgres.settings_for(long_project)["HOST"])
    try:
        devpostgres.ensure_running(long_project)

        assert runs(long_project)
        assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
    finally:
        devpostgres.release(long_project)
        shutil.rmtree(socket_dir)


@as_root
def test_ensure_running_refuses_a_socket_folder_of_somebody_else(project):
    long_project = project / ("long" * 30)
    long_project.mkdir()
    socket_dir = Path(devpostgres.settings_for(long_project)["HOST"])
    socket_dir.mkdir()
    os.chown(socket_dir, 4321, 4321)
    try:
        with pytest.raises(devpostgres.Unavailable, match="belongs to somebody else"):
            devpostgres.ensure_running(long_project)
    finally:
        socket_dir.rmdir()


def test_ensure_running_ignores_variables_about_other_servers(project, monkeypatch):
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")

    devpostgres.ensure_running(project)

    assert runs(project)


def test_ensure_running_replaces_an_interrupted_initdb(project):
    devpostgres.ensure_running(project)
    data = data_of(project)
    devpostgres.release(project)
    data.rename(data.with_name(f"{data.name}.new"))
    data.mkdir()
    (data / "base").mkdir()

    devpostgres.ensure_running(project)

    assert runs(project)
    assert not data.with_name(f"{data.name}.new").exists()


def test_release_stops_the_server_and_keeps_the_data(project):
    devpostgres.ensure_running(project)
    with connect(project) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")

    assert devpostgres.release(project) is True
    assert not runs(project)
    devpostgres.ensure_running(project)
    assert ask(project, "SELECT seven FROM kept") == (7,)


def test_release_without_use_does_nothing(bare_project):
    assert devpostgres.release(bare_project) is False


def test_release_leaves_the_server_to_another_process(project, other_process):
    devpostgres.ensure_running(project)
    other = other_process()

    assert devpostgres.release(project) is False
    assert runs(project)
    assert finish(other) == 0
    assert not runs(project)


def test_release_does_not_wait_for_a_killed_process(project, other_process):
    devpostgres.ensure_running(project)
    other = other_process()
    other.kill()
    other.wait()

    assert devpostgres.release(project) is True


def test_last_process_stops_the_server_when_it_ends(project, other_process):
    first, second = other_process(), other_process()

    finish(first)
    assert runs(project)
    finish(second)
    assert not runs(project)


def test_forked_child_does_not_stop_its_parents_server(project):
    devpostgres.ensure_running(project)
    program = (
        "import os, sys\nfrom config import devpostgres\ndevpostgres.ensure_running(sys.argv[1])\n"
        "child = os.fork()\nif not child: sys.exit()\nos.waitpid(child, 0)\nos._exit(0)"
    )

    subprocess.run([sys.executable, "-c", program, project], cwd=SOURCE, check=True)

    assert runs(project)


def test_processes_that_start_together_share_one_server(bare_project):
    processes = [begin(bare_project) for _ in range(4)]

    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 4
    assert runs(bare_project)
    assert [finish(process) for process in processes] == [0] * 4
    assert not runs(bare_project)


def test_killed_server_starts_again_with_what_was_committed(project):
    devpostgres.ensure_running(project)
    with connect(project) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    kill_server(project)

    devpostgres.ensure_running(project)

    assert ask(project, "SELECT seven FROM kept") == (7,)


def test_killed_server_starts_again_when_its_last_orphan_is_gone(project):
    devpostgres.ensure_running(project)
    with connect(project) as orphan:
        os.kill(orphan.info.backend_pid, signal.SIGSTOP)
        kill_server(project)
        waking = subprocess.Popen(["sh", "-c", f"sleep 1; kill -CONT {orphan.info.backend_pid}"])

        devpostgres.ensure_running(project)

    assert waking.wait() == 0
    assert runs(project)


def test_pid_file_that_names_another_program_is_stale(project):
    devpostgres.ensure_running(project)
    devpostgres.release(project)
    (data_of(project) / "postmaster.pid").write_text(f"{os.getpid()}\n")

    devpostgres.ensure_running(project)

    assert runs(project)


def test_server_that_cannot_start_says_why(project, monkeypatch):
    devpostgres.ensure_running(project)
    devpostgres.release(project)
    (data_of(project) / "postgresql.conf").write_text("no_such_setting = 1\n")
    monkeypatch.setattr(devpostgres, "RETRY_SECONDS", 0)

    with pytest.raises(devpostgres.Unavailable, match="no_such_setting"):
        devpostgres.ensure_running(project)


@as_root
def test_root_without_user_namespaces_runs_the_server_as_nobody(bare_project, monkeypatch):
    home = Path(tempfile.mkdtemp(prefix="eh-home-", dir=PLACE))
    home.chmod(0o755)
    monkeypatch.setattr(devpostgres, "ROOTS_HOME", home)
    refusal = bare_project / "unshare"
    refusal.write_text("#!/bin/sh\nexit 1\n")
    refusal.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bare_project}:{os.environ['PATH']}")
    try:
        devpostgres.ensure_running(bare_project)
        (pid_file,) = home.glob("*/pg*/postmaster.pid")
        assert Path("/proc", str(postmaster(pid_file))).stat().st_uid == devpostgres.NOBODY
        assert runs(bare_project)

        os.kill(postmaster(pid_file), signal.SIGKILL)
        devpostgres.ensure_running(bare_project)

        assert runs(bare_project)
        assert devpostgres.release(bare_project) is True
    finally:
        devpostgres.release(bare_project)
        shutil.rmtree(home)
