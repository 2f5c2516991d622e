"""`manage.py try_indicators`: carry out the trials that wait, without Celery; safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock
from early_warnings import services


class Command(BaseCommand):
    help = "Carry out the trials of indicators that wait."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.run_trials(now=clock.now())} trials finished")
