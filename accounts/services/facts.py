"""Monthly facts and order days: their partitions, one a month, such as `accounts_orderday_y2026m11` (CUS-8)."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection, transaction

FACTS = ("accounts_monthlyfact", "accounts_monthlyproductfact")
ORDERS = ("accounts_orderday",)


def next_month(month: date) -> date:
    """The first day of the following month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


@transaction.atomic
def ensure_partitions(*, months: Iterable[date], tables: Sequence[str] = FACTS) -> None:
    """Make the partitions of these months where they are missing; safe beside others doing the same.

    Any day of a month stands for it. The tables of one call are always made together.
    """
    wanted = sorted({month.replace(day=1) for month in months})
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::regclass::text FROM pg_partition_tree(%s) WHERE isleaf", [tables[0]])
        present = {name for (name,) in cursor.fetchall()}
        missing = [month for month in wanted if f"{tables[0]}_y{month:%Ym%m}" not in present]
        if not missing:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts.partitions'))")
        for month in missing:
            for table in tables:
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {table}_y{month:%Ym%m} PARTITION OF {table}"
                    f" FOR VALUES FROM ('{month}') TO ('{next_month(month)}')"
                )
