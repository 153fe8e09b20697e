"""Who may read whose scorecards, over every combination, against the rule said once more in plain Python."""

import itertools

import pytest

from accounts.models import Role, User
from interviews import lifecycle
from interviews.models import Interview, Opening, Panelist, Place, Scorecard, State
from tests.factories import (
    make_candidate,
    make_interview,
    make_opening,
    make_panelist,
    make_submitted_scorecard,
    make_user,
    rate,
    submitted,
)

pytestmark = pytest.mark.django_db

PLACES = [None, Place.LEAD, Place.PANELIST, Place.OBSERVER]
ROLES = [(), (Role.INTERVIEWER,), (Role.ADMINISTRATOR,), (Role.RECRUITER,), (Role.HIRING_MANAGER,)]
OWING = ["nothing", "elsewhere", "other candidate", "other opening", "cancelled", "excused", "submitted"]


def may_read(*, place, excused, submitted, others_submitted, role, manages, owing):
    """DESIGN.md's "Who sees what", for one interview."""
    if owing == "elsewhere":
        return False
    if place in (Place.LEAD, Place.PANELIST) and not excused and not submitted:
        return False  # owes this very scorecard
    by_role = role == (Role.RECRUITER,) or (role == (Role.HIRING_MANAGER,) and manages)
    if place is None:
        return by_role
    if excused:
        return by_role and others_submitted
    if place == Place.OBSERVER:
        return others_submitted
    return submitted


def combinations():
    for place, role, manages, excused, mine, others in itertools.product(
        PLACES, ROLES, [False, True], [False, True], [False, True], [False, True]
    ):
        scores = place in (Place.LEAD, Place.PANELIST)
        if (
            (excused and (place is None or mine))
            or (mine and not scores)
            or (manages and role != (Role.HIRING_MANAGER,))
        ):
            continue
        yield {
            "place": place,
            "role": role,
            "manages": manages,
            "excused": excused,
            "submitted": mine,
            "others_submitted": others,
        }


def build(user, *, place, excused, submitted: bool, others_submitted, opening):
    """A finished interview with the user in that place, and one other who scores."""
    other = make_user()
    panel = [(other, Place.PANELIST if place == Place.LEAD else Place.LEAD)]
    panel += [(user, place)] if place else []
    interview = make_interview(state=State.FINISHED, panel=panel, opening=opening, questions=1)
    if excused:
        lifecycle.excuse(panelist=interview.panel.get(user=user), by=other, reason="Ill")
    if submitted:
        submit(interview, user)
    if others_submitted:
        submit(interview, other)
    return interview


def submit(interview, user):
    return submitted(rate(interview.scorecards.get(author=user)))


@pytest.mark.parametrize("owing", OWING)
def test_open_to_is_the_rule_for_every_combination(owing):
    wrong, built, somebody = [], {}, make_user()
    for case in combinations():
        if owing != "nothing" and not may_read(**case, owing="nothing"):
            continue  # closed anyway
        # Roles come and go, what happened to an interview stays: one is built for all that differ by role only.
        facts = {key: case[key] for key in ("place", "excused", "submitted", "others_submitted")}
        world = tuple(facts.values())
        if world not in built:
            user = make_user()
            built[world] = user, build(user, **facts, opening=make_opening())
            owe(*built[world], owing)
        user, interview = built[world]
        User.objects.filter(pk=user.pk).update(roles=list(case["role"]))
        Opening.objects.filter(pk=interview.opening_id).update(hiring_manager=user if case["manages"] else somebody)
        user = User.objects.get(pk=user.pk)
        found = Interview.objects.open_to(user).filter(pk=interview.pk).count()
        if found != int(may_read(**case, owing=owing)):
            wrong.append(case)
    assert wrong == []


def owe(user, interview, owing):
    """A second interview in which the user has, or might seem to have, a scorecard to submit."""
    if owing == "nothing":
        return
    candidate = make_candidate() if owing == "other candidate" else interview.candidate
    opening = make_opening() if owing == "other opening" else interview.opening
    lead = make_user()
    second = make_interview(
        state=State.CANCELLED if owing == "cancelled" else State.FINISHED,
        panel=[(lead, Place.LEAD), (user, Place.PANELIST)],
        candidate=candidate,
        opening=opening,
        questions=1,
    )
    if owing == "excused":
        lifecycle.excuse(panelist=second.panel.get(user=user), by=lead, reason="Ill")
    if owing == "submitted":
        submit(second, user)


