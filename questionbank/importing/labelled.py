"""Reader for the labelled plain-text shape.

A title and an introduction, then questions, each followed by labels ("When to ask: …", or the label on a line of its
own and its text below), then tips for interviewers and interviewees, who can use the set, and a conclusion.

Two passes, both linear. `tokenise` sorts lines into labels with their text and blocks of plain text. `Reader` walks
over these and decides what a plain block is by what stands after it: before labels it is a question, after a label it
may be its text, elsewhere it is title, introduction or nothing. Every line read into the document is noted in
`Reader.used`; all others are rejected, so that no line is lost silently.
"""

import math
import re
import textwrap
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.translation import gettext as _

from questionbank.importing.document import ParsedDocument, ParsedQuestion, ParsedSet, Unreadable
from questionbank.naming import short_name
from questionbank.points import draft_points
from questionbank.stages import Stage, read_stage

LINES_AT_MOST = 120_000
QUESTIONS_AT_MOST = 5_000
WARNINGS_AT_MOST = 2_000
REJECTED_TEXT_AT_MOST = 2_000
LONG_QUESTION = 500


def read(text: str) -> ParsedDocument:
    """Read a document. Raises `Unreadable` beyond 120,000 lines or 5,000 questions, and for nothing else."""
    lines = split_lines(text)
    return Reader(lines).read()


# Lines -----------------------------------------------------------------------------------------------------------


def split_lines(text: str) -> list[str]:
    """The lines as an editor counts them, with odd spaces made plain and invisible characters taken out."""
    if text.count("\n") + text.count("\r") > 2 * LINES_AT_MOST:
        raise too_many_lines()
    for character in SPACES:
        if character in text:
            text = text.replace(character, " ")
    for character in INVISIBLE:
        if character in text:
            text = text.replace(character, "")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > LINES_AT_MOST:
        raise too_many_lines()
    return [line.rstrip() for line in lines]


# All Unicode spaces and line separators but tab, LF and CR. The joiners U+200C and U+200D carry meaning and stay.
SPACES = "\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff\xad" + "".join(chr(code) for code in (*range(9), *range(14, 28), 127))


def too_many_lines() -> Unreadable:
    return Unreadable(_("The document has more than 120,000 lines. Split it into several and import them one by one."))


# Labels ----------------------------------------------------------------------------------------------------------


# What labels and headings mean, and how people word them.
WORDINGS = {
    "when": "when to ask|when to ask it|when to ask this|when ask|when|timing|ask when|best time to ask"
    "|best time|best moment",
    "why": "why ask|why to ask|why ask it|why ask this|why ask this question|why|goal|purpose|rationale|reason"
    "|intent|objective|aim"
    "|what it tests|what this tests|what it shows|what it assesses|why it matters",
    "how": "how to ask|how to ask it|how to ask this|how ask|how|tips for asking|tip for asking"
    "|asking tips|how to put it|ask how",
    "short_name": "short name|short title|name in short",
    "points": "point|points|key point|key points|points to cover|what to listen for|listen for|checklist",
    "follow_ups": "follow up|follow ups|followup|followups|follow up question|follow up questions|probe|probes"
    "|probing question|probing questions",
    "anchor": "rating|anchor|score|rating anchor",
    "anchors": "ratings|anchors|rating anchors|rating scale|scores|scoring guide",
    "minutes": "minutes|time|duration|time needed|estimated time|time limit|length",
    "competency": "competency|competence|competencies|skill|skills",
    "difficulty": "difficulty|level|difficulty level",
    "stage": "stage|phase",
    "topic": "topic",
    "parts": "part|parts|subquestion|subquestions|sub question|sub questions",
    "material": "material|materials|candidate material",
    "question": "question|q",
    "title": "title|set|question set",
    "introduction": "introduction|overview|about this set|about these questions",
    "language": "language",
    "licence": "licence|license",
    "source": "source|sources",
    "conclusion": "conclusion|conclusions|in conclusion|summary|closing words|final words",
    "audience": "audience|intended audience|intended for|who is this for|who is this set for"
    "|who are these questions for",
    "dos": "do|dos|do's|do`s|dos'",
    "donts": "don't|dont|donts|don'ts|dont's|don't's|do not|do nots|do nots'|donts'",
    "heading": "questions|interview questions|the questions|questions and answers|dos and donts|dos and don'ts"
    "|do's and don'ts",
}


def phrases() -> dict[str, str]:
    """Each wording of a label, in lower case and without hyphens, to what it means."""
    kinds = ("", "proposed", "reference", "sample", "model", "example", "suggested", "expected", "possible", "ideal")
    kinds += ("good", "correct", "strong")
    answers = [f"{kind} {noun}".strip() for kind in kinds for noun in ("answer", "answers", "response", "responses")]
    # "Response: 200 OK" is prose.
    answers = [wording for wording in answers if wording not in ("response", "responses")]
    meanings = {wording: meaning for meaning, wordings in WORDINGS.items() for wording in wordings.split("|")}
    return meanings | dict.fromkeys(["a", *answers], "answer")


PHRASES = phrases()
INTERVIEWERS, INTERVIEWEES = r"(?:interviewers?|hiring managers?)", r"(?:interviewees?|candidates?|applicants?)"
SIDE = rf"(?:the )?(?:(?P<ers>{INTERVIEWERS})|(?P<ees>{INTERVIEWEES}))"
TIPS_HEADING = re.compile(
    rf"(?:(?P<dos>do'?s)|(?P<donts>don'?t'?s|do not'?s?)|(?:tips|advice|guidance|do'?s and don'?ts|best practices))?"
    rf" ?for {SIDE}|(?:(?P<ers2>{INTERVIEWERS})|(?P<ees2>{INTERVIEWEES}))(?:'s?)? (?:tips|advice|guidance)"
)
AUDIENCE_HEADING = re.compile(
    r"who (?:can|could|should|may|might) use "
    r"(?:(?:this|these|the)(?: .{1,40})?|.{1,60} (?:questions?|sets?|guides?|templates?|interviews?))"
)
SECTIONS = {
    "title", "introduction", "language", "licence", "source", "conclusion", "audience",
    "dos", "donts", "tips", "heading",
}  # fmt: skip
# A run of labels makes the block before it a question only if one of these is among them.
STRONG = {"when", "why", "how", "answer", "points", "follow_ups", "anchor", "anchors"}
ONCE = {"when", "why", "how", "short_name", "minutes", "competency", "difficulty", "stage", "topic", "anchors"}
# Labels whose text may go on over several paragraphs.
LONG = {"why", "how", "answer", "anchor", "points", "follow_ups", "parts", "anchors", "material"}
LISTS = {"points", "follow_ups", "parts", "anchors"}
HEAD_AT_MOST = 90


