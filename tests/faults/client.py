"""A scripted client that follows the rules of saving: one tab of a scorecard's author, and its way to the server."""

import contextlib
import http.client
import json
import re
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

LARGEST_BATCH = 30 * 1024
STATE = re.compile(rb'<script id="scorecard-state" type="application/json">(.*?)</script>', re.DOTALL)


@dataclass
class Entry:
    operation: dict
    sent: bytes | None = None  # what it said when it was first sent; it never says anything else


class Client:
    """The outbox and what each field shows. No network: `body` gives what to send, `take` takes the answers in.

    The outbox is plain memory of the harness, so it outlives every fault and may be handed to another client.
    """

    def __init__(self, *, user, protocol, log, outbox=None):
        self.user, self.protocol, self.log = user, protocol, log
        self.writer = str(uuid.uuid4())
        self.outbox = [] if outbox is None else outbox
        self.lock = threading.RLock()
        self.shown = {}  # field -> (op, value)
        self.heads = {}  # field -> op, as of the last `load`; what a choice follows
        self.conflicts = {}  # field -> {op: value}, the versions to choose between beside the one that stands
        self.refused = []  # [(operation, answer)]
        self.saved = 0  # how many of its operations the server said it has
        self.overlay()

    def edit(self, field, value):
        """A field's new value: it replaces this tab's unsent one, or follows what the field showed."""
        with self.lock:
            entry = self.replaceable(field)
            if entry is None:
                parent, _value = self.shown.get(field, (None, None))
                entry = self.add(field, parent, value)
            else:
                entry.operation = entry.operation | {"value": value, "typed_at": now()}
            self.shown[field] = entry.operation["op"], value
            self.log.typed(entry.operation)

    def replaceable(self, field):
        own = [entry for entry in self.outbox if self.is_own(entry, field)]
        if not own or own[-1].sent or "settles" in own[-1].operation:
            return None
        op = own[-1].operation["op"]
        return None if any(entry.operation["parent"] == op for entry in self.outbox) else own[-1]

    def is_own(self, entry, field):
        return entry.operation["field"] == field and entry.operation["writer"] == self.writer

    def spend(self, field, seconds):
        """A stretch of time: appended, so it follows nothing and is replaced by nothing."""
        with self.lock:
            self.log.typed(self.add(field, None, {"started_at": now(), "seconds": seconds}).operation)

    def choose(self, field, value):
        """Settles all the versions that this tab lists; the choice follows what stands in the field."""
        with self.lock:
            entry = self.add(field, self.heads.get(field), value, settles=list(self.conflicts[field]))
            self.shown[field] = entry.operation["op"], value
            self.log.typed(entry.operation)

    def add(self, field, parent, value, **more):
        operation = {"op": str(uuid.uuid4()), "writer": self.writer, "field": field, "parent": parent, "value": value}
        entry = Entry(operation | {"typed_at": now()} | more)
        self.outbox.append(entry)
        return entry

    def body(self):
        """The oldest operations as a batch, marked as sent; None when there is nothing to send."""
        with self.lock:
            batch, size = [], 0
            for entry in self.outbox:
                said = entry.sent or json.dumps(entry.operation, ensure_ascii=False).encode()
                size += len(said)
                if batch and size > LARGEST_BATCH:
                    break
                entry.sent = said
                batch.append(said)
            head = json.dumps({"protocol": self.protocol, "user": self.user}).encode()
            return head[:-1] + b', "operations": [' + b",".join(batch) + b"]}" if batch else None

    def take(self, answers):
        """Only an answer that names an operation takes it out of the outbox."""
        with self.lock:
            waiting = {entry.operation["op"]: entry for entry in self.outbox}
            for answer in answers:
                if entry := waiting.pop(answer["op"], None):
                    self.outbox.remove(entry)
                    self.log.answered(answer)
                    self.saved += answer["result"] != "rejected"
                    self.learn(entry.operation, answer)

    def learn(self, operation, answer):
        came = answer["stored"] if answer["result"] == "duplicate" else answer["result"]
        versions = self.conflicts.setdefault(operation["field"], {})
        if came in ("rejected", "late"):
            self.refused.append((operation, answer))
        elif came == "conflict" and "value" in answer:
            versions.pop(operation["parent"], None)
            versions[operation["op"]] = operation["value"]
        elif came == "applied":
            for op in operation.get("settles", ()):
                versions.pop(op, None)

    def load(self, state):
        """Opens the page again: a new tab shows the server's state, overlaid with the outbox."""
        with self.lock:
            self.writer = str(uuid.uuid4())
            fields = state["fields"]
            self.shown = {field: (entry["head"], entry["value"]) for field, entry in fields.items()}
            self.heads = {field: entry["head"] for field, entry in fields.items()}
            self.conflicts = {
                field: {version["op"]: version["value"] for version in entry["conflicts"]}
                for field, entry in fields.items()
            }
            self.overlay()

    def overlay(self):
        for operation in (entry.operation for entry in self.outbox):
            if not operation["field"].endswith(".time"):
                self.shown[operation["field"]] = operation["op"], operation["value"]


