"""One run of one fault: a live interview, its author's devices, somebody who types, and the verdict."""

import contextlib
import http.client
import threading
import time
from http.cookies import SimpleCookie
from random import Random
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string
from django.urls import reverse

from interviews.models import Place, State
from interviews.saving import PROTOCOL
from tests.factories import make_interview, make_session, make_user
from tests.faults.checks import check
from tests.faults.client import Client, Sender
from tests.faults.log import Log

QUESTIONS = 6
HEAL_SECONDS = 60
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WORDS = [
    "why",
    "then",
    "because",
    "trade-off",
    "knew",
    "said",
    "never",
    "asked",
    "数据",
    "naïve",
    "🙂",
    "“quoted”",
    "\\",
    "%",
    "'",
    "\n",
    "\t",
]


class Run:
    """`brief` runs are for the short form. `wrong` takes sentences on what only the fault itself can judge."""

    def __init__(self, world, name, *, seed, brief):
        self.world, self.random, self.brief = world, Random(f"{seed} {name}"), brief
        self.log, self.wrong, self.lost, self.senders = Log(), [], set(), []
        self.author, self.other = make_user(), make_user()
        panel = [(self.author, Place.LEAD), (self.other, Place.PANELIST)]
        interview = make_interview(state=State.LIVE, panel=panel, questions=QUESTIONS)
        self.scorecard = interview.scorecards.get(author=self.author)
        self.keys = [response.key for response in self.scorecard.responses.all()]
        self.headers = sign_in(self.author)
        connection.close()

    def device(self, *, port=None, timing=None, protocol=PROTOCOL, outbox=None):
        """A tab that sends from now on."""
        client = Client(user=self.author.pk, protocol=protocol, log=self.log, outbox=outbox)
        sender = Sender(
            client,
            port=port or self.world.server.port,
            path=reverse("interviews:scorecard_ops", args=[self.scorecard.pk]),
            room=reverse("interviews:room", args=[self.scorecard.interview_id]),
            headers=self.headers,
            random=Random(self.random.random()),
            timing=timing,
        )
        self.senders.append(sender)
        sender.start()
        return sender

    def retire(self, sender):
        """The tab is closed; its outbox stays."""
        sender.stop()
        self.senders.remove(sender)

    @contextlib.contextmanager
    def typing(self, *senders, fields=None, longest=2000, pause=0.02):
        """Somebody types at each of these devices until the block ends; `pause` is the mean between two edits."""
        stopped = threading.Event()
        typists = [
            threading.Thread(
                target=type_until,
                args=[stopped, sender.client, Random(self.random.random()), fields or self.keys, longest, pause],
            )
            for sender in senders
        ]
        for typist in typists:
            typist.start()
        try:
            yield
        finally:
            stopped.set()
            for typist in typists:
                typist.join()

    def pause(self, shortest=0.1, longest=0.6):
        time.sleep(self.random.uniform(shortest, longest))

    @property
    def typed(self):
        """How often something was typed."""
        return self.log.edits

    def expect(self, condition, sentence):
        if not condition:
            self.wrong.append(sentence)

    def expect_trouble(self):
        self.expect(self.log.troubles["network"], "Nothing stood in the way of saving, so this run proves nothing")

    def wait_for_trouble(self, sender, trouble, seconds=20):
        self.expect(
            sender.wait_until(lambda it: it.trouble == trouble, seconds),
            f"The client should meet {trouble!r} and met {sender.trouble!r}",
        )

    def drain(self):
        """Waits until every outbox is empty, or until it is clear that one stays full."""
        for sender in self.senders:
            sender.wait_until(lambda it: not it.client.outbox or it.trouble not in ("", "network"), HEAL_SECONDS)

    def judge(self, *, alone):
        """Adds what the checks find to `lost` and `wrong`. Where several wrote, all open their pages again before."""
        self.drain()
        if not alone:
            for sender in self.senders:
                sender.reload()
        clients = [sender.client for sender in self.senders]
        verdict = check(log=self.log, clients=clients, scorecard=self.scorecard, alone=alone)
        connection.close()
        self.lost |= verdict.lost
        self.wrong += verdict.wrong
        self.wrong += [f"A client stopped at {sender.trouble!r}" for sender in self.senders if sender.trouble]

    def end(self):
        for sender in self.senders:
            sender.stop()


def sign_in(user):
    """The headers of a browser in which this user has signed in."""
    return headers_of(make_session(user), _get_new_csrf_string())


def sign_in_by_form(user, password, port):
    """The same by way of the page that people use, which takes this password."""
    address, cookies, form = reverse("account_login"), SimpleCookie(), {"login": user.email, "password": password}
    for method in ("GET", "POST"):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            body = urlencode(form | {"csrfmiddlewaretoken": token_in(cookies)}) if method == "POST" else None
            connection.request(method, address, body, FORM | {"Cookie": cookies.output([], "", ";").strip()})
            response = connection.getresponse()
            for header in response.headers.get_all("Set-Cookie", []):
                cookies.load(header)
    return headers_of(cookies[settings.SESSION_COOKIE_NAME].value, token_in(cookies))


def token_in(cookies):
    return cookies[settings.CSRF_COOKIE_NAME].value


def headers_of(session_key, token):
    return {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session_key}; {settings.CSRF_COOKIE_NAME}={token}",
        "X-CSRFToken": token,
        "Content-Type": "application/json",
        "Accept": "application/json",
    }


def type_until(stopped, client, random, fields, longest, pause):
    """Edits the fields; a key such as "q17" stands for all fields of that question."""
    while not stopped.wait(random.expovariate(1 / pause)):
        field = random.choice(fields)
        if "." in field:
            client.edit(field, text(random, longest))
        else:
            type_at(client, random, field, longest)


def type_at(client, random, key, longest):
    match random.randrange(10):
        case 0:
            client.edit(f"{key}.outcome", outcome(random))
        case 1:
            client.edit(f"{key}.points", sorted(random.sample(range(3), random.randrange(4))))
        case 2:
            client.edit(f"{key}.come_back", random.random() < 0.5)
        case 3:
            client.spend(f"{key}.time", random.randint(1, 90))
        case 4:
            client.edit("recommendation", random.choice([None, 1, 2, 3, 4]))
        case 5:
            client.edit("summary", text(random, longest))
        case _:
            client.edit(f"{key}.notes", text(random, longest))


def outcome(random):
    if random.random() < 0.8:
        return {"outcome": "rated", "rating": random.randint(1, 5), "covered_by": ""}
    return {"outcome": random.choice(["", "declined", "not_reached"]), "rating": None, "covered_by": ""}


def text(random, longest):
    """So many characters at most that batches have one operation or many; no two alike, and nothing to compress."""
    words = " ".join(random.choices(WORDS, k=random.randint(0, 12)))
    return f"{words} {random.randbytes(random.randrange(longest // 2)).hex()}"