@dataclass(slots=True)
class Label:
    """What a label says: "Rating 3 (Adequate): …" is kind "anchor", number 3, qualifier "adequate"."""

    kind: str
    number: int | None = None
    qualifier: str = ""
    text: str = ""
    wording: str = ""

    @property
    def weak(self) -> bool:
        """A single word, which prose may hold too."""
        return " " not in self.wording

    @property
    def plural(self) -> bool:
        return self.wording.endswith("s")


def read_label(line: str, *, starts_block: bool, in_list: bool) -> Label | None:
    """The label at the start of a stripped line, or None. `in_list`: bullets here belong to the text above."""
    marked = not line[0].isalnum()
    body = LABEL_LEAD.sub("", line) if marked or line[0].isdigit() else line
    colon = body.find(":", 0, HEAD_AT_MOST)
    if colon < 0 and not body.isascii():
        colon = body.find("：", 0, HEAD_AT_MOST)
    if colon > 0:
        label = label_with_text(body, colon)
        bulleted = (marked and line[0] not in "*_#>") or line.startswith("* ")
        return None if label and in_list and bulleted and label.weak else label
    if len(body) <= HEAD_AT_MOST and (found := look_up(strip_marks(body))):
        kind, number, qualifier, wording = found
        # One bare word is a label only if it stands like one; "time" may end a wrapped line of prose.
        if (kind not in ("question", "title") or number is not None) and (
            " " in wording or number is not None or ((starts_block or body[0].isupper() or marked) and len(body) > 1)
        ):
            return Label(kind, number, qualifier, wording=wording)
    return label_without_colon(body)


LABEL_LEAD = re.compile(r"^(?:[>#\s]*)(?:[•◦▪‣●○∙·+*–—-]\s+|\(?[0-9]{1,3}[.)]\s+)?[>#\s]*(?=\S)")


def label_with_text(body: str, colon: int) -> Label | None:
    found = look_up(strip_marks(body[:colon]))
    if not found:
        return None
    kind, number, qualifier, wording = found
    text = body[colon + 1 :]
    opened = body[: len(body) - len(body.lstrip("*_"))]
    if opened:
        # "**When to ask:** early", "**When to ask**: early" and "**When to ask: early**".
        if text.startswith(opened):
            text = text[len(opened) :]
        elif text.rstrip().endswith(opened) and not body[:colon].rstrip().endswith(opened):
            text = text.rstrip()[: -len(opened)]
    text = text.strip()
    if wording in ("time", "duration", "length") and text and not any(character.isdigit() for character in text[:12]):
        return None  # "Time: O(n)" in an answer says nothing about minutes
    return Label(kind, number, qualifier, text, wording)


def label_without_colon(body: str) -> Label | None:
    """ "Rating 3 – Names both", "When to ask - early" and "**When to ask** early": only where it cannot be prose."""
    if bold := BOLD_HEAD.match(body):
        head, text = bold["head"], bold["text"]
    elif dashed := DASHED_HEAD.match(body):
        head, text = dashed["head"], dashed["text"]
    else:
        return None
    found = look_up(strip_marks(head))
    if not found or found[0] in SECTIONS:
        return None
    kind, number, qualifier, wording = found
    return Label(kind, number, qualifier, text.strip(), wording) if " " in wording or number is not None else None


BOLD_HEAD = re.compile(r"(?P<marks>\*\*|__)(?P<head>[^*_]{2,60})(?P=marks)\s+(?P<text>\S.*)")
DASHED_HEAD = re.compile(r"(?P<head>[^\s–—-][^–—]{0,40}?)\s+[–—-]\s+(?P<text>\S.*)")


def strip_marks(head: str) -> str:
    return head.strip(" \t*_`#>[]").replace("’", "'").replace("‘", "'")


@lru_cache(maxsize=4096)
def look_up(head: str) -> tuple[str, int | None, str, str] | None:
    """Kind, number, qualifier and plain wording of a label's head, or None."""
    if not head or len(head) > HEAD_AT_MOST:
        return None
    lowered = " ".join(head.casefold().replace("*", "").replace("_", " ").split())
    if heading := TIPS_HEADING.fullmatch(lowered):
        side = "interviewers" if heading["ers"] or heading["ers2"] else "interviewees"
        return "dos" if heading["dos"] else "donts" if heading["donts"] else "tips", None, side, lowered
    if AUDIENCE_HEADING.fullmatch(lowered.rstrip("?: ")):
        return "audience", None, "", lowered
    match = HEAD.fullmatch(lowered)
    if not match:
        return None
    words = " ".join(match["words"].replace("-", " ").split())
    kind = PHRASES.get(words)
    if kind is None or (match["letter"] and kind not in ("answer", "parts")):
        return None
    if lowered.endswith("?") and " " not in words:
        return None
    number = int(match["number"]) if match["number"] else None
    if number is None and match["letter"]:
        number = ord(match["letter"]) - ord("a") + 1
    if number is not None and kind in SECTIONS:
        return None
    return kind, number, match["qualifier"] or "", words


HEAD = re.compile(
    r"(?P<words>[a-z][a-z'` -]*?)\s*(?:#|no\. ?)?(?:(?P<number>[0-9]{1,4})|(?<= )(?P<letter>[a-h]))?[.)]?"
    r"\s*(?:\((?P<qualifier>[^()]{0,40})\))?\s*\??"
)


