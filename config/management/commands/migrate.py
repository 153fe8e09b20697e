from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from config.database_roles import as_owner, let_serve


class Command(migrate.Command):
    """Django's, as the owner of the database; afterwards the serving role may do what serving needs, and no more."""

    def handle(self, *args, **options):
        if settings.DATABASE_OWNER is None and not settings.DEVELOPMENT:
            raise CommandError(
                "DATABASE_OWNER_URL is not set. Migrations run as the role that owns the tables, and Evenhand serves as "
                "another, that of DATABASE_URL, which is made if there is none. (Where you can have one role only, "
                "set both to the same.)"
            )
        with as_owner(connections[options["database"]]):
            super().handle(*args, **options)
            if settings.DATABASE_OWNER and not (options["plan"] or options["check_unapplied"]):
                self.let_serve(connections[options["database"]])

    def let_serve(self, connection):
        try:
            apart = let_serve(connection)
        except ImproperlyConfigured as problem:
            raise CommandError(str(problem)) from problem
        if not apart:
            self.stderr.write(
                f"The role {settings.DATABASE_SERVING['USER']} serves and may do whatever the owner may, so that what is "
                "only ever added to rests on triggers alone. Give DATABASE_URL another role than DATABASE_OWNER_URL."
            )
