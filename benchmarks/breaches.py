"""Ten thousand breaches in one night whose workers are killed again and again, while facts are imported.

`python benchmarks/breaches.py [--customers 40000] [--kills 50] [--seed 1]`

Makes a database of its own beside the present one. A quarter of the customers fall. Each worker is a process that
evaluates the night and is killed with SIGKILL at a random moment, sometimes beside a second worker, sometimes beside an
import. Then the night is run twice to its end. Exit code 1 unless there is one report for each customer with a sign,
one sign an indicator, and every report has a responsible person and a deadline.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

sys.path.append(str(Path(__file__).resolve().parent))  # at the end: `warnings.py` beside this file hides nothing there
import evaluation

CHECKS = {
    "customers with a sign": "SELECT count(DISTINCT w.customer_id) FROM warnings_sign s"
    " JOIN warnings_earlywarning w ON w.id = s.warning_id",
    "reports": "SELECT count(*) FROM warnings_earlywarning",
    "customers with two open reports": "SELECT count(*) FROM (SELECT customer_id FROM warnings_earlywarning"
    " WHERE state <> 'closed' GROUP BY customer_id HAVING count(*) > 1) twice",
    "reports raised twice": "SELECT count(*) FROM (SELECT warning_id FROM warnings_reportevent"
    " WHERE what = 'raised' AND warning_id IS NOT NULL GROUP BY warning_id HAVING count(*) > 1) twice",
    "reports without a duty": "SELECT count(*) FROM warnings_earlywarning WHERE duty_id IS NULL",
    "reports without a responsible person or a deadline": "SELECT count(*) FROM warnings_earlywarning w"
    " LEFT JOIN duties_duty d ON d.id = w.duty_id WHERE d.owner_id IS NULL OR d.next_due_at IS NULL",
    "reports with two duties": "SELECT count(*) FROM (SELECT subject_id FROM duties_duty"
    " WHERE kind = 'warning.report' GROUP BY subject_id HAVING count(*) > 1) twice",
    "duties without a report": "SELECT count(*) FROM duties_duty d WHERE kind = 'warning.report'"
    " AND NOT EXISTS (SELECT 1 FROM warnings_earlywarning w WHERE w.id = d.subject_id)",
    "breaches of facts without a report": "SELECT count(*) FROM warnings_basis b WHERE b.id % 4 = 0"
    " AND NOT EXISTS (SELECT 1 FROM warnings_earlywarning w WHERE w.customer_id = b.id)",
}


def child(work: Callable[[], object]) -> int:
    """A process of its own that does this work."""
    from django.db import connection

    connection.close()
    if (pid := os.fork()) == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def evaluate() -> None:
    from early_warnings import services

    from accounts import clock

    services.evaluate(on=evaluation.ON, now=clock.now())


def import_some() -> None:
    """Some customers' last month comes again, with the same figures and a few changed ones."""
    from django.db import connection

    with connection.cursor() as cursor:
        for part in range(20):
            cursor.execute(
                "UPDATE accounts_monthlyfact SET amount = amount + 1 WHERE month = %s AND customer_id %% 400 = %s",
                [evaluation.LAST, part],
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=40_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    by = random.Random(given.seed)

    from config import embedded

    embedded.ensure_running()
    django.setup()
    from django.db import connection

    with evaluation.own_database():
        evaluation.fill(given.customers, 15)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_monthlyfact SET quantity = quantity * 0.1 WHERE month = %s AND customer_id %% 4 = 0",
                [evaluation.LAST],
            )
        started, killed, longest = time.monotonic(), 0, 12.0
        while killed < given.kills:
            workers = [child(evaluate) for _ in range(by.choice([1, 1, 1, 2]))]
            if by.random() < 0.3:
                workers.append(child(import_some))
            time.sleep(by.uniform(0, longest))
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
                os.waitpid(worker, 0)
                killed += 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM warnings_earlywarning")
            (meanwhile,) = cursor.fetchone()
        print(f"{killed} processes killed in {time.monotonic() - started:.0f} s; {meanwhile:,} reports by then")
        evaluate()
        importing = child(import_some)
        evaluate()
        os.waitpid(importing, 0)
        found = {}
        with connection.cursor() as cursor:
            for name, sql in CHECKS.items():
                cursor.execute(sql)
                (found[name],) = cursor.fetchone()
        for name, count in found.items():
            print(f"{name}: {count:,}")
    wrong = [name for name in list(CHECKS)[2:] if found[name]]
    right = found["reports"] == found["customers with a sign"] >= given.customers // 4 and not wrong
    print("one report each, all with a person and a deadline" if right else f"WRONG: {wrong}")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
