"""`manage.py invite EMAIL --role administrator`: the way in for the first person, and for any other."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts.models import Invitation, Role, role_names
from config.address import base_url


class Command(BaseCommand):
    help = "Print a one-time link with which somebody creates their account. It works for seven days."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument(
            "--role",
            action="append",
            required=True,
            choices=Role.values,
            dest="roles",
            help="may be given several times",
        )
        parser.add_argument(
            "--base-url", help="where people reach Evenhand, such as https://evenhand.example.com", default=base_url()
        )

    def handle(self, *, email, roles, base_url, **options):
        try:
            invitation, token = Invitation.objects.invite(email=email, roles=dict.fromkeys(roles))
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        self.stdout.write(
            f"Send this link to {invitation.email} ({', '.join(role_names(invitation.roles))}). "
            "It works once, for seven days, and is shown only now:\n"
        )
        self.stdout.write(base_url.rstrip("/") + reverse("accounts:invitation_accept", args=[token]))
