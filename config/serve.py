"""`make run`: everything development needs, in one process that takes it down again.

Starts the embedded PostgreSQL, prepares the database, serves with uvicorn and says where and as whom to sign in.
Because uvicorn runs in this very process, a kill -9 leaves no server behind that holds the port.
"""

import argparse
import contextlib
import errno
import http.client
import os
import re
import signal
import socket
import sys
import threading
import time
import warnings
from pathlib import Path

from config import devpostgres

BASE_DIR = Path(__file__).resolve().parent.parent
SOURCES = [str(BASE_DIR / name) for name in ("accounts", "config", "interviews", "questionbank", "templates")]
HEALTHY_SECONDS = 60
# Static files are read synchronously under uvicorn: Django says so of each, and there is nothing to do about it.
STREAMED = (
    "StreamingHttpResponse must consume synchronous iterators in order to serve them asynchronously. "
    "Use an asynchronous iterator instead."
)


def main():
    """Serve until Ctrl-C, SIGTERM or a closed terminal. Exits 1 with a sentence when it cannot."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("EVENHAND_ENV", "development")
    if os.environ["EVENHAND_ENV"] != "development":
        sys.exit("`make run` loads demo data, so it runs in development only. Unset EVENHAND_ENV, or see README.md.")
    os.environ.setdefault("EVENHAND_URL", f"http://localhost:{options.port}")
    say_nothing_of_streaming()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    try:
        sockets = listen(options.port)
        with embedded_postgres():
            prepare_database()
            threading.Thread(target=announce, args=[options.port], daemon=True).start()
            serve(sockets, reload=options.reload)
    except devpostgres.Unavailable as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        pass


def arguments():
    parser = argparse.ArgumentParser(prog="python -m config.serve", description="Run Evenhand for development.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--reload", action="store_true", help="start again when a source file changes")
    return parser.parse_args()


def say_nothing_of_streaming():
    """In this process, and in those that reloading starts. All other warnings are shown."""
    warnings.filterwarnings("ignore", re.escape(STREAMED))
    told = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join([*([told] if told else []), f"ignore:{STREAMED}"])


def listen(port):
    """Sockets on every address that `localhost` means here. Exits 1 with a sentence if the port cannot be had.

    Listening starts before the database is ready: a browser that is early waits instead of failing.
    """
    sockets = []
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            sockets.append(socket.create_server((address, port), family=family))
        except OverflowError:
            sys.exit(f"{port} is no port. Choose one from 1024 to 65535, for example: make run PORT=8001")
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                sys.exit(
                    f"Port {port} is in use, perhaps by another `make run`. Stop that program, or choose another port: "
                    f"make run PORT={port + 1}"
                )
            if error.errno == errno.EACCES:
                sys.exit(f"Only root may use port {port}. Choose one above 1023, for example: make run PORT=8000")
            if family == socket.AF_INET:
                raise
            # No IPv6 here: then localhost does not mean it either.
    return sockets


@contextlib.contextmanager
def embedded_postgres():
    """The embedded server while the block runs, unless DATABASE_URL names another."""
    if not devpostgres.wanted():
        yield
        return
    say("Starting PostgreSQL …")
    devpostgres.ensure_running(BASE_DIR)
    try:
        yield
    finally:
        stopped = devpostgres.release(BASE_DIR)
        say("Stopped." if stopped else "Stopped. PostgreSQL keeps running: another program uses it.")


def prepare_database():
    """Migrate, and load the starter set and the demo data; each leaves alone what is already there.

    Exits 1 with the command's own sentence when one of them refuses.
    """
    import django
    from django.core.management import CommandError, call_command
    from django.db import connection

    django.setup()
    say("Preparing the database …")
    try:
        call_command("migrate", verbosity=0, interactive=False)
        for command in ("load_library", "load_demo"):
            call_command(command)
    except CommandError as problem:
        sys.exit(str(problem))
    connection.close()


def serve(sockets, *, reload):
    """Run uvicorn on the sockets until a signal; then requests have 3 seconds to finish."""
    import uvicorn
    from uvicorn.supervisors import ChangeReload

    config = uvicorn.Config(
        "config.asgi:application",
        lifespan="off",
        log_level="warning",
        timeout_graceful_shutdown=3,
        reload=reload,
        reload_dirs=SOURCES if reload else None,
        reload_includes=["*.py", "*.html"] if reload else None,
    )
    server = uvicorn.Server(config)
    if reload:
        ChangeReload(config, target=server.run, sockets=sockets).run()
    else:
        server.run(sockets)


def announce(port):
    """Wait until the application answers, and say where it is and who can sign in."""
    give_up = time.monotonic() + HEALTHY_SECONDS
    while not healthy(port):
        if time.monotonic() > give_up:
            say(f"Evenhand has not answered for {HEALTHY_SECONDS} seconds. What it printed above may say why.")
            return
        time.sleep(0.1)
    say(f"\nEvenhand is running at http://localhost:{port}\n")
    for role, email, password in sign_ins():
        say(f"  {role:<16}  {email:<32}  {password}")
    say("\nPress Ctrl-C to stop.")


def healthy(port):
    request = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        request.request("GET", "/healthz", headers={"Host": "localhost"})
        return request.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        request.close()


def sign_ins():
    """The demo's (role, email, password) triples; none while there is no demo."""
    try:
        from accounts.demo import SIGN_INS
    except ModuleNotFoundError:
        return []
    return [tuple(map(str, person)) for person in SIGN_INS]


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    main()
