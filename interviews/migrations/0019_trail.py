"""The trail's tables. What fills them is the next migration's."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0018_askers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TrailEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chain", models.CharField(max_length=40)),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=8)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("found", "Found"),
                            ("added", "Added"),
                            ("changed", "Changed"),
                            ("removed", "Removed"),
                            ("published", "Published"),
                            ("submitted", "Submitted"),
                            ("erased", "Erased"),
                        ],
                        max_length=9,
                    ),
                ),
                ("table_name", models.CharField(max_length=63)),
                ("row_id", models.BigIntegerField()),
                ("changed", models.JSONField(default=dict)),
                ("payload_digest", models.BinaryField(max_length=32, null=True)),
                ("link", models.BinaryField(max_length=32)),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["chain", "number"],
            },
        ),
        migrations.CreateModel(
            name="TrailHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chain", models.CharField(max_length=40)),
                ("number", models.PositiveIntegerField(default=0)),
                ("link", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("chain",), name="one_head_per_chain")],
            },
        ),
        migrations.CreateModel(
            name="TrailPayload",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="payload",
                        serialize=False,
                        to="interviews.trailentry",
                    ),
                ),
                ("salt", models.BinaryField(max_length=16, null=True)),
                ("payload", models.JSONField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payload__isnull", True), ("salt__isnull", True)),
                            models.Q(("payload__isnull", False), ("salt__isnull", False)),
                            _connector="OR",
                        ),
                        name="trail_payload_is_whole_or_erased",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="trailentry",
            index=models.Index(fields=["table_name", "row_id"], name="trail_of_row"),
        ),
        migrations.AddConstraint(
            model_name="trailentry",
            constraint=models.UniqueConstraint(fields=("chain", "number"), name="one_trail_entry_per_number"),
        ),
    ]
