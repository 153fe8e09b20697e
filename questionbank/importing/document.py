"""The common shape in which every reader hands over what it found. Plain data, JSON both ways, no database."""

from dataclasses import asdict, dataclass, field

from questionbank.stages import Stage


class Unreadable(ValueError):
    """The document cannot be read at all. `sentence` tells the person why, and what to do instead."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


@dataclass
class ParsedQuestion:
    """One question as the document has it. `line` counts from 1.

    `stage_cue` is the words that decided the stage: of "when to ask", or "Stage: …" where a label named it; "" and
    `stage_matched` false where nothing did. `minutes` is None and `difficulty` and `competency` "" where the document
    is silent. `points` are the document's own if `points_confirmed`, else drafted from the answers.
    A material is `{"kind": "code" | "diagram" | "scenario", "title", "body"}`.
    """

    line: int
    text: str
    short_name: str = ""
    when_to_ask: str = ""
    why_ask: str = ""
    how_to_ask: str = ""
    stage: int = Stage.CORE.value
    stage_cue: str = ""
    stage_matched: bool = False
    topic: str = ""
    competency: str = ""
    minutes: int | None = None
    difficulty: str = ""
    answers: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    points_confirmed: bool = False
    follow_ups: list[str] = field(default_factory=list)
    anchors: dict[int, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    materials: list[dict] = field(default_factory=list)

    @staticmethod
    def naming(stage: int) -> str:
        """The cue of a stage that somebody named: by a label, or by hand."""
        return f"Stage: {Stage(stage).name.capitalize()}"

    @property
    def stage_named(self) -> bool:
        """Whether a label, or a person, decided the stage; no cue then stands in "when to ask"."""
        return self.stage_cue == self.naming(self.stage)

    @classmethod
    def from_json(cls, data: dict) -> "ParsedQuestion":
        anchors = {int(rating): text for rating, text in data.get("anchors", {}).items()}
        return cls(**{**data, "anchors": anchors})

    def to_json(self) -> dict:
        return {**asdict(self), "anchors": {str(rating): text for rating, text in self.anchors.items()}}


@dataclass
class ParsedSet:
    """One question set.

    An audience row is `{"who", "use"}`; a tip is `{"audience": "interviewers" | "interviewees", "kind": "do" | "dont",
    "text", "line"}`. `language` is a code ("en") where the document names a language we know, else its own word, or "".
    """

    line: int
    title: str = ""
    introduction: str = ""
    conclusion: str = ""
    language: str = ""
    source: str = ""
    licence: str = ""
    audience: list[dict] = field(default_factory=list)
    tips: list[dict] = field(default_factory=list)
    questions: list[ParsedQuestion] = field(default_factory=list)

    @classmethod
    def from_json(cls, data: dict) -> "ParsedSet":
        return cls(
            **{**data, "questions": [ParsedQuestion.from_json(question) for question in data.get("questions", [])]}
        )

    def to_json(self) -> dict:
        return {**asdict(self), "questions": [question.to_json() for question in self.questions]}


@dataclass
class ParsedDocument:
    """Everything a reader found. `rejected` holds `{"line", "text"}` for every line that was not used (a very long
    text is cut), `warnings` holds `{"line", "message"}`; both in the order of the document."""

    sets: list[ParsedSet] = field(default_factory=list)
    rejected: list[dict] = field(default_factory=list)
    warnings: list[dict] = field(default_factory=list)

    @classmethod
    def from_json(cls, data: dict) -> "ParsedDocument":
        return cls(
            sets=[ParsedSet.from_json(parsed) for parsed in data["sets"]],
            rejected=[dict(row) for row in data["rejected"]],
            warnings=[dict(row) for row in data["warnings"]],
        )

    def to_json(self) -> dict:
        return {
            "sets": [parsed.to_json() for parsed in self.sets],
            "rejected": [dict(row) for row in self.rejected],
            "warnings": [dict(row) for row in self.warnings],
        }

    def summary(self) -> dict:
        """The object `import_questions --json` prints. Stages are named in English whatever the interface speaks."""
        questions = [question for parsed in self.sets for question in parsed.questions]
        return {
            "sets": len(self.sets),
            "questions": len(questions),
            "reference_answers": sum(len(question.answers) for question in questions),
            "follow_ups": sum(len(question.follow_ups) for question in questions),
            "anchors": sum(len(question.anchors) for question in questions),
            "tips": sum(len(parsed.tips) for parsed in self.sets),
            "audience": sum(len(parsed.audience) for parsed in self.sets),
            "stages": {
                stage.name.capitalize(): sum(question.stage == stage for question in questions) for stage in Stage
            },
            "unmatched_stage": sum(not question.stage_matched for question in questions),
            "rejected": [dict(row) for row in self.rejected],
            "warnings": [dict(row) for row in self.warnings],
        }
