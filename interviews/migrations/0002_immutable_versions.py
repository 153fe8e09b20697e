"""What was published stays as it was: the database refuses to change or delete plan versions and their items.

Row by row, so that emptying whole tables stays with who owns them. `restrict_violation` is an IntegrityError in Django.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION interviews_refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published plan version never changes. Change the plan''s draft and publish the next version.'
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END
$$
"""
TRIGGER = """
CREATE TRIGGER refuse_version_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION interviews_refuse_version_change()
"""
NO_TRIGGER = "DROP TRIGGER refuse_version_change ON {table}"
TABLES = ["interviews_planversion", "interviews_versionitem"]


class Migration(migrations.Migration):
    dependencies = [("interviews", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION interviews_refuse_version_change()"),
        *[migrations.RunSQL(TRIGGER.format(table=table), NO_TRIGGER.format(table=table)) for table in TABLES],
    ]
