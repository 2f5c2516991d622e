"""Columns that another index begins with need no index of their own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_indexes_said_once'),
        ('visits', '0010_attempts_begun'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='dayplan',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='day_plans', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AlterField(
            model_name='explained',
            name='notice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='explained', to='visits.news'),
        ),
        migrations.AlterField(
            model_name='ownwords',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer', verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='planchange',
            name='plan',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='visits.dayplan', verbose_name='day plan'),
        ),
        migrations.AlterField(
            model_name='planomission',
            name='plan',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='omissions', to='visits.dayplan'),
        ),
        migrations.AlterField(
            model_name='planstop',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='plan_stops', to='accounts.customer', verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='planstop',
            name='plan',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='stops', to='visits.dayplan'),
        ),
        migrations.AlterField(
            model_name='problem',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='accounts.customer', verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='territory',
            name='unit',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.orgunit', verbose_name='unit'),
        ),
        migrations.AlterField(
            model_name='territorymove',
            name='territory',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='visits.territory'),
        ),
        migrations.AlterField(
            model_name='visit',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='accounts.customer', verbose_name='customer'),
        ),
        # altering the field itself, Django would take the partial unique index of this column for the field's own
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX visits_visit_person_id_4a1f66a9",
                    "CREATE INDEX visits_visit_person_id_4a1f66a9 ON visits_visit (person_id)",
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='visit',
                    name='person',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to=settings.AUTH_USER_MODEL, verbose_name='visitor'),
                ),
            ],
        ),
        migrations.AlterField(
            model_name='visitclock',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='visit_clocks', to='accounts.customer', verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='weatherdebt',
            name='alert',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='debts', to='visits.weatheralert', verbose_name='weather alert'),
        ),
        migrations.AlterField(
            model_name='weatherdebt',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='weather_debts', to='accounts.customer', verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='weathertold',
            name='alert',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='told', to='visits.weatheralert'),
        ),
    ]
