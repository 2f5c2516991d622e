"""Fill an empty database with the demo company."""

from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import clock
from config.demo import DEMO_LOGINS, DEMO_PASSWORD
from config.demo.load import NotEmpty, load
from config.demo.shape import Shape


class Command(BaseCommand):
    help = "Fill an empty database with an invented company: the same seed and day give the same company."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=2000, help="how many customers (default 2000)")
        parser.add_argument("--managers", type=int, default=12, help="how many account managers (default 12)")
        parser.add_argument("--seed", type=int, default=1, help="which company (default 1)")
        parser.add_argument("--months", type=int, default=24, help="whole months of facts (default 24)")
        parser.add_argument(
            "--past-days", type=int, default=60, help="days of visits, complaints, warnings (default 60)"
        )
        parser.add_argument(
            "--plan-seconds", type=float, default=0.2, help="the planner's time for each person; 0 plans nothing"
        )
        parser.add_argument("--processes", type=int, default=2, help="processes that plan (default 2)")
        parser.add_argument("--today", type=date.fromisoformat, help="the day on which the story ends (default today)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            shape = Shape(
                customers=options["customers"],
                managers=options["managers"],
                seed=options["seed"],
                now=self._moment(options["today"]),
                months=options["months"],
                past_days=options["past_days"],
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        try:
            load(shape, self.say, plan_seconds=options["plan_seconds"], processes=options["processes"])
        except NotEmpty:
            raise CommandError(
                "This database holds a company already. The demo is only for an empty one: nothing was changed."
            ) from None
        self.say(f"The demo company is there. Everybody's password is {DEMO_PASSWORD}:")
        for login in DEMO_LOGINS:
            self.say(f"  {login.username:<12} {login.name} ({login.role})")

    @staticmethod
    def _moment(day: date | None) -> datetime:
        """Now, or the middle of the morning of the day asked for."""
        now = clock.now()
        if day is None or day == timezone.localdate(now):
            return now
        return datetime.combine(day, time(10, 12), timezone.get_default_timezone())

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
