"""What "saved" rests on: a server that has said a transaction is committed has it on disk.

Asked once per process, of the first connection, so that every server and every command refuses to work on a database
that may forget.
"""

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created

NEEDED = ("fsync", "full_page_writes", "synchronous_commit")
WITHOUT = "off"


def assert_durable(sender, connection, **kwargs):
    """One query. Raises `ImproperlyConfigured` naming the settings to switch on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings WHERE name = ANY (%s) AND setting = %s", [list(NEEDED), WITHOUT])
        switched_off = sorted(name for (name,) in cursor.fetchall())
    if switched_off:
        raise ImproperlyConfigured(
            f"PostgreSQL runs with {', '.join(f'{name} = off' for name in switched_off)}, so a crash could lose what "
            "people were told is saved. Set each to on (synchronous_commit also for this user and database)."
        )
    connection_created.disconnect(dispatch_uid=assert_durable.__name__)


def watch():
    connection_created.connect(assert_durable, dispatch_uid=assert_durable.__name__)
