"""The basis is kept from night to night: triggers note whose facts, state or classes change."""

from django.db import migrations, models

#: A statement that changes more customers than this asks for everybody once, instead of noting each.
MOST = 200_000

FUNCTIONS = f"""
CREATE FUNCTION warnings_note_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM changed) > {MOST} THEN
        INSERT INTO warnings_touched (customer_id) VALUES (NULL);
    ELSE
        INSERT INTO warnings_touched (customer_id) SELECT DISTINCT customer_id FROM changed;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION warnings_note_customers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO warnings_touched (customer_id)
        SELECT n.id FROM changed n JOIN before o USING (id)
        WHERE (n.kind, n.status, n.unit_id, n.importance, n.tier, n.service_class)
            IS DISTINCT FROM (o.kind, o.status, o.unit_id, o.importance, o.tier, o.service_class);
    ELSIF (SELECT count(*) FROM changed) > {MOST} THEN
        INSERT INTO warnings_touched (customer_id) VALUES (NULL);
    ELSE
        INSERT INTO warnings_touched (customer_id) SELECT id FROM changed;
    END IF;
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER warnings_note_insert AFTER INSERT ON accounts_monthlyfact REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_facts();
CREATE TRIGGER warnings_note_update AFTER UPDATE ON accounts_monthlyfact REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_facts();
CREATE TRIGGER warnings_note_delete AFTER DELETE ON accounts_monthlyfact REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_facts();
CREATE TRIGGER warnings_note_insert AFTER INSERT ON accounts_customer REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_customers();
CREATE TRIGGER warnings_note_update AFTER UPDATE ON accounts_customer
    REFERENCING NEW TABLE AS changed OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_customers();
CREATE TRIGGER warnings_note_delete AFTER DELETE ON accounts_customer REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_customers();
"""

TAKE_BACK = """
DROP TRIGGER warnings_note_insert ON accounts_monthlyfact;
DROP TRIGGER warnings_note_update ON accounts_monthlyfact;
DROP TRIGGER warnings_note_delete ON accounts_monthlyfact;
DROP TRIGGER warnings_note_insert ON accounts_customer;
DROP TRIGGER warnings_note_update ON accounts_customer;
DROP TRIGGER warnings_note_delete ON accounts_customer;
DROP FUNCTION warnings_note_facts;
DROP FUNCTION warnings_note_customers;
DROP TABLE IF EXISTS warnings_basis;
"""


class Migration(migrations.Migration):
    dependencies = [("warnings", "0009_movement"), ("accounts", "0006_uploads")]
    operations = [
        migrations.CreateModel(
            name="KeptBasis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan", models.TextField(default="")),
                ("customers", models.PositiveIntegerField(default=0, verbose_name="customers")),
            ],
            options={
                "verbose_name": "kept basis of the evaluation",
                "verbose_name_plural": "kept bases of the evaluation",
            },
        ),
        migrations.CreateModel(
            name="Touched",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name": "customer to be measured again",
                "verbose_name_plural": "customers to be measured again",
            },
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGERS, TAKE_BACK),
    ]
