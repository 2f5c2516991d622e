"""Notes of scoring name the month that changed: the months of everybody are kept, and only those read again."""

from importlib import import_module

from django.db import migrations, models

shipped_card = import_module("early_warnings.migrations.0013_shipped_card")
by_days = import_module("early_warnings.migrations.0021_shipped_card_by_days")

#: What changes for very many is read again of everybody.
NOTE_MONTHS = f"""
CREATE OR REPLACE FUNCTION warnings_note_scores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM changed) > {shipped_card.MOST} THEN
        INSERT INTO warnings_scorenote (month) SELECT DISTINCT month FROM changed;
    ELSE
        INSERT INTO warnings_scorenote (customer_id, month) SELECT customer_id, month FROM changed;
    END IF;
    RETURN NULL;
END $$;
"""
#: Their month, so that no other is read again when everybody's points are given anew.
NOTE_DAYS = f"""
CREATE OR REPLACE FUNCTION warnings_note_order_days() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    running date := date_trunc('month', zhoudao_today());
    oldest date := date_trunc('month', zhoudao_today()) - interval '18 months';
BEGIN
    IF (SELECT count(*) FROM changed WHERE day >= oldest AND day < running) > {by_days.MOST} THEN
        INSERT INTO warnings_scorenote (month)
        SELECT DISTINCT date_trunc('month', day) FROM changed WHERE day >= oldest AND day < running;
    ELSE
        INSERT INTO warnings_scorenote (customer_id)
        SELECT DISTINCT customer_id FROM changed WHERE day >= oldest AND day < running;
    END IF;
    RETURN NULL;
END $$;
"""
#: As they were before; the triggers stay.
AS_BEFORE = "".join(
    each.partition("CREATE TRIGGER")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    for each in (shipped_card.NOTES, by_days.NOTES)
)


class Migration(migrations.Migration):
    dependencies = [("warnings", "0021_shipped_card_by_days")]
    operations = [
        migrations.AddField("scorenote", "month", models.DateField(null=True)),
        migrations.RunSQL(NOTE_MONTHS + NOTE_DAYS, AS_BEFORE),
        migrations.RunSQL(migrations.RunSQL.noop, "DROP TABLE IF EXISTS warnings_months"),
    ]
