import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from interviews import lifecycle
from interviews.models import HistoryEntry, Interview, Panelist, Place, Response, Scorecard, State
from interviews.problems import NotNow
from interviews.saving import save
from tests.factories import make_candidate, make_interview, make_panelist, make_user, make_version, rate, submitted

pytestmark = pytest.mark.django_db
What = HistoryEntry.What


def history(interview):
    return list(interview.history.values_list("what", flat=True))


def write(scorecard, text, parent=None):
    ids = {"op": str(uuid.uuid4()), "writer": str(uuid.uuid4()), "parent": parent}
    sent = ids | {"field": f"{scorecard.responses.first().key}.notes", "value": text}
    save(author=scorecard.author, scorecard_id=scorecard.pk, operations=[sent])
    return sent["op"]


def clock(monkeypatch, later, since=None):
    now = (since or timezone.now()) + later
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.mark.parametrize("places", [[], [Place.PANELIST], [Place.LEAD, Place.LEAD]])
def test_panel_needs_exactly_one_lead(places):
    version = make_version()

    with pytest.raises(NotNow, match="exactly one lead"):
        lifecycle.schedule(
            candidate=make_candidate(),
            opening=version.plan.opening,
            version=version,
            at=timezone.now(),
            panel=[(make_user(), place) for place in places],
            by=make_user(),
        )
    assert not Interview.objects.exists()


def test_scorecard_comes_with_the_place_and_observers_have_none():
    lead, panelist, observer = make_user(), make_user(), make_user()
    interview = make_interview(panel=[(lead, Place.LEAD), (panelist, Place.PANELIST), (observer, Place.OBSERVER)])

    assert {scorecard.author for scorecard in interview.scorecards.all()} == {lead, panelist}
    assert history(interview) == [What.SCHEDULED]


