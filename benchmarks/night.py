"""How long a night's planning takes: 150 people on two workers, what the queue adds, and what 20,000 people would take.

    python benchmarks/night.py [--managers 150] [--customers 15000] [--workers 2] [--port 8111] [--prefetch 1]

Makes a demo company in a folder of its own, plans one night by real Celery workers over the embedded broker and
database, and reads from the workers' own log how long each task took.

Work is a task's body but for its claim: reading, solving, writing the plan. The queue's is the rest of each worker
process's wall clock from the first message on: acknowledging one task, fetching the next and handing it over, the
claim (an attempt counted and committed, the row locked, the question whether it was the last), and the time until the
first tasks began. The end, when some processes have no task left while another has its last one, is told beside it: it
is at most one task for each process, however long the night. On a machine that others use too the wall clock holds
their work as well; so the processors' seconds that the queue took are told: of the worker's parent, of the broker, and
of the worker processes between two tasks.

Seen with 60 people of 300 customers each on two cores that others shared: 1.11 s a task, queue 0.48 % of solving (3.7
ms between tasks, 1.3 ms claiming), 0.38 % in the processors' seconds; no less with a prefetch of 2 than with 1.
"""

import argparse
import itertools
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil
import redis
from django.conf import settings

from benchmarks.company import ROOT, go_to_the_night, load_demo, servers, set_up

