"""What Celery does for accounts: two lines each, the services do the work."""

from celery import shared_task

from accounts import clock
from accounts.services import totals


@shared_task
def add_up_recent() -> None:
    totals.add_up_recent(today=clock.today())
