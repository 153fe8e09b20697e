"""`manage.py verify_trail [--head HASH]`: whether the trail, and what it sealed, is as it was written."""

import sys

from django.core.management.base import BaseCommand, CommandError

from config.progress import Progress
from interviews.models import TrailEntry
from interviews.trail import verify


class Command(BaseCommand):
    help = (
        "Verify the trail. Names what was changed, ends with interviews=N entries=N broken=0, "
        "and exits with 1 if anything is broken."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="HASH",
            help="a head that was noted elsewhere, 64 hexadecimal digits: is it still part of its chain? May be repeated.",
        )

    def handle(self, *, head, **options):
        heads = [as_link(words) for words in head]
        verdict = verify(heads=heads, progress=Progress(self.stderr, of=TrailEntry.objects, what="entries"))
        for link, entry in verdict.found.items():
            self.stdout.write(f"head {link.hex()}: {entry}, noted {entry.at:%Y-%m-%d %H:%M:%S} UTC")
        for problem in verdict.problems:
            self.stdout.write(problem)
        self.stdout.write(f"interviews={verdict.interviews} entries={verdict.entries} broken={len(verdict.problems)}")
        if verdict.problems:
            sys.exit(1)


def as_link(words):
    try:
        link = bytes.fromhex(words)
    except ValueError:
        link = b""
    if len(link) != 32:
        raise CommandError(f"“{words}” is no head: give the 64 digits that the record shows.")
    return link
