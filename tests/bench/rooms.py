"""room: the live room's page, against the barest page with one query and as many bytes."""

from django.db import connection
from django.test import Client as TestClient
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from interviews.models import Place, State
from tests.bench.measuring import Measure, alternate
from tests.bench.server import Client
from tests.factories import make_interview, make_user

GOAL = 2.5
MOST_QUERIES = 12
SIZES = [(10, 1), (60, 1), (10, 8), (60, 8)]  # questions, panelists


def measure(name, port):
    counts = {queries_of(room(*size)) for size in SIZES}
    if len(counts) > 1:
        raise SystemExit(f"The room takes {sorted(counts)} queries, depending on how many questions and panelists.")
    interview = room(20, 3)
    client = Client(port, interview.created_by)
    url = reverse("interviews:room", args=[interview.pk])
    _seconds, page = client.ask("GET", url)
    subject, baseline = alternate(
        (lambda: client.ask("GET", url)[0], lambda: client.ask("GET", f"/bench/page/{len(page)}")[0])
    )
    return Measure(name, GOAL, subject, baseline, counts.pop(), MOST_QUERIES)


def room(questions, panelists):
    panel = [(make_user(), Place.PANELIST if number else Place.LEAD) for number in range(panelists)]
    return make_interview(state=State.LIVE, questions=questions, panel=panel)


def queries_of(interview):
    """How many queries the page takes once its frozen half is rendered, signing in included."""
    client = TestClient()
    client.force_login(interview.created_by)
    url = reverse("interviews:room", args=[interview.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)
