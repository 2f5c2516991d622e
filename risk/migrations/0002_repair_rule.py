"""Repairs climb from the support department over the sales manager to the branch general manager (RSK-1)."""

from django.db import migrations

DAY = 450  # working minutes


def ship(apps, schema_editor):
    rule = apps.get_model("duties", "EscalationRule").objects.create(kind="risk.repair")
    step = apps.get_model("duties", "EscalationStep")
    ladder = [("support_officer", DAY), ("branch_sales_manager", DAY), ("branch_general_manager", DAY)]
    for level, (role, minutes) in enumerate(ladder, 1):
        step.objects.create(rule=rule, level=level, role=role, limit_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("risk", "0001_initial"), ("duties", "0002_follow_up_rule")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
