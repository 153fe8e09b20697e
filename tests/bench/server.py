"""The real server in a process of its own, and clients that keep their connection and their sign-in."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.middleware.csrf import _get_new_csrf_string

from tests.factories import make_session

START_SECONDS = 30


@contextlib.contextmanager
def serving():
    """The port of a uvicorn that serves the benchmark's settings while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)]
    command += ["--lifespan", "off", "--log-level", "warning", "--timeout-graceful-shutdown", "3"]
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
    server = subprocess.Popen(command, env=environ, cwd=Path(__file__).parents[2])
    try:
        wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def wait_for(port, server):
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and server.poll() is None:
        with contextlib.suppress(OSError), contextlib.closing(socket.create_connection(("127.0.0.1", port), 1)):
            return
        time.sleep(0.1)
    sys.exit("The server did not start.")


class Client:
    """A signed-in user on one kept connection."""

    def __init__(self, port, user):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        token = _get_new_csrf_string()
        cookies = {settings.SESSION_COOKIE_NAME: make_session(user), settings.CSRF_COOKIE_NAME: token}
        self.headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": token,
            "Content-Type": "application/json",
        }

    def ask(self, method, path, body=None):
        """Seconds from sending to the last byte, and the body. Exits unless the status is 200."""
        begun = time.perf_counter()
        self.connection.request(method, path, body, self.headers)
        response = self.connection.getresponse()
        answer = response.read()
        seconds = time.perf_counter() - begun
        if response.status != 200:
            sys.exit(f"{method} {path} answered {response.status}: {answer[:300]!r}")
        return seconds, answer
