"""The four competencies every installation starts with; people edit the list."""

from django.db import migrations

NAMES = ["Concepts", "Training", "Architectures", "Practice"]


def add(apps, schema_editor):
    Competency = apps.get_model("questionbank", "Competency")
    Competency.objects.bulk_create(Competency(name=name, position=position) for position, name in enumerate(NAMES))


class Migration(migrations.Migration):
    dependencies = [("questionbank", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
