"""Holds the place of rules that were never released: both people of a transfer are told by a notice instead (ORG-5)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("duties", "0002_follow_up_rule")]
    operations = []
