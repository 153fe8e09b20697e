from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("interviews", "0008_pauses_moved")]

    operations = [migrations.DeleteModel("Pause")]
