"""Columns that another index begins with need no index of their own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_indexes_said_once'),
        ('warnings', '0022_scores_of_noted_months'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='earlywarning',
            name='report_duty',
        ),
        # altering the field itself, Django would take the partial unique index of this column for the field's own
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX warnings_earlywarning_customer_id_47c8236e",
                    "CREATE INDEX warnings_earlywarning_customer_id_47c8236e ON warnings_earlywarning (customer_id)",
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='earlywarning',
                    name='customer',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='early_warnings', to='accounts.customer', verbose_name='customer'),
                ),
            ],
        ),
        migrations.AlterField(
            model_name='earlywarning',
            name='storm',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='warnings.storm', verbose_name='storm'),
        ),
        migrations.AlterField(
            model_name='measure',
            name='indicator',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='warnings.indicator'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='indicator',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='movements', to='warnings.indicator', verbose_name='indicator'),
        ),
        migrations.AlterField(
            model_name='reportevent',
            name='unit_warning',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='history', to='warnings.unitwarning'),
        ),
        migrations.AlterField(
            model_name='reportevent',
            name='warning',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='history', to='warnings.earlywarning'),
        ),
        migrations.AlterField(
            model_name='scoreband',
            name='card',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bands', to='warnings.scorecard', verbose_name='score card'),
        ),
        migrations.AlterField(
            model_name='sign',
            name='warning',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='signs', to='warnings.earlywarning'),
        ),
        migrations.AlterField(
            model_name='storm',
            name='unit',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='storms', to='accounts.orgunit', verbose_name='unit'),
        ),
        migrations.AlterField(
            model_name='threshold',
            name='indicator',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='thresholds', to='warnings.indicator', verbose_name='indicator'),
        ),
        migrations.AlterField(
            model_name='trialmonth',
            name='trial',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='months', to='warnings.trial'),
        ),
    ]
