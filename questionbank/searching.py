"""Search of the question bank: what people type, the questions it finds, and where they say it.

`Question.objects.search(words)` is built from this. What it reads is kept by triggers; their migration explains how
text is prepared, and shares the private characters below.
"""

import re
from dataclasses import dataclass, field

from django.contrib.postgres.search import SearchQueryField
from django.db import connection, models
from django.utils.html import escape
from django.utils.safestring import mark_safe

from questionbank.models.search import NameLexemes, QuestionSearch, SearchWord

RANKED_AT_MOST = 200
COUNTED_AT_MOST = 1000
# So many are weighed against each other: first those with the words in short name or text, of which so many are
# looked at; then any, until counting stops.
NAMED_AT_MOST = 2000
NAMED_CANDIDATES = 400
READ_AT_MOST = 200
WEIGHTS = [0.05, 0.15, 0.4, 1.0]  # answers, guidance, topic and competency, short name and text

START, STOP = "\x01", "\x02"
FROM_READABLE = str.maketrans({"\x03": "<", "\x04": ">", "\x05": "/", "\x06": None})


@dataclass(frozen=True)
class Search:
    """What was typed, read: `query` is a tsquery ("" finds nothing), `instead` what unknown words may have meant."""

    words: str
    query: str
    instead: dict = field(default_factory=dict)


def read_words(words):
    """Read what was typed, at most 200 characters of it. Two or three queries of about a millisecond.

    The last word may still be being typed, so its beginning is enough. Quotation marks, `or` and `-word` mean what
    they do on the web. A word that no question has is replaced by those it is most like.
    """
    words = " ".join(words.replace("\0", " ").split())[:READ_AT_MOST]
    if OPERATORS.search(words):
        return Search(words, _tsquery(words, ""))
    unknown = _unknown_words(words)
    known = [word for word in words.split() if word.casefold() not in unknown]
    query = _tsquery(" ".join(known[:-1]), known[-1] if known else "")
    alike = [" | ".join(f"'{word}'" for word in meant) for meant in unknown.values() if meant]
    if len(alike) < len(unknown):
        return Search(words, "", unknown)
    return Search(words, " & ".join(f"({part})" for part in [query, *alike] if part), unknown)


OPERATORS = re.compile(r"[\"“”]|(?:^|\s)-\w|\sor\s", re.IGNORECASE)


def _unknown_words(words):
    """Words that are, and begin, no word of the bank, each with up to three that it is like."""
    plain = {word.casefold() for word in words.split() if LETTERS.fullmatch(word)}
    if not plain:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(UNKNOWN_SQL.format(table=SearchWord._meta.db_table), [sorted(plain)])
        return {typed: meant or [] for typed, meant in cursor.fetchall()}


# Scripts with spaces only: the others are read by the character, and nobody mistypes half a character.
LETTERS = re.compile(r"[^\W\d_\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]{4,40}")
UNKNOWN_SQL = """
    SELECT typed, (
        SELECT array_agg(word) FROM (
            SELECT word FROM {table} WHERE word %% folded AND abs(length(word) - length(folded)) <= 3
            GROUP BY word ORDER BY similarity(word, folded) DESC, word LIMIT 3
        ) AS near)
    FROM (SELECT typed, lower(unaccent(typed)) AS folded FROM unnest(%s::text[]) AS typed) AS given
    WHERE NOT EXISTS (SELECT FROM {table} WHERE word ~>=~ folded AND word ~<~ (folded || chr(1114111)))
"""


def _tsquery(head, last):
    with connection.cursor() as cursor:
        cursor.execute("SELECT bank_query(%s, %s)::text", [head, last])
        return cursor.fetchone()[0] or ""


class TsQuery(models.Func):
    """A tsquery in PostgreSQL's own notation."""

    template = "%(expressions)s::tsquery"
    output_field = SearchQueryField()

    def __init__(self, text):
        super().__init__(models.Value(text))


