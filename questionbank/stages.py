"""The five stages of an interview, and how the words of "when to ask" name one."""

import re
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.IntegerChoices):
    """Where in an interview a question belongs. The values are the order."""

    OPENING = 1, _("Opening")
    FOUNDATIONS = 2, _("Foundations")
    CORE = 3, _("Core")
    DEPTH = 4, _("Depth")
    CLOSING = 5, _("Closing")


@dataclass(frozen=True)
class StageReading:
    """What the words of "when to ask" say: `cue` is the words that decided, as they stand, or "" if none did."""

    stage: Stage
    cue: str
    topic: str
    matched: bool


def read_stage(when_to_ask: str) -> StageReading:
    """Derive the stage and the topic from "when to ask". Nothing recognised: Core, with `matched` false.

    Only the first 500 characters are read; a cue stands near the start.
    """
    text = " ".join(when_to_ask[:READ_AT_MOST].split())
    core = CORE_CUE.search(text) if CORE_WORD.search(text) else None
    topic = tidy_topic(core["topic"]) if core else ""
    for stage, pattern in CUES:
        if found := pattern.search(text):
            return StageReading(stage, found["cue"], topic, matched=True)
    return StageReading(Stage.CORE, core["cue"] if core else "", topic, matched=core is not None)


READ_AT_MOST = 500
TOPIC_AT_MOST = 80

# Looked for first, because "when" is common and what may stand between it and the word costs time.
CORE_WORD = re.compile(r"\b(?:discussing|discussion on|exploring|assessing)\b", re.IGNORECASE)
CORE_CUE = re.compile(
    r"\b(?P<cue>(?:while|when|during)\b[^.;!?]{0,60}?\b(?:discussing|discussion on|exploring|assessing))\b"
    r"(?P<topic>[^.,;:!?()]*)",
    re.IGNORECASE,
)

# The order is the rule: "At the start … foundational knowledge" is Opening, "discussing advanced …" is Depth.
CUES = (
    (Stage.CLOSING, re.compile(r"\b(?P<cue>(?:towards?|at) the end|last|wrap[ -]?up|closing)\b", re.IGNORECASE)),
    (
        Stage.OPENING,
        re.compile(
            r"\b(?P<cue>at the (?:start|beginning)|(?:start|beginning) of the interview|warm[ -]?up|ice[ -]?breaker)\b",
            re.IGNORECASE,
        ),
    ),
    (Stage.FOUNDATIONS, re.compile(r"\b(?P<cue>early|fundamentals?|foundational|basics)\b", re.IGNORECASE)),
    (
        Stage.DEPTH,
        re.compile(r"\b(?P<cue>advanced|in[ -]depth|problem[ -]solving|decision[ -]making|senior)\b", re.IGNORECASE),
    ),
)

# Where the topic ends and the reason for asking begins: "discussing joins to check …".
REASON = re.compile(
    r"\s+(?:(?:in order )?to (?:assess|check|evaluate|gauge|see|test|understand)|so that|because)\b", re.I
)
ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)


def tidy_topic(words: str) -> str:
    """The topic without article and reason, starting in lower case unless its first word is a name or an acronym."""
    topic = ARTICLE.sub("", REASON.split(words, maxsplit=1)[0].strip(" -–—\"'“”‘’"))
    if len(topic) > TOPIC_AT_MOST:
        topic = topic[: TOPIC_AT_MOST + 1].rpartition(" ")[0] or topic[:TOPIC_AT_MOST]
    first = topic.partition(" ")[0]
    return topic if first[1:] != first[1:].lower() else topic[:1].lower() + topic[1:]
