"""A night of plans and evaluation whose worker, beat and web are killed with SIGKILL, against one that nobody disturbs.

`python benchmarks/night_kill.py [--customers 1200] [--managers 24] [--kills 6] [--seed 1] [--port 8171]`

Makes a demo company in a folder of its own, copies its database, runs the night undisturbed on the copy, and on the
first with real processes: every few moments all of them are killed and started anew. Then it counts: what is in one
result and not in the other is lost or doubled. Exit code 1 if anything is.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from benchmarks.company import ROOT, go_to_the_night, load_demo, servers, set_up

COPY = "zhoudao_undisturbed"
#: The longest that the night may take after the last kill.
PATIENCE = 600
#: Reasons that oblige: the strongest one of a stop comes first.
OWED = ["promised", "due", "overdue", "never", "licence"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1200)
    parser.add_argument("--managers", type=int, default=24)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8171)
    return parser.parse_args()


class Processes:
    """Worker, beat and web as `make run` starts them, each in a session of its own."""

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        from config.run import commands

        log = subprocess.DEVNULL
        for name, command in commands().items():
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT, stdin=log, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """`kill -9` for each of them with its children: no handler runs, no transaction ends well."""
        for process in self.running.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()


def copy_database() -> None:
    from django.db import connection, connections

    settings = connections.settings["default"]
    present = settings["NAME"]
    connection.close()
    settings["NAME"] = "postgres"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {COPY} TEMPLATE {present}")
    connection.close()
    settings["NAME"] = present


@contextmanager
def on_the_copy() -> Iterator[None]:
    from django.db import connection, connections

    settings = connections.settings["default"]
    present = settings["NAME"]
    connection.close()
    settings["NAME"] = COPY
    try:
        yield
    finally:
        connection.close()
        settings["NAME"] = present


def undisturbed() -> None:
    """The same night in one process, one thing after the other."""
    from early_warnings.services import spend_night

    from accounts import clock
    from visits.services import nights

    for plan in nights.tonight(now=clock.now()):
        nights.make_one(plan_id=plan, now=clock.now())
    nights.tonight(now=clock.now())
    spend_night(on=clock.today(), now=clock.now())


def ask() -> None:
    """What beat asks for every five minutes of the night."""
    from early_warnings.tasks import evaluate_night

    from visits.tasks import plan_night

    plan_night.delay()
    evaluate_night.delay()


def wait_until_taken() -> None:
    """Until the worker is up and has taken what was asked for."""
    import redis
    from django.conf import settings

    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        while broker.llen("celery"):
            time.sleep(0.05)


def done() -> bool:
    from early_warnings.models import Evaluation

    from accounts import clock
    from visits.models import PlanRun

    run = PlanRun.objects.order_by("-date").first()
    evaluated = Evaluation.objects.filter(on=clock.today(), finished_at__isnull=False).exists()
    return run is not None and run.finished_at is not None and run.opened_at >= night() and evaluated


def night() -> datetime:
    """When this night began."""
    from django.utils import timezone

    from accounts import clock

    return timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)


def result() -> dict[str, Counter[Any]]:
    """What the night left: each thing with how often it is there. Ids may differ: a killed transaction uses some up."""
    from early_warnings.models import EarlyWarning, Sign, UnitWarning

    from accounts import clock
    from duties.models import Duty, DutyEvent, Notice
    from visits.models import DayPlan, PlanRun

    run = PlanRun.objects.order_by("-date")[0]
    plans = DayPlan.objects.filter(date=run.date)
    began = night()
    opened = Duty.objects.filter(opened_at__gte=began).exclude(kind="duties.broken")
    return {
        "plans": Counter(plans.values_list("person", "state", "absent")),
        # A visit ahead of its time is on the plan or not, as far as the search came in its second: only what is owed.
        "customers owed, planned or left out": Counter(
            [
                *plans.filter(stops__reasons__0__code__in=OWED).values_list("person", "stops__customer"),
                *plans.filter(omissions__isnull=False).values_list("person", "omissions__customer"),
            ]
        ),
        "evaluations": Counter([clock.today()] * _evaluations()),
        "reports": Counter(EarlyWarning.objects.values_list("customer", "level", "state")),
        "signs": Counter(Sign.objects.values_list("warning__customer", "indicator", "level")),
        "unit warnings": Counter(UnitWarning.objects.values_list("unit", "indicator", "level", "state")),
        "duties opened": Counter(opened.values_list("kind", "unit", "customer")),
        "their first events": Counter(
            DutyEvent.objects.filter(duty__in=opened, act="opened").values_list(
                "duty__kind", "duty__unit", "duty__customer"
            )
        ),
        "their first notices": Counter(
            Notice.objects.filter(duty__in=opened, turn=1, channel="inbox").values_list(
                "duty__kind", "duty__unit", "duty__customer", "recipient"
            )
        ),
    }


def _evaluations() -> int:
    from early_warnings.models import Evaluation

    from accounts import clock

    return Evaluation.objects.filter(on=clock.today(), finished_at__isnull=False).count()


def disturbed(kills: int, chance: random.Random) -> tuple[int, float]:
    """The night with real processes, all killed so often, then left to end. Gives kills in mid-work, and seconds."""
    from accounts import clock

    processes, in_work = Processes(), 0
    try:
        for number in range(kills):
            processes.start()
            ask()
            wait_until_taken()
            time.sleep(chance.uniform(0, 0.6))
            in_work += not done()
            processes.kill()
            clock.shift(timedelta(minutes=11))  # what a dead worker was handed is handed out again after ten
            print(f"  kill {number + 1}: {_standing()}", flush=True)
        began = time.monotonic()
        processes.start()
        while not done():
            if time.monotonic() - began > PATIENCE:
                raise SystemExit(f"the night did not end: {_standing()}")
            ask()
            time.sleep(5)
        return in_work, time.monotonic() - began
    finally:
        processes.kill()


def _standing() -> str:
    from visits.models import DayPlan, PlanRun

    run = PlanRun.objects.order_by("-date").first()
    if run is None:
        return "nothing begun"
    states = Counter(DayPlan.objects.filter(date=run.date).values_list("state", flat=True))
    return f"{run.date} plans {dict(states)}, evaluated {_evaluations()}"


def compare(wanted: dict[str, Counter[Any]], got: dict[str, Counter[Any]]) -> bool:
    """Print what is lost and what is doubled, by kind of thing."""
    well = True
    print(f"{'':34}{'undisturbed':>12}{'killed':>10}{'lost':>8}{'too many':>10}")
    for name, each in wanted.items():
        lost, much = (each - got[name]).total(), (got[name] - each).total()
        well = well and not lost and not much
        print(f"{name:34}{each.total():12}{got[name].total():10}{lost:8}{much:10}")
    return well


def main() -> int:
    options = arguments()
    with servers(options.port, TASK_WORKERS="2", WEB_WORKERS="1"):
        set_up()
        load_demo(options.customers, options.managers, seed=options.seed, months=15, plan_seconds=0.05)
        go_to_the_night()
        copy_database()
        with on_the_copy():
            undisturbed()
            wanted = result()
        in_work, seconds = disturbed(options.kills, random.Random(options.seed))
        print(f"{options.kills} times all killed, {in_work} of them in mid-work; then done in {seconds:.0f} s")
        return 0 if compare(wanted, result()) else 1


if __name__ == "__main__":
    sys.exit(main())
