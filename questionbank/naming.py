"""Short names for questions, for the rail of the live room."""

import re

AT_MOST = 48
READ_AT_MOST = 500


def short_name(question_text: str) -> str:
    """Name a question in at most 48 characters: "Can you explain what a join is?" becomes "Join".

    Works by English wording; text in another language stays as it is, cut at a word if it is too long.
    """
    text = plain(question_text[:READ_AT_MOST])
    if FOREIGN.search(text):
        return cut_at_word(text)
    subject = subject_of(POLITE.sub("", text))
    return fit(capitalise(text if not subject or POINTING.match(subject) else subject))


# "How would you explain this to …": what "this" is, stands in an earlier question.
POINTING = re.compile(r"(?:this|that|these|those|it|them)\b", re.IGNORECASE)


FOREIGN = re.compile(r"[^\W\da-zA-Z]{2}|\b(?:el|la|los|las|del|una|uma|les|des|der|das|und|est|ist|y)\b", re.IGNORECASE)

POLITE = re.compile(
    r"^(?:(?:so|now|okay|ok|please|briefly|in your own words|in general|for example)[, ]+)*"
    r"(?:(?:can|could|would|will) (?:you|we)(?: please| briefly| also)? (?=[a-z]+))?",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """One line, without Markdown marks, numbering, and what stands after the first sentence."""
    text = " ".join(re.sub(r"[`*]+|(?<!\w)_+|_+(?!\w)", "", text).replace("’", "'").split())
    text = re.sub(r"^(?:#+ |(?:q|question)? ?\d{1,4}[.:)] )", "", text, flags=re.IGNORECASE)
    first = re.split(r"(?<=[\w)\"”'])[?!.] +(?=[A-Z])|[?？] ", text, maxsplit=1)[0]
    return first.strip(" ?!.:;,？。")


def subject_of(text: str) -> str:
    """What the question is about, or "" if no known opening was found."""
    for opening, rewrite in OPENINGS:
        if found := opening.match(text):
            return trim_tail(rewrite(found))
    return trim_clause(text)


def rest(found):
    """Keep the words after the opening, without the frame "the role of", "some", "your" …"""
    words = found["rest"]
    if told := re.match(r"(?:what|which) (?P<what>.+?) (?:is|are|means?|does|do)$", words, re.IGNORECASE):
        words = told["what"]
    return strip_frame(words)


def strip_frame(words: str) -> str:
    previous = None
    while words != previous:
        previous = words
        words = FRAME.sub("", words)
    return words


FRAME = re.compile(
    r"^(?:(?:(?:some|one|any) of|the|an?|some|any|your|its|to (?:me|us))\s+"
    r"|(?:(?:main|key|major|basic|exact|notable|important) )?(?:differences?|distinction|comparison)"
    r" (?:between|on the usage of):?\s+"
    r"|(?:(?:main|basic) )?(?:concept|idea|notion|meaning|definition|role|purpose|function|importance|significance"
    r"|point|term) of\s+)",
    re.IGNORECASE,
)


def gerund_and_rest(found):
    """ "measure the success of …" becomes "measuring the success of …"; verbs that say little are left out."""
    verb, words = found["verb"].lower(), found["rest"]
    if verb in LIGHT_VERBS:
        return strip_frame(words)
    if verb in DOUBLING:
        verb += verb[-1]
    elif verb.endswith("e") and not verb.endswith("ee"):
        verb = verb[:-1]
    return f"{verb}ing {words}"


LIGHT_VERBS = {
    "handle",
    "use",
    "address",
    "approach",
    "explain",
    "describe",
    "define",
    "deal with",
    "work with",
    "go about",
}
DOUBLING = {
    "begin",
    "cut",
    "debug",
    "get",
    "log",
    "map",
    "plan",
    "put",
    "run",
    "scan",
    "set",
    "ship",
    "stop",
    "swap",
    "wrap",
}

HELPERS = (
    r"(?:help|work|differ|affect|impact|influence|improve|prevent|contribute|relate|behave|compare|function|handle)"
)

OPENINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), rewrite)
    for pattern, rewrite in (
        (r"tell (?:me|us) about (?P<rest>a time .+)", lambda found: found["rest"]),
        (r"(?:what|how much) experience do you have (?P<rest>.+)", lambda found: f"experience {found['rest']}"),
        (r"(?:have you ever|have you|did you ever) (?:used|worked with|heard of|seen) (?P<rest>.+)", rest),
        (r"do you have (?P<rest>experience .+)", rest),
        (r"(?:what (?:does|do)) (?P<rest>.+?) (?:do|mean|stand for|indicate)\b", rest),
        (
            r"what (?P<rest>(?:kinds?|types?|sorts?) of (?:(?! would| will| do| does).)+?)"
            r"(?: are there| exist| do you know)?$",
            rest,
        ),
        (
            r"what (?:tools|techniques|methods).*?\bdo you use (?:for |to |when )?(?P<rest>.+)",
            lambda f: f"tools for {f['rest']}",
        ),
        (r"what(?:'s| is| are| was| were| do you (?:mean|understand) by) (?P<rest>.+)", rest),
        (rf"how (?:does|do|did) (?!you\b|we\b|one\b|i\b)(?P<rest>.+?) {HELPERS}\b", rest),
        (
            r"how (?:do|would|can|could|should|did|will) (?:you|we|one|i) "
            r"(?P<verb>deal with|work with|go about|(?!go\b)[a-z]+) (?P<rest>.+)",
            gerund_and_rest,
        ),
        (r"how (?:is|are) (?P<rest>.+?) (?:used|different|implemented|defined|computed|created|declared)\b", rest),
        (r"when (?:would|should|do|might) (?:you|we|one) (?P<rest>.+)", lambda found: f"when to {found['rest']}"),
        (r"why (?:would|should|do|might) (?:you|we|one) (?P<rest>.+)", lambda found: f"why {found['rest']}"),
        (
            r"(?:explain|describe|define|discuss|outline|summari[sz]e|elaborate on|tell (?:me|us)(?: about)?"
            r"|(?:talk|walk)(?: (?:me|us))? (?:through|about)"
            r"|give(?: (?:me|us))? an? (?:\w+ )?(?:example|overview|definition) (?:of|for)"
            r"|offer an? \w+ ?\w* for) (?P<rest>.+)",
            rest,
        ),
    )
)

