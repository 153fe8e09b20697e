"""A real server with a database of its own, both of which may be killed at any moment."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from config import devpostgres

SOURCE = Path(__file__).resolve().parents[2]
START_SECONDS = 60
MEMORY = Path("/dev/shm")
DISK_SIZE = "100m"  # a new, migrated database has 50


class NoDisk(Exception):
    """This machine does not allow mounting a small disk; the message is a sentence."""


class Place:
    """A temporary folder for the databases of one call, with a migrated one that every world starts from."""

    def __init__(self):
        # Data in memory outlives a killed server as it does on a disk; containers give it only 64 MB.
        roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2**30
        self.folder = Path(tempfile.mkdtemp(prefix="eh-faults-", dir=MEMORY if roomy else None))
        self.project = self.folder / "world"
        self.template = self.folder / "template"
        self.project.mkdir()

    def __enter__(self):
        """Points Django at the database that each world will have, and makes the one they start from."""
        host = devpostgres.settings_for(self.project)["HOST"]
        database = f"{quote(host, safe='')}:5432/{devpostgres.NAME}"
        os.environ["DATABASE_URL"] = f"postgres://{devpostgres.SERVING}@{database}"
        os.environ["DATABASE_OWNER_URL"] = f"postgres://{devpostgres.OWNER}@{database}"
        try:
            self.make_template()
        except BaseException:
            self.remove()
            raise
        return self

    def make_template(self):
        import django
        from django.conf import settings

        # Connections of the harness end with what it asks: a pool would hold on to servers that are killed.
        del settings.DATABASES["default"]["OPTIONS"]["pool"]
        django.setup()
        from django.core.management import call_command
        from django.db import connection

        with database(self.project):
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
            connection.close()
        (self.project / "var").rename(self.template)

    def remove(self):
        shutil.rmtree(self.folder)

    def __exit__(self, *_):
        self.remove()


@contextlib.contextmanager
def database(project):
    """A PostgreSQL server for the folder while the block runs, whatever happens to it meanwhile."""
    try:
        devpostgres.ensure_running(project)
        yield
    finally:
        devpostgres.release(project)
        kill_database(project)


class World:
    """The server and its database. Use as a context: both run inside, and nothing of them is left afterwards."""

    def __init__(self, place, *, small_disk=False, sabotage="", prepare=()):
        self.place, self.project = place, place.project
        self.small_disk, self.sabotage, self.prepare = small_disk, sabotage, prepare
        self.stack = contextlib.ExitStack()
        self.server = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            if self.small_disk:
                stack.enter_context(mounted(self.project))
            stack.callback(shutil.rmtree, self.project / "var", ignore_errors=True)
            shutil.copytree(self.place.template, self.project / "var")
            stack.enter_context(database(self.project))
            for statement in self.prepare:
                self.ask(statement)
            self.server = Server(self.place.folder / "server.log", self.sabotage)
            stack.callback(self.server.kill)
            self.server.start()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def connect(self):
        """A connection of the harness' own, whatever the role's limits say."""
        return connect(self.project)

    def ask(self, statement, *parameters):
        with contextlib.closing(self.connect()) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else None

    def cut_connections(self, connection=None):
        """Ends the server's connections to the database, so that it must make new ones."""
        if connection is None:
            self.ask(CUT)
        else:
            connection.execute(CUT)

    def kill_database(self):
        kill_database(self.project)

    def start_database(self):
        devpostgres.ensure_running(self.project)


CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND application_name <> 'tests.faults'
"""


def connect(project):
    address = devpostgres.settings_for(project)
    return psycopg.connect(
        host=address["HOST"],
        port=address["PORT"],
        user=devpostgres.OWNER,
        dbname=address["NAME"],
        autocommit=True,
        application_name="tests.faults",
        options="-c statement_timeout=0",
    )


@contextlib.contextmanager
def mounted(folder):
    """A small disk in memory at the folder. Raises `NoDisk` where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE},mode=755", "evenhand-faults", folder]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as problem:
        raise NoDisk(f"A small disk cannot be mounted here: {problem}") from None
    if done.returncode:
        raise NoDisk(f"A small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


class Server:
    """uvicorn with two workers on a port that stays the same from one start to the next."""

    def __init__(self, log, sabotage=""):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.log = log
        self.changes = {"FAULTS_SABOTAGE": sabotage} if sabotage else {}
        self.process = None

    def start(self):
        """Returns once it answers. Exits with its last words if it does not."""
        app = "tests.faults.app" if self.changes else "config.asgi"
        command = [sys.executable, "-m", "uvicorn", f"{app}:application", "--port", str(self.port), "--workers", "2"]
        command += ["--lifespan", "off", "--log-level", "critical", "--timeout-graceful-shutdown", "3"]
        with self.log.open("wb") as log:
            # A session of its own: Ctrl-C is for the harness, which then ends this.
            self.process = subprocess.Popen(
                command, env=os.environ | self.changes, cwd=SOURCE, stderr=log, stdout=log, start_new_session=True
            )
        give_up = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > give_up or self.process.poll() is not None:
                raise SystemExit(f"The server did not start:\n{self.words()[-2000:]}")
            time.sleep(0.1)

    def words(self):
        """What it has logged since its start."""
        return self.log.read_text(errors="replace")

    def answers(self):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as asked:
            try:
                asked.request("GET", "/healthz")
                return asked.getresponse().status == http.client.OK
            except (OSError, http.client.HTTPException):
                return False

    def deploy(self, protocol):
        """Lets requests finish, and starts again as a server of this protocol; None: of the one that it has."""
        workers = children(self.process.pid)
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        kill(workers)
        self.kill()
        self.changes = {"FAULTS_PROTOCOL": str(protocol)} if protocol else {}
        self.start()

    def kill(self):
        """SIGKILL to the master and its workers. Does nothing if it does not run."""
        if self.process is not None and self.process.poll() is None:
            kill_tree(self.process.pid)
            self.process.wait()


def kill_database(project):
    """SIGKILL to the postmaster and its children. Does nothing if there is none at work."""
    for pid_file in project.glob("var/*/postmaster.pid"):
        pid = int(pid_file.read_text().split()[0])
        if is_postgres(pid, pid_file.parent):
            kill_tree(pid)


def is_postgres(pid, data):
    """Whether this process is the database's: its number may have gone to another since."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
    except OSError:
        return False


def kill_tree(pid):
    """SIGKILL to a process and its children, none of whom gets to do anything about the others' deaths."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)  # from here on it has no more children than we find
    pids = [pid, *children(pid)]
    kill(pids)
    give_up = time.monotonic() + 5
    while any(map(is_alive, pids[1:])) and time.monotonic() < give_up:
        time.sleep(0.01)


def kill(pids):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def children(pid):
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and parent(entry) == pid]


def parent(process):
    return int((fields(process) or ["Z", "0"])[1])


def is_alive(pid):
    return (fields(Path(f"/proc/{pid}")) or ["Z"])[0] not in "ZX"


def fields(process):
    """State, parent and so on of /proc/PID/stat; None if there is no such process."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
