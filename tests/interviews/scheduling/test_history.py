from datetime import UTC, datetime

import pytest

from accounts.models import Role
from interviews import lifecycle
from interviews.history import SENTENCES, events
from interviews.models import HistoryEntry, Place, PlanVersion, State
from tests.factories import make_interview, make_user

pytestmark = pytest.mark.django_db


def test_every_kind_of_entry_has_a_sentence():
    assert set(SENTENCES) == set(HistoryEntry.What)


def test_history_reads_as_sentences():
    interview = make_interview(at=datetime(2026, 5, 1, 9, tzinfo=UTC))
    by, ada = interview.created_by, make_user(Role.INTERVIEWER, name="Ada")
    newer = PlanVersion.objects.create(
        plan=interview.plan, number=2, title="Round two", length=45, published_by=interview.plan.created_by
    )
    lifecycle.move(interview=interview, to=datetime(2026, 5, 2, 10, tzinfo=UTC), by=by, reason="Train")
    lifecycle.add_panelist(interview=interview, user=ada, place=Place.OBSERVER, by=by)
    lifecycle.change_version(interview=interview, version=newer, by=by)

    told = [(event.sentence, event.reason) for event in events(interview)]

    assert told == [
        (f"Plan changed from “{interview.version}” to “Round two, version 2”", ""),
        ("Ada added as observer", ""),
        ("Moved from Friday 1 May 2026, 09:00 to Saturday 2 May 2026, 10:00", "Train"),
        ("Scheduled for Friday 1 May 2026, 09:00", ""),
    ]


def test_history_queries(django_assert_num_queries):
    interview = make_interview(state=State.FINISHED)

    with django_assert_num_queries(1):
        events(interview)