# Tokens ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Token:
    """A label with the lines below it, or a block of plain text (`label` None). Rows are (line number, raw text)."""

    line: int
    label: Label | None = None
    rows: list[tuple[int, str]] = field(default_factory=list)
    body: list[tuple[int, str]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.label.kind if self.label else "text"

    @property
    def last_line(self) -> int:
        return max(self.line, *(rows[-1][0] for rows in (self.rows, self.body) if rows), 0)

    @property
    def is_question_label(self) -> bool:
        return self.label is not None and self.label.kind not in SECTIONS and self.label.kind != "question"


def tokenise(lines: list[str]) -> tuple[list[Token], list[int]]:
    """The tokens, and the numbers of lines that only draw a rule."""
    tokens, rules = [], []
    fences = fenced_blocks(lines)
    current, at = None, 0
    while at < len(lines):
        raw = lines[at]
        stripped = raw.strip()
        end = at + 1
        if not stripped:
            current = None
        elif at in fences:
            end = fences[at] + 1
            if current is None:
                current = Token(at + 1)
                tokens.append(current)
            current.rows += [(number + 1, lines[number]) for number in range(at, end)]
        elif RULE.fullmatch(stripped):
            rules.append(at + 1)
            current = None
        elif label := read_label(
            stripped, starts_block=current is None, in_list=current is not None and current.kind in ("answer", *LISTS)
        ):
            current = Token(at + 1, label, [(at + 1, label.text)] if label.text else [])
            tokens.append(current)
            if label.kind == "material":
                current.body, end = verbatim_block(lines, at, fences)
                current = current if end == at + 1 else None
        elif current is None:
            current = Token(at + 1, None, [(at + 1, raw)])
            tokens.append(current)
        else:
            current.rows.append((at + 1, raw))
        at = end
    return tokens, rules


RULE = re.compile(r"[-=_*~—–]{3,}|(?:[-*_] ){2,}[-*_]")


def fenced_blocks(lines: list[str]) -> dict[int, int]:
    """First to last index of every closed ``` block. An unclosed fence is no fence: it would swallow the rest."""
    fences, opened = {}, None
    for at, line in enumerate(lines):
        if "```" in line and line.lstrip().startswith("```"):
            if opened is None:
                opened = at
            elif line.strip() == "```":
                fences[opened] = at
                opened = None
    return fences


def verbatim_block(lines: list[str], at: int, fences: dict[int, int]) -> tuple[list[tuple[int, str]], int]:
    """The fenced or further indented block below the material label at index `at`, and the index after it."""
    start = at + 1
    while start < len(lines) and not lines[start]:
        start += 1
    if start in fences:
        end = fences[start] + 1
        return [(number + 1, lines[number]) for number in range(start, end)], end
    margin = indent(lines[at]) + 2
    end = start
    last = at
    while end < len(lines) and (not lines[end] or indent(lines[end]) >= margin):
        if lines[end]:
            last = end
        end += 1
    if last == at:
        return [], at + 1
    return [(number + 1, lines[number]) for number in range(start, last + 1)], last + 1


def indent(line: str) -> int:
    expanded = line[:200].expandtabs(4)
    return len(expanded) - len(expanded.lstrip(" "))


# Text ------------------------------------------------------------------------------------------------------------

BULLET = re.compile(r"\s*(?:[•◦▪‣●○∙·*+–—-]\s+|[•◦▪‣●]|[0-9]{1,3}[.)]\s+|\(?[a-h]\)\s+)(?=\S)")
NUMBERING = re.compile(
    r"^(?:(?:question|q)\s*#?[0-9]{0,4}\s*[.:)–—-]\s*|#?[0-9]{1,4}\s*(?:[.:]\s+|\)\s*)|\([0-9]{1,4}\)\s*)",
    re.IGNORECASE,
)
QUESTION_MARKER = re.compile(
    r"^[>#*_\s•-]*(?:(?:question|q)\s*#?[0-9]{1,4}\s*[.:)–—-]|#?[0-9]{1,4}\s*[.:)]\s)", re.IGNORECASE
)
IMPERATIVE = re.compile(
    r"(?:please )?(?:explain|describe|tell|give|walk|compare|contrast|define|list|name|discuss|show|write|design"
    r"|implement|outline|talk|share"
    r"|suppose|imagine|sketch|draw|identify|calculate|compute|find|summari[sz]e|distinguish|illustrate|state|mention|elaborate|demonstrate"
    r"|how|what|why|when|which|who|where|can you|could you|do you|have you|would you)\b",
    re.IGNORECASE,
)
PLURAL_TITLE = re.compile(r"\binterview (?:questions?|guide)(?: (?:and|&) answers?)?(?: \([0-9]{4}\))?$", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!:;…。！)\]\"”'’`]$")
TITLE_AT_MOST = 120


MARKS = frozenset("#>*_")


def plain(text: str) -> str:
    """One line without Markdown's heading, quotation and emphasis marks around it."""
    text = " ".join(text.split())
    if text[:1] not in MARKS:
        return text
    text = text.lstrip("#> ")
    for mark in ("**", "__", "*", "_"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark) and text.count(mark) == 2:
            text = text[len(mark) : -len(mark)].strip()
    return text


def flow(rows: list[tuple[int, str]]) -> str:
    """The text of one paragraph: lines run on, unless they are code or a list."""
    texts = [text for _number, text in rows]
    keeps_lines = len(texts) > 1 and (
        any(text.lstrip().startswith("```") for text in texts)
        or any(BULLET.match(text) for text in texts)
        or all(indent(text) >= 4 for text in texts[1:] if text)
    )
    if keeps_lines:
        return textwrap.dedent("\n".join(texts)).strip("\n")
    return plain(" ".join(text.strip() for text in texts))


def question_text(rows: list[tuple[int, str]]) -> str:
    text = plain(" ".join(text.strip() for _number, text in rows))
    text = plain(BULLET.sub("", text, count=1)) if not NUMBERING.match(text) else text
    return plain(NUMBERING.sub("", text))


def is_heading(rows: list[tuple[int, str]]) -> bool:
    """One short line that is no sentence."""
    if len(rows) != 1 or len(rows[0][1]) > 4 * TITLE_AT_MOST:
        return False
    text = plain(rows[0][1])
    return bool(text) and (
        len(text) <= 80
        and len(text.split()) <= 10
        and not SENTENCE_END.search(text)
        and not text.endswith(("?", "？", ","))
        and not re.search(r"[=;{}<>|\\]", text)
        and not text[0].islower()
        and not BULLET.match(rows[0][1])
    )


def names_a_set(line: str) -> bool:
    """ "SQL Interview Questions", but not "What are SQL Interview Questions?"."""
    return len(line) <= 4 * TITLE_AT_MOST and bool(PLURAL_TITLE.search(plain(line)))


def asks(text: str) -> bool:
    return text.rstrip("*_ ").endswith(("?", "？"))


def looks_like_question(rows: list[tuple[int, str]]) -> bool:
    """By its own looks, whatever stands around it: numbered, asking, or telling somebody to explain."""
    first = rows[0][1].strip()
    text = question_text(rows)
    return (
        bool(QUESTION_MARKER.match(first))
        or asks(text)
        or first.startswith("#")
        or (len(rows) == 1 and len(text) <= 300 and bool(IMPERATIVE.match(text)))
        or (
            len(rows) == 1
            and len(text) <= 200
            and bool(text)
            and not SENTENCE_END.search(text)
            and not text[0].islower()
        )
    )


