"""Amendments, agreed ratings and decisions are only ever added, each at its time and by whom it is for, whoever asks."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION interviews_refuse_stray_amendment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM interviews_response AS response
        JOIN interviews_scorecard AS scorecard ON scorecard.id = response.scorecard_id
        WHERE response.id = NEW.response_id AND scorecard.id = NEW.scorecard_id
            AND scorecard.author_id = NEW.author_id AND scorecard.submitted_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'Only a submitted response can be amended, and only by its author.'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION interviews_refuse_before_complete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM interviews_interview WHERE id = NEW.interview_id AND completed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'Nothing is agreed or decided before every scorecard is in.'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION interviews_refuse_before_complete();
DROP FUNCTION interviews_refuse_stray_amendment();
"""
SENTENCES = {
    "amendment": "An amendment stays as it was made. Amend once more instead.",
    "agreedrating": "An agreed rating stays as it was set. Set another one instead.",
    "decision": "A decision stays as it was made. Decide anew instead.",
}
FIRST = {
    "amendment": "interviews_refuse_stray_amendment",
    "agreedrating": "interviews_refuse_before_complete",
    "decision": "interviews_refuse_before_complete",
}
CREATE = """
CREATE TRIGGER refuse_{name}_change BEFORE UPDATE OR DELETE ON interviews_{name}
    FOR EACH ROW EXECUTE FUNCTION interviews_refuse('{sentence}');
CREATE TRIGGER refuse_stray_{name} BEFORE INSERT ON interviews_{name}
    FOR EACH ROW EXECUTE FUNCTION {first}();
"""
DROP = """
DROP TRIGGER refuse_stray_{name} ON interviews_{name};
DROP TRIGGER refuse_{name}_change ON interviews_{name};
"""

# Words of an amendment are found too; what they replaced stays findable, as it stays readable.
SEARCH = """
CREATE OR REPLACE FUNCTION notes_index(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO interviews_notessearch (scorecard_id, document)
    SELECT scorecard.id, strip(to_tsvector('evenhand_simple', bank_readable(left(concat_ws(' / ', scorecard.summary, (
        SELECT string_agg(notes, ' / ') FROM (
            (SELECT notes FROM interviews_response WHERE scorecard_id = scorecard.id AND notes <> '' ORDER BY id)
            UNION ALL
            (SELECT notes FROM interviews_amendment WHERE scorecard_id = scorecard.id AND notes <> '' ORDER BY id)
        ) AS written)), 100000))))
    FROM interviews_scorecard AS scorecard
    WHERE scorecard.id = ANY (ids) AND scorecard.submitted_at IS NOT NULL
    ORDER BY scorecard.submitted_at, scorecard.id
    ON CONFLICT (scorecard_id) DO UPDATE SET document = excluded.document
$$;
CREATE FUNCTION notes_amended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM notes_index(ARRAY[NEW.scorecard_id]);
    RETURN NULL;
END
$$;
CREATE TRIGGER search_amended AFTER INSERT ON interviews_amendment FOR EACH ROW EXECUTE FUNCTION notes_amended();
"""
NO_SEARCH = """
DROP TRIGGER search_amended ON interviews_amendment;
DROP FUNCTION notes_amended();
CREATE OR REPLACE FUNCTION notes_index(ids bigint[]) RETURNS void LANGUAGE sql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("interviews", "0016_debrief")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *[
            migrations.RunSQL(
                CREATE.format(name=name, sentence=SENTENCES[name], first=FIRST[name]), DROP.format(name=name)
            )
            for name in SENTENCES
        ],
        migrations.RunSQL(SEARCH, NO_SEARCH),
    ]
