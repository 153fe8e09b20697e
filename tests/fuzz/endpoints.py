"""Every endpoint of the resolver, with requests to it that work, or would if there were not something hostile in them.

Nothing is listed by hand: links and forms are followed from the first page on, as each viewer, and what a form holds is
what is sent to its address. So a new form is fuzzed the day it is there.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.db import transaction
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from tests.e2e.pages import routes

# Addresses of a route that one viewer's walk tries, for a second one may be in another state, and that all walks open.
TRIED_BY_ONE, OPENED_BY_ALL = 2, 5
ENTRANCE = "interviews:today"  # where each viewer's way begins
# Several requests of a form are told apart by viewer and by what they hold; of each kind so many.
SAMPLES_OF_AN_ENDPOINT = 40


@dataclass(frozen=True)
class Sample:
    """A request as the product's own page would send it. A file's field has the value `FILE`."""

    viewer: str
    method: str
    path: str
    pairs: tuple = ()


FILE = object()
TOKEN = "csrfmiddlewaretoken"  # test clients need none


@dataclass
class Endpoint:
    name: str
    samples: list = field(default_factory=list)
    names: set = field(default_factory=set)  # of fields and of what stands in query strings
    choices: dict = field(default_factory=lambda: defaultdict(set))  # name -> values that a page offers

    def __str__(self):
        return self.name

    def add(self, sample):
        if sample not in self.samples and len(self.samples) < SAMPLES_OF_AN_ENDPOINT:
            self.samples.append(sample)
        self.names.update(name for name, _value in sample.pairs)


def find_endpoints(world, clients):
    """All endpoints, each with at least one sample of GET or POST; one that answers both has both."""
    endpoints = {name: Endpoint(name) for name in routes()}
    opened_by_all = defaultdict(int)
    for viewer, client in clients.items():
        walk(viewer, client, endpoints, opened_by_all)
    for name, viewer, path, fields in world.extra:
        endpoints[name].add(Sample(viewer, "POST", path, tuple(fields.items())))
    for endpoint in endpoints.values():
        complete(endpoint, world, clients)
    return list(endpoints.values())


def walk(viewer, client, endpoints, opened_by_all):
    waiting, seen, tried = ["/", *plain_addresses()], set(), defaultdict(int)
    while waiting:
        address = waiting.pop(0)
        name = name_of(address)
        enough = tried[name] >= TRIED_BY_ONE or (opened_by_all[name] >= OPENED_BY_ALL and name != ENTRANCE)
        if name not in endpoints or address in seen or enough:
            continue
        seen.add(address)
        tried[name] += 1
        with undone():
            response = client.get(address)
        if response.status_code != 200 or "html" not in response["Content-Type"]:
            continue
        opened_by_all[name] += 1
        page = Page(response.content.decode())
        split = urlsplit(address)
        endpoints[name].add(Sample(viewer, "GET", split.path, tuple(parse_qsl(split.query))))
        waiting += [urljoin(address, link).partition("#")[0] for link in page.links]
        for form in page.forms.values():
            keep(form, viewer, urljoin(address, form.action or address), endpoints)


def plain_addresses():
    """Pages without parameters, for not all are linked from another."""
    for name in routes():
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


def name_of(address):
    split = urlsplit(address)
    if split.netloc:
        return None
    try:
        return resolve(split.path).view_name
    except Resolver404:
        return None


def keep(form, viewer, address, endpoints):
    name, split = name_of(address), urlsplit(address)
    if name in endpoints:
        endpoints[name].add(Sample(viewer, form.method, split.path, tuple(form.pairs)))
        for field_name, values in form.choices.items():
            endpoints[name].choices[field_name] |= values
            endpoints[name].names.add(field_name)


def complete(endpoint, world, clients):
    """An endpoint that no page led to is called with what exists; one that pages only get is posted to, if it takes that."""
    if not endpoint.samples:
        pattern = routes()[endpoint.name].pattern
        path = reverse(endpoint.name, kwargs={name: world.things[name] for name in parameters(pattern)})
        for viewer in world.people:
            endpoint.add(Sample(viewer, "GET", path))
    for method in {"GET", "POST"} - {sample.method for sample in endpoint.samples}:
        known = endpoint.samples[0]
        endpoint.add(Sample(known.viewer, method, known.path, known.pairs))
    one_of_each = {sample.method: sample for sample in reversed(endpoint.samples)}
    taken = {method for method, sample in one_of_each.items() if takes(sample, clients[sample.viewer])}
    endpoint.samples = [sample for sample in endpoint.samples if sample.method in taken]


def takes(sample, client):
    """False if the view answers such a method with 405."""
    signed_in = client.cookies.copy()
    try:
        with undone():
            return client.generic(sample.method, sample.path).status_code != 405
    except Exception:  # what fails is to be found later, as a case
        return True
    finally:
        client.cookies, client.exc_info = signed_in, None


def parameters(pattern):
    return list(pattern.converters) or list(getattr(pattern, "regex", None).groupindex if pattern.regex else ())


class undone(transaction.Atomic):
    """What is done within leaves no trace in the database, and constraints that wait for the end speak up."""

    def __init__(self):
        super().__init__(using=None, savepoint=True, durable=False)

    def __exit__(self, kind, error, trace):
        connection = transaction.get_connection()
        try:
            if kind is None and not connection.needs_rollback:
                connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            super().__exit__(kind, error, trace)


@dataclass
class Form:
    action: str
    method: str
    pairs: list = field(default_factory=list)
    choices: dict = field(default_factory=lambda: defaultdict(set))


class Page(HTMLParser):
    """The links of a page, and its forms with what they would send as they stand."""

    def __init__(self, html):
        super().__init__()
        self.links, self.forms, self.open, self.select, self.textarea = [], {}, None, None, None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.links += [given[name] for name in ("href", "hx-get") if given.get(name)]
        if tag == "form":
            self.open = given.get("id") or len(self.forms)
            posts = "hx-post" in given or given.get("method", "").lower() == "post"
            action = given.get("action") or given.get("hx-post") or given.get("hx-get")
            self.form().action, self.form().method = action, "POST" if posts else "GET"
        elif tag in ("input", "select", "textarea", "button") and given.get("name", TOKEN) != TOKEN:
            self.handle_field(tag, given)
        elif tag == "option" and self.select:
            name, form = self.select
            form.choices[name].add(given.get("value", ""))
            if "selected" in given:
                form.pairs.append((name, given.get("value", "")))

    def form(self, given=None):
        key = (given or {}).get("form", self.open)
        return self.forms.setdefault(key, Form(None, "GET"))

    def handle_field(self, tag, given):
        name, value, form = given["name"], given.get("value") or "", self.form(given)
        kind = given.get("type", "text")
        if tag == "select":
            self.select = name, form
        elif tag == "textarea":
            self.textarea = name, form, []
        elif tag == "input" and kind == "file":
            form.pairs.append((name, FILE))
        elif kind in ("checkbox", "radio"):
            form.choices[name].add(value)
            form.pairs += [(name, value)] if "checked" in given else []
        else:
            form.choices[name].add(value)
            form.pairs += [(name, value)] if tag == "input" else []

    def handle_data(self, data):
        if self.textarea:
            self.textarea[2].append(data)

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.textarea:
            name, form, words = self.textarea
            form.pairs.append((name, "".join(words).removeprefix("\n")))
            self.textarea = None
