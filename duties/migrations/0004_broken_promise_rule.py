"""What the watchdog finds is the administrator's to mend, and climbs over the deputy to the general manager."""

from django.db import migrations

HALF_A_DAY = 225  # working minutes


def ship(apps, schema_editor):
    rule = apps.get_model("duties", "EscalationRule").objects.create(kind="duties.broken")
    step = apps.get_model("duties", "EscalationStep")
    ladder = [("administrator", HALF_A_DAY), ("deputy_general_manager", HALF_A_DAY), ("general_manager", HALF_A_DAY)]
    for level, (role, minutes) in enumerate(ladder, 1):
        step.objects.create(rule=rule, level=level, role=role, limit_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("duties", "0003_transfer_rules")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
