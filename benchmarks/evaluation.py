"""How long an evaluation takes, as a ratio to one bare two-month join with a sum over the same tables in the same run.

`python benchmarks/evaluation.py [--customers 40000] [--months 15] [--repeat 3] [--plan] [--keep NAME]`

An evaluation is told in three parts: the basis brought up to date, of which the first night reads every month, and one
after the import of a new month that month; who is over a line; and the reports and signs that are written, of which the
first night has those of months. A file of few customers goes through the importer, which reads their months again
itself, as it keeps its indexes: that is told with the import, and beside what the evaluation after it takes.

Makes a database of its own beside the present one, fills it by SQL, evaluates, and drops it again.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.parts import Memory, Moment, Parts

NAME = "zhoudao_benchmark"
ON = date(2026, 11, 2)
LAST = date(2026, 10, 1)

#: Four in a hundred fall at last, one has stopped, the rest stay; a few owe.
_FACTS = """
    INSERT INTO accounts_monthlyfact (customer_id, month, quantity, amount, orders, items, received, receivable,
        overdue, returned, online_orders, late_deliveries, last_order_on)
    SELECT id, %(month)s, quantity, quantity * 150, 4, 20, quantity * 150, 3000,
        CASE WHEN id %% 50 = 0 THEN 1500 ELSE 0 END, 0, 2, 0, %(month)s::date + 24 + (id %% 3)::int
    FROM (
        SELECT id, round((20 + id %% 300) * CASE WHEN %(last)s AND id %% 100 < 4 THEN 0.3 ELSE 1 END
            * (0.9 + 0.2 * random())::numeric) AS quantity
        FROM accounts_customer WHERE NOT (%(recent)s AND id %% 100 = 99)
    ) drawn
"""

#: One customer in so many falls by a file of one in a hundred. Of the active shops of ../shared/data 7.6 % a month are
#: newly over a line of the facts (February 2015 to December 2016), 1.7 % a week: of the file one in 60. The second file
#: is a storm, of which one in ten falls.
A_WEEK, A_STORM = 6000, 1000

_FOREIGN_KEY = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = 'accounts_monthlyfact'::regclass AND contype = 'f'
"""


