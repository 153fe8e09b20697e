"""`manage.py import_questions FILE`: the import page for the terminal."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User, normal_email
from questionbank.importing import labelled
from questionbank.importing.comparing import compare
from questionbank.importing.decoding import LARGEST, decode
from questionbank.importing.document import Unreadable
from questionbank.importing.writing import write_document

LISTED_AT_MOST = 40


class Command(BaseCommand):
    help = "Bring a document of questions into the bank. What was edited here is never overwritten unless you say so."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--json", action="store_true", help="print one JSON object with what was read")
        parser.add_argument("--user", metavar="EMAIL", help="who the new sets and questions are by")
        parser.add_argument(
            "--take-document",
            action="store_true",
            help="where both were changed, take the document's text instead of ours",
        )

    def handle(self, *, file, dry_run, user, take_document, **options):
        author = self.find_user(user)
        document = self.read(file)
        summary = document.summary()
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False, indent=2))
        if not document.sets:
            raise CommandError(
                f"{file}: {document.warnings[0]['message'] if document.warnings else 'nothing was read.'}"
            )
        for parsed in document.sets:
            parsed.title = parsed.title or file.stem.replace("_", " ")[:120]
        conflicts = True if take_document else None
        if not options["json"]:
            self.describe(summary)
            if dry_run:
                self.foretell(compare(document, conflicts=conflicts))
        if not dry_run:
            written = write_document(document, user=author, conflicts=conflicts)
            if not options["json"]:
                self.report(written)

    def find_user(self, email):
        if email is None:
            return None
        author = User.objects.filter(email=normal_email(email)).first()
        if author is None:
            raise CommandError(f"Nobody signs in as {email}.")
        return author

    def read(self, file):
        try:
            with file.open("rb") as opened:
                return labelled.read(decode(opened.read(LARGEST + 1))[0])
        except Unreadable as problem:
            raise CommandError(f"{file}: {problem.sentence}") from problem
        except OSError as problem:
            raise CommandError(f"{file} cannot be read: {problem.strerror}.") from problem

    def describe(self, summary):
        names = ("sets", "questions", "reference_answers", "follow_ups", "anchors", "tips", "audience")
        for name in names:
            self.stdout.write(f"{name.replace('_', ' ')}: {summary[name]}")
        stages = ", ".join(f"{name} {count}" for name, count in summary["stages"].items())
        self.stdout.write(f"stages: {stages}; check the stage: {summary['unmatched_stage']}")
        self.list_lines("warnings", summary["warnings"], "message")
        self.list_lines("lines not used", summary["rejected"], "text")

    def list_lines(self, title, rows, name):
        self.stdout.write(f"{title}: {len(rows)}")
        for row in rows[:LISTED_AT_MOST]:
            text = row[name] if len(row[name]) <= 100 else row[name][:99] + "…"
            self.stdout.write(f"  line {row['line']}: {text}")
        if len(rows) > LISTED_AT_MOST:
            self.stdout.write(f"  … and {len(rows) - LISTED_AT_MOST} more; --json lists them all")

    def foretell(self, comparisons):
        questions = [one for comparison in comparisons for one in comparison.questions]
        conflicts = sum(len(one.conflicts) for one in [*comparisons, *questions])
        self.stdout.write(
            f"Nothing was written. Importing would add {sum(one.joins for one in questions)} questions and change "
            f"{sum(bool(one.taken) for one in questions if not one.is_new)}; edited here as well: {conflicts}."
        )

    def report(self, written):
        if not (written.created or written.changed or written.kept):
            self.stdout.write("Nothing new in this document.")
            return
        self.stdout.write(f"Added {written.created} questions, changed {written.changed}.")
        if written.kept:
            self.stdout.write(
                f"{written.kept} changes were not taken, because the same was edited here. Import on the page to decide "
                "on each, or add --take-document to take them all."
            )
