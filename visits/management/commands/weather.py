"""`manage.py weather --file alerts.xml` or `--url https://…`: take a CAP 1.2 feed; by cron, again and again."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import requests
from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from visits.rules.weather import NotCap, cap_links
from visits.services import weather

#: Seconds to wait for a weather service, bytes taken from it, alerts followed in a feed of links.
PATIENCE, MOST, LINKS_MOST = 20, 5_000_000, 50


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
        made = 0
        try:
            texts = [options["file"].read_bytes()] if options["file"] else _fetched(options["url"])
            for text in texts:
                for alert in weather.take_cap(text=text, now=clock.now(), least=options["severity"]):
                    made += 1
                    self.stdout.write(
                        f"{alert.headline}: {alert.units.count()} units, {alert.debts.count()} visits put off"
                    )
        except (OSError, NotCap, requests.RequestException) as error:
            raise CommandError(str(error)) from error
        if not made:
            self.stdout.write("No alert for any unit.")


def _fetched(url: str) -> list[bytes]:
    """The feed itself if it holds the alerts, else each alert that it links to."""
    text = _get(url)
    links = cap_links(text)
    return [_get(link) for link in links[:LINKS_MOST]] if links and b"cap:1.2" not in text else [text]


def _get(url: str) -> bytes:
    if not url.startswith(("https://", "http://")):
        raise CommandError(f"not an address of a weather service: {url}")
    with requests.get(url, timeout=PATIENCE, stream=True) as answer:
        answer.raise_for_status()
        return answer.raw.read(MOST, decode_content=True)
