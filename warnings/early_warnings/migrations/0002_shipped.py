"""The shipped indicators with their lines (WRN-1, WRN-2), and the desks that reports go to (WRN-4, WRN-5)."""

from decimal import Decimal

from django.db import migrations

DAY = 450  # working minutes

#: key, names, what it is made of, lines by importance ("" for all others): breach, near breach.
INDICATORS = [
    (
        {"key": "fallen-against-months", "name_zh": "订购量比前三个月下降", "name_en": "orders fallen against three months"},
        {"customer_kind": "retailer", "measure": "quantity", "comparison": "before", "period": 1, "base_period": 3,
         "least_base": 10, "against_market": True, "falling": True},
        {"core": ("0.70", "0.80"), "important": ("0.60", "0.70"), "large": ("0.55", "0.65"), "": ("0.40", "0.50")},
    ),
    (
        {"key": "fallen-against-year", "name_zh": "订购量比去年同期下降", "name_en": "orders fallen against last year"},
        {"customer_kind": "retailer", "measure": "quantity", "comparison": "last_year", "period": 3, "base_period": 3,
         "least_base": 10, "against_market": True, "falling": True},
        {"core": ("0.70", "0.80"), "important": ("0.60", "0.70"), "large": ("0.55", "0.65"), "": ("0.40", "0.50")},
    ),
    (
        {"key": "revenue-fallen", "name_zh": "业务收入比前三个月下降", "name_en": "revenue fallen against three months"},
        {"customer_kind": "group", "measure": "amount", "comparison": "before", "period": 1, "base_period": 3,
         "least_base": 500, "against_market": True, "falling": True},
        {"core": ("0.80", "0.90"), "important": ("0.75", "0.85"), "": ("0.60", "0.75")},
    ),
    (
        {"key": "silence", "name_zh": "停订时间超过往常", "name_en": "no order for longer than usual"},
        {"customer_kind": "retailer", "measure": "silence", "comparison": "absolute", "falling": False},
        {"core": ("2.5", "2.0"), "important": ("3.0", "2.3"), "": ("5.0", "3.5")},
    ),
    (
        {"key": "receivable-overdue", "name_zh": "逾期应收占比", "name_en": "receivable overdue"},
        {"measure": "overdue", "comparison": "share", "base_measure": "receivable", "least_base": 2000, "falling": False},
        {"": ("0.60", "0.40")},
    ),
    (
        {"key": "complaints-90", "name_zh": "90 天内投诉次数", "name_en": "complaints in 90 days"},
        {"measure": "complaints_90", "comparison": "absolute", "falling": False},
        {"core": ("2", "1"), "important": ("2", "1"), "": ("3", "2")},
    ),
    (
        {"key": "visits-missed", "name_zh": "拜访脱期", "name_en": "visits missed"},
        {"measure": "visits_missed", "comparison": "absolute", "falling": False},
        {"core": ("2.0", "1.0"), "important": ("2.5", "1.5"), "": ("4.0", "3.0")},
    ),
]

#: Totals and ratios count the breaches of a customer indicator in a branch.
UNIT_INDICATORS = [
    (
        {"key": "customers-silent", "name_zh": "停订客户数", "name_en": "customers that stopped ordering"},
        {"family": "total", "of": "silence"},
        ("15", "10"),
    ),
    (
        {"key": "upper-tiers-falling", "name_zh": "一二级客户订购下降占比", "name_en": "share of tier 1 and 2 customers falling"},
        {"family": "ratio", "of": "fallen-against-months", "of_tiers": 2},
        ("0.25", "0.15"),
    ),
]

#: Who is asked at each level, by the customer's importance (WRN-4), and for how many working minutes (WRN-5).
REPORT_DESKS = {
    "core": [("deputy_general_manager", DAY), ("general_manager", DAY // 2)],
    "important": [("marketing_director", DAY), ("deputy_general_manager", DAY // 2), ("general_manager", DAY // 2)],
    "large": [("marketing_manager", DAY), ("marketing_director", DAY // 2), ("deputy_general_manager", DAY // 2)],
    "": [("customer_officer", 2 * DAY), ("branch_sales_manager", DAY), ("branch_general_manager", DAY),
         ("marketing_director", DAY)],
}
UNIT_DESKS = [("branch_general_manager", 2 * DAY), ("region_manager", DAY), ("deputy_general_manager", DAY)]
MEASURE_DESKS = [("account_manager", DAY), ("branch_sales_manager", DAY), ("branch_general_manager", DAY)]


def ship(apps, schema_editor):
    indicator_model = apps.get_model("warnings", "Indicator")
    threshold_model = apps.get_model("warnings", "Threshold")
    for position, (names, made_of, lines) in enumerate(INDICATORS, 1):
        indicator = indicator_model.objects.create(**names, **made_of, position=10 * position)
        for importance, (breach, near) in lines.items():
            threshold_model.objects.create(
                indicator=indicator, importance=importance, breach=Decimal(breach), near=Decimal(near)
            )
    for position, (names, made_of, (breach, near)) in enumerate(UNIT_INDICATORS, len(INDICATORS) + 1):
        of = indicator_model.objects.get(key=made_of.pop("of"))
        indicator = indicator_model.objects.create(**names, **made_of, of_indicator=of, falling=False, position=10 * position)
        threshold_model.objects.create(indicator=indicator, breach=Decimal(breach), near=Decimal(near))


def send(apps, schema_editor):
    rule_model = apps.get_model("duties", "EscalationRule")
    step_model = apps.get_model("duties", "EscalationStep")
    desks = [("warning.report", variant, steps) for variant, steps in REPORT_DESKS.items()]
    desks += [("warning.unit", "", UNIT_DESKS), ("warning.measure", "", MEASURE_DESKS)]
    for kind, variant, steps in desks:
        rule = rule_model.objects.create(kind=kind, variant=variant)
        for level, (role, minutes) in enumerate(steps, 1):
            step_model.objects.create(rule=rule, level=level, role=role, limit_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("warnings", "0001_initial"), ("duties", "0001_initial")]
    operations = [
        migrations.RunPython(ship, migrations.RunPython.noop),
        migrations.RunPython(send, migrations.RunPython.noop),
    ]
