"""Celery's driver of the engines; `manage.py sweep`, `deliver` and `watch` by cron are the other one."""

from celery import shared_task

from accounts import clock
from duties import services
from duties.services.watching import beat


@shared_task
def sweep() -> None:
    """Asked for every few seconds by Celery's clock: that this runs is the sign that the clock does."""
    beat("beat", now=clock.now())
    services.sweep()
