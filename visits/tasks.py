"""Celery spreads the night over workers; which plans are to be made, the rows say."""

from celery import shared_task

from accounts import clock
from visits.services import nights, weather


@shared_task
def plan_night() -> None:
    """Hand out what waits. Asked again and again, it does nothing when the night is done; a missed one is caught up."""
    for plan_id in nights.tonight(now=clock.now()):
        plan_one.delay(plan_id)


@shared_task
def plan_one(plan_id: int) -> None:
    nights.make_one(plan_id=plan_id, now=clock.now())


@shared_task
def watch_weather() -> None:
    """Plans that were made since an alert was declared are turned too (VIS-9)."""
    weather.turn_all(now=clock.now())
