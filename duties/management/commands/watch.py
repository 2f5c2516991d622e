"""`manage.py watch`: count broken promises, without Redis; for cron, each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock
from duties import services


class Command(BaseCommand):
    help = "Count broken promises, and let somebody owe mending them."

    def handle(self, *args: Any, **options: Any) -> None:
        for result in services.look(now=clock.now()):
            self.stdout.write(f"{result.check.name}: {result.count}")
