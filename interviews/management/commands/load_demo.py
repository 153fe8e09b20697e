"""`manage.py load_demo`: people, an opening, plans and records to look at, in development only."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from interviews import demo


class Command(BaseCommand):
    help = "Load demo people, an opening, two plans, eight records and an interview to start. Does nothing twice."

    def handle(self, *args, **options):
        if not settings.DEVELOPMENT:
            raise CommandError("Demo data is for development only: its passwords are known to everybody.")
        try:
            loaded = demo.load()
        except demo.NoQuestions as problem:
            raise CommandError(str(problem)) from problem
        if options["verbosity"]:
            self.stdout.write("Demo data loaded." if loaded else "The demo data is there already.")