DONE = re.compile(
    r"plan_one succeeded in [\d.]+s by (\d+) from ([\d.]+) to ([\d.]+) claiming ([\d.]+) between ([\d.]+)"
)
#: People of the company that the project is built for.
EVERYBODY = 20_000


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--managers", type=int, default=150)
    parser.add_argument("--customers", type=int, default=15_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--port", type=int, default=8111)
    parser.add_argument("--prefetch", type=int, help="messages that a process keeps, if not as the settings say")
    return parser.parse_args()


class Workers:
    """A Celery worker with so many processes; `most` is the memory that they used at once, in bytes, the parent too."""

    def __init__(self, count: int, log: Path, prefetch: int | None = None) -> None:
        command = [sys.executable, "-m", "celery", "--app", "benchmarks.telling", "worker"]
        command += ["--concurrency", str(count), "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        command += ["--prefetch-multiplier", str(prefetch)] if prefetch else []
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

    def parent_seconds(self) -> float:
        """What the processor gave the parent so far: it fetches, hands over, acknowledges."""
        spent = psutil.Process(self.process.pid).cpu_times()
        return spent.user + spent.system

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


@dataclass(frozen=True, slots=True)
class Done:
    """One task: in which process, between which seconds of the machine's clock, how long claiming its row took.

    `before` is the processor's time that its process took since the task before it.
    """

    process: int
    began: float
    ended: float
    claiming: float
    before: float


def told(log: Path) -> list[Done]:
    """The tasks that the worker's log tells of."""
    lines = DONE.findall(log.read_text(errors="replace"))
    return [Done(int(process), *map(float, seconds)) for process, *seconds in lines]


@dataclass(frozen=True, slots=True)
class Night:
    """When handing out began and ended, when the last plan was there; processor's seconds of parent and broker."""

    began: float
    handed: float
    ended: float
    parent: float
    broker: float


def night(workers: Workers, now: datetime, patience: float) -> Night:
    """Plan a night, from handing out until the last plan is written."""
    from visits.models import DayPlan
    from visits.services.nights import tonight
    from visits.tasks import plan_one

    ids = tonight(now=now)
    waiting = DayPlan.objects.filter(pk__in=ids, state="waiting")
    parent, broker = workers.parent_seconds(), broker_seconds()
    began = time.monotonic()
    for plan_id in ids:
        plan_one.delay(plan_id)
    handed, measured = time.monotonic(), 0.0
    while waiting.exists():
        if time.monotonic() - began > patience:
            raise SystemExit(f"{waiting.count()} plans are still waiting")
        if time.monotonic() - measured > 5:  # looking at memory costs the workers time
            workers.measure()
            measured = time.monotonic()
        time.sleep(0.25)
    ended = time.monotonic()
    return Night(began, handed, ended, workers.parent_seconds() - parent, broker_seconds() - broker)


def broker_seconds() -> float:
    """What the processor gave the broker so far."""
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        told: dict[str, float] = server.info("cpu")
    return told["used_cpu_user"] + told["used_cpu_sys"]


def report(whole: Night, done: list[Done], workers: Workers) -> None:
    from visits.models import DayPlan
    from visits.services.nights import NIGHT_SECONDS

    plans = DayPlan.objects.filter(state="made", solving_ms__gt=0)
    solving = sum(plans.values_list("solving_ms", flat=True)) / 1000
    drafts = DayPlan.objects.filter(state="draft").count()
    tasks, count = [task.ended - task.began for task in done], len(done)
    busy, claiming = sum(tasks), sum(task.claiming for task in done)
    by_process = defaultdict(list)
    for task in sorted(done, key=lambda task: task.began):
        by_process[task.process].append(task)
    gaps = [b.began - a.ended for each in by_process.values() for a, b in itertools.pairwise(each)]
    first = sum(each[0].began - whole.began for each in by_process.values())
    last = max(task.ended for task in done)
    idle = sum(last - each[-1].ended for each in by_process.values())
    queue, waited = sum(gaps) + first + claiming, f"{idle:.2f} s"
    print(f"{count} people, {drafts} drafts of later days, {NIGHT_SECONDS} s of search, {len(by_process)} processes")
    print(f"wall clock {last - whole.began:.1f} s; a task {busy / count:.3f} s (longest {max(tasks):.2f})")
    print(f"  {solving / count:.3f} s of it solving, {(busy - solving) / count:.3f} s reading, writing, claiming")
    print(f"publishing a message {1000 * (whole.handed - whole.began) / count:.2f} ms, beside the work")
    print("queue overhead, in seconds of the processes' time:")
    print(f"  {sum(gaps):6.2f} between tasks: {1000 * statistics.mean(gaps):.1f} ms (ack, fetch, hand over)")
    print(f"  {first:6.2f} until the first tasks began")
    print(f"  {claiming:6.2f} claiming: {1000 * claiming / count:.1f} ms")
    print(f"  {queue:6.2f} together: {100 * queue / solving:.2f} % of {solving:.1f} s solving")
    print(f"  {100 * (queue + idle) / solving:.2f} % with the {waited} in which only some had a last task to do")
    between = sum(task.before for task in done)
    processor = whole.parent + whole.broker + between
    print("queue overhead, in seconds of the processors:")
    print(f"  {whole.parent:6.2f} parent, {whole.broker:.2f} broker, {between:.2f} in the processes between tasks")
    print(f"  {processor:6.2f} together: {1000 * processor / count:.1f} ms a task, {100 * processor / solving:.2f} %")
    memory = sorted(workers.most.values())
    print(f"memory a process, shared parts divided: {', '.join(f'{each / 2**20:.0f}' for each in memory)} MB")
    project((busy + sum(gaps)) / count)


def project(each: float) -> None:
    """What a night of the whole company takes, from one person's time."""
    core = EVERYBODY * each
    print(f"{EVERYBODY} people × {each:.3f} s = {core:.0f} s = {core / 3600:.1f} hours of one core")
    for hosts, cores in ((1, 8), (4, 8)):
        print(f"  {hosts} × {cores} cores: {core:.0f} s ÷ {hosts * cores} = {core / hosts / cores / 60:.0f} minutes")


def main() -> int:
    options = arguments()
    with servers(options.port, LOG_LEVEL="INFO") as var:
        set_up()
        from accounts import clock

        load_demo(options.customers, options.managers, months=2, plan_seconds=0)
        go_to_the_night()
        workers = Workers(options.workers, var / "worker.log", options.prefetch)
        try:
            workers.wait("ready.", 60)
            warm_up(options.workers)
            before = len(told(workers.log))
            whole = night(workers, clock.now(), 900)
            time.sleep(1)
            report(whole, told(workers.log)[before:], workers)
        finally:
            workers.stop()
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
