"""The debrief: once all scorecards are in, what the panel talks about, the largest disagreements first.

Independent ratings first, then talk: what each gave stays as it was given, and what is agreed on stands beside it
(Campion, Palmer and Campion 1997: several raters, and combining their ratings mechanically).
"""

from dataclasses import dataclass

from interviews.models import Outcome
from interviews.records import Record, Row


@dataclass(frozen=True)
class Topic:
    """One question of the debrief."""

    row: Row

    @property
    def entry(self):
        return self.row.entry

    @property
    def item(self):
        """The key of the planned question whose rating can be agreed on; None off the plan."""
        planned = self.entry.replaces or ("" if self.entry.unplanned else self.entry.key)
        return int(planned.removeprefix("q")) if planned else None

    @property
    def apart(self):
        """How far the ratings are from each other; 0 with fewer than two."""
        ratings = [said.response.rating for said in self.row.said if said.response.rating]
        return max(ratings) - min(ratings) if len(ratings) > 1 else 0

    @property
    def torn(self):
        """Whether one rated what another says was not reached."""
        outcomes = {said.response.outcome for said in self.row.said}
        return outcomes >= {Outcome.RATED, Outcome.NOT_REACHED}

    @property
    def scale(self):
        """`[(rating, words, [who gave it, …]), …]`, from 5 to 1."""
        return [
            (rating, words, [said.scorecard.author for said in self.row.said if said.response.rating == rating])
            for rating, words in reversed(self.entry.scale)
        ]


@dataclass(frozen=True)
class Debrief:
    """`apart`: the topics on which two ratings differ, the farthest first, of these the weightiest, then in the plan's
    order, and then what one rated and another says was not reached; `together`: all others, in the plan's order."""

    record: Record
    apart: list
    together: list

    @classmethod
    def of(cls, record):
        """No query."""
        swapped = {entry.replaces for entry in record.entries if entry.replaces}
        topics = [Topic(row) for row in record.rows if row.entry.key not in swapped]
        apart = [topic for topic in topics if topic.apart or topic.torn]
        return cls(
            record=record,
            apart=sorted(apart, key=lambda topic: (-topic.apart, -topic.entry.weight)),
            together=[topic for topic in topics if topic not in apart],
        )
