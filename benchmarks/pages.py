"""How long pages take, what they cost, and how long the night's work lasts, on a company that was loaded before.

`python benchmarks/pages.py [--port 8160] [--requests 50] [--only customers] [--nights] [--output table.md]`

Two gunicorn workers, debug off, the database of `DATABASE_URL` or the embedded one. Each page is asked for five times
to warm up and then `--requests` times, one after the other. Time is what the client waits; CPU is what both workers
used, by /proc, divided by the requests; queries are counted by `counted.py`. The bars are those of the first release:
lists 12 queries, 45 ms CPU, 150 KB; records 12 queries, 30 ms; homes 12 queries; search 20 ms in the database.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.busy_pages import Page, pages  # noqa: E402

SERVED = {
    "DEBUG": "0",
    "SECRET_KEY": "only-for-the-benchmark-" * 3,
    "ALLOWED_HOSTS": "127.0.0.1",
    "BEHIND_TLS": "0",
    "LOG_LEVEL": "WARNING",
}
WARM_UP = 5
#: Bars by kind of page: queries, CPU ms a request, KB.
BARS = {"home": (12, None, None), "list": (12, 45, 150), "record": (12, 30, None), "other": (None, None, None)}
SEARCH_BAR = 20


@dataclass(slots=True)
class Measured:
    """What a page took."""

    page: Page
    path: str
    p50: float = 0.0
    p95: float = 0.0
    cpu: float = 0.0
    queries: int = 0
    database: float = 0.0
    kilobytes: float = 0.0
    wrong: str = ""

    def over(self) -> list[str]:
        """Which bars it does not keep."""
        values = (self.queries, self.cpu, self.kilobytes)
        names = ("queries", "CPU", "KB")
        return [
            name
            for name, value, bar in zip(names, values, BARS[self.page.kind], strict=True)
            if bar is not None and value > bar
        ]


# Serving.


@contextmanager
def served(port: int) -> Iterator[list[int]]:
    """The application under gunicorn; gives the workers' process ids."""
    environment = {**os.environ, **SERVED, "PORT": str(port)}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], cwd=ROOT, env=environment, check=True
    )
    command = [sys.executable, "-m", "gunicorn", "benchmarks.counted:application", "--bind", f"127.0.0.1:{port}"]
    options = ["--workers", "2", "--preload", "--log-level", "warning", "--no-control-socket"]
    server = subprocess.Popen([*command, *options], cwd=ROOT, env=environment)
    try:
        for _ in range(150):
            try:
                requests.get(f"http://127.0.0.1:{port}/sign-in/", timeout=60)
                break
            except requests.ConnectionError:
                time.sleep(0.2)
        yield _children(server.pid)
    finally:
        server.terminate()
        server.wait()


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_seconds(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(values[11]) + int(values[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def signed_in(port: int, username: str) -> requests.Session:
    """A browser's session of a demo person."""
    from config.demo import DEMO_PASSWORD

    session = requests.Session()
    address = f"http://127.0.0.1:{port}/sign-in/"
    form = session.get(address, timeout=30)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    values = {"username": username, "password": DEMO_PASSWORD, "csrfmiddlewaretoken": token[1] if token else ""}
    answer = session.post(address, data=values, timeout=30, allow_redirects=False)
    if answer.status_code != 302:
        raise SystemExit(f"{username} could not sign in: {answer.status_code}. Is this the demo company?")
    return session


# Measuring.


def measure(port: int, pids: list[int], times: int, chosen: list[Page]) -> Iterator[Measured]:
    """Ask for each page in turn."""
    sessions: dict[str, requests.Session] = {}
    for page in chosen:
        path = page.path()
        if path is None:
            yield Measured(page, "", wrong="no such page or record")
            continue
        if page.who not in sessions:
            sessions[page.who] = signed_in(port, page.who)
        yield _ask(f"http://127.0.0.1:{port}", sessions[page.who], pids, times, Measured(page, path))


def _ask(base: str, session: requests.Session, pids: list[int], times: int, measured: Measured) -> Measured:
    for _ in range(WARM_UP):
        answer = session.get(base + measured.path, timeout=60)
    if answer.status_code != 200:
        measured.wrong = f"answered {answer.status_code}"
        return measured
    took, waited, before = [], [], _cpu_seconds(pids)
    for _ in range(times):
        began = time.perf_counter()
        answer = session.get(base + measured.path, timeout=60)
        took.append((time.perf_counter() - began) * 1000)
        waited.append(float(answer.headers["X-Database-ms"]))
    measured.cpu = (_cpu_seconds(pids) - before) * 1000 / times
    took.sort()
    measured.p50, measured.p95 = statistics.median(took), took[max(0, round(len(took) * 0.95) - 1)]
    measured.database = statistics.median(waited)
    measured.queries = int(answer.headers["X-Queries"])
    measured.kilobytes = len(answer.content) / 1024
    return measured


def searches() -> Iterator[tuple[str, int, float]]:
    """What people type into the search box, how many customers it finds, and the median of five in the database."""
    from django.db import connection

    from accounts.models import Customer, Person

    sample = Customer.objects.filter(kind="retailer").order_by("code")[777 % Customer.objects.count()]
    director = Person.objects.get(username="director")
    words = ("和顺", sample.name[:4], sample.pinyin[:9], sample.initials[:4], sample.code, sample.phone[-6:], "不在店")
    for word in words:
        found = Customer.objects.visible_to(director).search(word)
        times = []
        with connection.cursor() as cursor:
            sql, params = found.order_by("pinyin", "pk")[:20].query.sql_with_params()
            for _ in range(6):
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                plan = cursor.fetchone()[0]
                plan = json.loads(plan) if isinstance(plan, str) else plan
                times.append(plan[0]["Execution Time"] + plan[0]["Planning Time"])
        yield word, found.count(), statistics.median(times[1:])


def nights() -> Iterator[tuple[str, float, str]]:
    """The night's jobs, run once through their commands."""
    from io import StringIO

    from django.core.management import call_command

    for command in ("evaluate_warnings", "plan_visits"):
        said, began = StringIO(), time.perf_counter()
        call_command(command, stdout=said, stderr=StringIO())
        yield command, time.perf_counter() - began, said.getvalue().strip().splitlines()[-1]


# Telling.


def company() -> str:
    from accounts.models import Customer, MonthlyFact, Person
    from visits.models import Visit

    months = MonthlyFact.objects.values("month").distinct().count()
    managers = Person.objects.filter(customers__isnull=False).distinct().count()
    return (
        f"{Customer.objects.count():,} customers, {managers} account managers, {months} months, "
        f"{MonthlyFact.objects.count():,} facts, {Visit.objects.count():,} visits"
    )


def table(measured: list[Measured]) -> Iterator[str]:
    yield "| page | as | p50 ms | p95 ms | CPU ms | database ms | queries | KB | over the bar |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|---|"
    for each in measured:
        name = f"| {each.page.name} | {each.page.who} "
        if each.wrong:
            yield f"{name}| | | | | | | {each.wrong} |"
            continue
        took = f"| {each.p50:.0f} | {each.p95:.0f} | {each.cpu:.1f} | {each.database:.0f} "
        yield f"{name}{took}| {each.queries} | {each.kilobytes:.0f} | {', '.join(each.over())} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8160)
    parser.add_argument("--requests", type=int, default=50)
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--nights", action="store_true", help="run the night's jobs too: they change the database")
    parser.add_argument("--output", type=Path, help="write the table there too")
    options = parser.parse_args()

    from config import embedded

    embedded.ensure_running()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    lines = [f"{company()}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", ""]
    chosen = [page for page in pages() if options.only in page.name]
    measured = []
    with served(options.port) as pids:
        for each in measure(options.port, pids, options.requests, chosen):
            measured.append(each)
            print(f"{each.page.name:32} {each.page.who:12} {each.wrong or f'{each.cpu:6.1f} ms CPU'}", flush=True)
    lines += table(measured)
    lines += ["", "| search | found | ms in the database | |", "|---|--:|--:|---|"]
    for word, count, milliseconds in searches():
        over = "over" if milliseconds > SEARCH_BAR else ""
        lines.append(f"| {word} | {count} | {milliseconds:.1f} | {over} |")
    if options.nights:
        lines += ["", "| night's job | seconds | |", "|---|--:|---|"]
        lines += [f"| {name} | {seconds:.1f} | {words} |" for name, seconds, words in nights()]
    text = "\n".join(lines)
    print(text)
    if options.output:
        options.output.write_text(text + "\n")


if __name__ == "__main__":
    main()
