"""Every night what has had its time goes, and nothing else."""

import io
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from questionbank.models import ImportDraft
from tests.factories import make_user
from tests.interviews.sealing.test_sealing import aged, logged  # noqa: F401

pytestmark = pytest.mark.django_db


def test_tidy_drops_ended_sessions_and_old_previews_only():
    now, owner = timezone.now(), make_user()
    for days in (-1, 1):
        Session.objects.create(session_key=f"day{days}", session_data="", expire_date=now + timedelta(days=days))
    for age in (6, 8):
        draft = ImportDraft.objects.create(owner=owner, name=f"{age} days", content={})
        ImportDraft.objects.filter(pk=draft.pk).update(created_at=now - timedelta(days=age))

    assert tidied() == "previews=1 emptied=0\n"
    assert tidied() == "previews=0 emptied=0\n"

    assert [session.session_key for session in Session.objects.all()] == ["day1"]
    assert [draft.name for draft in ImportDraft.objects.all()] == ["6 days"]


def test_tidy_forgets_what_was_written_over(logged):  # noqa: F811
    aged(logged, 61)

    assert tidied() == "previews=0 emptied=0\n"
    assert tidied("--all") == "previews=0 emptied=2\n"


def tidied(*options):
    out = io.StringIO()
    call_command("tidy", *options, stdout=out)
    return out.getvalue()