def is_lead(row: tuple[int, str]) -> bool:
    """ "These questions can be used by:", which says nothing itself."""
    return len(row[1]) <= TITLE_AT_MOST and row[1].endswith((":", "："))


def is_item(row: tuple[int, str]) -> bool:
    """Bulleted or numbered, and not as "Question 2:"."""
    return bool(BULLET.match(row[1])) and not re.match(r"\W*(?:question|q)\b", row[1], re.IGNORECASE)


def list_items(rows: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], list[tuple[list[int], str]]]:
    """The rows before the first bullet, and each bullet's lines and text; lines without a bullet go on its text."""
    lead, items = [], []
    for number, text in rows:
        if bullet := BULLET.match(text):
            items.append(([number], [text[bullet.end() :].strip()]))
        elif items:
            items[-1][0].append(number)
            items[-1][1].append(text.strip())
        else:
            lead.append((number, text))
    return lead, [(numbers, plain(" ".join(texts))) for numbers, texts in items]


# The reader ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Value:
    """A label being read: its text may still go on."""

    token: Token
    paragraphs: list[list[tuple[int, str]]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not self.paragraphs and not self.token.body

    @property
    def rows(self) -> list[tuple[int, str]]:
        return [row for paragraph in self.paragraphs for row in paragraph]

    @property
    def lines(self) -> list[int]:
        return [
            self.token.line,
            *(number for number, _text in self.rows),
            *(number for number, _text in self.token.body),
        ]


@dataclass(slots=True)
class Draft:
    """A question being read, and which labels it has had so far."""

    question: ParsedQuestion
    had: set = field(default_factory=set)
    last_answer: int = 0
    stage: int | None = None

    def note(self, label: Label):
        if label.kind == "answer":
            self.last_answer = max(self.last_answer, label.number or 0)
        self.had.add((label.kind, label.number) if label.kind == "anchor" else label.kind)

    def would_repeat(self, label: Label) -> bool:
        """Whether this label must belong to another question, because this one has it already."""
        if label.kind == "answer":
            return bool(label.number) and label.number <= self.last_answer
        if label.kind == "anchor":
            return label.number is not None and ("anchor", label.number) in self.had
        return label.kind in ONCE and label.kind in self.had


class Reader:
    """Walks over the tokens once and builds the document."""

    def __init__(self, lines: list[str]):
        self.lines = lines
        self.tokens, rules = tokenise(lines)
        self.strong = strong_runs(self.tokens)
        self.last_strong = max((at for at, strong in enumerate(self.strong) if strong), default=-1)
        self.used = set(rules)
        self.warnings = []
        self.sets = [ParsedSet(line=1)]
        self.draft = None  # the question being read
        self.value = None  # the label being read
        self.section = None  # the section being read, with what is known of it
        self.introduction, self.conclusion = [], []  # paragraphs of the set being read
        self.loose = []  # blocks after the last question that nothing has claimed
        self.questions_read = 0
        self.asked = {}  # normalised question text to its first line
        self.orphan = False

    @property
    def set(self) -> ParsedSet:
        return self.sets[-1]

    def read(self) -> ParsedDocument:
        for at, token in enumerate(self.tokens):
            if token.label is None:
                self.read_text(at, token)
            elif token.kind == "question":
                self.read_marked_question(at, token)
            elif token.kind in SECTIONS:
                self.read_section(at, token)
            else:
                self.read_question_label(at, token)
        self.close_question()
        self.close_set()
        return self.finish()

    # Plain text

    def read_text(self, at: int, token: Token):
        """Decide what a block of plain text is, by what stands before and after it."""
        self.orphan = self.orphan and self.value is not None
        rows = self.take_title(at, token.rows) if self.expects_title() else token.rows
        if not rows:
            return
        if self.begins_question(at, rows):
            if len(rows) < len(token.rows):
                rows = self.read_crowded_start(rows)
            self.start_question(rows)
            return
        rows, tail = self.split_tail(at, rows)
        self.read_plain(rows)
        if tail:
            self.start_question(tail)

    def read_crowded_start(self, rows):
        """Title, introduction and first question without a blank line between: the last line is the question."""
        while len(rows) > 1 and (SENTENCE_END.search(rows[0][1]) or asks(rows[0][1])):
            self.read_plain(rows[:1])
            rows = rows[1:]
        return rows

    def read_plain(self, rows):
        if self.section and self.continue_section(rows):
            return
        if self.section:
            self.section = None
        if self.value and self.goes_on_with(rows):
            self.value.paragraphs.append(rows)
            return
        self.close_value()
        self.read_loose(rows)

    def expects_title(self) -> bool:
        return (
            not self.set.title
            and not self.introduction
            and not self.set.questions
            and self.draft is None
            and self.value is None
        )

    def take_title(self, at, rows):
        """Use the first line as the title if it reads like one; gives back the rows that are left."""
        text = plain(rows[0][1][: 4 * TITLE_AT_MOST])
        certain = names_a_set(rows[0][1])
        wraps = len(rows) > 1 and rows[1][1].lstrip()[:1].islower()
        alone = len(rows) == 1 or certain or rows[0][1].startswith("#") or (is_heading(rows[:1]) and not wraps)
        if (
            not alone
            or not text
            or len(text) > TITLE_AT_MOST
            or asks(text)
            or text.endswith(".")
            or BULLET.match(rows[0][1])
        ):
            return rows
        if len(rows) == 1 and not certain and self.stands_before_labels(at):
            return rows
        self.set_title(rows[0][0], text)
        return rows[1:]

    def stands_before_labels(self, at) -> bool:
        return at + 1 < len(self.tokens) and self.strong[at + 1]

    def set_title(self, line, text):
        self.set.line, self.set.title = line, tidy_title(text)
        self.used.add(line)

    def begins_question(self, at, rows) -> bool:
        """Whether the block directly before labels is their question, or the text of the label before it."""
        if not self.stands_before_labels(at) or not could_be_question(rows):
            return False
        if self.value is None or (self.draft is None and not self.orphan):
            return True
        after, value = self.tokens[at + 1].label, self.value
        repeated = self.draft is not None and self.draft.would_repeat(after)
        if value.token.kind in LISTS and not repeated and is_item(rows[0]):
            return False
        if value.empty:
            return repeated and asks(question_text(rows))
        if repeated:
            return True
        if value.token.kind == after.kind and after.kind in ("answer", "anchor") and after.number:
            # "Answer 2" after "Answer 1": what stands between is more of answer 1, even if it asks something.
            return False
        if value.token.kind in LONG:
            return looks_like_question(rows)
        return True

    def split_tail(self, at, rows):
        """In a document without blank lines the next question is the last line of the text before it."""
        last = rows[-1:]
        if not self.stands_before_labels(at) or len(rows) < 2 or not could_be_question(last):
            return rows, []
        after = self.tokens[at + 1]
        text = question_text(last)
        repeated = self.draft is None or self.draft.would_repeat(after.label)
        marked = bool(QUESTION_MARKER.match(last[0][1].strip()))
        looks = asks(text) or (repeated and (marked or bool(IMPERATIVE.match(text))))
        open_ended = after.kind == "answer" and not after.label.number and asks(text)
        token = self.tokens[at]
        if token.kind in LISTS and (is_item(last[0]) or token.label.plural):
            # "Why?" as the last of several follow-ups is one of them.
            open_ended, repeated = False, repeated and not is_item(last[0])
        return (rows[:-1], last) if looks and (repeated or open_ended) else (rows, [])

    def goes_on_with(self, rows) -> bool:
        """Whether a block without labels after it is more of the label before it."""
        value = self.value
        if value.empty:
            return True
        if value.token.body:
            return False
        if value.token.kind in LISTS:
            return bool(BULLET.match(rows[0][1]))
        return value.token.kind in LONG and not is_heading(rows) and not names_a_set(rows[0][1])

    def read_loose(self, rows):
        """Text that belongs to no label and no section: introduction, the title of another set, or nothing."""
        after_heading = bool(self.loose) and asks(self.loose[-1][-1][1])
        is_prose = not is_heading(rows) and not (len(rows) == 1 and asks(rows[0][1]))
        if is_prose and (not self.has_questions() or (after_heading and not self.introduction)):
            self.add_introduction(rows)
        else:
            self.loose.append(rows)

    def has_questions(self) -> bool:
        return bool(self.set.questions) or self.draft is not None

    def add_introduction(self, rows):
        self.introduction.append(flow(rows))
        self.use(rows)

    # Questions

    def read_marked_question(self, at, token):
        """ "Question 3: …", or "Question 3" with the question below it."""
        rows, tail = self.split_tail(at, token.rows)
        if not rows and at + 1 < len(self.tokens) and self.tokens[at + 1].label is None:
            self.used.add(token.line)
            following = self.tokens[at + 1]
            rows, following.rows = following.rows, []
        if rows:
            self.start_question(rows)
            self.used.add(token.line)
        if tail:
            self.start_question(tail)

    def start_question(self, rows):
        self.close_question()
        self.section = None
        self.open_new_set(more_follows=True)
        self.loose = []
        text = question_text(rows)
        if not text or len(text) > LIMITS["question"]:
            if text:
                self.too_long(rows[0][0], "question")
            self.orphan = True
            return
        self.questions_read += 1
        if self.questions_read > QUESTIONS_AT_MOST:
            raise Unreadable(
                _("The document has more than 5,000 questions. Split it into several and import them one by one.")
            )
        self.orphan = False
        self.draft = Draft(ParsedQuestion(line=rows[0][0], text=text))
        self.use(rows)
        self.check_question(rows[0][0], text)

    def check_question(self, line, text):
        if len(text) > LONG_QUESTION:
            self.warn(
                line, _("This question is longer than 500 characters. Shorten it, or move part of it to the material.")
            )
        key = " ".join(re.findall(r"\w+", text.casefold())) or text
        if key in self.asked:
            self.warn(
                line, _("This question stands in the document already, on line %(line)s.") % {"line": self.asked[key]}
            )
        self.asked.setdefault(key, line)

    def read_question_label(self, at, token):
        self.close_value()
        self.section = None
        if self.draft is None:
            if not self.orphan:
                self.warn(token.line, _("No question stands before this label, so it and its text were not used."))
            self.orphan = True
        else:
            if self.draft.would_repeat(token.label):
                self.warn_of_repeated(token)
                token = Token(token.line, Label("repeated"), token.rows, token.body)
            else:
                self.draft.note(token.label)
        rows, tail = self.split_tail(at, token.rows) if token.rows else ([], [])
        self.value = Value(token, [rows] if rows else [])
        if tail:
            self.start_question(tail)

    def warn_of_repeated(self, token):
        name = short_name(self.draft.question.text)
        self.warn(token.line, _("“%(question)s” has this label twice; the second was not used.") % {"question": name})

    def close_value(self):
        """Read the finished label's text into the question; without a question its lines stay unused."""
        value, self.value = self.value, None
        if value is None or self.draft is None or value.token.kind == "repeated":
            return
        if value.empty:
            self.used.add(value.token.line)
            self.warn(value.token.line, _("Nothing stands under this label."))
        else:
            STORES[value.token.kind](self, value)

    def close_question(self):
        self.close_value()
        if self.draft is None:
            return
        draft, self.draft = self.draft, None
        question = draft.question
        question.short_name = question.short_name or short_name(question.text)
        self.settle_stage(draft)
        if question.points:
            question.points_confirmed = True
        else:
            question.points = draft_points(question.answers)
        if sentence := answer_warning(question):
            self.warn(question.line, sentence)
        self.set.questions.append(question)

    def settle_stage(self, draft):
        question = draft.question
        reading = read_stage(question.when_to_ask)
        question.topic = question.topic or reading.topic
        if draft.stage is not None:
            question.stage, question.stage_matched = draft.stage, True
            question.stage_cue = question.naming(draft.stage)
            return
        question.stage, question.stage_cue, question.stage_matched = reading.stage.value, reading.cue, reading.matched
        if sentence := stage_warning(question):
            self.warn(question.line, sentence)

    # What a label's text becomes

    def store_words(self, value):
        """One run of words: guidance, short name, competency, topic."""
        kind = value.token.kind
        text = " ".join(filter(None, (flow(paragraph) for paragraph in value.paragraphs)))
        if self.fits(value, kind, text):
            setattr(self.draft.question, FIELDS[kind], text)
            self.use_value(value)

    def store_answer(self, value):
        text = "\n\n".join(filter(None, (flow(paragraph) for paragraph in value.paragraphs)))
        if text and self.fits(value, "answer", text):
            self.draft.question.answers.append(text)
            self.use_value(value)

    def store_items(self, value):
        """Points, follow-ups, parts: one per bullet, or per line under a plural label, or the one text there is."""
        kind = value.token.kind
        self.use_bare_label(value.token)
        target = getattr(self.draft.question, kind)
        for numbers, text in self.items_of(value):
            text = PART_LETTER.sub("", text) if kind == "parts" else text
            if not text:
                continue
            if len(text) > LIMITS[kind]:
                self.used.difference_update(numbers)
                self.too_long(numbers[0], kind)
            else:
                target.append(text)
                self.used.update(numbers)

    def items_of(self, value):
        lead, items = list_items(value.rows)
        heads = [([number], plain(text)) for number, text in lead]
        if not value.token.label.plural and len(lead) > 1 and not items:
            return [([number for number, _text in lead], plain(" ".join(text.strip() for _number, text in lead)))]
        if value.token.label.plural and len(heads) == 1 and not items:
            numbers, text = heads[0]
            return [(numbers, piece.strip()) for piece in text.split(";")]
        return heads + items

    def store_anchor(self, value):
        number, text = value.token.label.number, " ".join(flow(paragraph) for paragraph in value.paragraphs)
        if number is None and (led := RATING_LEAD.match(text)):
            number, text = int(led["rating"]), led["text"]
        self.add_anchor(value.token.line, number, text, value.lines)

    def store_anchors(self, value):
        """ "Ratings:" with one line per rating."""
        self.use_bare_label(value.token)
        for row in value.rows:
            if led := RATING_LEAD.match(row[1]):
                self.add_anchor(row[0], int(led["rating"]), plain(led["text"]), [row[0]])

    def add_anchor(self, line, number, text, lines):
        anchors = self.draft.question.anchors
        if number is None or not 1 <= number <= 5:
            self.warn(line, _("A rating is 1, 2, 3, 4 or 5; this line was not used."))
        elif number in anchors:
            self.warn(line, _("Rating %(rating)s is described twice; the second was not used.") % {"rating": number})
        elif len(text) > LIMITS["anchor"]:
            self.too_long(line, "anchor")
        elif text:
            anchors[number] = text
            self.used.update(lines)
            return
        self.used.difference_update(lines)

    def store_minutes(self, value):
        minutes = read_minutes(flow(value.rows))
        if minutes is None:
            self.warn(value.token.line, _("The minutes are not a number from 1 to 60; this line was not used."))
            return
        self.draft.question.minutes = minutes
        self.use_value(value)

    def store_difficulty(self, value):
        difficulty = DIFFICULTIES.get(flow(value.rows).casefold().strip(" ."))
        if difficulty is None:
            self.warn(value.token.line, _("The difficulty is Easy, Medium or Hard; this line was not used."))
            return
        self.draft.question.difficulty = difficulty
        self.use_value(value)

    def store_stage(self, value):
        name = flow(value.rows).casefold().strip(" .")
        stage = next((stage for stage in Stage if name in (stage.name.casefold(), str(stage.value))), None)
        if stage is None:
            self.warn(
                value.token.line,
                _("The stage is Opening, Foundations, Core, Depth or Closing; this line was not used."),
            )
            return
        self.draft.stage = stage.value
        self.use_value(value)

    def store_material(self, value):
        label, token = value.token.label, value.token
        rows = value.rows
        title = plain(rows[0][1]) if rows and rows[0][0] == token.line else ""
        kind = label.qualifier.casefold().strip()
        body = material_body(token.body or (rows[1:] if title else rows))
        if kind not in ("code", "diagram", "scenario"):
            self.warn(token.line, _("A material is code, a diagram or a scenario; this one was not used."))
        elif not body.strip():
            self.warn(token.line, _("Nothing to show stands below this material; it was not used."))
        elif len(body) > LIMITS["material"] or len(title) > TITLE_AT_MOST:
            self.warn(token.line, _("This material is too long and was not used."))
        else:
            self.draft.question.materials.append({"kind": kind, "title": title, "body": body})
            self.use_value(value)

    def fits(self, value, kind, text) -> bool:
        if len(text) > LIMITS[kind]:
            self.too_long(value.token.line, kind)
        return len(text) <= LIMITS[kind]

    # Sections

    def read_section(self, at, token):
        """A heading, or a line about the whole set: language, licence, source, title."""
        kind = token.kind
        if kind in ("language", "licence", "source", "title", "introduction"):
            self.read_about_set(at, token)
            return
        self.close_question()
        self.orphan = False
        self.loose = []
        rows, tail = self.split_tail(at, token.rows) if token.rows else ([], [])
        if kind == "heading":
            self.section = None
            if not rows:
                self.used.add(token.line)
        else:
            self.open_section(token)
            if rows and not self.continue_section(rows):
                self.section = None
                self.read_loose(rows)
        if tail:
            self.start_question(tail)

    def open_section(self, token):
        kind, side = token.kind, token.label.qualifier
        self.use_bare_label(token)
        if kind == "tips":
            self.section = {"kind": "tips", "side": side, "do": None, "bulleted": False}
            return
        if kind not in ("dos", "donts"):
            self.section = {"kind": kind, "bulleted": False, "begun": False}
            return
        known = self.last_side if side not in ("interviewers", "interviewees") else side
        if known is None:
            self.warn(
                token.line, _("This heading does not say for whom; its tips were taken as tips for interviewers.")
            )
            known = "interviewers"
        self.section = {"kind": "tips", "side": known, "do": "do" if kind == "dos" else "dont", "bulleted": False}

    @property
    def last_side(self):
        """For whom the tips last read were: "Don'ts" after "For interviewers" and its "Dos"."""
        if self.section and self.section["kind"] == "tips":
            return self.section["side"]
        return self.set.tips[-1]["audience"] if self.set.tips else None

    def continue_section(self, rows) -> bool:
        """Read a block into the open section; false if it is not part of it."""
        return {
            "tips": self.read_tips,
            "audience": self.read_audience,
            "conclusion": self.read_conclusion,
            "introduction": self.read_introduction,
        }[self.section["kind"]](rows)

    def read_tips(self, rows) -> bool:
        lead, items = list_items(rows)
        if items:
            self.section["bulleted"] = True
            self.use_lead(lead)
        elif self.section["bulleted"] or self.section["do"] is None or any(asks(text) for _number, text in rows):
            return False
        for numbers, text in items or [([number], plain(text)) for number, text in rows]:
            if len(text) > LIMITS["tip"]:
                self.too_long(numbers[0], "tip")
            elif text:
                kind = self.section["do"] or ("dont" if WARNS_OFF.match(text) else "do")
                self.set.tips.append({"audience": self.section["side"], "kind": kind, "text": text, "line": numbers[0]})
                self.used.update(numbers)
        return True

    def read_audience(self, rows) -> bool:
        lead, items = list_items(rows)
        if items:
            self.section["bulleted"] = True
            self.use_lead(lead)
        elif self.section["bulleted"]:
            return False
        elif not self.section["begun"] and all(map(is_lead, rows)):
            self.use(rows)
            return True
        elif not all(WHO_USE.match(plain(text)) for _number, text in rows):
            return False
        self.section["begun"] = True
        for numbers, text in items or [([number], plain(text)) for number, text in rows]:
            split = WHO_USE.match(text)
            row = (
                {"who": plain(split["who"]), "use": plain(split["use"].lstrip("*_ "))}
                if split
                else {"who": text, "use": ""}
            )
            if len(row["who"]) > LIMITS["who"]:
                self.too_long(numbers[0], "who")
            elif row["who"]:
                self.set.audience.append(row)
                self.used.update(numbers)
        return True

    def read_conclusion(self, rows) -> bool:
        """The first block whatever it is; after it only sentences: a heading or a question to the reader ends it."""
        ends = is_heading(rows) or asks(rows[-1][1]) or names_a_set(rows[0][1])
        if (self.section["begun"] and ends) or (self.conclusion and not self.section["begun"]):
            return False
        self.section["begun"] = True
        self.conclusion.append(flow(rows))
        self.use(rows)
        return True

    def read_introduction(self, rows) -> bool:
        if is_heading(rows) or (len(rows) == 1 and asks(rows[0][1])):
            return False
        self.add_introduction(rows)
        return True

    def use_lead(self, lead):
        """ "These questions can be used by:" only leads to the list; other text before a list stays unused."""
        self.use([row for row in lead if is_lead(row)])

    def read_about_set(self, at, token):
        kind = token.kind
        if kind in ("title", "introduction"):
            self.close_question()
            self.section, self.orphan = None, False
        elif self.value and self.value.empty:
            self.close_value()
        self.open_new_set(more_follows=at < self.last_strong, title_line=token.line if kind == "title" else None)
        rows, tail = self.split_tail(at, token.rows) if token.rows else ([], [])
        if kind == "introduction":
            if not (self.introduction and self.set.questions):
                self.use_bare_label(token)
                self.section = {"kind": kind, "bulleted": False, "begun": False}
                if rows and not self.read_introduction(rows):
                    self.section = None
        elif rows:
            text = plain(rows[0][1]) if rows[0][0] == token.line else ""
            text = read_language(text) if kind == "language" else text
            if not text or getattr(self.set, kind):
                self.warn(token.line, _("This line about the set is empty or repeated; it was not used."))
            elif len(text) > LIMITS[kind]:
                self.too_long(token.line, kind)
            elif kind == "title":
                self.set_title(token.line, text)
            else:
                setattr(self.set, kind, text)
                self.used.add(token.line)
            if rows[1:]:
                self.read_plain(rows[1:])
        else:
            self.warn(token.line, _("This line about the set is empty or repeated; it was not used."))
        if tail:
            self.start_question(tail)

    def open_new_set(self, *, more_follows, title_line=None):
        """Begin another set if this one has questions and a title stands after them, with more questions to come."""
        if not self.set.questions or not more_follows:
            return
        titles = [rows for rows in self.loose if names_a_set(rows[0][1])]
        if not titles and self.conclusion:
            titles = [rows for rows in self.loose if is_heading(rows)]
        if not titles and not title_line:
            return
        self.close_set()
        self.sets.append(ParsedSet(line=title_line or titles[0][0][0]))
        waiting, self.loose = self.loose, []
        if title_line:
            return
        rows = titles[0]
        self.set_title(rows[0][0], plain(rows[0][1]))
        following = [rows[1:], *waiting[next(at for at, block in enumerate(waiting) if block is rows) + 1 :]]
        for block in filter(None, following):
            self.read_loose(block)

    def close_set(self):
        self.set.introduction, self.introduction = "\n\n".join(self.introduction), []
        self.set.conclusion, self.conclusion = "\n\n".join(self.conclusion), []

    # Accounts

    def use(self, rows):
        self.used.update(number for number, _text in rows)

    def use_bare_label(self, token):
        """A heading is read whatever becomes of the text below it; text on its own line must be read itself."""
        if not token.label.text:
            self.used.add(token.line)

    def use_value(self, value):
        self.used.update(value.lines)

    def too_long(self, line, kind):
        if kind == "points":
            self.warn(line, _("This point is longer than 90 characters and was not used. Shorten it, or make it two."))
        else:
            self.warn(
                line,
                _("This text is longer than %(limit)s characters and was not used.") % {"limit": f"{LIMITS[kind]:,}"},
            )

    def warn(self, line, message):
        self.warnings.append({"line": line, "message": message})

    def finish(self) -> ParsedDocument:
        self.drop_empty_set()
        sets = self.sets
        for parsed in sets:
            if not parsed.title:
                self.warn(parsed.line, _("This set has no title. Give it one before you import it."))
        damaged = [number for number, line in enumerate(self.lines, 1) if "\ufffd" in line]
        if damaged:
            self.warn(
                damaged[0], _("Some characters could not be read and show as “\ufffd”, first on this line. Check them.")
            )
        rejected = [
            {"line": number, "text": cut(line.strip())}
            for number, line in enumerate(self.lines, 1)
            if line and number not in self.used
        ]
        self.warnings.sort(key=lambda warning: warning["line"])
        if len(self.warnings) > WARNINGS_AT_MOST:
            del self.warnings[WARNINGS_AT_MOST:]
            self.warn(self.warnings[-1]["line"], _("There is more to mend below this line; the list ends here."))
        return ParsedDocument(sets=sets, rejected=rejected, warnings=self.warnings)

    def drop_empty_set(self):
        """A set without questions is none, and all its lines are unused. Only the last one can be without."""
        if self.set.questions:
            return
        dropped = self.sets.pop()
        if self.sets:
            self.warn(dropped.line, _("No question follows this title, so it and what stands below it were not used."))
        elif any(self.lines):
            self.warn(
                1, _("No question was found. A question has labels below it, such as “When to ask:” or “Answer:”.")
            )
        self.used = {number for number in self.used if self.sets and number < dropped.line}


def stage_warning(question: ParsedQuestion) -> str:
    """What to say of a question whose stage is a guess, or ""."""
    if question.stage_matched:
        return ""
    if not question.when_to_ask:
        message = _("“%(question)s” does not say when to ask it. It was put in Core: check the stage.")
    else:
        message = _("When to ask “%(question)s” names no stage we know. It was put in Core: check the stage.")
    return message % {"question": question.short_name}


def answer_warning(question: ParsedQuestion) -> str:
    """What to say of a question without an answer, or ""."""
    return "" if question.answers else _("“%(question)s” has no reference answer.") % {"question": question.short_name}


def strong_runs(tokens: list[Token]) -> list[bool]:
    """For each token: whether it is a label of a question, with one in its run that only questions have."""
    strong = [False] * (len(tokens) + 2)
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if token.is_question_label:
            # A label on a line of its own has its text in the next token; the run goes on behind that.
            skip = (
                2 if not token.rows and not token.body and at + 1 < len(tokens) and tokens[at + 1].label is None else 1
            )
            strong[at] = token.kind in STRONG or strong[at + skip]
    return strong[: len(tokens)] if tokens else []


def could_be_question(rows) -> bool:
    """Not a list of several bullets, not code, not the title of a set."""
    if names_a_set(rows[-1][1]):
        return False
    return sum(bool(BULLET.match(row)) for _number, row in rows) <= 1 and not rows[0][1].lstrip().startswith("```")


def tidy_title(text: str) -> str:
    """ "Top 25 Deep Learning Interview Questions and Answers" becomes "Deep Learning"."""
    short = PLURAL_TITLE.sub(
        "", re.sub(r"^(?:top )?[0-9]{1,4}\+? (?=\S+ .*interview)", "", text, flags=re.IGNORECASE)
    ).strip(" -–—:|")
    return short or text


def read_minutes(text: str) -> int | None:
    """Whole minutes from "5", "about 5 minutes", "4–6 min" (the longer), "90 seconds"; None outside 1 to 60."""
    found = MINUTES.fullmatch(text.casefold().strip(" ."))
    if not found:
        return None
    amount = float((found["to"] or found["amount"]).replace(",", "."))
    unit = found["unit"] or "m"
    minutes = math.ceil(amount / 60 if unit.startswith("s") else amount * 60 if unit.startswith("h") else amount)
    return minutes if 1 <= minutes <= 60 else None


def read_language(text: str) -> str:
    """The code of a language we know by name, a code as it is, else the text."""
    known = LANGUAGES.get(text.casefold())
    return known or (text.lower() if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?", text) else text)


def material_body(rows) -> str:
    """Verbatim, without the fence and the indentation that set it off."""
    texts = [text for _number, text in rows]
    if texts and texts[0].lstrip().startswith("```"):
        texts = texts[1:-1] if len(texts) > 1 else []
    return textwrap.dedent("\n".join(texts)).strip("\n")


def cut(text: str) -> str:
    return text if len(text) <= REJECTED_TEXT_AT_MOST else text[: REJECTED_TEXT_AT_MOST - 1] + "…"


FIELDS = {
    "when": "when_to_ask", "why": "why_ask", "how": "how_to_ask",
    "short_name": "short_name", "competency": "competency", "topic": "topic",
}  # fmt: skip
STORES = {
    **dict.fromkeys(FIELDS, Reader.store_words),
    **dict.fromkeys(("points", "follow_ups", "parts"), Reader.store_items),
    "answer": Reader.store_answer,
    "anchor": Reader.store_anchor,
    "anchors": Reader.store_anchors,
    "minutes": Reader.store_minutes,
    "difficulty": Reader.store_difficulty,
    "stage": Reader.store_stage,
    "material": Reader.store_material,
}
# As long as the bank keeps them (questionbank.models); a longer text is listed, never cut.
LIMITS = {
    "question": 2000, "when": 1000, "why": 2000, "how": 2000, "short_name": 48, "competency": 48, "topic": 120,
    "answer": 8000, "points": 90, "follow_ups": 400, "parts": 400, "anchor": 240, "material": 20_000,
    "tip": 400, "who": 120, "title": 120, "language": 12, "licence": 80, "source": 200,
}  # fmt: skip


PART_LETTER = re.compile(r"^\(?[a-h][).]\s+")
RATING_LEAD = re.compile(
    r"\s*(?:[•*–—-]\s+)?(?:(?:rating|score)\s+)?(?P<rating>[0-9]{1,3})\s*[:.)=–—-]\s*(?P<text>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
WARNS_OFF = re.compile(r"(?:don['’]?t|do not|avoid|never|refrain|stop)\b", re.IGNORECASE)
WHO_USE = re.compile(r"(?P<who>[^:–—]{1,140}?)(?:\s*:(?!//)|\s+[–—-])\s*(?P<use>\S.*)")
MINUTES = re.compile(
    r"(?:about|around|approx\.?|ca\.?|up to|~|≈)?\s*(?P<amount>[0-9]{1,4}(?:[.,][0-9]{1,2})?)"
    r"(?:\s*(?:-|–|—|to)\s*(?P<to>[0-9]{1,4}))?"
    r"\s*(?P<unit>m|min|mins|min\.|minutes?|s|sec|secs|seconds?|h|hours?|hrs?|')?"
)
DIFFICULTIES = {
    **dict.fromkeys(("easy", "beginner", "junior", "basic", "entry", "entry level", "low"), "easy"),
    **dict.fromkeys(("medium", "intermediate", "mid", "mid-level", "moderate", "middle"), "medium"),
    **dict.fromkeys(("hard", "difficult", "advanced", "senior", "expert", "high"), "hard"),
}
LANGUAGES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es",
    "español": "es",
    "italian": "it", "italiano": "it", "portuguese": "pt", "português": "pt", "dutch": "nl", "nederlands": "nl",
    "polish": "pl", "polski": "pl", "czech": "cs", "čeština": "cs", "swedish": "sv", "danish": "da", "norwegian": "no",
    "finnish": "fi", "hungarian": "hu", "romanian": "ro", "russian": "ru", "русский": "ru", "ukrainian": "uk",
    "turkish": "tr", "arabic": "ar", "hindi": "hi", "chinese": "zh", "japanese": "ja", "korean": "ko",
}  # fmt: skip
