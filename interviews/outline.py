"""What a plan amounts to: its items by stage, the time against its length, and which competencies it covers.

Built from the items of a draft (`PlanItem`) or of a version (`VersionItem`), which are read alike. No queries.
"""

from dataclasses import dataclass

from interviews.models.plans import ItemKind
from questionbank.stages import Stage


@dataclass(frozen=True)
class StageOutline:
    """One stage. `before` holds the segments that come before its heading: those that begin the plan."""

    stage: Stage
    before: list
    items: list

    @property
    def everything(self):
        return self.before + self.items

    @property
    def questions(self):
        return sum(item.kind == ItemKind.QUESTION for item in self.items)

    @property
    def minutes(self):
        return sum(item.minutes for item in self.items)


@dataclass(frozen=True)
class Coverage:
    """How many minutes of a plan's questions give evidence of a competency."""

    competency: str
    minutes: int


@dataclass(frozen=True)
class Outline:
    length: int
    stages: list[StageOutline]
    coverage: list[Coverage]

    @property
    def items(self):
        return [item for stage in self.stages for item in stage.everything]

    def item(self, pk):
        """The item with this key, or None."""
        return next((item for item in self.items if item.pk == pk), None)

    @property
    def questions(self):
        return [item for item in self.items if item.kind == ItemKind.QUESTION]

    @property
    def minutes(self):
        return sum(stage.minutes for stage in self.stages) + sum(item.minutes for item in self.stages[0].before)

    @property
    def over(self):
        return max(0, self.minutes - self.length)

    @property
    def free(self):
        return max(0, self.length - self.minutes)

    @property
    def covered(self):
        return sum(row.minutes > 0 for row in self.coverage)

    @property
    def most_covered(self):
        """The scale of the coverage bars; never 0, which no bar can be drawn against."""
        return max([row.minutes for row in self.coverage], default=0) or 1


def outline(items, *, length, competencies):
    """The outline of `items`, which are in their order; `competencies` are the names to show, covered or not."""
    stages = [stage_outline(stage, [item for item in items if item.stage == stage]) for stage in Stage]
    minutes = dict.fromkeys(competencies, 0)
    for item in items:
        if item.competency:
            minutes[item.competency] = minutes.get(item.competency, 0) + item.minutes
    return Outline(length, stages, [Coverage(name, total) for name, total in minutes.items()])


def stage_outline(stage, items):
    first_question = next((index for index, item in enumerate(items) if item.kind == ItemKind.QUESTION), len(items))
    split_at = first_question if stage == Stage.OPENING else 0
    return StageOutline(stage, items[:split_at], items[split_at:])
