"""The shipped total counts who stopped in the last month, and a ratio needs ten customers to be one (WRN-2)."""

from django.db import migrations
from django.db.models import F


def ship(apps, schema_editor):
    indicator = apps.get_model("warnings", "Indicator")
    indicator.objects.filter(key="customers-silent").update(
        fresh_days=31, name_zh="近一月停订客户数", name_en="customers that stopped ordering within a month"
    )
    indicator.objects.filter(family="ratio").update(least_base=10)
    apps.get_model("warnings", "Sign").objects.update(worst=F("level"), first_value=F("value"))


class Migration(migrations.Migration):
    dependencies = [("warnings", "0003_effects")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
