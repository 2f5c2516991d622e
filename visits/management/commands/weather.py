"""`manage.py weather --file alerts.xml` or `--url https://…`: take a CAP 1.2 feed; by cron, again and again."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from visits.rules.weather import NotCap, cap_parts
from visits.services import weather
from visits.services.weather.fetching import NotFetched, fetched


class Command(BaseCommand):
    help = "Take extreme-weather alerts from a CAP 1.2 message or feed; what is known already changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--file", type=Path, help="a CAP message, or a feed of them")
        source.add_argument("--url", help="the same from a weather service (http or https)")
        parser.add_argument(
            "--severity",
            choices=["Minor", "Moderate", "Severe", "Extreme"],
            default="Severe",
            help="the least that counts",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take what can be taken, one alert after the other; what could not is told at the end."""
        made, troubles = 0, []
        try:
            for text in _read(options["file"]) if options["file"] else fetched(options["url"]):
                if isinstance(text, (NotFetched, NotCap)):
                    troubles.append(str(text))
                    continue
                try:
                    alerts = weather.take_cap(text=text, now=clock.now(), least=options["severity"])
                except NotCap as error:
                    troubles.append(str(error))
                    continue
                for alert in alerts:
                    made += 1
                    self.stdout.write(
                        f"{alert.headline}: {alert.units.count()} units, {alert.debts.count()} visits put off"
                    )
        except (OSError, NotCap, NotFetched) as error:
            troubles.append(str(error))
        if troubles:
            raise CommandError("\n".join(troubles))
        if not made:
            self.stdout.write("No alert for any unit.")


def _read(file: Path) -> list[bytes]:
    text = file.read_bytes()
    return cap_parts(text) or [text]
