"""Reads `matrix.txt`, asks for every case of it, and says where the answer is another."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from django.urls import reverse

from interviews.saving import PROTOCOL
from tests.access.world import ADMIN, FOREIGN, NAMES, ROUTES, WITH_FACTOR, undone

FILE = Path(__file__).with_name("matrix.txt")
METHODS = ("GET", "POST")
ANSWERS = ("in", "ok", "bad", "403", "404", "405", "503")
KINDS = {"page": {}, "fragment": {"hx-request": "true"}, "json": {"accept": "application/json"}}
REFUSED_CONTENT = (400, 409, 410, 413, 422)
# What of Django's admin an administrator can be shown without there being anything in particular.
ADMIN_PAGES = ("index", "accounts_user_changelist", "accounts_user_add", "accounts_invitation_changelist")


class Unreadable(Exception):
    """The matrix says something that means nothing; the sentence names the line."""


@dataclass(frozen=True)
class Row:
    """`answers` by viewer; no `states` means all that no other row of the method names."""

    method: str
    states: tuple
    answers: dict
    wrong: bool


def read(text=None):
    """`{URL name: [Row, …]}`. Raises `Unreadable`."""
    text = FILE.read_text(encoding="utf-8") if text is None else text
    viewers = re.findall(r"^ {4}\w+ += (\w+) ", text, re.M)
    table, names, begun = {}, [], ()
    for number, line in enumerate(text.partition("\n== ")[2].splitlines()[1:], start=1):
        said, _hash, comment = line.partition("#")
        words = said.split()
        if not words or line.startswith(("==", "#")) or words[0] == "anon":
            continue
        if not line.startswith(" "):
            # A name after rows begins a new group.
            names = [words[0]] if begun is None else [*names, words[0]]
            if words[0] in table:
                raise Unreadable(f"{words[0]} has rows twice.")
            table[words[0]], begun = [], ()
            continue
        if words[0] in METHODS:
            begun = words[0], " ".join(word for word in words[1:] if word not in (*ANSWERS, "…"))
        answers = [word for word in words if word in (*ANSWERS, "…")]
        if not answers:
            continue  # long states have their answers on the next line
        row = Row(
            begun[0],
            tuple(filter(None, begun[1].split(","))),
            spread(answers, viewers, number, line),
            comment.strip().startswith("WRONG"),
        )
        for name in names:
            table[name].append(row)
        begun = None
    return table


def spread(answers, viewers, number, line):
    """An answer for each viewer."""
    if answers[-1] == "…":
        answers = answers[:-1] + [answers[-2]] * (len(viewers) - len(answers) + 1)
    if len(answers) != len(viewers):
        raise Unreadable(f"Row {number} has {len(answers)} answers for {len(viewers)} viewers: {line}")
    return dict(zip(viewers, answers, strict=True))


def uncovered(table, names=NAMES):
    """Addresses of the resolver without a row, and rows without an address."""
    return sorted(set(names) - set(table)), sorted(set(table) - set(names))


def expected(rows, states, methods=METHODS):
    """`{(method, state): answers}` for every method and state. Raises `Unreadable` where no row or two rows speak."""
    found = {}
    for method in methods:
        mine = [row for row in rows if row.method == method]
        named = [state for row in mine for state in row.states]
        if unknown := set(named) - set(states):
            raise Unreadable(f"{method} names states that there are none of: {sorted(unknown)}")
        for state in states:
            fitting = [row for row in mine if state in row.states or (not row.states and state not in named)]
            if len(fitting) != 1:
                raise Unreadable(f"{method} {state} has {len(fitting)} rows.")
            found[method, state] = fitting[0].answers
    return found


def check(world, name, rows, *, thorough=True):
    """`(how many cases there are, [a sentence for each that is answered otherwise])`.

    Otherwise than thorough, whom a row refuses in many states is asked in one of them, each viewer in another.
    """
    if name == ADMIN:
        return check_admin(world, rows)
    answers_in = expected(rows, world.states(name))
    wanted = list(cases_of(answers_in) if thorough else some(cases_of(answers_in), name))
    with undone():
        world.prepare(name, "")
        asked = [ask(world, name, case, kind) for case in wanted for kind in kinds_of(name, case)]
    return len(asked), [sentence for sentence in asked if sentence]


@dataclass(frozen=True)
class Case:
    method: str
    state: str
    viewer: str
    answer: str


def cases_of(answers_in):
    """Sign-in and method are looked at before anything is fetched: which thing it is makes no difference there."""
    seen = set()
    for (method, state), answers in answers_in.items():
        for viewer, answer in answers.items():
            if answer not in ("in", "405") or (method, viewer, answer) not in seen:
                yield Case(method, state, viewer, answer)
            seen.add((method, viewer, answer))


def some(cases, name):
    """One of the states in which a viewer is refused alike; which one differs by viewer and address, so that together
    they meet them all."""
    alike, viewers = {}, []
    for case in cases:
        viewers = [*viewers, case.viewer] if case.viewer not in viewers else viewers
        if case.answer in ("403", "404") and case.state != FOREIGN:
            alike.setdefault((case.method, case.viewer, case.answer), []).append(case)
        else:
            yield case
    for (_method, viewer, _answer), refused in alike.items():
        yield refused[(len(name) + viewers.index(viewer)) % len(refused)]


def kinds_of(name, case):
    """As a page; and where a sign-in is asked for, as a fragment and JSON too, since a redirect would mislead a fetch."""
    guarded = getattr(ROUTES[name][1], "login_required", True)
    signed_out = case.answer == "in" and case.viewer in ("anonymous", "gone")
    return list(KINDS) if guarded and signed_out else ["page"]


def ask(world, name, case, kind):
    """What is wrong with the answer to this case, or None."""
    address = world.address(name, case.state, case.viewer)
    sent = content(world, name, case.method, case.viewer)
    response = world.ask(case.viewer, case.method, address, **sent, **KINDS[kind])
    came, status = told(response), response.status_code
    if came == case.answer and (kind == "page" or status == 401):
        return None
    return f"{case.method} {case.state or '-'} as {case.viewer}, {kind}: {case.answer}, but was {came} ({status})"


def content(world, name, method, viewer):
    """What is sent along: nothing, but where without it there would be nothing to be let in to."""
    if method != "POST":
        return {}
    if name == "interviews:scorecard_ops":
        user = world.viewers[viewer]
        batch = {"protocol": PROTOCOL, "user": user.pk if user else 0, "operations": []}
        return {"data": json.dumps(batch), "content_type": "application/json"}
    if name == "interviews:course_change":
        course = {"shown": world.version.items.get().key, "asked": [], "dropped": []}
        return {"data": json.dumps(course), "content_type": "application/json"}
    if name in ("questionbank:detail_move", "questionbank:competency_move"):
        return {"data": {"to": 0}}
    if name == "interviews:plan_item_add":
        return {"data": {"question": world.other_question.pk}}
    return {}


def told(response):
    """The answer's class, in a word of the matrix; any other status as a number."""
    status = response.status_code
    if status == 401 or (status in (301, 302, 303) and response.url.startswith(reverse("account_login"))):
        return "in"
    if status in (200, 204, 301, 302, 303):
        return "ok"
    return "bad" if status in REFUSED_CONTENT else str(status)


def check_admin(world, rows):
    """Every page of Django's admin, for everybody. Its own way in decides, so redirects to it are followed."""
    cases, wrong = 0, []
    for (method, state), answers in expected(rows, world.states(ADMIN), ["GET"]).items():
        with undone():
            world.prepare(ADMIN, state)
            for viewer, answer in answers.items():
                # Without a second factor nothing is open to anybody, which one page shows as well as all.
                for page, address in list(world.admin_addresses())[: None if state == WITH_FACTOR else 1]:
                    if viewer == "admin" and page.removeprefix("admin:") not in ADMIN_PAGES:
                        continue
                    cases += 1
                    response = world.ask(viewer, method, address)
                    if response.status_code == 302 and response.url.startswith(reverse("admin:login")):
                        response = world.ask(viewer, method, response.url)
                    if (came := told(response)) != answer:
                        wrong.append(f"{page}, {state}, as {viewer}: {answer}, but was {came}")
    return cases, wrong
