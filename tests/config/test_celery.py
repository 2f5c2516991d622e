"""Celery's schedule names tasks that exist: one that does not is only noticed when its hour has come."""

from config.celery import SCHEDULE, app


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {task for task, _often in SCHEDULE.values()} - set(app.tasks) == set()


def test_messages_expire_before_they_pile_up() -> None:
    assert all(entry["options"]["expires"] <= 900 for entry in app.conf.beat_schedule.values())
