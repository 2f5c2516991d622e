"""The nightly evaluation, and the one after an import: asked for again and again, they do what is due."""

from celery import shared_task

from accounts import clock
from early_warnings import services


@shared_task
def evaluate_night() -> None:
    services.evaluate_night(on=clock.today(), now=clock.now())


@shared_task
def evaluate_imports() -> None:
    services.evaluate_after_imports(now=clock.now())
