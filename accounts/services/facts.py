"""Monthly facts: their partitions (CUS-8)."""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

_PARTITIONED = ("accounts_monthlyfact", "accounts_monthlyproductfact")


def next_month(month: date) -> date:
    """The first day of the following month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


@transaction.atomic
def ensure_partitions(*, months: Iterable[date]) -> None:
    """Make the partitions of these months where they are missing; safe beside others doing the same."""
    wanted = sorted({month.replace(day=1) for month in months})
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::regclass::text FROM pg_partition_tree('accounts_monthlyfact') WHERE isleaf")
        present = {name for (name,) in cursor.fetchall()}
        missing = [month for month in wanted if f"accounts_monthlyfact_y{month:%Ym%m}" not in present]
        if not missing:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts.partitions'))")
        for month in missing:
            for table in _PARTITIONED:
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {table}_y{month:%Ym%m} PARTITION OF {table}"
                    f" FOR VALUES FROM ('{month}') TO ('{next_month(month)}')"
                )
