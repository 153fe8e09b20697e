"""Hostile values, as hypothesis draws them. Long ones are repetitions, so that drawing them costs nothing.

A value is text or bytes. Text may hold lone surrogates: in a form they travel as the bytes a broken client would send, in
JSON as escapes.
"""

import json

from hypothesis import strategies as st

LONGEST = 30 * 1024

EDGES = [
    "",
    " ",
    "0",
    "-1",
    "1.5",
    "1e400",
    "NaN",
    "Infinity",
    "true",
    "None",
    "null",
    "on",
    "٣",  # a digit to isdecimal() and int(), not to SQL
    "²",  # a digit to isdigit() only
    "1_000",
    "+1",
    " 1 ",
    "2147483648",
    "9223372036854775808",
    "9" * 30,
    "9" * 5000,  # more digits than int() takes
    "-" + "9" * 5000,
    "0001-01-01",
    "0000-00-00",
    "99999-01-01",
    "2026-02-30",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "9999-12-31 23:59:59.999999",
    "2026-03-29T02:30",  # does not exist in half of Europe
    "24:00",
    "1:00",
    "99999999:00",
    "2026-11-27T09:00:00+99:99",
    "\0",
    "a\0b",
    "\ud800",
    "a\udfffb",
    "\x1b[2J\x07\x08",
    "\r\n\r\n",
    "\u202e\u2066\u200f\u061c",
    "\u2028\u2029\x85",
    "\ufeff",
    "\ufffe\uffff",
    "\U0010ffff",
    "Z" + "\u0301" * 300,
    "ß" * 120,  # longer once in capitals
    "İ" * 120,  # longer once in small letters
    "%00%ff%s%(x)s{0}{x.__class__}",
    "{{ 7|add:7 }}{% load x %}",
    "' OR 1=1 --",
    "\\",
    "\\u0000",
    "*:* & ! ( | <->",
    "'\":*&|!()",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "//evil.example/",
    "javascript:alert(1)",
    "a@b@c",
    "a" * 300 + "@example.test",
    "x@" + "é" * 70 + ".test",
    "x@[127.0.0.1]",
    "Europe/Nowhere",
    "../UTC",
    "/etc/localtime",
    "UTC\0",
    "{}",
    "[]",
    '"x"',
    '{"a": 1}',
    '{"a": "\\ud800"}',
    '{"a": "\\u0000"}',
    '{"summary": "\\ud800"}',
    '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}',
    '{"id": [], "response": {"clientDataJSON": "!", "attestationObject": null}}',
    "[" * 5000,
    "[" * 5000 + "]" * 5000,
    "00000000-0000-0000-0000-000000000000",
    "urn:uuid:{00000000-0000-0000-0000-000000000000}",
    b"\xff\xfe\xfd",
    b"\xc0\x80",
    b"\xf0\x9f",
]

alphabet = st.one_of(
    st.characters(min_codepoint=32, max_codepoint=126),
    st.sampled_from("\0\x01\x1f\x7f\x85\r\n\t\u200b\u200f\u202e\u2028\ud800\udc00\ufffd\U0001f469\u0301ßIİ"),
)
short_text = st.text(alphabet, max_size=30)
long_text = st.builds(
    lambda piece, size: (piece * (size // len(piece) + 1))[:size],
    st.one_of(
        st.sampled_from(
            ["a", "a ", "\n", "9", "(", "\0", "\u0301", "W", "1. ", "- ", "<b>", "@3 ", "Q: ", "\ud800", " "]
        ),
        st.text(alphabet, min_size=1, max_size=8),
    ),
    st.sampled_from([91, 121, 201, 401, 1001, 2001, 4001, 8001, 20_001, LONGEST]),
)
numbers = st.one_of(st.integers(-5, 70), st.integers(), st.floats()).map(str)
values = st.one_of(st.sampled_from(EDGES), st.sampled_from(EDGES), numbers, short_text, long_text)

NOBODY_ASKED = ["x", "__proto__", "a[b]", "csrfmiddlewaretoken", "pk", "id", "_method", "\0", "é", "form-TOTAL_FORMS"]
names = st.one_of(st.sampled_from(NOBODY_ASKED), short_text)

json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**30, -(10**19), 2**63, 1.5]),
        st.floats(),
        values.filter(lambda value: isinstance(value, str)),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(short_text, inner, max_size=3)),
    max_leaves=8,
)
BROKEN_JSON = [
    b"",
    b"{",
    b"[" * 60_000,
    b'{"a":' * 9000,
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"9" * 5000,
    b"NaN",
    b'"\\ud800"',
    b"null",
    "{}".encode("utf-16"),
]
# Escapes, so that surrogates stay what they are.
json_bodies = st.one_of(st.sampled_from(BROKEN_JSON), json_values.map(lambda value: json.dumps(value).encode()))

FILES = [
    b"",
    b"\0" * 4000,
    bytes(range(256)) * 20,
    b"PK\x03\x04" + b"\xff" * 300,
    b"PK\x05\x06" + b"\0" * 18,
    b"%PDF-1.7\n%\xff\xff",
    b"\xef\xbb\xbf\xef\xbb\xbfQ",
    "Frage: ä?\nWhen to Ask: Early\n".encode("utf-16"),
    "Frage: ä?\n".encode("latin-1"),
    b"\xff\xfe\0",
    b"\x1b$B\x1b(B" * 50,
    b"{" * 3000,
    b'{"sets": [{"questions": [{"text": 1}]}]}',
    b'{"title": null, "questions": {}}',
    b"question,answer\n\"'=cmd|' /C calc'!A0,\n",
    b'"' * 3001,
    b"text,when\r\n" * 2000,
    b"# A\n\n" * 3000,
    b"> " * 5000,
    b"* " * 5000,
    b"[](" * 3000,
    b"<!DOCTYPE x [<!ENTITY a 'a'><!ENTITY b '&a;&a;'>]><x>&b;</x>",
    b"---\n? [\n" * 500,
    b"Proposed Answer 1\n" * 500,
    b"When to Ask:\nWhy Ask:\nHow to Ask:\n" * 300,
]
FILE_NAMES = ["a.txt", "a.csv", "a.json", "a.md", "a.docx", "a.xlsx", "a.zip", "", "\0.txt", "../a.txt", "ä" * 300, "."]
files = st.tuples(st.sampled_from(FILE_NAMES), st.one_of(st.sampled_from(FILES), st.binary(max_size=60)))
