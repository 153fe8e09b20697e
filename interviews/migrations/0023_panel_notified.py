"""What open rooms hear: at commit, the key of an interview to which something happened, and nothing else.

Every act of an interview's life writes its history, so the history says it for all of them. Saving a scorecard touches
neither table and says nothing.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION panel_notified() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('panel', NEW.interview_id::text);
    RETURN NULL;
END
$$;

-- Not of what tells of scorecards: that something is amended, agreed on or decided is for whom they are open.
CREATE TRIGGER panel_notified AFTER INSERT ON interviews_historyentry FOR EACH ROW
    WHEN (NEW.what NOT IN ('amended', 'agreed', 'decided')) EXECUTE FUNCTION panel_notified();
CREATE TRIGGER panel_notified AFTER INSERT OR UPDATE ON interviews_course FOR EACH ROW EXECUTE FUNCTION panel_notified();
"""

DROP = """
DROP TRIGGER panel_notified ON interviews_course;
DROP TRIGGER panel_notified ON interviews_historyentry;
DROP FUNCTION panel_notified();
"""


class Migration(migrations.Migration):
    dependencies = [("interviews", "0022_course")]
    operations = [migrations.RunSQL(CREATE, DROP)]
