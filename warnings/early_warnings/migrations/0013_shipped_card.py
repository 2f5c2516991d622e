"""The first version of the score card, by the evidence in docs/indicators.md; its indicator; notes of changed facts."""

from datetime import date, datetime, timezone
from decimal import Decimal

from django.db import migrations

#: Question: bands of low answers (at the cut or below), bands of high ones (at the cut or above).
CARD = {
    "month_fall": ({"-1.8": 10, "-1.45": 6, "-1.1": 4}, {}),
    "quarter_to_last_year": ({"0.52": 3, "0.7": 2, "0.8": 1}, {"1.3": 3, "1.12": 2}),
    "half_year": ({"0.75": 4, "0.83": 3, "1": 1}, {"1.8": 3, "1.35": 2}),
    "year_to_year": ({"0.67": 9, "0.75": 3, "0.87": 2, "0.94": 1}, {"1.1": 1}),
    "uneven_months": ({"0.12": 7, "0.19": 4, "0.24": 3, "0.3": 2}, {"0.78": 6, "0.57": 2, "0.47": 1}),
    "lowest_quarter": ({"0.34": 6, "0.55": 5, "0.64": 4, "0.71": 2, "0.78": 1}, {"0.92": 4, "0.9": 3}),
    "orders_quarter": ({"0.85": 3, "0.93": 2}, {}),
    "orders_month": ({"0.92": 7, "1.1": 5, "1.35": 4}, {}),
    "items_trend": ({"-0.062": 5, "-0.045": 4, "-0.031": 3, "-0.02": 1}, {}),
    "items_to_lowest": ({"0.68": 6, "0.84": 2, "1.05": 1}, {}),
}
FIRST_DAY = date(2012, 1, 1)
INDICATOR = {
    "key": "score-card",
    "name_zh": "综合评分卡",
    "name_en": "score card of signs",
    "customer_kind": "retailer",
    "measure": "score",
    "comparison": "absolute",
    "falling": False,
}
LINES = {"": ("21", "19")}

MOST = 200_000
NOTES = f"""
CREATE FUNCTION warnings_note_scores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM changed) > {MOST} THEN
        INSERT INTO warnings_scorenote (customer_id) VALUES (NULL);
    ELSE
        INSERT INTO warnings_scorenote (customer_id) SELECT DISTINCT customer_id FROM changed;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER warnings_score_insert AFTER INSERT ON accounts_monthlyfact REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_scores();
CREATE TRIGGER warnings_score_update AFTER UPDATE ON accounts_monthlyfact REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_scores();
CREATE TRIGGER warnings_score_delete AFTER DELETE ON accounts_monthlyfact REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION warnings_note_scores();
"""
NO_NOTES = """
DROP TRIGGER warnings_score_insert ON accounts_monthlyfact;
DROP TRIGGER warnings_score_update ON accounts_monthlyfact;
DROP TRIGGER warnings_score_delete ON accounts_monthlyfact;
DROP FUNCTION warnings_note_scores;
"""


def ship(apps, schema_editor):
    card = apps.get_model("warnings", "ScoreCard").objects.create(
        valid_from=FIRST_DAY, made_at=datetime(2012, 1, 1, tzinfo=timezone.utc)
    )
    band_model = apps.get_model("warnings", "ScoreBand")
    for question, (low, high) in CARD.items():
        for end, bands in (("low", low), ("high", high)):
            for cut, points in bands.items():
                band_model.objects.create(card=card, question=question, end=end, cut=Decimal(cut), points=points)
    indicator = apps.get_model("warnings", "Indicator").objects.create(**INDICATOR, position=5)
    threshold_model = apps.get_model("warnings", "Threshold")
    for importance, (breach, near) in LINES.items():
        threshold_model.objects.create(
            indicator=indicator, importance=importance, breach=Decimal(breach), near=Decimal(near)
        )


def take_back(apps, schema_editor):
    apps.get_model("warnings", "Indicator").objects.filter(key=INDICATOR["key"]).delete()
    apps.get_model("warnings", "ScoreCard").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("warnings", "0012_score")]
    operations = [migrations.RunPython(ship, take_back), migrations.RunSQL(NOTES, NO_NOTES)]
