"""The visit matrix as the rule book has it (VIS-1, S4), the rule of the day, the due date in SQL, and how problems climb."""

from django.db import migrations

from visits.rules import shipped_matrix

DAY = 450  # working minutes

# The same arithmetic as `rules.due_date`; a test holds them together.
DUE_ON = """
CREATE FUNCTION visits_due_on(last_visit date, number int, unit text) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT CASE unit
    WHEN 'day' THEN last_visit + number
    WHEN 'week' THEN last_visit + 7 * number
    WHEN 'month' THEN (last_visit + make_interval(months => number))::date
    WHEN 'half_month' THEN (last_visit + make_interval(months => number / 2))::date + 15 * (number % 2)
END
$$;
"""


def ship(apps, schema_editor):
    interval = apps.get_model("visits", "VisitInterval")
    interval.objects.bulk_create(
        interval(tier=tier, role=str(role), number=cell.number, unit=str(cell.unit))
        for (tier, role), cell in shipped_matrix().items()
    )
    apps.get_model("visits", "DayRule").objects.create(pk=1)
    rule = apps.get_model("duties", "EscalationRule").objects.create(kind="visit.problem")
    step = apps.get_model("duties", "EscalationStep")
    ladder = [("account_manager", 2 * DAY), ("branch_sales_manager", DAY), ("branch_general_manager", DAY)]
    for level, (role, minutes) in enumerate(ladder, 1):
        step.objects.create(rule=rule, level=level, role=role, limit_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial"), ("duties", "0002_follow_up_rule")]
    operations = [
        migrations.RunSQL(DUE_ON, "DROP FUNCTION visits_due_on(date, int, text)"),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
