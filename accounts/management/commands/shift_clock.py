"""`manage.py shift_clock --days N | --reset`: move this database's clock, to see what falls due."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import clock


class Command(BaseCommand):
    help = "Move the clock of this database onward (or back), for the demo and for trials; refused in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--days", type=float, help="By so many days; 0.5 are twelve hours, negative ones go back")
        how.add_argument("--reset", action="store_true", help="Let the clock tell the real time again")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CLOCK_MAY_MOVE:
            raise CommandError(
                "The clock stays: CLOCK_MAY_MOVE is off, as it must be where a company's work is at stake."
            )
        if options["reset"]:
            clock.reset()
        else:
            clock.shift(timedelta(days=options["days"]))
        self.stdout.write(f"{timezone.localtime(clock.now()):%Y-%m-%d %H:%M}")
