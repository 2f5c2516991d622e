"""The five causes of complaints (CMP-6) with their lines, and whom a rising one is told, by the kind of unit."""

from decimal import Decimal

from django.db import migrations

DAY = 450  # working minutes

#: Cause, names. Their lines are times what was to be expected; fewer than six complaints say nothing.
CAUSES = [
    ("sales_staff", "销售人员原因投诉上升", "rising complaints: sales staff"),
    ("customer_staff", "客户管理人员原因投诉上升", "rising complaints: customer-management staff"),
    ("policy", "制度政策原因投诉上升", "rising complaints: a rule or policy"),
    ("product", "产品原因投诉上升", "rising complaints: the product"),
    ("customer", "客户自身原因投诉上升", "rising complaints: the customer's own"),
]
BREACH, NEAR, LEAST = Decimal("2"), Decimal("1.5"), 6
#: The period lies wholly after the measure when it is measured again.
PERIOD, BEFORE, REMEASURED_AFTER = 3, 12, 91

DESKS = {
    "": [("branch_general_manager", 2 * DAY), ("region_manager", DAY), ("deputy_general_manager", DAY)],
    "region": [("region_manager", 2 * DAY), ("deputy_general_manager", DAY), ("general_manager", DAY)],
    "company": [("deputy_general_manager", 2 * DAY), ("general_manager", DAY)],
}


def ship(apps, schema_editor):
    indicator_model = apps.get_model("warnings", "Indicator")
    threshold_model = apps.get_model("warnings", "Threshold")
    for position, (cause, name_zh, name_en) in enumerate(CAUSES):
        indicator = indicator_model.objects.create(
            key=f"rising-{cause.replace('_', '-')}", name_zh=name_zh, name_en=name_en, family="cause", measure=f"cause_{cause}", comparison="before",
            period=PERIOD, base_period=BEFORE, least_base=LEAST, falling=False, remeasure_days=REMEASURED_AFTER,
            position=200 + position,
        )
        threshold_model.objects.create(indicator=indicator, breach=BREACH, near=NEAR)
    rule_model = apps.get_model("duties", "EscalationRule")
    step_model = apps.get_model("duties", "EscalationStep")
    for unit_kind, steps in DESKS.items():
        rule = rule_model.objects.create(kind="warning.cause", variant=unit_kind)
        for level, (role, minutes) in enumerate(steps, 1):
            step_model.objects.create(rule=rule, level=level, role=role, limit_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("warnings", "0017_rising_causes"), ("duties", "0004_broken_promise_rule")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
