"""Columns that another index begins with need no index of their own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_order_days'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='customer',
            name='customer_relationship',
        ),
        migrations.AlterField(
            model_name='absence',
            name='delegate',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stands_in', to=settings.AUTH_USER_MODEL, verbose_name='delegate'),
        ),
        migrations.AlterField(
            model_name='classchange',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='class_changes', to='accounts.customer'),
        ),
        migrations.AlterField(
            model_name='customer',
            name='account_manager',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='customers', to=settings.AUTH_USER_MODEL, verbose_name='account manager'),
        ),
        migrations.AlterField(
            model_name='customer',
            name='unit',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='customers', to='accounts.orgunit', verbose_name='unit'),
        ),
        migrations.AlterField(
            model_name='fileupload',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AlterField(
            model_name='post',
            name='unit',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='accounts.orgunit', verbose_name='unit'),
        ),
        migrations.AlterField(
            model_name='sensitiveread',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='sensitive_reads', to='accounts.customer', verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='transferredcustomer',
            name='transfer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='accounts.customertransfer'),
        ),
    ]
