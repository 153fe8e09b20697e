"""Who acts: what the database's trail notes as `by` where the changed row does not say it itself."""

import functools
from contextlib import contextmanager

from django.db import connection, transaction


def acting(function):
    """The function, one transaction in which whatever it changes is noted as done by its keyword `by`, a user or None.

    One query more.
    """

    @functools.wraps(function)
    @transaction.atomic
    def act(*args, by, **kwargs):
        acts(by)
        return function(*args, by=by, **kwargs)

    return act


@contextmanager
def acted_by(by):
    """One transaction in which whatever the block changes is noted as done by this user. One query."""
    with transaction.atomic():
        acts(by)
        yield


def acts(by):
    """From here to the end of the transaction it is this user, or nobody, who acts. One query.

    Raises `TransactionManagementError` outside of one, where it would be forgotten at once.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Who acts is said inside a transaction.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('evenhand.by', %s, true)", [str(by.pk) if by else ""])
