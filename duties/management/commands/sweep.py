"""`manage.py sweep`: let overdue duties climb, without Redis; for cron, each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from duties import services


class Command(BaseCommand):
    help = "Let every overdue duty climb one level."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.sweep()} climbed")