def now():
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Timing:
    """In seconds, shorter than a browser's so that a run is short: before sending, for an answer, between tries."""

    idle: float = 0.02
    timeout: float = 3
    retry_first: float = 0.05
    retry_most: float = 0.5


class Sender(threading.Thread):
    """Sends a client's outbox until it is stopped: the oldest first, again for ever.

    `trouble` is "", "network", or what only a person can mend: "signin", "other-user", "reload", or words of a refusal.
    Then it waits for `sign_in`; a client of another protocol needs a sender of its own.
    """

    def __init__(self, client, *, port, path, room, headers, random, timing=None):
        super().__init__(daemon=True)
        self.client, self.port, self.path, self.room, self.headers = client, port, path, room, headers
        self.random, self.timing = random, timing or Timing()
        self.trouble = ""
        self.delay = self.timing.retry_first
        self.stopped, self.wake, self.turn = threading.Event(), threading.Event(), threading.Lock()

    def run(self):
        while not self.stopped.is_set():
            with self.turn:
                pause = self.send()
            self.wake.wait(pause)
            self.wake.clear()

    def send(self):
        """Tries one batch; returns how many seconds to wait before the next, None for until somebody helps."""
        if self.trouble not in ("", "network"):
            return None
        body = self.client.body()
        if body is None:
            return self.random.uniform(0.5, 1.5) * self.timing.idle
        try:
            self.trouble = self.read(*self.ask("POST", self.path, body))
        except (OSError, http.client.HTTPException, ValueError):
            self.trouble = "network"
        if not self.trouble:
            self.delay = self.timing.retry_first
            return self.random.uniform(0.5, 1.5) * self.timing.idle
        self.client.log.hindered(self.trouble)
        pause, self.delay = self.delay, min(self.delay * 2, self.timing.retry_most)
        return pause * self.random.uniform(0.75, 1.25) if self.trouble == "network" else None

    def ask(self, method, path, body=None):
        """Status and body; raises what a cut or silent connection raises."""
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timing.timeout)
        ) as connection:
            connection.request(method, path, body, self.headers | {"Connection": "close"})
            response = connection.getresponse()
            return response.status, response.read()

    def read(self, status, body):
        """Takes the answers in, if that is what came; returns the trouble."""
        answer = json.loads(body)
        if status == 200:
            self.client.take(answer["results"])
            return ""
        code = answer.get("code")
        if status == 401 or code == "csrf":
            return "signin"
        if code in ("other-user", "reload"):
            return code
        if 400 <= status < 500:
            return f"refused for good, {status}: {body[:200]!r}"
        return "network"

    def sign_in(self, headers):
        """Goes on as whoever these cookies say."""
        with self.turn:
            self.headers = headers
            self.trouble = ""
        self.wake.set()

    def reload(self):
        """Opens the page again, while nothing is on its way; tries again as a person would. The session must be good."""
        with self.turn:
            for _attempt in range(20):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    status, page = self.ask("GET", self.room)
                    if status == 200:
                        return self.client.load(json.loads(STATE.search(page)[1]))
                time.sleep(self.timing.retry_most)
        raise SystemExit(f"The room could not be opened at {self.room}.")

    def stop(self):
        self.stopped.set()
        self.wake.set()
        self.join()

    def wait_until(self, condition, seconds):
        """Whether `condition(self)` came true within so many seconds."""
        give_up = time.monotonic() + seconds
        while not condition(self):
            if time.monotonic() > give_up:
                return False
            time.sleep(0.02)
        return True
