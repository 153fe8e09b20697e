"""`manage.py check_library`: whether every question of the library is whole, and none says what another says."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from questionbank.importing import library
from questionbank.importing.decoding import decode
from questionbank.importing.document import Unreadable
from questionbank.naming import short_name


class Command(BaseCommand):
    help = "Check the library's files. Reads no database. Exits 1 if a question is incomplete or nearly a duplicate."

    def add_arguments(self, parser):
        parser.add_argument(
            "--against",
            type=Path,
            metavar="FOLDER",
            help="also warn of runs of 12 words that stand in a text file there",
        )

    def handle(self, *, against, **options):
        sets = [parsed for path in library.files() for parsed in self.read(path)]
        questions = [question for parsed in sets for question in parsed.questions]
        incomplete = self.untidy
        for question in questions:
            if lacking := library.problems_of(question):
                incomplete += 1
                self.stdout.write(f"line {question.line}, {question.short_name}: lacks {', '.join(lacking)}")
        texts = [question.text for question in questions]
        answers = [answer for question in questions for answer in question.answers]
        alike = self.list_alike(texts) + self.list_alike(answers)
        if against:
            self.warn_of_borrowed(texts + answers, against)
        self.stdout.write(
            f"sets={len(sets)} questions={len(questions)} incomplete={incomplete} near_duplicates={alike}"
        )
        if incomplete or alike or not questions:
            sys.exit(1)

    untidy = 0

    def read(self, path):
        """The sets of a file; what it warns of, and lines that were not used, count as incomplete."""
        try:
            document = library.read_file(path)
        except Unreadable as problem:
            raise CommandError(f"{path.name}: {problem.sentence}") from problem
        for row in document.warnings:
            self.stdout.write(f"{path.name}, line {row['line']}: {row['message']}")
        for row in document.rejected:
            self.stdout.write(f"{path.name}, line {row['line']} was not used: {row['text'][:100]}")
        self.untidy += len(document.warnings) + len(document.rejected)
        return document.sets

    def list_alike(self, texts):
        pairs = library.near_duplicates(texts)
        for one, other, likeness in pairs:
            self.stdout.write(f"{likeness:.0%} alike: {short_name(texts[one])} / {short_name(texts[other])}")
        return len(pairs)

    def warn_of_borrowed(self, texts, folder):
        documents = [decode(path.read_bytes())[0] for path in sorted(folder.glob("*.txt"))]
        for at in library.borrowed(texts, documents):
            self.stderr.write(f"shares 12 words in a row with a document in {folder}: {short_name(texts[at])}")
