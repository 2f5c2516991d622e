"""Two hosts plan one night together; one loses its power in mid-work. Every person must have exactly one plan.

    python benchmarks/two_hosts.py [--managers 40] [--customers 2000] [--cut] [--port 8112]

Hosts are network namespaces on a bridge (root and iproute2 are needed): the database and the broker listen on this
side of it, a Celery worker runs in each. After a third of the plans the second host's processes are killed with
SIGKILL; with `--cut` its cable is pulled first, so that nobody hears of its end. Then the plans are counted.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from benchmarks.company import ROOT, go_to_the_night, load_demo, servers, set_up

HERE, NET = "10.77.0.1", "10.77.0.0/24"
HOSTS = {"zd-one": "10.77.0.11", "zd-two": "10.77.0.12"}
BRIDGE = "zd-bridge"
PATIENCE = 420


def ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", *words], check=check, capture_output=not check)


@contextmanager
def network() -> Iterator[None]:
    """A bridge with two namespaces on it; gone afterwards."""
    try:
        ip("link", "add", BRIDGE, "type", "bridge")
        ip("address", "add", f"{HERE}/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        for name, address in HOSTS.items():
            ip("netns", "add", name)
            ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", name, "master", BRIDGE, "up")
            ip("-n", name, "address", "add", f"{address}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield
    finally:
        for name in HOSTS:
            ip("netns", "delete", name, check=False)
            ip("link", "delete", name, check=False)
        ip("link", "delete", BRIDGE, check=False)


def listen_on_the_bridge() -> None:
    """Let the embedded servers be reached from the hosts: the database by their own network only."""
    import psycopg2
    import redis

    from config import embedded
    from config.embedded.postgres import Postgres

    server = Postgres(embedded.BASE_DIR)
    with (server.data / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all zhoudao {NET} trust\n")
    admin = psycopg2.connect(host=str(server.sockets), user="postgres", dbname="postgres")
    admin.autocommit = True
    with admin.cursor() as cursor:
        # What an operator sets for a database with more than one host: a dead one's locks go after half a minute.
        for name, value in {
            "listen_addresses": HERE,
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
            "tcp_user_timeout": "25000",
        }.items():
            cursor.execute(f"ALTER SYSTEM SET {name} = %s", [value])
    admin.close()
    server.stop()
    server.ensure()
    broker = redis.Redis.from_url(embedded.redis_url())
    broker.config_set("protected-mode", "no")
    broker.config_set("bind", HERE)
    broker.config_set("port", "6390")


def work(host: str, var: Path) -> subprocess.Popen[bytes]:
    """A worker of two processes inside a host, which reaches everything by the network alone."""
    surroundings = os.environ | {
        "DATABASE_URL": f"postgresql://zhoudao@{HERE}:5432/zhoudao",
        "REDIS_URL": f"redis://{HERE}:6390/0",
    }
    command = ["ip", "netns", "exec", host, sys.executable, "-m", "celery", "--app", "benchmarks.telling", "worker"]
    command += ["--concurrency", "2", "--hostname", f"plan@{host}", "--loglevel", "INFO"]
    with (var / f"{host}.log").open("wb") as out:
        return subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=out, stderr=out, start_new_session=True)


def made_by(host: str, var: Path) -> int:
    return (var / f"{host}.log").read_text(errors="replace").count(" succeeded in ")


def states() -> Counter[str]:
    from visits.models import DayPlan, PlanRun

    run = PlanRun.objects.latest("date")
    return Counter(DayPlan.objects.filter(date=run.date).values_list("state", flat=True))


def hand_out() -> int:
    """What beat asks for every five minutes; gives how many plans were handed to the workers."""
    from accounts import clock
    from visits.services.nights import tonight
    from visits.tasks import plan_one

    ids = tonight(now=clock.now())
    for plan_id in ids:
        plan_one.delay(plan_id)
    return len(ids)


def night(var: Path, *, cut: bool) -> None:
    """Both hosts at work, one struck down, the other left to end it."""
    from accounts import clock

    workers = {host: work(host, var) for host in HOSTS}
    try:
        wanted = hand_out()
        began = time.monotonic()
        while states()["made"] < wanted // 3 or not all(made_by(host, var) for host in HOSTS):
            if time.monotonic() - began > PATIENCE:
                raise SystemExit(f"the hosts do not work: {states()}")
            time.sleep(0.2)
        print(f"{wanted} people; after {states()['made']} plans: " + ", ".join(f"{h} {made_by(h, var)}" for h in HOSTS))
        if cut:
            ip("link", "set", "zd-two", "down")
        os.killpg(workers["zd-two"].pid, signal.SIGKILL)
        struck = time.monotonic()
        print(f"zd-two struck down{', its cable pulled before' if cut else ''}; {dict(states())}", flush=True)
        clock.shift(timedelta(minutes=11))  # what a dead worker was handed is handed out again after ten
        while states()["waiting"]:
            if time.monotonic() - struck > PATIENCE:
                raise SystemExit(f"the night did not end: {states()}")
            time.sleep(5)
            hand_out()
        print(f"all made {time.monotonic() - struck:.0f} s later; zd-one made {made_by('zd-one', var)} in all")
    finally:
        for process in workers.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def count() -> bool:
    """Whether everybody who should have a plan has exactly one, made, with each customer once."""
    from django.db.models import Count

    from accounts.models import Person
    from visits.models import DayPlan, PlanRun, PlanStop
    from visits.querysets import planned_people

    run = PlanRun.objects.latest("date")
    people = set(planned_people(Person, run.date).values_list("pk", flat=True))
    plans = Counter(DayPlan.objects.filter(date=run.date, state="made").values_list("person", flat=True))
    stops = PlanStop.objects.filter(plan__date=run.date)
    doubled = stops.values("plan__person", "customer").annotate(n=Count("pk")).filter(n__gt=1).count()
    print(f"{len(people)} people, {plans.total()} plans, {stops.count()} stops, {doubled} of them doubled; ", end="")
    print(f"run finished: {run.finished_at is not None}, made {run.made}, failed {run.failed}")
    return plans == Counter(people) and not doubled and run.made == len(people)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--managers", type=int, default=40)
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--cut", action="store_true", help="pull the cable before the kill")
    parser.add_argument("--port", type=int, default=8112)
    options = parser.parse_args()
    with servers(options.port, LOG_LEVEL="INFO") as var, network():
        listen_on_the_bridge()
        set_up()
        from django.conf import settings

        settings.CELERY_BROKER_URL = f"redis://{HERE}:6390/0"
        load_demo(options.customers, options.managers, months=2, plan_seconds=0)
        go_to_the_night()
        night(var, cut=options.cut)
        return 0 if count() else 1


if __name__ == "__main__":
    sys.exit(main())
