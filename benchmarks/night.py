"""How long a night's planning takes: 150 people on two workers, what the queue adds, and what 20,000 people would take.

    python benchmarks/night.py [--managers 150] [--customers 15000] [--workers 2] [--port 8111]

Makes a demo company in a folder of its own, plans one night by real Celery workers over the embedded broker and
database, and reads from the workers' own log how long each task took. What is left of the wall clock is the queue's.
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import psutil

from benchmarks.night_kill import folder, go_to_the_night

ROOT = Path(__file__).resolve().parent.parent
TOOK = re.compile(r"plan_one succeeded in ([\d.]+)s")
#: People of the company that the project is built for.
EVERYBODY = 20_000


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--managers", type=int, default=150)
    parser.add_argument("--customers", type=int, default=15_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--port", type=int, default=8111)
    return parser.parse_args()


class Workers:
    """A Celery worker with so many processes; `most` is the memory that they used at once, in bytes, the parent too."""

    def __init__(self, count: int, log: Path) -> None:
        command = [sys.executable, "-m", "celery", "--app", "benchmarks.telling", "worker"]
        command += ["--concurrency", str(count), "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        self.log = log
        self.most: dict[int, int] = {}
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, start_new_session=True)

    def wait(self, words: str, patience: float) -> None:
        began = time.monotonic()
        while words not in self.log.read_text(errors="replace"):
            if self.process.poll() is not None or time.monotonic() - began > patience:
                raise SystemExit(f"the worker did not start:\n{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)

    def measure(self) -> None:
        parent = psutil.Process(self.process.pid)
        for process in (parent, *parent.children(recursive=True)):
            try:
                self.most[process.pid] = max(self.most.get(process.pid, 0), process.memory_full_info().pss)
            except psutil.Error:  # ended meanwhile
                continue

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


def times(log: str) -> list[float]:
    """Seconds of each task, as the worker says."""
    return [float(found) for found in TOOK.findall(log)]


def night(workers: Workers, now: datetime, patience: float) -> float:
    """Plan a night; the wall clock in seconds from handing out until the last plan is written."""
    from visits.models import DayPlan
    from visits.services.nights import tonight
    from visits.tasks import plan_one

    ids = tonight(now=now)
    waiting = DayPlan.objects.filter(pk__in=ids, state="waiting")
    began = time.monotonic()
    for plan_id in ids:
        plan_one.delay(plan_id)
    while waiting.exists():
        if time.monotonic() - began > patience:
            raise SystemExit(f"{waiting.count()} plans are still waiting")
        workers.measure()
        time.sleep(0.2)
    return time.monotonic() - began


def report(options: argparse.Namespace, wall: float, took: list[float], workers: Workers) -> None:
    from visits.models import DayPlan
    from visits.services.nights import NIGHT_SECONDS

    solved = list(DayPlan.objects.filter(state="made", solving_ms__gt=0).values_list("solving_ms", flat=True))
    drafts = DayPlan.objects.filter(state="draft").count()
    busy, whole = sum(took), wall * options.workers
    print(f"{len(took)} people, {drafts} drafts of later days, {NIGHT_SECONDS} s of search, {options.workers} workers")
    print(f"wall clock {wall:.1f} s; a task {statistics.mean(took):.3f} s (longest {max(took):.2f})")
    print(f"  of it planning {statistics.mean(solved) / 1000:.3f} s, writing and claiming the rest")
    print(f"queue: {whole:.1f} s of workers' time, {busy:.1f} s in tasks: {100 * (whole - busy) / busy:.2f} % on top")
    memory = sorted(workers.most.values())
    print(f"memory a process, shared parts divided: {', '.join(f'{each / 2**20:.0f}' for each in memory)} MB")
    each = whole / len(took)
    hours = EVERYBODY * each / 3600
    print(f"{EVERYBODY} people × {each:.2f} s = {hours:.1f} hours of one core")
    print(f"  four hosts of 8 cores: {hours * 60 / 32:.0f} minutes; one host of 8 cores: {hours * 60 / 8:.0f} minutes")


def main() -> int:
    options = arguments()
    with folder() as var:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": str(var),
            "PORT": str(options.port),
            "LOG_LEVEL": "INFO",
        }
        sys.path[:0] = [str(ROOT), str(ROOT / "warnings")]
        import django

        from config import embedded

        embedded.ensure_running()
        try:
            django.setup()
            from django.core.management import call_command

            from accounts import clock

            call_command("migrate", verbosity=0)
            company = {"customers": options.customers, "managers": options.managers, "seed": 1}
            call_command("load_demo", **company, months=2, past_days=0, plan_seconds=0)
            go_to_the_night()
            workers = Workers(options.workers, var / "worker.log")
            try:
                workers.wait("ready.", 60)
                warm_up(options.workers)
                before = len(times(workers.log.read_text(errors="replace")))
                wall = night(workers, clock.now(), 900)
                time.sleep(1)
                took = times(workers.log.read_text(errors="replace"))[before:]
                report(options, wall, took, workers)
            finally:
                workers.stop()
        finally:
            embedded.release()
    return 0


def warm_up(workers: int) -> None:
    """Let each process load the compiled search, as it has after its first plan of any night."""
    from accounts import clock
    from accounts.models import Person
    from visits.models import DayPlan
    from visits.querysets import planned_people
    from visits.tasks import plan_one

    day = clock.today()
    people = planned_people(Person, day).order_by("pk")[: 4 * workers]
    made = DayPlan.objects.bulk_create([DayPlan(person=person, date=day) for person in people])
    for plan in made:
        plan_one.delay(plan.pk)
    while DayPlan.objects.filter(pk__in=[plan.pk for plan in made], state="waiting").exists():
        time.sleep(0.2)
    DayPlan.objects.all().delete()


if __name__ == "__main__":
    sys.exit(main())
