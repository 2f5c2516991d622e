"""Celery's driver of the engines; `manage.py sweep`, `deliver` and `watch` by cron are the other one."""

from celery import shared_task

from accounts import clock
from duties import services
from duties.services.heart import beat


@shared_task
def sweep() -> None:
    """Asked for every few seconds by Celery's clock: that this runs is the sign that the clock does."""
    beat("beat", now=clock.now())
    services.sweep()


@shared_task
def settle_transfers() -> None:
    """For transfers that nobody settled at once, such as those of an import."""
    services.settle_transfers(now=clock.now())


@shared_task
def deliver() -> None:
    services.deliver()


@shared_task
def watch() -> None:
    services.look(now=clock.now())
