"""The trail can be taken away and put back."""

import pytest
from django.core.management import call_command
from django.db import connection

from interviews.models import TrailEntry
from interviews.trail import verify
from tests.factories import make_interview, make_submitted_scorecard


@pytest.mark.django_db(transaction=True)
def test_migrations_go_back_and_forth():
    scorecard = make_submitted_scorecard()

    try:
        migrate("interviews", "0018_askers")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_proc WHERE proname LIKE 'trail\\_%'")
            functions = cursor.fetchone()
    finally:
        migrate("interviews")

    assert functions == (0,)
    assert TrailEntry.objects.filter(what="found", table_name="interviews_scorecard", row_id=scorecard.pk).count() == 1
    make_interview()
    assert verify().problems == []


def migrate(*target):
    call_command("migrate", *target, verbosity=0, interactive=False)
