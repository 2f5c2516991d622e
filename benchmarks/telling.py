"""The application's Celery with a line for each task that is done, for benchmarks that count and time them."""

import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from celery.signals import task_postrun, task_prerun

from config.celery import app

__all__ = ["app"]

#: Statements that are there for the queue's sake beside the claim: taking the plan, asking whether it was the last.
CLAIMS = ("FOR UPDATE OF", "SELECT 1")

_began: dict[str, float] = {}
#: What the processor gave this process until its last task ended, in seconds.
_worked = [0.0]
_claimed = [0.0]
_between = [0.0]


def _timed_claim(claim: Callable[..., int | None], **which: Any) -> int | None:
    """An attempt counted: from before its transaction until after its commit."""
    began = time.monotonic()
    try:
        return claim(**which)
    finally:
        _claimed[0] += time.monotonic() - began


def _count_claims(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    began = time.monotonic()
    try:
        return execute(sql, *rest)
    finally:
        if any(words in sql for words in CLAIMS):
            _claimed[0] += time.monotonic() - began


@task_prerun.connect(weak=False)
def begin(task_id: str, **_about: Any) -> None:
    from django.db import connection

    from visits.services import claiming

    if not isinstance(claiming.claim, partial):
        claiming.claim = partial(_timed_claim, claiming.claim)
    if _count_claims not in connection.execute_wrappers:
        connection.execute_wrappers.append(_count_claims)
    _claimed[0] = 0.0
    _between[0] = time.process_time() - _worked[0] if _worked[0] else 0.0
    _began[task_id] = time.monotonic()


@task_postrun.connect(weak=False)
def tell(task_id: str, task: Any, **_about: Any) -> None:
    """The product keeps silent about each message; here they are what is measured.

    The process and the machine's monotonic clock let a reader see how long each process waited between two tasks.
    """
    now = time.monotonic()
    began = _began.pop(task_id)
    line = f"{task.name} succeeded in {now - began:.4f}s by {os.getpid()} from {began:.4f} to {now:.4f}"
    os.write(1, f"{line} claiming {_claimed[0]:.5f} between {_between[0]:.5f}\n".encode())
    _worked[0] = time.process_time()