class Has(models.Func):
    """Whether a document has what a query asks for. Uses the document's index."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = models.BooleanField()


class Rank(models.Func):
    function = "ts_rank"
    template = "%(function)s(%(weights)s::real[], %(expressions)s, 1)"
    output_field = models.FloatField()

    def __init__(self, document, query):
        super().__init__(document, query, weights="'{" + ", ".join(map(str, WEIGHTS)) + "}'")


def ranked(questions, search):
    """The best 200 of a queryset, best first, each with its `rank`. One query; filter before, not after.

    Each also knows `found_in_all`: how many match, exact up to 1,000 and larger than that for any more.
    """
    if not search.query:
        return questions.none()
    query = TsQuery(search.query)
    named = QuestionSearch.objects.filter(Has(NameLexemes("document"), query)).values("pk")[:NAMED_AT_MOST]
    near = questions.filter(pk__in=named).order_by().values("pk")[:NAMED_CANDIDATES]
    matching = questions.filter(Has(models.F("search__document"), query)).order_by()
    candidates = near.union(matching.values("pk")[: COUNTED_AT_MOST + 1], all=True)
    found = questions.model.objects.filter(pk__in=candidates).annotate(
        rank=Rank(models.F("search__document"), query), found_in_all=models.Window(models.Count("pk"))
    )
    return found.order_by("-rank", "pk")[:RANKED_AT_MOST]


def count_at_most(questions):
    """How many, and whether there are more: at most 1,000, for "1,000+". One query that stops counting there."""
    return capped(questions.order_by()[: COUNTED_AT_MOST + 1].count())


def capped(count):
    return (COUNTED_AT_MOST, True) if count > COUNTED_AT_MOST else (count, False)


@dataclass
class Highlights:
    """One question's texts as safe HTML, with what was found in `<mark>`.

    `excerpt` is from guidance or answers, where name and text do not say it.
    """

    name: str
    text: str
    excerpt: str


def highlight(questions, search):
    """Gives every question of a page its `found`: `Highlights`. One query however many, about 1 ms per ten."""
    questions = list(questions)
    with connection.cursor() as cursor:
        cursor.execute(
            HIGHLIGHT_SQL,
            {"query": search.query, "ids": [one.pk for one in questions], "whole": WHOLE, "excerpt": EXCERPT},
        )
        found = {pk: Highlights(*map(_marked, texts)) for pk, *texts in cursor.fetchall()}
    for question in questions:
        question.found = found.get(question.pk)
    return questions


WHOLE = 'StartSel="\x01", StopSel="\x02", HighlightAll=true'
EXCERPT = 'StartSel="\x01", StopSel="\x02", MaxFragments=1, MinWords=8, MaxWords=22, ShortWord=0'
HIGHLIGHT_SQL = """
    SELECT question.id,
        ts_headline(config, bank_readable(question.short_name), query, %(whole)s),
        ts_headline(config, bank_readable(question.text), query, %(whole)s),
        CASE WHEN rest @@ query AND NOT named @@ query THEN ts_headline(config, body, query, %(excerpt)s) ELSE '' END
    FROM questionbank_question AS question
    JOIN questionbank_questionsearch AS search ON search.question_id = question.id
    CROSS JOIN (SELECT %(query)s::tsquery AS query) AS asked
    CROSS JOIN LATERAL (
        SELECT ts_filter(search.document, '{a}') AS named, ts_filter(search.document, '{c,d}') AS rest
    ) AS parts
    CROSS JOIN LATERAL (SELECT bank_readable(left(concat_ws(' · ', nullif(question.when_to_ask, ''),
            nullif(question.why_ask, ''), nullif(question.how_to_ask, ''),
            (SELECT string_agg(text, ' · ' ORDER BY position, id) FROM questionbank_referenceanswer
              WHERE question_id = question.id),
            (SELECT string_agg(text, ' · ' ORDER BY position, id) FROM questionbank_point
              WHERE question_id = question.id),
            (SELECT string_agg(text, ' · ' ORDER BY position, id) FROM questionbank_followup
              WHERE question_id = question.id)), 20000)) AS body) AS content
    WHERE question.id = ANY (%(ids)s)
"""


def _marked(prepared):
    """Escaped first; only then do the private characters become markup, which nothing written can hold."""
    safe = escape(prepared.translate(FROM_READABLE))
    return mark_safe(safe.replace(STOP + START, "").replace(START, "<mark>").replace(STOP, "</mark>"))  # noqa: S308
