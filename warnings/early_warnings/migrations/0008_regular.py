"""Which regular reports are made and by whom (WRN-6), from when on a night is a storm, and whom it is told."""

from django.db import migrations

DAY = 450  # working minutes

PLANS = [("month", "branch"), ("month", "company"), ("quarter", "branch"), ("quarter", "company")]
DESKS = {
    ("warning.regular", ""): [("branch_general_manager", 5 * DAY), ("region_manager", 2 * DAY), ("deputy_general_manager", DAY)],
    ("warning.regular", "company"): [("marketing_director", 5 * DAY), ("deputy_general_manager", 2 * DAY), ("general_manager", DAY)],
    ("warning.storm", ""): [("branch_sales_manager", DAY), ("branch_general_manager", DAY), ("region_manager", DAY)],
}
STORM = 200


def ship(apps, schema_editor):
    plan_model = apps.get_model("warnings", "RegularPlan")
    for period, unit_kind in PLANS:
        plan_model.objects.create(period=period, unit_kind=unit_kind)
    apps.get_model("warnings", "StormLine").objects.create(least=STORM)
    rule_model = apps.get_model("duties", "EscalationRule")
    step_model = apps.get_model("duties", "EscalationStep")
    for (kind, variant), steps in DESKS.items():
        rule = rule_model.objects.create(kind=kind, variant=variant)
        for level, (role, minutes) in enumerate(steps, 1):
            step_model.objects.create(rule=rule, level=level, role=role, limit_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("warnings", "0007_desk"), ("duties", "0004_broken_promise_rule")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
