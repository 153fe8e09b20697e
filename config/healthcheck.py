"""The image's health check: `python -m config.healthcheck` exits 0 when the server in this container is healthy."""

import http.client
import os
import sys

PORT = 8000
SECONDS = 4


def main():
    """Exit 1 with what was wrong unless /healthz answers 200 in time."""
    try:
        status = ask(allowed_host(os.environ.get("ALLOWED_HOSTS", "")))
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"No answer: {error}")
    if status != http.client.OK:
        sys.exit(f"/healthz answered {status}")


def allowed_host(allowed_hosts):
    """A host name that Django accepts: it refuses `localhost` unless that is in ALLOWED_HOSTS."""
    first = allowed_hosts.split(",")[0].strip()
    return first.lstrip("*.") or "localhost"


def ask(host):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


if __name__ == "__main__":
    main()
