"""The rules of saving under any order of what a network does to requests, against the view itself."""

import json

import pytest
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from interviews import saving
from interviews.saving import PROTOCOL, state_of
from tests.factories import make_scorecard
from tests.faults.app import overwrite
from tests.faults.checks import check
from tests.faults.client import Client
from tests.faults.log import Log

pytestmark = pytest.mark.django_db(transaction=True)
TABS = st.integers(0, 1)
ANY = st.integers(0, 99)


class Network(RuleBasedStateMachine):
    """Two tabs of one author. A request that left is under way until it is lost; while it is, it may come any number
    of times, in any order, each time with or without its answer."""

    @initialize()
    def open_two_tabs(self):
        self.scorecard = make_scorecard(questions=1)
        (response,) = self.scorecard.responses.all()
        self.fields = {"notes": f"{response.key}.notes", "summary": "summary", "time": f"{response.key}.time"}
        self.browser = Browser()
        self.browser.force_login(self.scorecard.author)
        self.log = Log()
        self.tabs = [self.tab(), self.tab()]
        self.under_way = []  # [(tab, body)]

    def tab(self):
        return Client(user=self.scorecard.author_id, protocol=PROTOCOL, log=self.log)

    @rule(tab=TABS, field=st.sampled_from(["notes", "summary"]), value=st.text("ab", max_size=2))
    def edit(self, tab, field, value):
        self.tabs[tab].edit(self.fields[field], value)

    @rule(tab=TABS, seconds=st.integers(1, 9))
    def spend(self, tab, seconds):
        self.tabs[tab].spend(self.fields["time"], seconds)

    @rule(tab=TABS)
    def send(self, tab):
        if body := self.tabs[tab].body():
            self.under_way.append((self.tabs[tab], body))

    @precondition(lambda self: self.under_way)
    @rule(which=ANY, answered=st.booleans(), again=st.booleans())
    def deliver(self, which, answered, again):
        tab, body = request = self.under_way.pop(which % len(self.under_way))
        answers = self.post(body)
        if answered:
            tab.take(answers)
        if again:
            self.under_way.append(request)

    @precondition(lambda self: self.under_way)
    @rule(which=ANY)
    def lose(self, which):
        self.under_way.pop(which % len(self.under_way))

    @rule(tab=TABS)
    def reload(self, tab):
        self.tabs[tab].load(self.state())

    @rule(tab=TABS, value=st.text("xy", max_size=2))
    def choose(self, tab, value):
        for field, versions in list(self.tabs[tab].conflicts.items()):
            if versions:
                self.tabs[tab].choose(field, value)

    def teardown(self):
        """The network heals: what was under way arrives, and each tab sends until its outbox is empty."""
        for _tab, body in self.under_way:
            self.post(body)
        for tab in self.tabs:
            while body := tab.body():
                tab.take(self.post(body))
        for tab in self.tabs:
            tab.load(self.state())
        verdict = check(log=self.log, clients=self.tabs, scorecard=self.scorecard, alone=False)
        assert (verdict.wrong, verdict.lost) == ([], set())

    def post(self, body):
        address = reverse("interviews:scorecard_ops", args=[self.scorecard.pk])
        response = self.browser.post(address, body, content_type="application/json")
        assert response.status_code == 200, response.content
        return response.json()["results"]

    def state(self):
        state = state_of(interview_id=self.scorecard.interview_id, author=self.scorecard.author)
        return json.loads(json.dumps(state))


FEW = settings(
    max_examples=40, stateful_step_count=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def test_network_in_any_order_loses_nothing():
    """What must hold is asserted at the end of each walk, in `Network.teardown`."""
    run_state_machine_as_test(Network, settings=FEW)


def test_network_walks_notice_a_server_that_overwrites(monkeypatch):
    monkeypatch.setattr(saving, "store_change", saving.store_change)  # put back afterwards
    overwrite()

    with pytest.raises(AssertionError, match="lost, and is listed nowhere"):
        run_state_machine_as_test(Network, settings=settings(FEW, phases=[Phase.generate]))
