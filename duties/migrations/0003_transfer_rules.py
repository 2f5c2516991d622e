"""Both account managers of a transfer confirm it; what is left lying climbs to their sales manager (ORG-5)."""

from django.db import migrations

DAY = 450  # working minutes


def ship(apps, schema_editor):
    step = apps.get_model("duties", "EscalationStep")
    for kind in ("customers.taken_over", "customers.handed_over"):
        rule = apps.get_model("duties", "EscalationRule").objects.create(kind=kind)
        ladder = [("account_manager", 2 * DAY), ("branch_sales_manager", 2 * DAY), ("branch_general_manager", 2 * DAY)]
        for level, (role, minutes) in enumerate(ladder, 1):
            step.objects.create(rule=rule, level=level, role=role, limit_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("duties", "0002_follow_up_rule")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
