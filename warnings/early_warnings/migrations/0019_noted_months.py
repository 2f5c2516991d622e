"""Notes name the month that changed: what stands there is read when it is needed, so that nothing is counted twice."""

from importlib import import_module

from django.db import migrations, models

noted_changes = import_module("early_warnings.migrations.0015_noted_changes")

#: While nothing is kept everybody will be read. What changes in a month for very many is read again of everybody.
NOTE_MONTHS = f"""
CREATE OR REPLACE FUNCTION warnings_note_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM warnings_keptbasis) THEN
        INSERT INTO warnings_touched (moved) VALUES (true);
    ELSIF (SELECT count(*) FROM changed) > {noted_changes.MOST} THEN
        INSERT INTO warnings_touched (month, moved) SELECT DISTINCT month, true FROM changed;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO warnings_touched (customer_id, month, moved)
        SELECT customer_id, month, n.customer_id IS NULL OR o.customer_id IS NULL
        FROM changed n FULL JOIN before o USING (customer_id, month);
    ELSE
        INSERT INTO warnings_touched (customer_id, month, moved) SELECT customer_id, month, true FROM changed;
    END IF;
    RETURN NULL;
END $$;
"""

#: The kept rows have other columns from now on. What was noted of them is in the facts.
BEGIN_ANEW = """
DROP TABLE IF EXISTS warnings_basis, warnings_basis_moved;
DELETE FROM warnings_touched;
"""


class Migration(migrations.Migration):
    dependencies = [("warnings", "0018_shipped_causes")]
    operations = [
        migrations.RunSQL(BEGIN_ANEW, BEGIN_ANEW),
        migrations.RemoveField("touched", "before"),
        migrations.RemoveField("touched", "after"),
        migrations.AddField("touched", "moved", models.BooleanField(default=False, db_default=False)),
        migrations.RunSQL(NOTE_MONTHS, noted_changes.NOTE_CHANGES),
    ]
