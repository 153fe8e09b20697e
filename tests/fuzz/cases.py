"""A case: one request, mostly as a page would send it, with something hostile in it; and what it came to."""

import json
import re
import traceback
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from tests.fuzz.endpoints import FILE, undone
from tests.fuzz.values import EDGES, FILES, files, json_bodies, json_values, names, short_text, values

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "evenhand-fuzz"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
ROOT = Path(__file__).resolve().parents[2]

# What pages put into addresses, and what the views read from them.
ASKED = ["q", "after", "before", "page", "sort", "title", "show", "set", "plan", "opening", "candidate", "mine"]
ASKED += ["archived", "tab", "stage", "topic", "competency", "difficulty", "from", "to", "next", "removed", "rating"]
ASKED += ["when_to_ask", "state", "only", "person", "interviewer", "recommendation", "outcome"]
KEYS = ["0", "999999", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 40, "9" * 5000, "-1", "1.5"]
KEYS += ["%00", "%ED%A0%80", "%FF", "x", "a" * 30_000, "%E2%80%AE", "..", "%2F", "%0A", "%D9%A3", "answers", "points"]

CONTENT_TYPES = ["text/plain", "application/json", "", FORM, f"{FORM}; charset=utf-16", f"{FORM}; charset=hex"]
CONTENT_TYPES += [MULTIPART, "multipart/form-data", "multipart/form-data; boundary=", f"{MULTIPART}; charset=hex"]
CONTENT_TYPES += [f"{MULTIPART}; charset=utf-7", "text/plain; charset=hex"]
# Without control characters: a server refuses those before the application sees them.
HEADERS = {
    "HTTP_ACCEPT_LANGUAGE": ["de", "*", "x" * 5000, "en;q=9e9", "../x", ",,,;;;q="],
    "HTTP_HX_TARGET": ["x", "a" * 5000],
    "HTTP_HX_CURRENT_URL": ["", "http://[", "//x", "http://testserver/%00", "http://testserver:99999/", "%ED%A0%80"],
    "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": ["true"],
    "HTTP_REFERER": ["http://[", "http://testserver/%00"],
    "HTTP_ORIGIN": ["http://[", "null"],
    "HTTP_X_FORWARDED_FOR": ["1.2.3.4, x", "::::", "9" * 5000, "1.2.3.4:99"],
    "REMOTE_ADDR": ["", "::1", "fe80::1%eth0"],
    "HTTP_USER_AGENT": ["", "x" * 20_000, "\xff\xfe"],
    "HTTP_IF_MODIFIED_SINCE": ["x", "Thu, 99 Foo 99999 99:99:99 GMT"],
    "HTTP_IF_NONE_MATCH": ["x", '"'],
    "HTTP_X_REQUESTED_WITH": ["XMLHttpRequest"],
    "HTTP_ACCEPT": ["application/json", "*", ";;;q=x"],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["DELETE"],
    "HTTP_CONTENT_ENCODING": ["gzip"],
    "HTTP_RANGE": ["bytes=9-1"],
}
# \000 within quotes is how a cookie spells NUL.
COOKIES = [
    "",
    "x",
    '"\\000"',
    '"abcdefgh\\000"',
    "x" * 4000,
    "\xff" * 20,
    '"\\355\\240\\200"',
    "[" * 3000,
    "{}",
    "a:b:c",
]

# What only scripts send as JSON: they have pages of their own way of writing bodies.
OPERATIONS = {"interviews:scorecard_ops"}
FIELDS = ["notes", "outcome", "points", "parts", "follow_ups", "come_back", "time", "rating", "x", "", "seconds"]
OP = "00000000-0000-4000-8000-00000000000"


@dataclass
class Case:
    """One request. Its repr is what somebody needs to send it again."""

    endpoint: str
    viewer: str
    method: str
    path: str
    query: bytes = b""
    content_type: str = FORM
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    cookies: dict = field(default_factory=dict)
    check_csrf: bool = False

    def __str__(self):
        lines = [f"{self.method} {shortened(self.path)} as {self.viewer or 'nobody'}"]
        for name in ("query", "body", "headers", "cookies", "check_csrf"):
            if value := getattr(self, name):
                lines.append(f"{name}: {shortened(repr(value))}")
        if self.body and self.content_type != FORM:
            lines.append(f"content type: {self.content_type!r}")
        return "\n  ".join(lines)


def shortened(text, at_most=1500):
    return text if len(text) <= at_most else f"{text[:at_most]}… ({len(text):,} characters)"


@dataclass
class ServerError:
    """`origin` tells one error from another: what was raised, and where in the project."""

    case: Case
    origin: tuple
    trace: str


