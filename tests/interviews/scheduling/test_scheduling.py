import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from interviews.models import Candidate, HistoryEntry, Interview, Place, PlanVersion, State
from tests.factories import (
    make_candidate,
    make_interview,
    make_opening,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"interviews:{name}", args=args)


def with_panelists(*, panelists, **kwargs):
    """An interview with a lead of its own and these panelists."""
    lead = make_user(Role.INTERVIEWER)
    return make_interview(panel=[(lead, Place.LEAD), *((user, Place.PANELIST) for user in panelists)], **kwargs)


SETTING = {"setting": "call", "extra_time": "100", "breaks": "0"}


def schedule_data(**kwargs):
    return SETTING | {"at": "2099-01-02T15:00", "candidate": "new", "new_name": "Ada", **kwargs}


def panel_of(interview):
    return list(interview.panel.values_list("user", "place"))


# Scheduling


def test_interview_schedule_makes_interview_and_candidate(client):
    version, lead, panelist, observer = make_version(), *(make_user(Role.INTERVIEWER) for _person in range(3))
    client.force_login(make_user(Role.RECRUITER, time_zone="Europe/Berlin"))

    response = client.post(
        url("interview_schedule"),
        schedule_data(
            version=version.pk,
            lead=lead.pk,
            person_1=panelist.pk,
            place_1="panelist",
            person_4=observer.pk,
            place_4="observer",
        ),
    )

    interview = Interview.objects.get()
    assert response.url == url("interview_detail", interview.pk)
    assert (interview.candidate.name, interview.opening, interview.version) == ("Ada", version.plan.opening, version)
    assert interview.scheduled_at == datetime(2099, 1, 2, 14, 0, tzinfo=UTC)
    assert panel_of(interview) == [(lead.pk, Place.LEAD), (panelist.pk, Place.PANELIST), (observer.pk, Place.OBSERVER)]
    assert set(interview.scorecards.values_list("author", flat=True)) == {lead.pk, panelist.pk}


def test_interview_schedule_starts_from_what_the_address_names(client):
    version, candidate = make_version(), make_candidate()
    make_version()
    manager = version.plan.opening.hiring_manager
    manager.roles.append(Role.INTERVIEWER)
    manager.save()
    client.force_login(manager)

    address = f"?plan={version.plan_id}&candidate={candidate.pk}"
    context = client.get(url("interview_schedule") + address).context

    assert context["form"]["version"].value() == version.pk
    assert context["form"]["lead"].value() == manager.pk
    assert context["chosen"] == str(candidate.pk)
    assert context["form"].versions == [version]


def test_interview_schedule_says_what_is_missing_and_keeps_the_rest(client):
    version, person = make_version(), make_user(Role.INTERVIEWER)
    client.force_login(make_user(Role.RECRUITER))

    response = client.post(
        url("interview_schedule"),
        SETTING | {"version": version.pk, "person_1": person.pk, "place_1": "observer", "new_name": "Typed"},
    )

    assert response.context["form"].errors == {
        "at": ["Enter date and time."],
        "candidate": ["Choose a candidate, or enter someone new."],
        "lead": ["Choose who leads the interview."],
    }
    assert 'value="Typed"' in response.text
    assert response.context["form"]["person_1"].value() == str(person.pk)


def test_interview_schedule_refuses_anyone_twice(client):
    version, lead = make_version(), make_user(Role.INTERVIEWER, name="Ada")
    client.force_login(make_user(Role.RECRUITER))

    data = schedule_data(version=version.pk, lead=lead.pk, person_2=lead.pk, place_2="observer")
    response = client.post(url("interview_schedule"), data)

    assert response.context["form"].errors == {"person_2": ["Ada is on this panel already. Choose somebody else."]}
    assert Interview.objects.count() == Candidate.objects.count() == 0


