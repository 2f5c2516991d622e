"""Notes of facts say what stood there before and after, so that kept sums move by the difference."""

from django.db import migrations, models

#: A statement that changes more customers than this asks for everybody once, instead of noting each.
MOST = 200_000

#: While nothing is kept there is nothing to book: everybody will be summed up.
NOTE_CHANGES = f"""
CREATE OR REPLACE FUNCTION warnings_note_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM warnings_keptbasis) OR (SELECT count(*) FROM changed) > {MOST} THEN
        INSERT INTO warnings_touched (customer_id) VALUES (NULL);
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO warnings_touched (customer_id, month, after)
        SELECT n.customer_id, n.month, to_jsonb(n) - '{{customer_id,month}}'::text[] FROM changed n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO warnings_touched (customer_id, month, before)
        SELECT o.customer_id, o.month, to_jsonb(o) - '{{customer_id,month}}'::text[] FROM changed o;
    ELSE
        INSERT INTO warnings_touched (customer_id, month, before, after)
        SELECT customer_id, month, to_jsonb(o) - '{{customer_id,month}}'::text[],
            to_jsonb(n) - '{{customer_id,month}}'::text[]
        FROM changed n FULL JOIN before o USING (customer_id, month);
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER warnings_note_update ON accounts_monthlyfact;
CREATE TRIGGER warnings_note_update AFTER UPDATE ON accounts_monthlyfact
    REFERENCING NEW TABLE AS changed OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_facts();
"""

NOTE_CUSTOMERS = f"""
CREATE OR REPLACE FUNCTION warnings_note_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM changed) > {MOST} THEN
        INSERT INTO warnings_touched (customer_id) VALUES (NULL);
    ELSE
        INSERT INTO warnings_touched (customer_id) SELECT DISTINCT customer_id FROM changed;
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER warnings_note_update ON accounts_monthlyfact;
CREATE TRIGGER warnings_note_update AFTER UPDATE ON accounts_monthlyfact REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_facts();
"""


class Migration(migrations.Migration):
    dependencies = [("warnings", "0014_room_for_signs")]
    operations = [
        migrations.AddField("touched", "month", models.DateField(null=True)),
        migrations.AddField("touched", "before", models.JSONField(null=True)),
        migrations.AddField("touched", "after", models.JSONField(null=True)),
        migrations.RunSQL(NOTE_CHANGES, NOTE_CUSTOMERS),
    ]
