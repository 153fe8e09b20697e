"""What is submitted is sealed, and what happened stays: the database refuses to change either, whoever asks.

Row by row, so that emptying whole tables stays with who owns them. `restrict_violation` is an IntegrityError in Django.
"""

from django.db import migrations

# A share lock on the scorecard makes a change wait for a submission under way. Who saves or submits holds a stronger
# one already, so it costs them nothing.
REFUSE_SEALED_RESPONSE = """
CREATE FUNCTION interviews_refuse_sealed_response() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed timestamptz;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT submitted_at INTO sealed FROM interviews_scorecard WHERE id = OLD.scorecard_id FOR SHARE;
    END IF;
    IF TG_OP <> 'DELETE' AND sealed IS NULL AND (TG_OP = 'INSERT' OR NEW.scorecard_id <> OLD.scorecard_id) THEN
        SELECT submitted_at INTO sealed FROM interviews_scorecard WHERE id = NEW.scorecard_id FOR SHARE;
    END IF;
    IF sealed IS NOT NULL THEN
        RAISE EXCEPTION 'The responses of a submitted scorecard are sealed.'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER refuse_sealed_response BEFORE INSERT OR UPDATE OR DELETE ON interviews_response
    FOR EACH ROW EXECUTE FUNCTION interviews_refuse_sealed_response()
"""
NO_REFUSE_SEALED_RESPONSE = """
DROP TRIGGER refuse_sealed_response ON interviews_response;
DROP FUNCTION interviews_refuse_sealed_response()
"""

# The sentence is the trigger's argument.
REFUSE = """
CREATE FUNCTION interviews_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END
$$
"""
REFUSE_SEALED_SCORECARD = """
CREATE TRIGGER refuse_sealed_scorecard BEFORE UPDATE OR DELETE ON interviews_scorecard
    FOR EACH ROW WHEN (OLD.submitted_at IS NOT NULL)
    EXECUTE FUNCTION interviews_refuse('A submitted scorecard is sealed.')
"""
NO_REFUSE_SEALED_SCORECARD = "DROP TRIGGER refuse_sealed_scorecard ON interviews_scorecard"

REFUSE_HISTORY_CHANGE = """
CREATE TRIGGER refuse_history_change BEFORE UPDATE OR DELETE ON interviews_historyentry
    FOR EACH ROW EXECUTE FUNCTION interviews_refuse('History is only ever added to.')
"""
NO_REFUSE_HISTORY_CHANGE = "DROP TRIGGER refuse_history_change ON interviews_historyentry"

REFUSE_UNPLANNED_CHANGE = """
CREATE TRIGGER refuse_unplanned_change BEFORE UPDATE OR DELETE ON interviews_unplannedquestion
    FOR EACH ROW EXECUTE FUNCTION interviews_refuse('A question that was asked stays as it was asked.')
"""
NO_REFUSE_UNPLANNED_CHANGE = "DROP TRIGGER refuse_unplanned_change ON interviews_unplannedquestion"

# Two changes are allowed: settling a conflict, once, and emptying the value of an applied operation that a later one
# has replaced, 30 days after submission. Everything else of the row must be as it was.
REFUSE_OPERATION_CHANGE = """
CREATE FUNCTION interviews_refuse_operation_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed interviews_operation;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        allowed := OLD;
        IF OLD.result = 'conflict' AND OLD.settled_by_id IS NULL THEN
            allowed.settled_by_id := NEW.settled_by_id;
        END IF;
        IF NEW.value IS NULL AND OLD.result = 'applied' AND EXISTS (
            SELECT FROM interviews_scorecard
            WHERE id = OLD.scorecard_id AND submitted_at < clock_timestamp() - interval '30 days'
        ) AND EXISTS (
            SELECT FROM interviews_operation
            WHERE scorecard_id = OLD.scorecard_id AND field = OLD.field AND result = 'applied' AND id > OLD.id
        ) THEN
            allowed.value := NULL;
        END IF;
        IF NEW IS NOT DISTINCT FROM allowed THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The operations of a scorecard are only ever added to.'
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END
$$;
CREATE TRIGGER refuse_operation_change BEFORE UPDATE OR DELETE ON interviews_operation
    FOR EACH ROW EXECUTE FUNCTION interviews_refuse_operation_change()
"""
NO_REFUSE_OPERATION_CHANGE = """
DROP TRIGGER refuse_operation_change ON interviews_operation;
DROP FUNCTION interviews_refuse_operation_change()
"""


class Migration(migrations.Migration):
    dependencies = [("interviews", "0003_upcoming_index")]

    operations = [
        migrations.RunSQL(REFUSE_SEALED_RESPONSE, NO_REFUSE_SEALED_RESPONSE),
        migrations.RunSQL(REFUSE, "DROP FUNCTION interviews_refuse()"),
        migrations.RunSQL(REFUSE_SEALED_SCORECARD, NO_REFUSE_SEALED_SCORECARD),
        migrations.RunSQL(REFUSE_HISTORY_CHANGE, NO_REFUSE_HISTORY_CHANGE),
        migrations.RunSQL(REFUSE_UNPLANNED_CHANGE, NO_REFUSE_UNPLANNED_CHANGE),
        migrations.RunSQL(REFUSE_OPERATION_CHANGE, NO_REFUSE_OPERATION_CHANGE),
    ]