def cases(endpoint, world):
    """The strategy of an endpoint's cases. The simplest one is what the product's own page sends."""
    if endpoint.name in OPERATIONS:
        return st.one_of(operation_cases(endpoint, world), form_cases(endpoint, world))
    return form_cases(endpoint, world)


@st.composite
def form_cases(draw, endpoint, world):
    sample = draw(st.sampled_from(endpoint.samples))
    pairs = changed(draw, endpoint, list(sample.pairs))
    case = Case(endpoint.name, viewer(draw, world, sample), sample.method, path(draw, sample))
    if sample.method == "GET":
        case.query = urlencoded(draw(asked(endpoint, pairs)))
    elif draw(rarely):
        case.content_type, case.body = draw(st.sampled_from(CONTENT_TYPES)), draw(st.one_of(json_bodies, bodies))
    elif any(value is FILE for _name, value in pairs) or draw(rarely):
        case.content_type, case.body = MULTIPART, multipart(draw, pairs)
    else:
        case.body = urlencoded(pairs)
        case.query = urlencoded(draw(asked(endpoint, []))) if draw(rarely) else b""
    surround(draw, case)
    return case


rarely = st.integers(0, 14).map(lambda number: number == 14)  # shrinks to never
sometimes = st.integers(0, 3).map(lambda number: number == 3)
bodies = st.one_of(st.binary(max_size=80), st.sampled_from(FILES))


def viewer(draw, world, sample):
    return draw(st.sampled_from(list(world.people))) if draw(sometimes) else sample.viewer


def path(draw, sample):
    """The sample's, now and then with a key that does not exist, or never could."""
    if not draw(rarely):
        return sample.path
    parts = sample.path.split("/")
    keys = [place for place, part in enumerate(parts) if re.search(r"\d", part) or len(part) > 20]
    if keys:
        parts[draw(st.sampled_from(keys))] = draw(st.sampled_from(KEYS))
    return "/".join(parts)


def changed(draw, endpoint, pairs):
    """The pairs with up to five fields set to something else, sent twice, left out, or never heard of."""
    known = sorted(endpoint.names) or ["x"]
    if draw(st.booleans()):
        pairs = [(name, value or plausible(name)) for name, value in pairs]
    for _change in range(draw(st.integers(0, 5))):
        name = draw(names) if draw(rarely) else draw(st.sampled_from(known))
        kind = draw(st.sampled_from(["set", "choose", "leave out", "repeat"]))
        if kind != "repeat":
            pairs = [pair for pair in pairs if pair[0] != name or (kind == "set" and pair[1] is FILE)]
        if kind == "choose" and endpoint.choices.get(name):
            pairs.append((name, draw(st.sampled_from(sorted(endpoint.choices[name])))))
        elif kind != "leave out":
            pairs.append((name, draw(values)))
    return pairs


def plausible(name):
    """Something that a field that is still empty would take, so that more than refusals are tried."""
    last = name.rpartition("-")[2]
    if "email" in name or name == "login":
        return "somebody@example.test"
    if last in ("at", "since", "until"):
        return "2026-12-01T10:00" if last == "at" else "2026-12-01"
    return "5" if last in ("minutes", "length", "own_length", "breaks", "number") else "Some words"


def asked(endpoint, pairs):
    """What stands behind the question mark: the pairs, and more."""
    known = sorted({*ASKED, *endpoint.names})
    more = st.lists(st.tuples(st.one_of(st.sampled_from(known), names), values), max_size=3)
    return more.map(lambda more: pairs + more)


def surround(draw, case):
    """Headers and cookies: what htmx says, and what no browser does."""
    if draw(st.booleans()):
        case.headers["HTTP_HX_REQUEST"] = "true"
    if draw(sometimes):
        for name in draw(st.lists(st.sampled_from(sorted(HEADERS)), min_size=1, max_size=3, unique=True)):
            case.headers[name] = draw(st.sampled_from(HEADERS[name]))
    if draw(sometimes):
        name = draw(st.sampled_from(["sessionid", "csrftoken", "messages", "django_language", "x"]))
        case.cookies[name] = draw(st.sampled_from(COOKIES))
        case.check_csrf = draw(st.booleans())
    if case.method == "GET" and draw(rarely):
        case.content_type = draw(st.sampled_from(CONTENT_TYPES))


@st.composite
def operation_cases(draw, endpoint, world):
    """A batch as `static/js/saving/sender.js` writes it, of operations that are right but for some of their parts."""
    who, scorecard = draw(st.sampled_from(world.scorecards))
    batch = {"protocol": 1, "user": world.people[who].pk, "operations": draw(st.lists(operations(world), max_size=4))}
    if draw(rarely):
        batch[draw(st.sampled_from([*batch, "x"]))] = draw(json_values)
    case = Case(endpoint.name, who, "POST", f"/scorecards/{scorecard}/ops", content_type="application/json")
    case.body = json.dumps(batch).encode()
    return case