@contextmanager
def own_database(name: str = NAME, *, keep: bool = False) -> Iterator[bool]:
    """A migrated database, gone afterwards unless it is to be kept; True if it is empty."""
    from django.core.management import call_command
    from django.db import connection, connections

    settings = connections.settings["default"]
    present = settings["NAME"]

    def admin(sql: str) -> list[tuple[object, ...]]:
        connection.close()
        settings["NAME"] = connection.settings_dict["NAME"] = "postgres"
        with connection.cursor() as cursor:
            cursor.execute(sql)
            found = cursor.fetchall() if cursor.description else []
        connection.close()
        return found

    empty = not keep or not admin(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
    if empty:
        admin(f"DROP DATABASE IF EXISTS {name}")
        admin(f"CREATE DATABASE {name}")
    settings["NAME"] = connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
        yield empty
    finally:
        if not keep:
            admin(f"DROP DATABASE {name}")
        settings["NAME"] = connection.settings_dict["NAME"] = present


def fill(customers: int, months: int) -> None:
    """Two regions of ten branches; a tenth of the customers are core, important or large."""
    from django.db import connection
    from early_warnings.rules import months_back

    from accounts.models import OrgUnit, Person
    from accounts.rules import Role
    from accounts.services.organisation import create_person, create_unit, give_post

    company = create_unit(parent=None, kind=OrgUnit.Kind.COMPANY, code="C", name="公司")
    manager: Person = create_person(username="gm", name="总经理")
    give_post(person=manager, role=Role.GENERAL_MANAGER, unit=company, starts_on=date(2020, 1, 1))
    first = None
    for region in range(2):
        above = create_unit(parent=company, kind=OrgUnit.Kind.REGION, code=f"R{region}", name=f"大区{region}")
        for branch in range(10):
            code = f"B{region}{branch}"
            unit = create_unit(parent=above, kind=OrgUnit.Kind.BRANCH, code=code, name=code)
            first = first or unit.pk
    wanted = [months_back(LAST, back) for back in range(months)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_customer DISABLE TRIGGER USER")
        cursor.execute("DROP INDEX customer_search, customer_pinyin")
        cursor.execute(
            """INSERT INTO accounts_customer (kind, code, name, pinyin, initials, status, unit_id, tier, service_class,
                importance, address, phone, second_phone, email, closed_weekdays)
            SELECT 'retailer', 'N' || n, '店' || n, '', '', 'active', %s + n %% 20, 1 + n %% 5, 1 + n %% 3,
                CASE WHEN n %% 100 = 0 THEN 'core' WHEN n %% 100 < 4 THEN 'important' WHEN n %% 100 < 10 THEN 'large'
                ELSE 'general' END, '', '', '', '', '{}' FROM generate_series(1, %s) n""",
            [first, customers],
        )
        cursor.execute("ALTER TABLE accounts_customer ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE accounts_customer")
    write_facts({each: {"last": each == LAST, "recent": each > months_back(LAST, 2)} for each in wanted})


def write_facts(months: dict[date, dict[str, bool]]) -> None:
    """Everybody's facts, right by themselves: no foreign key is looked up for each of them, no note is taken."""
    from django.db import connection

    from accounts.services.facts import ensure_partitions

    ensure_partitions(months=list(months))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_monthlyfact DISABLE TRIGGER USER")
        cursor.execute(_FOREIGN_KEY)
        ((key, reference),) = cursor.fetchall()
        cursor.execute(f"ALTER TABLE accounts_monthlyfact DROP CONSTRAINT {key}")
        for month, which in months.items():
            cursor.execute(f"ALTER TABLE accounts_monthlyfact_y{month:%Ym%m} SET UNLOGGED")
            cursor.execute(_FACTS, {"month": month, **which})
        cursor.execute("VACUUM ANALYZE accounts_monthlyfact")
        cursor.execute(f"ALTER TABLE accounts_monthlyfact ADD CONSTRAINT {key} {reference} NOT VALID")
        cursor.execute("ALTER TABLE accounts_monthlyfact ENABLE TRIGGER USER")


def bare_join() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT sum(recent.quantity + before.quantity) FROM accounts_monthlyfact recent
            JOIN accounts_monthlyfact before USING (customer_id)
            WHERE recent.month = '2026-10-01' AND before.month = '2026-09-01'"""
        )
        cursor.fetchall()


def seconds(work: Callable[[], object], repeat: int) -> float:
    """The median of some runs."""
    taken = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=40_000)
    parser.add_argument("--months", type=int, default=15)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--plan", action="store_true", help="show what PostgreSQL does in each statement over 50 ms")
    parser.add_argument("--keep", metavar="NAME", help="a database that is filled if it is missing, and kept")
    given = parser.parse_args()

    from config import embedded

    embedded.ensure_running()
    django.setup()
    with own_database(given.keep or NAME, keep=bool(given.keep)) as empty:
        if empty:
            started = time.perf_counter()
            fill(given.customers, given.months)
            taken = time.perf_counter() - started
            print(f"{given.customers:,} customers, {given.months} months: filled in {taken:.1f} s", flush=True)
        if given.plan:
            show_plans()
        measure(given.repeat)


def measure(repeat: int) -> None:
    """The first night, further ones, an import and a new month, beside the bare join; scores come before signs."""
    from django.db.models import Max
    from early_warnings import services
    from early_warnings.models import Evaluation, KeptBasis, Touched
    from early_warnings.rules import months_back

    from accounts import clock
    from accounts.models import MonthlyFact

    def night(on: date) -> tuple[Evaluation, Parts]:
        parts = Parts()
        return parts.time(partial(services.evaluate, on=on, now=clock.now())), parts

    last = Evaluation.objects.aggregate(last=Max("on"))["last"]
    begun = ON if last is None else last + timedelta(days=1)
    bare = [seconds(bare_join, repeat)]
    with Memory() as memory:
        scored = {"everybody": score(begun)}
        first, whole = night(begun)
        bare.append(seconds(bare_join, repeat))
        nights = [night(begun + timedelta(days=1 + day)) for day in range(repeat)]
        today = nights[-1][0].on
        moved = clock.now() + timedelta(days=(today - clock.today()).days)
        imports = [Imported.of(number=7, fall=A_WEEK, now=moved)]
        scored["those imported"] = score(today)
        imports.append(Imported.of(number=8, fall=A_STORM, now=moved))
        bare.append(seconds(bare_join, repeat))
        KeptBasis.objects.update(plan="")
        _again, anew = night(today + timedelta(days=1))
        month = months_back(MonthlyFact.objects.aggregate(newest=Max("month"))["newest"], -1)
        write_facts({month: {"last": True, "recent": True}})
        Touched.objects.create(month=month, moved=True)  # the note of the import of so many
        turn = months_back(month, -1) + timedelta(days=1)
        scored["everybody, a month later"] = score(turn)
        turned, moved_on = night(turn)
        bare.append(seconds(bare_join, repeat))
    join = statistics.median(bare)
    usual = sorted((parts for _night, parts in nights), key=lambda each: each.whole)[len(nights) // 2]
    print(f"bare two-month join with sum: {join * 1000:.0f} ms (of {', '.join(f'{each * 1000:.0f}' for each in bare)})")
    print(
        f"first evaluation: {first.statements} statements, {first.signs:,} signs, {first.opened:,} reports and"
        f" {first.unit_opened} unit warnings opened; {whole.said(join)}"
    )
    print(f"each further night: {nights[-1][0].statements} statements; {usual.said(join)}")
    for each in imports:
        print(each.said(join, usual, whole))
    print(f"a night that reads every month anew: {anew.said(join)}")
    print(
        f"after a whole month was imported: {turned.signs:,} signs, {turned.opened:,} reports opened;"
        f" {moved_on.said(join)}"
    )
    tell_scores(scored, join)
    print(f"memory at most: {memory.said()}")
    share = imports[0].parts.whole / usual.whole
    print(
        f"all indicators over everybody, a night: ratio {usual.whole / join:.2f} (aim: 8 at 5.5 million);"
        f" after an import of one in a hundred {share:.1%} of that (aim: 5 %)",
        flush=True,
    )


def score(on: date) -> tuple[Any, float]:
    """The scoring of a day, if there was something to do, and its seconds."""
    from early_warnings import services

    from accounts import clock

    started = time.perf_counter()
    scoring = services.score_customers(on=on, now=clock.now(), months_before=0)
    return scoring, time.perf_counter() - started


def tell_scores(scored: dict[str, tuple[Any, float]], bare: float) -> None:
    """Whom each scoring looked at, and how long it took."""
    for whom, (scoring, taken) in scored.items():
        if scoring is not None:
            print(
                f"score card of {whom}: {scoring.customers:,} looked at, {scoring.changed:,} written,"
                f" {taken:.2f} s, ratio {taken / bare:.2f}"
            )


@dataclass
class Imported:
    """A file with other figures of the last month for one customer in a hundred, and the evaluation after it."""

    customers: int
    opened: int
    #: Seconds of the importer, and how many of them it reads the touched again.
    taken: float
    renewing: float
    parts: Parts

    @classmethod
    def of(cls, *, number: int, fall: int, now: datetime) -> Self:
        """Import and evaluate for one customer of each hundred, the one of that number; one in `fall` falls."""
        from django.db import connection
        from early_warnings import services
        from early_warnings.models import Evaluation

        from accounts.services.imports import FACTS, import_file

        file, began = _file(number, fall), Moment("SELECT pg_try_advisory_xact_lock")
        before = Evaluation.objects.latest("on").opened
        started = time.perf_counter()
        with connection.execute_wrapper(began.look):
            outcome = import_file(kind=FACTS, source=file, name="facts.csv", by=None, now=now)
        ended, parts = time.perf_counter(), Parts()
        evaluation = parts.time(lambda: services.evaluate_after_imports(now=now))
        return cls(outcome.changed, evaluation.opened - before, ended - started, ended - began.at, parts)

    def said(self, bare: float, night: Parts, first: Parts) -> str:
        alone, both = self.parts.whole, self.parts.whole + self.renewing
        return (
            f"after an import of {self.customers:,} customers ({self.taken:.2f} s, of which to read them again"
            f" {self.renewing:.2f} s, ratio {self.renewing / bare:.2f}), {self.opened:,} reports opened:"
            f" {self.parts.said(bare)}; {alone / night.whole:.1%} of a night, {alone / first.whole:.2%} of the first"
            f" evaluation; with the reading again {both / night.whole:.1%} and {both / first.whole:.1%}"
        )


def _file(number: int, fall: int) -> BytesIO:
    """Other figures of the last month for one customer of each hundred, and so all over the company."""
    from django.db import connection

    file = BytesIO()
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(
            f"""COPY (
                SELECT c.code, to_char(m.month, 'YYYY-MM') AS month,
                    round(m.quantity * f.factor, 2) AS quantity, round(m.amount * f.factor, 2) AS amount
                FROM accounts_monthlyfact m JOIN accounts_customer c ON c.id = m.customer_id
                CROSS JOIN LATERAL (SELECT CASE WHEN c.id % {fall} = {number} THEN 0.2 ELSE 1.01 END AS factor) f
                WHERE m.month = '{LAST}' AND c.id % 100 = {number} ORDER BY random()
            ) TO STDOUT WITH (FORMAT csv, HEADER)""",
            file,
        )
    file.seek(0)
    return file


def show_plans() -> None:
    """Every statement of one evaluation that takes its time, with how long."""
    from django.db import connection, transaction
    from early_warnings import services

    from accounts import clock

    def timed(execute: Callable[..., object], sql: str, *details: object) -> object:
        started = time.perf_counter()
        done = execute(sql, *details)
        if (taken := time.perf_counter() - started) > 0.05:
            print(f"  {taken * 1000:7.0f} ms  {' '.join(sql.split())[:110]}")
        return done

    with transaction.atomic(), connection.execute_wrapper(timed):
        services.evaluate(on=ON, now=clock.now())
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
