"""`manage.py tidy`: what has had its time goes. Run it every night; it can be stopped and run again."""

from django.core.management import call_command
from django.core.management.base import BaseCommand

from config.progress import Progress
from interviews.forgetting import LOOKED_BACK, forget_replaced
from interviews.models import Scorecard
from questionbank.models import ImportDraft


class Command(BaseCommand):
    help = (
        "Drop sessions that have ended, previews of imports after 7 days, and, 30 days after a scorecard was submitted, "
        "the words that were written over in it. Meant for every night."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--all",
            action="store_true",
            help="Look through every scorecard there is, after tidy was not run for a month.",
        )

    def handle(self, **options):
        since = None if options["all"] else LOOKED_BACK
        call_command("clearsessions")
        drafts, _kinds = ImportDraft.objects.purge()
        progress = Progress(self.stderr, of=Scorecard.objects.long_sealed(since), what="scorecards")
        emptied = forget_replaced(since=since, progress=progress)
        self.stdout.write(f"previews={drafts} emptied={emptied}")
