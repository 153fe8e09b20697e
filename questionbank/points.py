"""Points drafted from reference answers, for a person to confirm."""

import re
from itertools import zip_longest

AT_MOST = 90
POINTS_AT_MOST = 5
READ_AT_MOST = 1_500
ANSWERS_AT_MOST = 12


def draft_points(answers: list[str]) -> list[str]:
    """Draft at most 5 points of at most 90 characters each.

    The first clause of every answer comes before the second of any; nothing is cut inside a word. A clause that
    cannot be shortened at a natural place is left out, so fewer points, or none, may come back.
    """
    per_answer = [list(clauses(answer)) for answer in answers[:ANSWERS_AT_MOST]]
    points, seen = [], set()
    for turn in zip_longest(*per_answer, fillvalue=""):
        for clause in turn:
            point = tidy(clause)
            key = re.sub(r"\W+", " ", point.casefold()).strip()
            if key and key not in seen:
                seen.add(key)
                points.append(point)
    return points[:POINTS_AT_MOST]


def clauses(answer: str):
    """The sentences of an answer, each shortened to clauses that fit."""
    prose = FENCED.sub(" ", answer[:READ_AT_MOST])
    if len(answer) > READ_AT_MOST:
        prose = prose.rpartition(" ")[0]
    for sentence in SENTENCE_END.split(" ".join(re.sub(r"[`*]{1,3}", "", prose).split())):
        yield from shorten(OPENING_WORDS.sub("", BULLET.sub("", sentence.strip(TRIM))))


FENCED = re.compile(r"```[^`]*(?:```|$)")
BULLET = re.compile(r"^(?:[•◦▪·–—-]|\d{1,2}[.)])\s+")
SENTENCE_END = re.compile(r"(?<=[\w)\"”'’][.!?])\s+(?=[A-Z0-9\"“•-])|(?<=[。！？])|;\s+")
TRIM = " .,;:!…。、"

# A point is what was said, not who said it: "It reduces …" becomes "Reduces …", "I use …" its object.
OPENING_WORDS = re.compile(
    r"^(?:(?:however|also|additionally|moreover|furthermore|typically|in addition|for example|finally), )?"
    r"(?:(?:I|we) (?:(?:would|could|can|will|might|usually|often|also|typically|first|then) )*"
    r"(?:(?:use|focus on|rely on) (?!(?:it|them|this|that)\b))?"
    r"|(?:it|they|this)(?:['’]s| is| are| was) |(?:it|they|this) (?=[a-z]+s?\b)"
    r"|(?:examples|applications|solutions|key components|techniques) include )",
    re.IGNORECASE,
)


def shorten(sentence: str):
    """Yield the sentence whole if it fits, else its main clause, and what follows if that stands on its own."""
    if len(sentence) <= AT_MOST:
        yield sentence
        return
    if led := LEADING_CLAUSE.match(sentence):
        sentence = sentence[led.end() :]
    joints = [joint for joint in JOINT.finditer(sentence, 0, AT_MOST + 12) if fits(sentence[: joint.start()])]
    joints = [joint for joint in joints if not (joint["and"] and "," in sentence[: joint.start()])]
    if len(sentence) <= AT_MOST:
        yield sentence
    elif joints:
        yield sentence[: joints[-1].start()]
        after = OPENING_WORDS.sub("", sentence[joints[-1].start("after") :].strip(TRIM))
        if fits(after) and not joints[-1]["bound"]:
            yield after
    elif head := last_boundary(sentence):
        yield head


# "By saving the best state, …": the main clause comes second.
LEADING_CLAUSE = re.compile(
    r"(?:by|while|when|if|although|though|since|because|after|before|without)\b[^,]{1,80}, (?=\w)", re.I
)

# A comma alone is no joint: it may stand inside a list.
JOINT = re.compile(
    r"(?:, (?P<and>and|but|so) (?=\S+ \S+ \S+)|,? (?:while|whereas|though|although) |, (?=[a-z]+ing\b|the \w+ \w+ )"
    r"|(?P<bound>,? (?:which|because|since|due to|so that|in order to|such as|resulting in|depending on|as) )"
    r"|[；，])(?P<after>)",
    re.IGNORECASE,
)


def fits(clause: str) -> bool:
    return 24 <= len(clause) <= AT_MOST


def last_boundary(sentence: str) -> str:
    """The longest head of half a point or more that ends before a joining word, or ""."""
    for boundary in (BOUNDARY, LAST_RESORT):
        ends = [found.start() for found in boundary.finditer(sentence, 0, AT_MOST + 8)]
        ends = [end for end in ends if AT_MOST // 2 <= end <= AT_MOST and not NEEDS_MORE.search(sentence[:end])]
        if ends:
            return BEGUN.sub("", sentence[: ends[-1]])
    return ""


BOUNDARY = re.compile(r"[，、]| (?:to|on|by|with|for|that|when|where|during|into|through|if|like|using)\b")
LAST_RESORT = re.compile(r", | (?:and|or|in|of|from|at)\b")
# What has only begun when the head ends: "…, where data flows", "… and allow the network".
BEGUN = re.compile(
    r"(?:, (?:where|which|when|whose)(?: \S+){1,4}| and (?:(?:also|thus) )?(?:allow|enable|help|make|let)s?(?: \S+){1,4})$"
)
NEEDS_MORE = re.compile(
    r" (?:is|are|be|used|able|allow|allows|focus|focused|inspired|designed|the|an?|based|in|of|to)$"
)


def tidy(clause: str) -> str:
    """One line, capital first, no full stop, no joining word left at the end."""
    point = DANGLING.sub("", clause.strip(TRIM))
    if len(point) > AT_MOST or len(point) < 3:
        return ""
    first = point.partition(" ")[0]
    return point if first[1:] != first[1:].lower() else point[:1].upper() + point[1:]


DANGLING = re.compile(
    r"(?:,?\s+(?:and|or|but|the|an?|of|to|in|on|at|for|with|by|from|is|are|that|which|as))+$", re.IGNORECASE
)
