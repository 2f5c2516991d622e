"""How long an evaluation takes, as a ratio to one bare two-month join with a sum over the same tables in the same run.

`python benchmarks/evaluation.py [--customers 40000] [--months 15] [--repeat 3] [--plan]`

Makes a database of its own beside the present one, fills it by SQL, evaluates, and drops it again.
"""

import argparse
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
NAME = "zhoudao_benchmark"
ON = date(2026, 11, 2)
LAST = date(2026, 10, 1)

#: Six in a hundred fall by half or stop, the rest stay; a few owe.
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


@contextmanager
def own_database() -> Iterator[None]:
    """A migrated, empty database; gone afterwards."""
    from django.core.management import call_command
    from django.db import connection, connections

    settings = connections.settings["default"]
    present = settings["NAME"]

    def admin(sql: str) -> None:
        connection.close()
        settings["NAME"] = connection.settings_dict["NAME"] = "postgres"
        with connection.cursor() as cursor:
            cursor.execute(sql)
        connection.close()

    admin(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    admin(f"CREATE DATABASE {NAME}")
    settings["NAME"] = connection.settings_dict["NAME"] = NAME
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        admin(f"DROP DATABASE {NAME} WITH (FORCE)")
        settings["NAME"] = connection.settings_dict["NAME"] = present


def fill(customers: int, months: int) -> None:
    """Two regions of ten branches; a tenth of the customers are core, important or large."""
    from django.db import connection
    from early_warnings.rules import months_back

    from accounts.models import OrgUnit, Person
    from accounts.rules import Role
    from accounts.services.facts import ensure_partitions
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
    ensure_partitions(months=wanted)
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
        for month in wanted:
            cursor.execute(_FACTS, {"month": month, "last": month == LAST, "recent": month > months_back(LAST, 2)})
        cursor.execute("VACUUM ANALYZE accounts_customer, accounts_monthlyfact")


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=40_000)
    parser.add_argument("--months", type=int, default=15)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--plan", action="store_true", help="show what PostgreSQL does in each statement over 50 ms")
    given = parser.parse_args()

    from config import embedded

    embedded.ensure_running()
    django.setup()
    from early_warnings import services
    from early_warnings.models import Evaluation

    from accounts import clock

    with own_database():
        started = time.perf_counter()
        fill(given.customers, given.months)
        print(f"{given.customers:,} customers, {given.months} months: filled in {time.perf_counter() - started:.1f} s")
        bare = seconds(bare_join, given.repeat)
        if given.plan:
            show_plans()
        first = services.evaluate(on=ON, now=clock.now())
        again = [services.evaluate(on=ON + timedelta(days=day), now=clock.now()) for day in range(1, given.repeat + 1)]
        usual = statistics.median(each.milliseconds for each in again) / 1000
        print(f"bare two-month join with sum: {bare * 1000:.0f} ms")
        print(
            f"first evaluation: {first.milliseconds / 1000:.2f} s, {first.statements} statements,"
            f" {first.signs:,} signs, {first.opened:,} reports and {first.unit_opened} unit warnings opened;"
            f" ratio {first.milliseconds / 1000 / bare:.1f}"
        )
        print(f"each further night: {usual:.2f} s, {again[-1].statements} statements; ratio {usual / bare:.1f}")
        touched = import_some()
        services.evaluate_after_imports(now=clock.now() + timedelta(days=(again[-1].on - clock.today()).days))
        after = Evaluation.objects.get(on=again[-1].on).milliseconds / 1000
        whole = first.milliseconds / 1000
        print(
            f"after an import of {touched:,} customers: {after:.2f} s;"
            f" {after / whole:.1%} of the first evaluation, {after / usual:.0%} of a further night"
        )
        print(f"memory of this process at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def import_some() -> int:
    """One customer in a hundred is imported again, with other figures for the last month; a tenth of them fall."""
    from django.db import connection

    from accounts import clock
    from accounts.models import FileImport

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_monthlyfact"
            " SET quantity = quantity * CASE WHEN customer_id %% 1000 = 7 THEN 0.2 ELSE 1.01 END"
            " WHERE month = %s AND customer_id %% 100 = 7",
            [LAST],
        )
        changed = cursor.rowcount
    FileImport.objects.create(
        kind="facts",
        file_name="facts.csv",
        sha256="0" * 64,
        rows=changed,
        created=0,
        changed=changed,
        unchanged=0,
        imported_at=clock.now(),
    )
    return changed


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