ALLOWED = {
    "move": {State.SCHEDULED},
    "cancel": {State.SCHEDULED},
    "mark_no_show": {State.SCHEDULED},
    "start": {State.SCHEDULED},
    "pause": {State.LIVE},
    "resume": {State.PAUSED},
    "finish": {State.LIVE, State.PAUSED},
    "undo_finish": {State.FINISHED},
    "schedule_sitting": {State.FINISHED},
    "drop_sitting": set(),
    "change_version": {State.SCHEDULED},
    "add_unplanned": {State.LIVE, State.PAUSED},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", ALLOWED)
def test_state_decides_what_can_be_done(act, state):
    interview = make_interview(state=state)
    before = history(interview)
    arguments = {
        "move": {"to": timezone.now()},
        "schedule_sitting": {"at": timezone.now()},
        "change_version": {"version": make_version()},
        "add_unplanned": {"title": "More", "content": {}, "stage": 3, "op": uuid.uuid4()},
    }.get(act, {})

    def do():
        getattr(lifecycle, act)(interview=interview, by=interview.created_by, **arguments)

    if state in ALLOWED[act]:
        do()
        assert len(history(interview)) == len(before) + 1
    else:
        with pytest.raises(NotNow):
            do()
        assert history(interview) == before


def test_start_makes_a_response_per_question_and_scorecard():
    interview = make_interview(
        state=State.LIVE, questions=4, panel=[(make_user(), Place.LEAD), (make_user(), Place.PANELIST)]
    )

    assert [scorecard.responses.count() for scorecard in interview.scorecards.all()] == [4, 4]


@pytest.mark.parametrize(("late", "kept"), [(timedelta(minutes=10), True), (timedelta(hours=2), False)])
def test_end_is_what_the_calendar_promises_on_the_day(late, kept):
    at = timezone.now() - late
    interview = make_interview(state=State.LIVE, at=at)
    sitting = interview.sittings.get()

    assert sitting.ends_at == (at if kept else sitting.started_at) + timedelta(minutes=60)


def test_extra_time_and_breaks_move_the_end():
    interview = make_interview(state=State.LIVE, extra_time=125, breaks=10)

    sitting = interview.sittings.get()

    length = -(-interview.version.length * 5 // 4) + 10
    assert interview.length == length
    assert sitting.ends_at - interview.scheduled_at == timedelta(minutes=length)


def test_adjusting_says_how_long_it_takes_and_never_why():
    interview = make_interview()

    lifecycle.adjust(
        interview=interview, by=interview.created_by, setting="on_site", extra_time=150, breaks=0, language="Basque"
    )
    interview.refresh_from_db()

    entry = interview.history.last()
    assert (interview.setting, interview.extra_time, interview.language) == ("on_site", 150, "Basque")
    was = {"minutes": 60, "setting": "call", "location": "", "language": ""}
    now = {"minutes": 90, "setting": "on_site", "location": "", "language": "Basque"}
    assert (entry.what, entry.detail) == (What.ADJUSTED, {"was": was, "now": now})


def test_time_is_fixed_once_an_interview_has_started():
    interview = make_interview(state=State.LIVE)

    with pytest.raises(NotNow, match="fixed"):
        lifecycle.adjust(
            interview=interview, by=interview.created_by, setting="call", extra_time=200, breaks=0, language=""
        )


def test_no_show_of_an_interview_to_come_is_refused():
    with pytest.raises(NotNow, match="still to come"):
        make_interview(state=State.NO_SHOW, at=timezone.now() + timedelta(hours=1))


def test_clock_stands_still_while_paused():
    interview = make_interview(state=State.LIVE)
    started = interview.sittings.get().started_at
    lifecycle.pause(interview=interview, by=interview.created_by, reason="Fire alarm")
    interview.sittings.update(paused_since=started + timedelta(minutes=4))

    sitting = interview.sittings.get()

    assert (sitting.elapsed_seconds(started + timedelta(minutes=9)), sitting.pause_reason) == (240, "Fire alarm")


def test_clock_stands_still_in_pauses(monkeypatch):
    interview = make_interview(state=State.LIVE)
    lead, started = interview.created_by, interview.sittings.get().started_at
    for minutes, act in [(10, lifecycle.pause), (15, lifecycle.resume), (20, lifecycle.pause), (30, lifecycle.finish)]:
        monkeypatch.setattr(timezone, "now", lambda minutes=minutes: started + timedelta(minutes=minutes))
        act(interview=interview, by=lead)

    sitting = interview.sittings.get()
    assert (sitting.elapsed_seconds(), sitting.paused_since) == (15 * 60, None)


def test_finish_can_be_undone_and_the_time_between_is_a_pause(monkeypatch):
    interview = make_interview(state=State.FINISHED)
    scorecard = interview.scorecards.get()
    write(scorecard, "after all")
    assert scorecard.responses.first().notes_at_finish == ""
    interview.refresh_from_db()
    clock(monkeypatch, timedelta(minutes=9), since=interview.finished_at)

    interview = lifecycle.undo_finish(interview=interview, by=interview.created_by)

    sitting = interview.sittings.get()
    assert (interview.state, interview.finished_at, sitting.finished_at) == (State.LIVE, None, None)
    assert sitting.paused == timedelta(minutes=9)
    assert scorecard.responses.first().notes_at_finish is None


def test_finish_cannot_be_undone_after_ten_minutes(monkeypatch):
    interview = make_interview(state=State.FINISHED)
    clock(monkeypatch, timedelta(minutes=10, seconds=1))

    with pytest.raises(NotNow, match="10 minutes"):
        lifecycle.undo_finish(interview=interview, by=interview.created_by)


def test_further_sitting_continues_the_same_record():
    interview = make_interview(state=State.FINISHED)
    scorecard, lead = interview.scorecards.get(), interview.created_by
    lifecycle.schedule_sitting(interview=interview, at=timezone.now(), by=lead)
    write(scorecard, "between")
    assert scorecard.responses.first().notes_at_finish == ""

    lifecycle.start(interview=interview, by=lead)

    interview.refresh_from_db()
    assert (interview.state, interview.sittings.count(), scorecard.responses.count()) == (State.LIVE, 2, 3)
    assert scorecard.responses.first().notes_at_finish is None


@pytest.mark.parametrize("act", [lifecycle.cancel, lifecycle.mark_no_show])
def test_what_was_held_in_part_stays_a_record(act):
    interview = make_interview(state=State.FINISHED)
    lifecycle.schedule_sitting(interview=interview, at=timezone.now(), by=interview.created_by)

    with pytest.raises(NotNow, match="held in part"):
        act(interview=interview, by=interview.created_by)


def test_dropped_sitting_leaves_it_finished_as_it_was():
    interview = make_interview(state=State.FINISHED)
    finished_at = interview.finished_at
    lifecycle.schedule_sitting(interview=interview, at=timezone.now(), by=interview.created_by)

    interview = lifecycle.drop_sitting(interview=interview, by=interview.created_by)

    assert (interview.state, interview.finished_at, interview.completed_at) == (State.FINISHED, finished_at, None)


# The panel


def test_panelist_who_joins_live_gets_every_question():
    interview = make_interview(state=State.LIVE)
    added = {"title": "More", "content": {}, "stage": 3, "by": interview.created_by, "op": uuid.uuid4()}
    lifecycle.add_unplanned(interview=interview, **added)

    panelist = make_panelist(interview=interview)

    assert interview.scorecards.get(author=panelist.user).responses.count() == 4


def test_after_the_finish_only_observers_join():
    interview = make_interview(state=State.FINISHED)

    assert make_panelist(interview=interview, place=Place.OBSERVER).place == Place.OBSERVER
    with pytest.raises(NotNow, match="only observers"):
        make_panelist(interview=interview)


def test_nobody_joins_twice_nor_as_a_second_lead():
    interview = make_interview()

    with pytest.raises(NotNow, match="already"):
        make_panelist(interview=interview, user=interview.created_by)
    with pytest.raises(NotNow, match="one lead"):
        make_panelist(interview=interview, place=Place.LEAD)


def test_panelist_is_removed_before_the_start_only():
    interview = make_interview()
    gone, stays = make_panelist(interview=interview), make_panelist(interview=interview)
    lifecycle.remove_panelist(panelist=gone, by=interview.created_by)
    assert not Scorecard.objects.filter(author=gone.user).exists()
    with pytest.raises(NotNow, match="no longer"):
        lifecycle.remove_panelist(panelist=Panelist(pk=gone.pk or 0, interview=interview), by=interview.created_by)
    lifecycle.start(interview=interview, by=interview.created_by)

    with pytest.raises(NotNow, match="Excuse"):
        lifecycle.remove_panelist(panelist=stays, by=interview.created_by)


def test_lead_is_replaced_in_their_place():
    interview = make_interview()
    user = make_user()

    lifecycle.replace_panelist(panelist=interview.panel.get(), user=user, by=user)

    assert (interview.panel.get().user, interview.panel.get().place) == (user, Place.LEAD)
    assert interview.scorecards.get().author == user


def test_panelist_takes_the_lead():
    interview = make_interview(state=State.LIVE)
    panelist, observer = make_panelist(interview=interview), make_panelist(interview=interview, place=Place.OBSERVER)

    lifecycle.take_lead(interview=interview, user=panelist.user, by=panelist.user)

    assert dict(interview.panel.values_list("user", "place")) == {
        interview.created_by_id: Place.PANELIST,
        panelist.user_id: Place.LEAD,
        observer.user_id: Place.OBSERVER,
    }
    for user in (panelist.user, observer.user, make_user()):
        with pytest.raises(NotNow, match="Only a panelist"):
            lifecycle.take_lead(interview=interview, user=user, by=user)


def test_excusing_unblocks_and_says_why():
    interview = make_interview(state=State.FINISHED, panel=[(make_user(), Place.LEAD), (make_user(), Place.PANELIST)])
    lead, panelist = interview.panel.all()
    submitted(rate(interview.scorecards.get(author=lead.user)))

    lifecycle.excuse(panelist=panelist, by=lead.user, reason=" Ill ")

    panelist.refresh_from_db()
    interview.refresh_from_db()
    assert (panelist.excused_reason, panelist.excused_by) == ("Ill", lead.user)
    assert interview.completed_at is not None


def test_excusing_an_observer_later_leaves_the_completion_alone():
    interview = make_interview(state=State.FINISHED, panel=[(make_user(), Place.LEAD), (make_user(), Place.OBSERVER)])
    submitted(rate(interview.scorecards.get()))
    interview.refresh_from_db()
    completed_at = interview.completed_at

    lifecycle.excuse(panelist=interview.panel.get(place=Place.OBSERVER), by=interview.created_by, reason="Ill")

    interview.refresh_from_db()
    assert interview.completed_at == completed_at


@pytest.mark.parametrize(
    ("state", "place", "reason", "sentence"),
    [
        (State.LIVE, Place.LEAD, "Ill", "take the lead first"),
        (State.LIVE, Place.PANELIST, " ", "Say why"),
        (State.CANCELLED, Place.PANELIST, "Ill", "cannot change"),
    ],
)
def test_excusing_is_refused(state, place, reason, sentence):
    interview = make_interview(state=state, panel=[(make_user(), Place.LEAD), (make_user(), Place.PANELIST)])

    with pytest.raises(NotNow, match=sentence):
        lifecycle.excuse(panelist=interview.panel.get(place=place), by=interview.created_by, reason=reason)


def test_somebody_must_score():
    interview = make_interview(state=State.FINISHED)

    with pytest.raises(NotNow, match="Somebody must score"):
        lifecycle.excuse(panelist=interview.panel.get(), by=interview.created_by, reason="Ill")


def test_nobody_is_excused_twice():
    interview = make_interview(state=State.LIVE)
    panelist = make_panelist(interview=interview)
    lifecycle.excuse(panelist=panelist, by=interview.created_by, reason="Ill")

    with pytest.raises(NotNow, match="already"):
        lifecycle.excuse(panelist=panelist, by=interview.created_by, reason="Bored")


def test_unplanned_question_is_added_once():
    interview = make_interview(state=State.LIVE, panel=[(make_user(), Place.LEAD), (make_user(), Place.PANELIST)])
    asked = {"interview": interview, "title": "More", "content": {}, "stage": 3, "op": uuid.uuid4()}

    first = lifecycle.add_unplanned(**asked, by=interview.created_by)
    again = lifecycle.add_unplanned(**asked, by=interview.created_by)

    assert first == again
    assert Response.objects.filter(unplanned=first).count() == 2
    assert history(interview).count(What.QUESTION_ADDED) == 1
