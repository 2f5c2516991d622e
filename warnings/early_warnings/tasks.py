"""The nightly evaluation, the one after an import, trials: asked for again and again, they do what is due."""

from celery import shared_task

from accounts import clock
from early_warnings import services


@shared_task
def evaluate_night() -> None:
    services.spend_night(on=clock.today(), now=clock.now())


@shared_task
def evaluate_imports() -> None:
    services.spend_import(on=clock.today(), now=clock.now())


@shared_task
def run_trials() -> None:
    services.run_trials(now=clock.now())
