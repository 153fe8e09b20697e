"""What keeps the search in notes: submitting writes the scorecard's words, and nothing before that does.

Read like the question bank (`bank_readable`, `evenhand_simple`): any language, no stemming, scripts without spaces by
the character. Positions are left out, which halves the index: notes are found, not ranked.
"""

from django.db import migrations

FUNCTIONS = r"""
-- At most so many characters: a tsvector ends at 1 MB, and submitting must never fail for what was written.
CREATE FUNCTION notes_index(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO interviews_notessearch (scorecard_id, document)
    SELECT scorecard.id, strip(to_tsvector('evenhand_simple', bank_readable(left(
        concat_ws(' / ', scorecard.summary, string_agg(response.notes, ' / ' ORDER BY response.id)), 100000))))
    FROM interviews_scorecard AS scorecard
    LEFT JOIN interviews_response AS response ON response.scorecard_id = scorecard.id AND response.notes <> ''
    WHERE scorecard.id = ANY (ids) AND scorecard.submitted_at IS NOT NULL
    GROUP BY scorecard.id, scorecard.summary, scorecard.submitted_at
    ORDER BY scorecard.submitted_at, scorecard.id
    ON CONFLICT (scorecard_id) DO UPDATE SET document = excluded.document
$$;

-- All of these words, each also as the beginning of a longer one from three letters on. NULL asks for nothing.
CREATE FUNCTION notes_query(words text) RETURNS tsquery LANGUAGE sql STABLE AS $$
    SELECT string_agg(
        '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''''
            || CASE WHEN length(lexeme) < 3 THEN '' ELSE ':*' END, ' & ')::tsquery
    FROM unnest(to_tsvector('evenhand_simple', bank_readable(words)))
$$;

CREATE FUNCTION notes_submitted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM notes_index(ARRAY[NEW.id]);
    RETURN NULL;
END
$$;

-- Only an UPDATE that names the column is looked at: saving a recommendation or a summary is not.
CREATE TRIGGER search_submitted AFTER UPDATE OF submitted_at ON interviews_scorecard FOR EACH ROW
    WHEN (OLD.submitted_at IS NULL AND NEW.submitted_at IS NOT NULL) EXECUTE FUNCTION notes_submitted();
"""

DROP_FUNCTIONS = """
DROP TRIGGER search_submitted ON interviews_scorecard;
DROP FUNCTION notes_submitted();
DROP FUNCTION notes_query(text);
DROP FUNCTION notes_index(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("interviews", "0005_notes_search"), ("questionbank", "0004_search_triggers")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(
            "SELECT notes_index((SELECT array_agg(id) FROM interviews_scorecard WHERE submitted_at IS NOT NULL))",
            migrations.RunSQL.noop,
        ),
    ]
