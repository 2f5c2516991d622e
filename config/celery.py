"""Celery spreads work over processes. The rows in PostgreSQL say what work there is; a lost message is only a delay."""

import os
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("zhoudao")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect(weak=False)
def use_a_good_connection(**_about: Any) -> None:
    """A process keeps its connection from task to task, as the web does from page to page; an old or broken one goes.

    Celery itself would close it before and after each task: that is what CELERY_DB_REUSE_MAX puts off.
    """
    from django.db import close_old_connections

    close_old_connections()


#: The night's work is asked for from 02:00 on, again and again: it is keyed by its business date, and asking does
#: nothing when that date is done; so an outage is caught up, and a plan that a killed worker took is handed out again.
NIGHT = crontab(hour="2-23", minute="*/5")

#: name → (task, how often). A message that no worker takes in time expires: the next one says the same.
SCHEDULE = {
    "climb overdue duties": ("duties.tasks.sweep", 10.0),
    "send what waits in the outbox": ("duties.tasks.deliver", 5.0),
    "move open work after transfers": ("duties.tasks.settle_transfers", 15.0),
    "count broken promises": ("duties.tasks.watch", 60.0),
    "plan the next working day": ("visits.tasks.plan_night", NIGHT),
    "keep riders out of the weather": ("visits.tasks.watch_weather", 60.0),
    "add up the units' months": ("accounts.tasks.add_up_recent", crontab(hour="3", minute="10")),
    "evaluate the indicators": ("early_warnings.tasks.evaluate_night", NIGHT),
    "evaluate what was imported": ("early_warnings.tasks.evaluate_imports", 60.0),
    "try indicators on the past": ("early_warnings.tasks.run_trials", 10.0),
}
app.conf.beat_schedule = {
    name: {"task": task, "schedule": often, "options": {"expires": often if isinstance(often, float) else 900}}
    for name, (task, often) in SCHEDULE.items()
}


@beat_init.connect(weak=False)
def begin_at_once(sender: Any, **_about: Any) -> None:
    """A clock that starts asks for everything that the last five minutes would have asked for.

    Else what a pause left undone waits for its next turn: a minute for the watchdog, five for the night's work.
    """
    for entry in sender.scheduler.schedule.values():
        entry.last_run_at -= timedelta(minutes=5)
