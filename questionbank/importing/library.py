"""The sets that come with Evenhand: `questionbank/library/*.txt`, in the labelled shape, read by the same reader."""

import hashlib
import re
from itertools import combinations
from pathlib import Path

from questionbank.importing import labelled
from questionbank.importing.decoding import decode
from questionbank.importing.writing import write_document
from questionbank.models.sets import QuestionSet

FOLDER = Path(__file__).resolve().parent.parent / "library"
ANSWERS, POINTS, FOLLOW_UPS, ANCHORS = 3, 4, 2, 5
ALIKE = 0.5
SHARED_WORDS = 12
# Changes when writing comes to mean something else, so that unchanged files are read again once.
FORMAT = b"1"


def read_file(path: Path):
    """The document in a file. Raises `Unreadable`, and `OSError` where there is no such file."""
    return labelled.read(decode(path.read_bytes())[0])


def files() -> list[Path]:
    return sorted(FOLDER.glob("*.txt"))


def load(paths):
    """Brings the files into the bank; yields `(name, Written)` for those that changed. 1 query if none did.

    What was edited here stays, and is asked about only in the preview of an import.
    """
    seen = dict(
        QuestionSet.objects.filter(library_name__in=[path.stem for path in paths]).values_list(
            "library_name", "imported__digest"
        )
    )
    for path in paths:
        digest = hashlib.sha256(FORMAT + path.read_bytes()).hexdigest()
        if seen.get(path.stem) != digest:
            document = read_file(path)
            document.sets = document.sets[:1]  # a name stands for one set
            yield path.stem, write_document(document, library_name=path.stem, conflicts=None, digest=digest)


# Checking


def problems_of(question) -> list[str]:
    """What a question of the library lacks, in words."""
    lacking = [
        name.replace("_", " ")
        for name in ("when_to_ask", "why_ask", "how_to_ask", "minutes", "competency", "difficulty", "topic")
        if not getattr(question, name)
    ]
    if not question.points_confirmed:
        lacking.append("points of its own")
    counts = {
        "answers": (len(question.answers), ANSWERS),
        "points": (len(question.points), POINTS),
        "follow-ups": (len(question.follow_ups), FOLLOW_UPS),
        "anchors": (len(question.anchors), ANCHORS),
    }
    lacking += [f"{least} {name} (has {count})" for name, (count, least) in counts.items() if count < least]
    return lacking


def near_duplicates(texts: list[str]) -> list[tuple[int, int, float]]:
    """Pairs of texts that share more than half of their three-word runs: `(index, index, likeness)`."""
    runs = [word_runs(text, 3) for text in texts]
    alike = []
    for (one, first), (other, second) in combinations(enumerate(runs), 2):
        shared = len(first & second)
        if shared and (likeness := shared / len(first | second)) >= ALIKE:
            alike.append((one, other, likeness))
    return alike


def word_runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Every run of so many words; the whole text if it is shorter."""
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[at : at + length]) for at in range(max(1, len(words) - length + 1))}


def borrowed(texts: list[str], documents: list[str]) -> list[int]:
    """Indexes of texts that share a run of 12 words with a document."""
    known = set().union(*(word_runs(document, SHARED_WORDS) for document in documents))
    return [at for at, text in enumerate(texts) if not known.isdisjoint(word_runs(text, SHARED_WORDS))]
