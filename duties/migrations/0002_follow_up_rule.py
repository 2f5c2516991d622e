"""Follow-up visits climb from the account manager over the sales manager to the branch general manager (VIS-12)."""

from django.db import migrations

DAY = 450  # working minutes


def ship(apps, schema_editor):
    rule = apps.get_model("duties", "EscalationRule").objects.create(kind="visit.follow_up")
    step = apps.get_model("duties", "EscalationStep")
    ladder = [("account_manager", 3 * DAY), ("branch_sales_manager", DAY), ("branch_general_manager", DAY)]
    for level, (role, minutes) in enumerate(ladder, 1):
        step.objects.create(rule=rule, level=level, role=role, limit_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_initial")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