def operations(world):
    good = st.fixed_dictionaries(
        {
            "op": st.integers(0, 9).map(lambda number: f"{OP}{number}"),
            "writer": st.just(f"{OP}0"),
            "field": fields(world),
            "parent": st.one_of(st.none(), st.integers(0, 9).map(lambda number: f"{OP}{number}")),
            "value": operation_values(world),
            "typed_at": st.sampled_from(["2026-11-25T10:00:00Z", "2026-11-25T10:00:00.123+01:00"]),
        },
        optional={"settles": st.lists(st.just(f"{OP}1"), max_size=2)},
    )
    part = st.sampled_from(["op", "writer", "field", "parent", "value", "typed_at", "settles", "x"])
    bad = st.builds(lambda operation, name, value: operation | {name: value}, good, part, json_texts)
    return st.one_of(good, good, bad, json_values)


json_texts = st.one_of(
    st.sampled_from([value for value in EDGES if isinstance(value, str)]),
    json_values,
    st.builds(lambda: str(uuid.UUID(int=1))),
)


def fields(world):
    whole = st.sampled_from(["recommendation", "summary", "q0.notes", "q" + "9" * 18 + ".notes", "q", "u1.notes"])
    return st.one_of(
        whole,
        st.builds(lambda key, name: f"{key}.{name}", st.sampled_from(world.keys), st.sampled_from(FIELDS)),
        short_text,
    )


def operation_values(world):
    edges = st.sampled_from([-1, 0, 1, 4, 6, 1.5, True, 2**40, 10**30, None, "", "4"])
    outcome = st.fixed_dictionaries(
        {
            "outcome": st.one_of(st.sampled_from(["rated", "covered", "declined", "not_reached", ""]), edges),
            "rating": edges,
            "covered_by": st.one_of(st.sampled_from(["", *world.keys]), json_texts),
        }
    )
    moments = st.sampled_from(
        ["2026-11-25T10:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "x", ""]
    )
    interval = st.fixed_dictionaries({"from": moments, "to": moments, "seconds": edges})
    return st.one_of(
        json_texts, edges, outcome, interval, st.lists(edges, max_size=5), st.lists(json_values, max_size=3)
    )


# Sending -----------------------------------------------------------------------------------------------------------


def encoded(value):
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


def urlencoded(pairs):
    return "&".join(
        f"{quote_from_bytes(encoded(name))}={quote_from_bytes(encoded('' if value is FILE else value))}"
        for name, value in pairs
    ).encode()


def multipart(draw, pairs):
    parts = []
    for name, value in pairs:
        disposition = b'Content-Disposition: form-data; name="' + encoded(name).replace(b'"', b"%22") + b'"'
        if value is FILE:
            file_name, value = draw(files)
            disposition += b'; filename="' + encoded(file_name) + b'"\r\nContent-Type: text/plain'
        parts.append(b"--%s\r\n%s\r\n\r\n%s\r\n" % (BOUNDARY.encode(), disposition, encoded(value)))
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def play(case, clients):
    """Sends it and undoes what it did; returns the `ServerError` it came to, or None."""
    client = clients[case.viewer]
    signed_in = client.cookies.copy()
    cookies = {name: morsel.value for name, morsel in signed_in.items()} | case.cookies
    extra = {"QUERY_STRING": case.query.decode(), **case.headers}
    if case.cookies:
        extra["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    client.handler.enforce_csrf_checks = case.check_csrf
    try:
        with undone():
            response = client.generic(case.method, case.path, case.body, case.content_type, **extra)
            if response.streaming and not response.is_async:  # the room's events have no end
                b"".join(response.streaming_content)
    except Exception as error:  # whatever got past everything is what is looked for
        return ServerError(case, origin_of(error), traceback.format_exc())
    finally:
        client.cookies, client.exc_info = signed_in, None
    if response.status_code >= 500:
        return ServerError(case, (f"answered {response.status_code}", case.endpoint), "")
    return None


def origin_of(error):
    """The exception's type, and the last line of the project that it went through; the very last line without one."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT) and ".venv" not in frame.filename]
    ours = [frame for frame in ours if not Path(frame.filename).is_relative_to(ROOT / "tests")]
    last = ours[-1] if ours else frames[-1]
    return type(error).__name__, f"{place(last)}: {last.line}", f"{place(frames[-1])}: {frames[-1].line}"


def place(frame):
    parts = Path(frame.filename).parts
    short = parts[parts.index("site-packages") + 1 :] if "site-packages" in parts else Path(frame.filename).parts[-3:]
    return f"{'/'.join(short)}:{frame.lineno}"
