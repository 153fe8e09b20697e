"""The application with one thing changed, for the faults and sabotages that need it; the product has no such switch.

`FAULTS_PROTOCOL` is the protocol number that this server speaks, `FAULTS_SABOTAGE` what it does wrong.
"""

import os
import random

from django.db import transaction

from config.asgi import application  # noqa: F401, what uvicorn serves
from interviews import saving
from interviews.views import saving as views


def main():
    if protocol := int(os.environ.get("FAULTS_PROTOCOL", 0)):
        saving.PROTOCOL = protocol
        saving.PROTOCOLS = range(max(1, protocol - 1), protocol + 1)
    if sabotage := os.environ.get("FAULTS_SABOTAGE"):
        SABOTAGES[sabotage]()


def acknowledge_before_commit():
    """One batch in ten is answered, and then its transaction is undone."""
    save = views.save

    def forgetful(**batch):
        with transaction.atomic():
            results = save(**batch)
            transaction.set_rollback(random.random() < 0.1)
        return results

    views.save = forgetful


def know_nothing():
    """A repeated operation is taken for a new one. (The unique constraint is dropped by `tests.faults.sabotage`.)"""
    lock = saving.lock

    def forgetful(*arguments):
        draft = lock(*arguments)
        draft.known = {}
        return draft

    saving.lock = forgetful
    # Which of several it settles is all the same; without this it would stumble over them and store none.
    saving.SETTLE = saving.SETTLE.replace("(SELECT id FROM", "(SELECT max(id) FROM")


def overwrite():
    """Whatever comes is applied, whatever it followed."""

    def store_change(cursor, draft, change):
        result = saving.stored(cursor, draft, change, saving.Result.APPLIED, saving.UPDATES[change.name])
        draft.heads[change.field] = result["head"] = change.op
        return result

    saving.store_change = store_change


def reply_before_disk():
    """Commits do not wait for the write-ahead log."""
    for name in ("LOCK_PLAIN", "LOCK_WITH_LENGTHS"):
        statements = getattr(saving, name)
        lazy = statements.replace("'synchronous_commit', 'on'", "'synchronous_commit', 'off'")
        if lazy == statements:
            raise RuntimeError("Saving no longer sets synchronous_commit where this sabotage looks for it.")
        setattr(saving, name, lazy)


SABOTAGES = {
    "ack-before-commit": acknowledge_before_commit,
    "no-uniqueness": know_nothing,
    "no-parent-check": overwrite,
    "no-sync": reply_before_disk,
}

main()