def test_interview_schedule_asks_before_it_takes_a_passed_time(client):
    version, lead = make_version(), make_user(Role.INTERVIEWER)
    client.force_login(make_user(Role.RECRUITER))
    data = schedule_data(version=version.pk, lead=lead.pk, at="2020-01-01T10:00")

    asked = client.post(url("interview_schedule"), data)
    taken = client.post(url("interview_schedule"), data | {"past_is_meant": "on"})

    assert list(asked.context["form"].errors) == ["at"]
    assert "past_is_meant" in asked.context["form"].fields
    assert taken.status_code == 302


def test_interview_schedule_refuses_a_second_candidate_with_the_same_address(client):
    make_candidate(name="Ada", email="ada@example.test")
    version, lead = make_version(), make_user(Role.INTERVIEWER)
    client.force_login(make_user(Role.RECRUITER))

    data = schedule_data(version=version.pk, lead=lead.pk, new_email="ADA@example.test")
    response = client.post(url("interview_schedule"), data)

    assert response.context["form"].errors == {"new_email": ["Ada has this address. Find and choose them above."]}


def test_interview_schedule_by_a_hiring_manager_is_for_their_openings(client):
    lead = make_user(Role.INTERVIEWER)
    client.force_login(make_user(Role.HIRING_MANAGER))

    response = client.post(url("interview_schedule"), schedule_data(version=make_version().pk, lead=lead.pk))

    assert response.context["form"].errors == {"version": ["That plan cannot be used any more. Choose another."]}


def test_interview_schedule_finds_candidates_and_keeps_the_chosen_one(client):
    ada, chosen = make_candidate(name="Ada"), make_candidate(name="Zoe")
    client.force_login(make_user(Role.RECRUITER))

    response = client.get(
        url("interview_schedule"), {"q": "ad", "candidate": chosen.pk}, headers={"HX-Request": "true"}
    )

    radios = re.findall(r'value="(\w+)"( checked)?', response.text)
    assert radios == [(str(chosen.pk), " checked"), (str(ada.pk), ""), ("new", "")]


def test_interview_schedule_does_not_exist_for_interviewers(client):
    client.force_login(make_user(Role.INTERVIEWER))

    assert client.get(url("interview_schedule")).status_code == 404
    assert client.post(url("interview_schedule"), schedule_data()).status_code == 404


# The list


def test_interview_list_tabs(client):
    upcoming, waiting, cancelled = (
        make_interview(state=state) for state in (State.SCHEDULED, State.FINISHED, State.CANCELLED)
    )
    client.force_login(make_user(Role.RECRUITER))

    shown = [client.get(url("interview_list"), {"tab": tab}).context["page"].items for tab in ("", "waiting", "past")]

    assert shown == [[upcoming], [waiting], [cancelled]]


def test_interview_list_shows_interviewers_only_theirs(client):
    mine = make_interview()
    make_interview()
    client.force_login(mine.panel.get().user)

    assert client.get(url("interview_list")).context["page"].items == [mine]


def test_interview_list_filters(client):
    recruiter = make_user(Role.RECRUITER)
    mine = with_panelists(panelists=[recruiter], candidate=make_candidate(name="Ada"))
    other = make_interview()
    client.force_login(recruiter)

    def shown(**asked):
        return client.get(url("interview_list"), asked).context["page"].items

    assert shown(mine=1) == [mine]
    assert shown(q="ada") == [mine]
    assert shown(opening=other.opening_id) == [other]
    assert shown(opening="x") == [mine, other]


@pytest.mark.parametrize("count", [1, 3])
def test_interview_list_queries(client, django_assert_num_queries, count):
    for _number in range(count):
        make_interview()
    client.force_login(make_user(Role.RECRUITER))

    with django_assert_num_queries(5):
        client.get(url("interview_list"))


# One interview


@pytest.mark.parametrize("count", [1, 3])
def test_interview_detail_queries(client, django_assert_num_queries, count):
    interview = with_panelists(panelists=[make_user(Role.INTERVIEWER) for _person in range(count)])
    client.force_login(make_user(Role.RECRUITER))

    with django_assert_num_queries(8):
        client.get(url("interview_detail", interview.pk))


