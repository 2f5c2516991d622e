"""Beside the kept basis stand the rows that imports have renewed: both are made anew."""

from django.db import migrations

AGAIN = "DROP TABLE IF EXISTS warnings_basis, warnings_basis_moved, warnings_basis_few"


class Migration(migrations.Migration):
    dependencies = [("warnings", "0023_indexes_said_once")]
    operations = [migrations.RunSQL(AGAIN, AGAIN)]
