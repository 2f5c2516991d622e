"""More comparisons; silence and missed visits are told in the customer's own usual gaps by name."""

from django.db import migrations, models

COMPARISONS = [
    ("absolute", "as it is"),
    ("before", "against the months before"),
    ("moving", "against the moving average"),
    ("last_year", "against the same months last year"),
    ("season", "against the own season"),
    ("share", "as a share of another measure"),
    ("ratio", "for one of another measure"),
    ("rank", "rank among customers of the same tier"),
    ("days_since", "days since"),
    ("own_gap", "in the customer's own usual gaps"),
]


def tell_in_gaps(apps, schema_editor):
    of_gaps = apps.get_model("warnings", "Indicator").objects.filter(measure__in=("silence", "visits_missed"))
    of_gaps.filter(comparison="absolute").update(comparison="own_gap")


def tell_as_before(apps, schema_editor):
    apps.get_model("warnings", "Indicator").objects.filter(comparison="own_gap").update(comparison="absolute")


class Migration(migrations.Migration):
    dependencies = [("warnings", "0005_wording")]
    operations = [
        *[
            migrations.AlterField(
                model_name=name,
                name="comparison",
                field=models.CharField(
                    choices=COMPARISONS, default="absolute", max_length=10, verbose_name="comparison"
                ),
            )
            for name in ("indicator", "indicatorevent")
        ],
        migrations.RunPython(tell_in_gaps, tell_as_before),
        migrations.RemoveConstraint(model_name="indicator", name="indicator_share_has_a_whole"),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=~models.Q(comparison__in=["share", "ratio"]) | ~models.Q(base_measure=""),
                name="indicator_share_has_a_whole",
            ),
        ),
    ]