def test_interview_detail_offers_the_room_to_the_panel_only(client):
    interview = make_interview()
    room = url("room", interview.pk)

    client.force_login(interview.panel.get().user)
    assert room in client.get(url("interview_detail", interview.pk)).text
    client.force_login(interview.opening.hiring_manager)
    assert room not in client.get(url("interview_detail", interview.pk)).text


def test_interview_detail_does_not_exist_for_strangers(client):
    client.force_login(make_user(Role.INTERVIEWER))

    assert client.get(url("interview_detail", make_interview().pk)).status_code == 404


def test_interview_detail_tells_whether_somebody_submitted_and_nothing_else(client):
    interview = with_panelists(state=State.FINISHED, panelists=[make_user(Role.INTERVIEWER)])
    sealed = interview.scorecards.first()
    type(sealed).objects.filter(pk=sealed.pk).update(summary="Words nobody may read yet")
    client.force_login(interview.panel.last().user)

    text = client.get(url("interview_detail", interview.pk)).text

    assert "not submitted yet" in text
    assert "Words nobody" not in text


ACTIONS = [
    "interview_move",
    "interview_adjust",
    "interview_cancel",
    "interview_no_show",
    "interview_version",
    "interview_sitting",
]


@pytest.mark.parametrize("name", [*ACTIONS, "interview_drop_sitting", "panelist_add"])
def test_action_is_refused_to_the_panel_and_hidden_from_strangers(client, name):
    interview = with_panelists(panelists=[make_user(Role.INTERVIEWER)])

    client.force_login(interview.panel.last().user)
    assert client.post(url(name, interview.pk)).status_code == 403
    client.force_login(make_user(Role.INTERVIEWER))
    assert client.post(url(name, interview.pk)).status_code == 404


def act(client, interview, name, data=None, user=None):
    client.force_login(user or interview.opening.hiring_manager)
    assert client.get(url(name, interview.pk)).status_code == 200
    response = client.post(url(name, interview.pk), data or {})
    interview.refresh_from_db()
    return response


def test_interview_move(client):
    interview = make_interview()

    act(client, interview, "interview_move", {"at": "2099-05-06T07:08", "reason": "Train"})

    assert interview.scheduled_at == datetime(2099, 5, 6, 7, 8, tzinfo=UTC)
    assert interview.history.last().detail["reason"] == "Train"


def test_interview_cancel_needs_a_reason(client):
    interview = make_interview()

    response = act(client, interview, "interview_cancel", {"reason": " "})
    assert response.context["form"].errors == {"reason": ["Say why, in a few words."]}
    act(client, interview, "interview_cancel", {"reason": "Another offer"})
    assert interview.state == State.CANCELLED


def test_action_in_the_wrong_state_says_so(client):
    interview = make_interview(state=State.FINISHED)

    response = act(client, interview, "interview_move", {"at": "2099-05-06T07:08"})

    assert response.status_code == 409
    assert response.context["form"].non_field_errors() == ["Only a scheduled interview can be moved."]


def test_interview_no_show_by_the_lead_once_the_time_has_come(client):
    interview = make_interview(at=timezone.now() + timedelta(hours=1))
    lead = interview.panel.get().user

    early = act(client, interview, "interview_no_show", user=lead)
    Interview.objects.update(scheduled_at=timezone.now() - timedelta(minutes=20))
    act(client, interview, "interview_no_show", user=lead)

    assert early.status_code == 409
    assert interview.state == State.NO_SHOW


def next_version(plan):
    return PlanVersion.objects.create(plan=plan, number=2, title=plan.title, length=45, published_by=plan.created_by)


def test_interview_version_takes_versions_of_the_opening_only(client):
    interview = make_interview()
    newer, other = next_version(interview.plan), make_version()

    refused = act(client, interview, "interview_version", {"version": other.pk})
    act(client, interview, "interview_version", {"version": newer.pk})

    assert refused.context["form"].errors == {"version": ["Choose one of these versions."]}
    assert interview.version == newer