CLAUSE = re.compile(
    r",? and (?:how|why|what|where|when|which|who)\b.*|,? and how/why\b.*"
    r"|, (?:and |or )?(?:how|why|what|where|when|which|who|can|could|do|does|is|are|would|if)\b.*"
    r"|; .*| [–—] .*|: .*",
    re.IGNORECASE,
)
FIELD = re.compile(
    r" (?:used|needed|required|that (?:you|we)|which (?:you|we)) .*| (?:in|within) (?!order\b).*", re.IGNORECASE
)
# "Steps in training a network" means nothing without its second half.
NEEDS_ITS_FIELD = re.compile(
    r"^(?:steps|stages|phases|trends|challenges|changes|differences?|issues|problems|role|use|advances|benefits|parts"
    r"|how\b.*|why\b.*|when\b.*|experience\b.*|.*ing|.* (?:one|each|cases?|examples?|ways?))$",
    re.IGNORECASE,
)


def trim_tail(subject: str) -> str:
    """Without second questions ("…, and why?") and without the field it all happens in ("… in deep learning")."""
    subject = re.sub(r"\bof using ", "of ", trim_clause(subject))
    head = FIELD.sub("", subject)
    return subject if not head or NEEDS_ITS_FIELD.match(head) else head


def trim_clause(text: str) -> str:
    head = CLAUSE.sub("", text).strip(" ,")
    return text if not head or NOT_ALONE.search(head) else head


NOT_ALONE = re.compile(r"^(?:how|why|what|where|when|which|who)$|\b(?:is|are|between|of)$", re.IGNORECASE)


def capitalise(text: str) -> str:
    """Upper-case the first letter, unless the first word carries capitals of its own (iOS)."""
    first = text.partition(" ")[0]
    return text if first[1:] != first[1:].lower() or re.search(r"[.(=]\w", first) else text[:1].upper() + text[1:]


BOUNDARY = re.compile(
    r" (?:for|with|when|that|which|by|to|on|at|from|versus|via|as|in|if|because|while|during)\b", re.IGNORECASE
)
DANGLING = re.compile(
    r"(?:[\s,;:–—-]+(?:and|or|but|the|an?|of|to|in|on|at|for|with|by|from|is|are|be|that|which|who|you|your|between|as|its?))+$",
    re.IGNORECASE,
)


def fit(name: str) -> str:
    """At most 48 characters: a shorter list, else the words before a preposition, else cut at a word with "…"."""
    if len(name) <= AT_MOST:
        return name
    if len(listed := name.replace(", and ", ", ")) <= AT_MOST:
        return listed
    heads = [name[: cut.start()] for cut in BOUNDARY.finditer(name, 0, AT_MOST + 6) if cut.start() <= AT_MOST]
    if heads and len(heads[-1]) >= 16 and not DANGLING.search(heads[-1]):
        return heads[-1].rstrip(" ,;:")
    return cut_at_word(name)


def cut_at_word(name: str) -> str:
    """At most 48 characters, ended by "…" if something was cut; a single longer word is cut through."""
    if len(name) <= AT_MOST:
        return name
    cut = name[:AT_MOST].rpartition(" ")[0] or name[: AT_MOST - 1]
    return DANGLING.sub("", cut).rstrip(" ,;:(–—-") + "…"
