"""Pauses were rows of their own; when each began, ended and why stays in the history."""

from django.db import migrations

FORWARDS = """
UPDATE interviews_sitting AS sitting
SET paused = ended.duration
FROM (
    SELECT sitting_id, sum(ended_at - started_at) AS duration FROM interviews_pause
    WHERE ended_at IS NOT NULL GROUP BY sitting_id
) AS ended
WHERE ended.sitting_id = sitting.id;

UPDATE interviews_sitting AS sitting
SET paused_since = pause.started_at, pause_reason = pause.reason
FROM interviews_pause AS pause
WHERE pause.sitting_id = sitting.id AND pause.ended_at IS NULL
"""
# One pause as long as all that there were: the clock shows the same.
BACKWARDS = """
INSERT INTO interviews_pause (sitting_id, started_at, ended_at, reason)
SELECT id, started_at, started_at + paused, '' FROM interviews_sitting WHERE paused > interval '0';

INSERT INTO interviews_pause (sitting_id, started_at, ended_at, reason)
SELECT id, paused_since, NULL, pause_reason FROM interviews_sitting WHERE paused_since IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("interviews", "0007_pauses_on_sittings")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
