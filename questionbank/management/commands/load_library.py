"""`manage.py load_library`: the sets that come with Evenhand. `make run` calls it at every start."""

from django.core.management.base import BaseCommand

from questionbank.importing import library


class Command(BaseCommand):
    help = "Load the question sets that come with Evenhand. What was edited here stays as it is."

    def handle(self, **options):
        for name, written in library.load(library.files()):
            self.stdout.write(f"{name}: added {written.created} questions, changed {written.changed}.")
            if written.kept:
                self.stdout.write(f"{name}: {written.kept} changes were not taken, because the same was edited here.")
