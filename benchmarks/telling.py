"""The application's Celery with a line for each task that is done, for benchmarks that count and time them."""

import logging
from typing import Any

from celery.signals import worker_process_init

from config.celery import app

__all__ = ["app"]


@worker_process_init.connect(weak=False)
def tell(**_about: Any) -> None:
    """The product keeps silent about each message; here they are what is measured."""
    logging.getLogger("celery.app.trace").setLevel(logging.INFO)
