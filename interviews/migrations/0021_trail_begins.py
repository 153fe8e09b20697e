"""What stood before there was a trail is noted as it stands now, so that from here on it cannot change unnoticed either.

About a minute for 50,000 rows. Rows that have an entry already are left out, so that it may run again.
"""

from importlib import import_module

from django.db import migrations

triggers = import_module("interviews.migrations.0020_trail_triggers")

NEW_TO_THE_TRAIL = """
    NOT EXISTS (SELECT FROM interviews_trailentry AS entry WHERE entry.table_name = '{table}' AND entry.row_id = found.id)
"""


def note_rows(table, chain, *columns):
    return f"""
        SELECT count(trail_note('found', '{table}', NULL, to_jsonb(found), {triggers.arguments(chain, *columns[:3])}))
        FROM (SELECT * FROM {table} ORDER BY id) AS found WHERE {NEW_TO_THE_TRAIL.format(table=table)}
    """  # noqa: S608, names of ours


NOTE_SCORECARDS = f"""
    SELECT count(trail_scorecard(found, 'found')) FROM interviews_scorecard AS found
    WHERE submitted_at IS NOT NULL AND {NEW_TO_THE_TRAIL.format(table="interviews_scorecard")}
"""  # noqa: S608, names of ours
NOTE_ITEMS = """
    SELECT count(trail_items(version_id, items)) FROM (
        SELECT version_id, jsonb_object_agg(item.id, trail_image(to_jsonb(item), '{title, note, content}')) AS items
        FROM interviews_versionitem AS item
        WHERE NOT EXISTS (
            SELECT FROM interviews_trailentry AS entry WHERE entry.what = 'published'
            AND entry.table_name = 'interviews_planversion' AND entry.row_id = item.version_id
        )
        GROUP BY version_id ORDER BY version_id
    ) AS found
"""


class Migration(migrations.Migration):
    dependencies = [("interviews", "0020_trail_triggers")]

    operations = [
        *[
            migrations.RunSQL(note_rows(table, *columns), migrations.RunSQL.noop)
            for table, columns in triggers.TRAILED.items()
        ],
        migrations.RunSQL(NOTE_ITEMS, migrations.RunSQL.noop),
        migrations.RunSQL(NOTE_SCORECARDS, migrations.RunSQL.noop),
    ]
