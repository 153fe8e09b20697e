"""save1, save8: a rating or a note in turn, each following the one before, against the barest view that writes."""

import itertools
import json
import uuid

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from interviews.models import State
from interviews.saving import PROTOCOL
from tests.bench.measuring import Measure, alternate
from tests.bench.server import Client
from tests.factories import make_scorecard

NOTE = "Explained the trade-off without being asked, then named the case where it fails. "
QUESTIONS = 20
GOALS = {"save1": (1, 1.8), "save8": (8, 1.3)}


def measure(name, port):
    clients, goal = GOALS[name]
    writers = [Writer(make_scorecard(state=State.LIVE, questions=QUESTIONS)) for _client in range(clients)]
    with connection.cursor() as cursor:
        for writer in writers:
            cursor.execute("INSERT INTO bench_value (id) VALUES (%s)", [writer.scorecard.pk])
    subject, baseline = alternate(*[writer.pair(port) for writer in writers])
    return Measure(name, goal, subject, baseline, queries_of(writers[0]))


class Writer:
    """A panelist's browser: every operation follows what it saved in that field before."""

    def __init__(self, scorecard):
        self.scorecard = scorecard
        self.url = f"/scorecards/{scorecard.pk}/ops"
        self.writer = str(uuid.uuid4())
        self.keys = [response.key for response in scorecard.responses.all()]
        self.heads = {}
        self.turns = itertools.count()

    def pair(self, port):
        client = Client(port, self.scorecard.author)
        return lambda: self.save(client), lambda: client.ask("POST", f"/bench/write/{self.scorecard.pk}", self.text())[
            0
        ]

    def save(self, client):
        batch, operation = self.batch()
        seconds, answer = client.ask("POST", self.url, batch)
        (result,) = json.loads(answer)["results"]
        if result["result"] != "applied":
            raise SystemExit(f"A save was not applied: {result}")
        self.heads[operation["field"]] = operation["op"]
        return seconds

    def batch(self):
        turn = next(self.turns)
        key = self.keys[turn // 2 % len(self.keys)]
        field = f"{key}.{'notes' if turn % 2 else 'outcome'}"
        value = self.text(turn) if turn % 2 else {"outcome": "rated", "rating": turn // 2 % 5 + 1, "covered_by": ""}
        operation = {
            "op": str(uuid.uuid4()),
            "writer": self.writer,
            "field": field,
            "parent": self.heads.get(field),
            "value": value,
            "typed_at": timezone.now().isoformat(),
        }
        batch = {"protocol": PROTOCOL, "user": self.scorecard.author_id, "operations": [operation]}
        return json.dumps(batch), operation

    def text(self, turn=0):
        return f"{turn} {NOTE * 3}"


def queries_of(writer):
    """How many queries one save takes, signing in included."""
    from django.test import Client as TestClient

    client = TestClient()
    client.force_login(writer.scorecard.author)
    batch, _operation = writer.batch()
    with CaptureQueriesContext(connection) as queries:
        client.post(writer.url, batch, content_type="application/json")
    return len(queries)
