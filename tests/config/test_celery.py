"""Celery's schedule names tasks that exist: one that does not is only noticed when its hour has come."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from celery.beat import Scheduler, Service
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import beat_init, task_prerun
from django.db import connection

from config.celery import SCHEDULE, app


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {task for task, _often in SCHEDULE.values()} - set(app.tasks) == set()


def test_messages_expire_before_they_pile_up() -> None:
    assert all(entry["options"]["expires"] <= 900 for entry in app.conf.beat_schedule.values())


def test_a_process_keeps_its_connection_from_task_to_task(db: None) -> None:
    """Celery would close it before and after each; the age and health of one that is kept are looked at."""
    connection.ensure_connection()
    kept = connection.connection
    DjangoWorkerFixup(app).close_database()
    assert connection.connection is kept
    assert "use_a_good_connection" in {receiver.__name__ for _key, receiver in task_prerun.receivers}


@pytest.mark.parametrize(
    ("starts", "waiting"),
    [
        ("00:30", {"plan the next working day", "evaluate the indicators", "add up the units' months"}),
        ("03:12", set()),
        ("12:01", {"add up the units' months"}),
    ],
)
def test_a_clock_that_starts_asks_at_once(starts: str, waiting: set[str]) -> None:
    """Only the night's work waits for its hour."""
    with time_machine.travel(datetime.fromisoformat(f"2026-11-23T{starts}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))):
        service = Service(app, scheduler_cls=Scheduler)
        beat_init.send(sender=service)
        assert {name for name, entry in service.scheduler.schedule.items() if not entry.is_due().is_due} == waiting
