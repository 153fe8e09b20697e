"""Two who act at once, in the one order that matters."""

import contextlib
import threading
import time

from django.db import connection, transaction


@contextlib.contextmanager
def before_it_commits(act):
    """What the block does is committed only when `act`, in a thread of its own, waits for it. Yields a list that then holds
    what `act` returned."""
    outcome = []

    def run():
        try:
            outcome.append(act())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        yield outcome
        thread.start()
        until_somebody_waits()
    thread.join()


def until_somebody_waits():
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone():
                return
            time.sleep(0.02)
    raise AssertionError("Nobody waited.")