def test_interview_sitting_is_scheduled_and_dropped(client):
    interview = make_interview(state=State.FINISHED)
    finished_at = interview.sittings.get().finished_at

    act(client, interview, "interview_sitting", {"at": "2099-05-06T07:08"})
    between = interview.state
    act(client, interview, "interview_drop_sitting", {"reason": "Enough was said"})

    assert between == State.SCHEDULED
    assert (interview.state, interview.finished_at) == (State.FINISHED, finished_at)
    assert interview.history.last().what == HistoryEntry.What.SITTING_DROPPED


def test_interview_drop_sitting_needs_one(client):
    assert act(client, make_interview(), "interview_drop_sitting", {"reason": "None"}).status_code == 409


# The panel


def act_on(client, panelist, name, data=None, user=None):
    address = url(name, panelist.interview_id, panelist.pk)
    client.force_login(user or panelist.interview.opening.hiring_manager)
    assert client.get(address).status_code == 200
    return client.post(address, data or {})


def test_panelist_add(client):
    interview, user = make_interview(), make_user(Role.INTERVIEWER)

    again = {"user": interview.panel.get().user_id, "place": "observer"}
    refused = act(client, interview, "panelist_add", again)
    act(client, interview, "panelist_add", {"user": user.pk, "place": "observer"})

    assert list(refused.context["form"].errors) == ["user"]
    assert panel_of(interview)[1:] == [(user.pk, Place.OBSERVER)]


def test_panelist_remove_but_not_the_lead(client):
    interview = with_panelists(panelists=[make_user(Role.INTERVIEWER)])

    refused = act_on(client, interview.panel.first(), "panelist_remove")
    act_on(client, interview.panel.last(), "panelist_remove")

    assert refused.status_code == 409
    assert [place for _user, place in panel_of(interview)] == [Place.LEAD]


def test_panelist_replace(client):
    interview, user = make_interview(), make_user(Role.INTERVIEWER)

    act_on(client, interview.panel.get(), "panelist_replace", {"user": user.pk})

    assert panel_of(interview) == [(user.pk, Place.LEAD)]


def test_panelist_lead_is_the_panelists_own_step(client):
    interview = with_panelists(panelists=[make_user(Role.INTERVIEWER)])
    old, new = interview.panel.all()

    client.force_login(old.user)
    refused = client.post(url("panelist_lead", interview.pk, new.pk))
    done = act_on(client, new, "panelist_lead", user=new.user)

    assert (refused.status_code, done.url) == (403, reverse("interviews:room", args=[interview.pk]))
    assert panel_of(interview) == [(new.user_id, Place.LEAD), (old.user_id, Place.PANELIST)]


def test_panelist_excuse_needs_a_reason(client):
    interview = with_panelists(state=State.FINISHED, panelists=[make_user(Role.INTERVIEWER)])
    panelist = interview.panel.last()

    act_on(client, panelist, "panelist_excuse", {"reason": ""})
    before = interview.panel.filter(excused_at=None).count()
    act_on(client, panelist, "panelist_excuse", {"reason": "Ill"})

    assert (before, interview.panel.filter(excused_at=None).count()) == (2, 1)


def test_panelist_of_another_interview_is_not_found(client):
    interview, other = make_interview(), make_interview(opening=make_opening())
    client.force_login(make_user(Role.RECRUITER))

    assert client.post(url("panelist_excuse", interview.pk, other.panel.get().pk)).status_code == 404


def test_interview_schedule_asks_for_the_name_of_someone_new(client):
    version, lead = make_version(), make_user(Role.INTERVIEWER)
    client.force_login(make_user(Role.RECRUITER))

    response = client.post(url("interview_schedule"), schedule_data(version=version.pk, lead=lead.pk, new_name=""))

    assert response.context["form"].errors == {"new_name": ["Enter the candidate's name or number."]}
