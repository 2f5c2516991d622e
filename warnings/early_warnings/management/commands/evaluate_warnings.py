"""`manage.py evaluate_warnings [--date D]`: the nightly evaluation, and what follows from it, without Celery.

Safe to repeat.
"""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import clock
from early_warnings import services


class Command(BaseCommand):
    help = "Evaluate all indicators for a business date, today unless given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD; facts up to the month before count")

    def handle(self, *args: Any, **options: Any) -> None:
        on, now = options["date"] or clock.today(), clock.now()
        services.score_customers(on=on, now=now)
        evaluation = services.evaluate(on=on, now=now)
        services.follow_up(on=on, now=now)
        self.stdout.write(
            f"{evaluation.on}: {evaluation.customers} customers, {evaluation.signs} signs, "
            f"{evaluation.opened} reports and {evaluation.unit_opened} unit warnings opened, "
            f"{evaluation.statements} statements, {evaluation.milliseconds} ms"
        )
