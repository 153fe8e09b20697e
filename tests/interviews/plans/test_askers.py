"""A plan says who asks what, by seat; the panel of an interview fills the seats."""

import pytest
from django.urls import reverse

from accounts.models import Role
from interviews import drafting, lifecycle
from interviews.models import Place, PlanItem, State
from interviews.models.plans import Asker
from interviews.publishing import publish
from interviews.standing import seats_that_ask
from tests.factories import make_interview, make_plan, make_plan_item, make_user

pytestmark = pytest.mark.django_db


def make_shared_version(*askers):
    plan = make_plan()
    for asker in askers:
        make_plan_item(plan=plan, asker=asker)
    return publish(plan=plan, by=plan.created_by)


def panel_of(*places):
    return [(make_user(Role.INTERVIEWER), place) for place in places]


def asked_by(interview):
    panel = list(interview.panel.all())
    wanted = seats_that_ask(panel[0].user, panel, list(interview.version.items.all()))
    return [panelist.asks for panelist in panel], wanted


def test_asker_is_changed_in_the_builder_and_frozen_with_the_version(client):
    item = make_plan_item()
    client.force_login(item.plan.created_by)

    client.post(
        reverse("interviews:plan_item_change", args=[item.plan.pk, item.pk]),
        {"only": "asker", "asker": "2"},
        headers={"HX-Request": "true"},
    )
    version = publish(plan=item.plan, by=item.plan.created_by)

    assert PlanItem.objects.get(pk=item.pk).asker == Asker.SECOND
    assert [frozen.asker for frozen in version.items.all()] == [Asker.SECOND]


def test_discarding_changes_brings_back_who_asks():
    version = make_shared_version(Asker.THIRD)
    version.plan.items.update(asker=Asker.LEAD)

    drafting.discard_changes(plan=version.plan)

    assert [item.asker for item in version.plan.items.all()] == [Asker.THIRD]


def test_seats_are_filled_in_the_panels_order_and_observers_have_none():
    version = make_shared_version(1, 2, 2, 3)
    interview = make_interview(
        version=version, panel=panel_of(Place.LEAD, Place.OBSERVER, Place.PANELIST, Place.PANELIST)
    )

    assert asked_by(interview) == ([1, 2, 1, 0], 0)


def test_questions_of_seats_that_nobody_has_are_the_leads():
    interview = make_interview(version=make_shared_version(1, 2, 3, 4), panel=panel_of(Place.LEAD, Place.PANELIST))

    assert asked_by(interview) == ([3, 1], 4)


def test_excused_panelist_asks_nothing():
    interview = make_interview(version=make_shared_version(1, 2), panel=panel_of(Place.LEAD, Place.PANELIST))
    lifecycle.excuse(panelist=interview.panel.last(), by=interview.created_by, reason="Ill")

    assert asked_by(interview) == ([2, 0], 2)


def test_plan_that_does_not_say_who_asks_says_nothing_of_it(client):
    interview = make_interview(version=make_shared_version(1, 1), panel=panel_of(Place.LEAD, Place.PANELIST))
    client.force_login(interview.created_by)

    assert asked_by(interview) == ([0, 0], 0)
    assert "asks" not in client.get(reverse("interviews:room", args=[interview.pk])).content.decode().split("Panel")[1]


def test_room_names_who_asks_and_says_so_to_themselves(client):
    panel = panel_of(Place.LEAD, Place.PANELIST)
    interview = make_interview(version=make_shared_version(1, 2, 3), panel=panel, state=State.LIVE)
    found = []
    for user, _place in panel:
        client.force_login(user)
        found.append(client.get(reverse("interviews:room", args=[interview.pk])).context["state"]["asked_by"])

    (lead, _lead), (panelist, _panelist) = panel
    assert found == [{2: f"{panelist} asks", 3: "you ask"}, {2: "you ask", 3: f"{lead} asks"}]


@pytest.mark.parametrize("state", [State.SCHEDULED, State.LIVE])
def test_room_says_who_asks(client, state):
    panel = panel_of(Place.LEAD, Place.PANELIST)
    interview = make_interview(version=make_shared_version(1, 2), panel=panel, state=state)
    client.force_login(interview.created_by)

    page = client.get(reverse("interviews:room", args=[interview.pk])).content.decode()

    words = [f"{panel[1][0]} asks", "asks 1 question"] if state == State.SCHEDULED else ["Second interviewer"]
    assert [word in page for word in words] == [True] * len(words)
