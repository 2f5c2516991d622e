"""Celery's driver of the engine; `manage.py sweep` by cron is the other one."""

from celery import shared_task

from duties import services


@shared_task
def sweep() -> None:
    services.sweep()
