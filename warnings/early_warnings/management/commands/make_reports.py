"""`manage.py make_reports [--date D]`: the regular reports that are due and not there; safe to repeat (WRN-6)."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import clock
from early_warnings import services


class Command(BaseCommand):
    help = "Make the regular reports of the last whole month and quarter before a day, today unless given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        made = services.make_reports(on=options["date"] or clock.today(), now=clock.now())
        self.stdout.write(f"{made} reports made")
