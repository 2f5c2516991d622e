"""How each step of a complaint climbs (CMP-1…3, S4): roles and working minutes, as data that an administrator edits.

The first level of investigating, handling and telling is the person to whom the complaint is assigned.
"""

from django.db import migrations

HOUR, HALF, DAY = 60, 240, 450  # working minutes

BRANCH = [("branch_sales_manager", HALF), ("branch_general_manager", HALF)]
ABOVE = [
    ("marketing_director", DAY),
    ("deputy_manager_in_charge", DAY),
    ("general_manager", DAY),
]
IN_CHARGE = [("deputy_manager_in_charge", HALF)]
TOP = [("deputy_general_manager", HALF), ("general_manager", DAY)]

RULES = {
    ("complaint.assign", "general"): [
        ("branch_sales_manager", 2 * HOUR),
        ("branch_general_manager", HALF),
        *ABOVE,
    ],
    ("complaint.assign", "major"): [("deputy_manager_in_charge", HOUR), *TOP],
    ("complaint.investigate", "general"): [
        ("account_manager", 2 * DAY),
        *BRANCH,
        *ABOVE,
    ],
    ("complaint.investigate", "major"): [("account_manager", DAY), *IN_CHARGE, *TOP],
    ("complaint.instruct", "major"): [*IN_CHARGE, *TOP],
    ("complaint.handle", "general"): [("account_manager", 3 * DAY), *BRANCH, *ABOVE],
    ("complaint.handle", "major"): [("account_manager", 2 * DAY), *IN_CHARGE, *TOP],
    ("complaint.tell", "general"): [("account_manager", DAY), *BRANCH, *ABOVE],
    ("complaint.tell", "major"): [("account_manager", HALF), *IN_CHARGE, *TOP],
    ("complaint.close", "general"): [
        ("branch_sales_manager", DAY),
        ("branch_general_manager", HALF),
        *ABOVE,
    ],
    ("complaint.close", "major"): [("deputy_manager_in_charge", DAY), *TOP],
}


def ship(apps, schema_editor):
    rule_model, step_model = (
        apps.get_model("duties", "EscalationRule"),
        apps.get_model("duties", "EscalationStep"),
    )
    for (kind, variant), ladder in RULES.items():
        rule = rule_model.objects.create(kind=kind, variant=variant)
        step_model.objects.bulk_create(
            step_model(rule=rule, level=level, role=role, limit_minutes=minutes)
            for level, (role, minutes) in enumerate(ladder, 1)
        )


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_initial"), ("duties", "0002_follow_up_rule")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
