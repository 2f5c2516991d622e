"""How long an import of 50,000 rows of facts or orders takes, beside a bare COPY of the same file (ALL-2, CUS-8).

`.venv/bin/python benchmarks/import_facts.py [ROWS [orders]]` prints times and ratio; the bar is twice the COPY and 5 s.
Everything happens in one transaction that is undone at the end.
"""

import csv
import io
import os
import sys
import time
from datetime import date

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
MONTHS = 10
HEADERS = {
    "facts": ["code", "month", "quantity", "amount", "orders"],
    "orders": ["code", "day", "quantity", "amount", "items"],  # the quantity is left out
}


def main(rows: int, kind: str) -> None:
    from django.db import connection, transaction

    from accounts import clock
    from accounts.services.imports import import_file

    with transaction.atomic(), connection.cursor() as cursor:
        codes = customers(rows // MONTHS)
        data = file_of(codes, HEADERS[kind]).encode()
        cursor.execute(
            "CREATE TEMPORARY TABLE bare (code text, month date, quantity numeric, amount numeric, orders int)"
        )
        begin = time.perf_counter()
        cursor.copy_expert("COPY bare FROM STDIN WITH (FORMAT csv, HEADER)", io.BytesIO(data))
        bare = time.perf_counter() - begin
        begin = time.perf_counter()
        outcome = import_file(kind=kind, source=io.BytesIO(data), name=f"{kind}.csv", by=None, now=clock.now())
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        first = time.perf_counter() - begin
        begin = time.perf_counter()
        again = import_file(kind=kind, source=io.BytesIO(data), name=f"{kind}.csv", by=None, now=clock.now())
        second = time.perf_counter() - begin
        transaction.set_rollback(True)
    assert (outcome.created, again.unchanged) == (len(codes) * MONTHS, len(codes) * MONTHS)
    print(f"rows {outcome.rows:,}  bare COPY {bare:.2f} s  import {first:.2f} s  again, nothing changed {second:.2f} s")
    bar = 2 * bare + 5
    kept = "kept" if first <= bar else "missed"
    print(f"ratio {first / bare:.1f}; the bar, twice the COPY and 5 s, is {bar:.2f} s: {kept}")


def customers(count: int) -> list[str]:
    """Customers of a unit of their own, written as rows."""
    from accounts.models import Customer
    from accounts.services.organisation import create_unit

    unit = create_unit(parent=None, kind="company", code="BENCH", name="Benchmark")
    codes = [f"BENCH{number:06}" for number in range(count)]
    Customer.objects.bulk_create(
        [Customer(kind="retailer", code=code, name=code, unit=unit) for code in codes], batch_size=5000
    )
    return codes


def file_of(codes: list[str], header: list[str]) -> str:
    """Ten months, or a day of each, of every customer as CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    for at, code in enumerate(codes):
        for month in range(1, MONTHS + 1):
            writer.writerow([code, date(2025, month, 1), 100 + at % 50, 20_000 + at, 4])
    return buffer.getvalue()


if __name__ == "__main__":
    from config import embedded

    embedded.ensure_running()
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000, sys.argv[2] if len(sys.argv) > 2 else "facts")