def test_scorecard_owed_before_the_interview_starts_closes_the_others_too():
    user, candidate, opening = make_user(Role.RECRUITER), make_candidate(), make_opening()
    scorecard = make_submitted_scorecard(candidate=candidate, opening=opening)
    assert Interview.objects.open_to(user).get() == scorecard.interview

    make_interview(panel=[(user, Place.LEAD)], candidate=candidate, opening=opening)

    assert not Interview.objects.open_to(user).exists()


def test_inactive_user_reads_nothing():
    make_submitted_scorecard()
    user = make_user(Role.RECRUITER, is_active=False)

    assert not Interview.objects.open_to(user).exists()
    assert not Interview.objects.visible_to(user).exists()
    assert not Scorecard.objects.visible_to(user).exists()


def test_own_draft_is_visible_and_others_drafts_to_nobody():
    lead, second = make_user(), make_user()
    interview = make_interview(state=State.FINISHED, panel=[(lead, Place.LEAD), (second, Place.PANELIST)])
    mine, theirs = interview.scorecards.get(author=lead), interview.scorecards.get(author=second)

    assert list(Scorecard.objects.visible_to(lead)) == [mine]
    for role in Role:
        assert list(Scorecard.objects.visible_to(make_user(role))) == []
    submit(interview, second)
    assert list(Scorecard.objects.visible_to(lead)) == [mine]
    submit(interview, lead)
    assert list(Scorecard.objects.visible_to(lead)) == [mine, theirs]


def test_rows_come_once_however_many_places_and_scorecards(django_assert_num_queries):
    opening = make_opening()
    user = make_user(Role.RECRUITER, Role.HIRING_MANAGER)
    for number in (1, 3):
        for _more in range(number):
            panel = [(make_user(), Place.LEAD), *[(make_user(), Place.PANELIST) for _other in range(3)]]
            interview = make_interview(state=State.FINISHED, panel=panel, opening=opening, questions=1)
            for scorecard in interview.scorecards.all():
                submitted(rate(scorecard))
        with django_assert_num_queries(3):
            opened = list(Interview.objects.open_to(user))
            visible = list(Interview.objects.visible_to(user))
            scorecards = list(Scorecard.objects.visible_to(user))
        assert len(opened) == len(set(opened)) == len(visible) == Interview.objects.count()
        assert len(scorecards) == len(set(scorecards)) == 4 * len(opened)


@pytest.mark.parametrize(
    "queryset", [lambda u: Interview.objects.open_to(u), lambda u: Scorecard.objects.visible_to(u)]
)
def test_rule_neither_joins_nor_says_distinct(queryset):
    user = make_user(*Role)
    query = queryset(user).query

    str(query)  # compiled, so that joins found needless are gone

    assert query.distinct is False
    assert len([alias for alias, uses in query.alias_refcount.items() if uses]) == 1


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("role", ROLES)
def test_interview_is_visible_to_its_panel_its_manager_and_recruiters(place, role):
    user = make_user(*role)
    interview = make_interview()
    if place == Place.LEAD:
        interview = make_interview(lead=user)
    elif place:
        make_panelist(interview=interview, user=user, place=place)

    assert Interview.objects.visible_to(user).filter(pk=interview.pk).exists() == (
        place is not None or role == (Role.RECRUITER,)
    )
    assert Interview.objects.led_by(user).filter(pk=interview.pk).exists() == (place == Place.LEAD)


def test_hiring_manager_sees_and_schedules_their_openings_only():
    mine, other = make_interview(), make_interview()
    manager = mine.opening.hiring_manager

    assert list(Interview.objects.visible_to(manager)) == [mine]
    assert list(Interview.objects.schedulable_by(manager)) == [mine]
    assert other in Interview.objects.schedulable_by(make_user(Role.RECRUITER))
    assert list(Interview.objects.schedulable_by(make_user(Role.INTERVIEWER))) == []


def test_owed_is_what_a_place_still_has_to_submit():
    interview = make_interview(
        state=State.FINISHED,
        panel=[(make_user(), Place.LEAD), (make_user(), Place.PANELIST), (make_user(), Place.OBSERVER)],
    )
    lead, second = interview.scorecards.all()
    make_interview(state=State.CANCELLED)
    make_interview(state=State.NO_SHOW)
    assert set(Scorecard.objects.owed()) == {lead, second}

    lifecycle.excuse(panelist=Panelist.objects.get(user=second.author), by=lead.author, reason="Ill")
    assert list(Scorecard.objects.owed()) == [lead]
    submitted(rate(lead))
    assert list(Scorecard.objects.owed()) == []
