"""Each night writes into every sign that it saw it: room in the same page spares the indexes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("warnings", "0013_shipped_card")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE warnings_sign SET (fillfactor = 50)", "ALTER TABLE warnings_sign RESET (fillfactor)"
        )
    ]
