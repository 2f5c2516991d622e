"""Columns that another index begins with need no index of their own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_indexes_said_once'),
        ('complaints', '0002_escalation_rules'),
    ]

    operations = [
        migrations.AlterField(
            model_name='complaint',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to='accounts.customer', verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='complaintstep',
            name='complaint',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='complaints.complaint', verbose_name='complaint'),
        ),
    ]
