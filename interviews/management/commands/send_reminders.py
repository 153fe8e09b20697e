"""`manage.py send_reminders`: mails whose scorecard is due soon. Run it every hour; each is reminded once."""

from django.core.management.base import BaseCommand

from interviews.mailing import remind


class Command(BaseCommand):
    help = "Mail everybody whose scorecard is due soon, once. Meant for every hour."

    def handle(self, **options):
        self.stdout.write(f"{remind()} reminders sent.")
