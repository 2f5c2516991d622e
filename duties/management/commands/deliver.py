"""`manage.py deliver`: send what waits in the outbox, without Redis; for cron, each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from duties import services


class Command(BaseCommand):
    help = "Send the e-mails and webhooks that wait and are due."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.deliver()} sent")
