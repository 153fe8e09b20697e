"""manage.py, `make run` and the health check, as far as they can be tried apart from the project's own database."""

import http.server
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import manage
from config import healthcheck

ROOT = Path(manage.__file__).parent


@pytest.mark.parametrize("line", ["migrate", "shell -c 1", "createsuperuser", "test", "check --database default"])
def test_manage_starts_the_server_for_commands_that_may_use_it(line):
    assert manage.uses_database(["manage.py", *line.split()]) is True


@pytest.mark.parametrize(
    "line", ["", "help", "--help", "--version", "check --deploy", "makemessages -l de", "migrate -h"]
)
def test_manage_starts_no_server_for_commands_that_do_not_use_it(line):
    assert manage.uses_database(["manage.py", *line.split()]) is False


def serve(port, **environ):
    return subprocess.run(
        [sys.executable, "-m", "config.serve", "--port", str(port)],
        cwd=ROOT,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_run_on_a_port_in_use_says_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = serve(port)

    assert ended.returncode == 1
    assert f"Port {port} is in use" in ended.stderr
    assert f"make run PORT={port + 1}" in ended.stderr


def test_run_on_a_port_that_is_none_says_so():
    ended = serve(99999)

    assert (ended.returncode, ended.stderr) == (
        1,
        "99999 is no port. Choose one from 1024 to 65535, for example: make run PORT=8001\n",
    )


def test_run_refuses_production():
    ended = serve(8000, EVENHAND_ENV="production")

    assert ended.returncode == 1
    assert "in development only" in ended.stderr


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("interviews.example.org,other.example.org", "interviews.example.org"),
        (".example.org", "example.org"),
        ("*", "localhost"),
        ("", "localhost"),
    ],
)
def test_healthcheck_asks_for_a_host_that_is_allowed(allowed, host):
    assert healthcheck.allowed_host(allowed) == host


@pytest.fixture
def answering(monkeypatch):
    """A server on the health check's port that answers with the status in `answering.status` and notes the host."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked = (self.path, self.headers["Host"])
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        monkeypatch.setattr(healthcheck, "PORT", server.server_port)
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


def test_healthcheck_passes_on_200(answering, monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "interviews.example.org")
    answering.status = 200

    healthcheck.main()

    assert answering.asked == ("/healthz", "interviews.example.org")


def test_healthcheck_fails_on_any_other_answer(answering):
    answering.status = 400

    with pytest.raises(SystemExit, match="answered 400"):
        healthcheck.main()


def test_healthcheck_fails_without_an_answer(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        monkeypatch.setattr(healthcheck, "PORT", closed.getsockname()[1])

    with pytest.raises(SystemExit, match="No answer"):
        healthcheck.main()
