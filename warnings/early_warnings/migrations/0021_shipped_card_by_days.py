"""The first version of the card by order days, by the evidence in docs/indicators.md; its indicator; notes of order days."""

from datetime import date, datetime, timezone
from decimal import Decimal

from django.db import migrations

#: Question: bands of low answers (at the cut or below), bands of high ones (at the cut or above).
CARD = {
    "silence": ({"0.2": 4, "0.4": 1}, {"1.4": 12, "1.14": 4}),
    "usual_gap": ({}, {"33": 10, "27": 7, "22": 6, "16": 2}),
    "uneven_gaps": ({}, {"0.67": 3, "0.42": 2}),
    "month_fall": ({"-1.8": 7, "-1.45": 5, "-1.1": 4, "-0.8": 1}, {}),
    "quarter_to_last_year": ({"0.52": 4, "0.7": 2, "0.8": 1}, {"1.12": 2}),
    "half_year": ({"0.75": 4, "0.83": 2, "1": 1}, {"1.35": 2}),
    "year_to_year": ({"0.67": 9, "0.75": 3, "0.87": 2, "0.94": 1}, {"1.1": 1}),
    "uneven_months": ({"0.12": 7, "0.19": 4, "0.24": 3, "0.3": 2}, {"0.78": 4, "0.57": 1}),
    "lowest_quarter": ({"0.55": 4, "0.64": 3, "0.71": 2, "0.78": 1}, {"0.9": 3}),
    "orders_quarter": ({"0.93": 3}, {}),
    "last_orders_items": ({"0.57": 5, "0.76": 3, "0.85": 2, "1.03": 1}, {}),
    "last_orders_amount": ({"0.57": 3}, {"2.6": 7, "2": 3, "1.2": 1}),
    "items_trend": ({"-0.062": 4, "-0.031": 3, "-0.02": 1}, {}),
    "items_to_lowest": ({"0.68": 3, "0.84": 1}, {}),
}
FIRST_DAY = date(2012, 1, 1)
INDICATOR = {
    "key": "score-card-days",
    "name_zh": "综合评分卡（按订货日）",
    "name_en": "score card of signs, by order days",
    "customer_kind": "retailer",
    "measure": "score_by_days",
    "comparison": "absolute",
    "falling": False,
}
LINES = {"": ("24", "22")}

#: A statement that changes more customers than this asks for everybody once, instead of noting each.
MOST = 200_000
#: Scored are months that are over, by the year before each: no note is taken of days that are later, or much earlier.
NOTES = f"""
CREATE FUNCTION warnings_note_order_days() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    running date := date_trunc('month', zhoudao_today());
    oldest date := date_trunc('month', zhoudao_today()) - interval '18 months';
BEGIN
    IF (SELECT count(*) FROM changed WHERE day >= oldest AND day < running) > {MOST} THEN
        INSERT INTO warnings_scorenote (customer_id) VALUES (NULL);
    ELSE
        INSERT INTO warnings_scorenote (customer_id)
        SELECT DISTINCT customer_id FROM changed WHERE day >= oldest AND day < running;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER warnings_order_day_insert AFTER INSERT ON accounts_orderday REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_order_days();
CREATE TRIGGER warnings_order_day_update AFTER UPDATE ON accounts_orderday REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_order_days();
CREATE TRIGGER warnings_order_day_delete AFTER DELETE ON accounts_orderday REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_order_days();
"""
NO_NOTES = """
DROP TRIGGER warnings_order_day_insert ON accounts_orderday;
DROP TRIGGER warnings_order_day_update ON accounts_orderday;
DROP TRIGGER warnings_order_day_delete ON accounts_orderday;
DROP FUNCTION warnings_note_order_days;
"""


def ship(apps, schema_editor):
    card = apps.get_model("warnings", "ScoreCard").objects.create(
        kind="days", valid_from=FIRST_DAY, made_at=datetime(2012, 1, 1, tzinfo=timezone.utc)
    )
    band_model = apps.get_model("warnings", "ScoreBand")
    for question, (low, high) in CARD.items():
        for end, bands in (("low", low), ("high", high)):
            for cut, points in bands.items():
                band_model.objects.create(card=card, question=question, end=end, cut=Decimal(cut), points=points)
    indicator = apps.get_model("warnings", "Indicator").objects.create(**INDICATOR, position=6)
    threshold_model = apps.get_model("warnings", "Threshold")
    for importance, (breach, near) in LINES.items():
        threshold_model.objects.create(
            indicator=indicator, importance=importance, breach=Decimal(breach), near=Decimal(near)
        )


def take_back(apps, schema_editor):
    apps.get_model("warnings", "Indicator").objects.filter(key=INDICATOR["key"]).delete()
    apps.get_model("warnings", "ScoreCard").objects.filter(kind="days").delete()


class Migration(migrations.Migration):
    dependencies = [("warnings", "0020_cards_of_two_kinds"), ("accounts", "0007_order_days")]
    operations = [migrations.RunPython(ship, take_back), migrations.RunSQL(NOTES, NO_NOTES)]
