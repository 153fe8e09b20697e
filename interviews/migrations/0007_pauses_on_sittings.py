import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interviews", "0006_notes_search_triggers")]

    operations = [
        migrations.AddField("sitting", "pause_reason", models.CharField("reason", blank=True, max_length=200)),
        migrations.AddField("sitting", "paused", models.DurationField(default=datetime.timedelta)),
        migrations.AddField("sitting", "paused_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "sitting",
            models.CheckConstraint(
                condition=models.Q(("finished_at", None), ("paused_since", None), _connector="OR"),
                name="finished_sitting_is_not_paused",
            ),
        ),
    ]
