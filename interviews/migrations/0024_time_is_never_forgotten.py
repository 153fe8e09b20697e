"""Time spent is append-only intervals, each its own: a later one replaces none, so none of them is emptied."""

from importlib import import_module

from django.db import migrations

sealing = import_module("interviews.migrations.0004_sealing")
OLD = "IF NEW.value IS NULL AND OLD.result = 'applied' AND EXISTS ("
NEW = "IF NEW.value IS NULL AND OLD.result = 'applied' AND OLD.field NOT LIKE '%.time' AND EXISTS ("


def function():
    create, _semicolon, _trigger = sealing.REFUSE_OPERATION_CHANGE.partition("CREATE TRIGGER")
    return create.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("interviews", "0023_panel_notified")]
    operations = [migrations.RunSQL(function().replace(OLD, NEW), function())]
