"""The basis kept from night to night, and which customers are to be summed up again.

Triggers note every customer whose facts, state or classes change in `warnings_touched`, in the transaction of the
change. An evaluation takes these notes and sums up only them; when the months or the sums wanted are others, everybody.
The table is unlogged, and so is its ledger: after a crash they are empty, which the number kept beside them tells.
"""

from collections.abc import Sequence

from django.db.models import F

from early_warnings.models import Indicator, KeptBasis
from early_warnings.services.evaluation import figures, gates
from early_warnings.services.evaluation.sums import Basis
from early_warnings.services.evaluation.work import Work

TABLE = "warnings_basis"
#: Past this share of the customers it is quicker to sum up everybody.
MOST_TOUCHED = 0.2

_TAKE_NOTES = """
    CREATE TEMP TABLE early_touched ON COMMIT DROP AS
    WITH taken AS (DELETE FROM warnings_touched RETURNING customer_id)
    SELECT DISTINCT customer_id FROM taken
"""
#: A month of a few customers is looked up, each by the primary key, not read whole.
_BY_INDEX = "SET LOCAL enable_hashjoin = {0}; SET LOCAL enable_mergejoin = {0}"


def keep(work: Work, basis: Basis, indicators: Sequence[Indicator]) -> bool:
    """Bring the kept basis up to date; True if it was only renewed for the customers in `early_touched`."""
    kept, _ = KeptBasis.objects.select_for_update().get_or_create(pk=1)
    work.execute(_TAKE_NOTES)
    everybody, touched = work.execute(
        "SELECT count(*) FILTER (WHERE customer_id IS NULL), count(*) FROM early_touched"
    )[0]
    few = not everybody and touched <= max(MOST_TOUCHED * kept.customers, 100)
    rows, booked = gates.rows(indicators, basis), figures.ledger(indicators, basis)
    plan = f"{rows}; {booked}"
    if few and kept.plan == plan and _is_whole(work, kept):
        return _renew(work, basis, indicators, touched)
    work.execute(f"DROP TABLE IF EXISTS {basis.table}, {basis.ledger}")
    work.execute(f"CREATE UNLOGGED TABLE {basis.table} AS {rows}")
    work.execute(f"CREATE UNIQUE INDEX ON {basis.table} (id)")
    work.execute(f"ANALYZE {basis.table}")
    work.execute(f"CREATE UNLOGGED TABLE {basis.ledger} AS {booked}")
    kept.plan = plan
    kept.customers = work.execute(f"SELECT coalesce(sum(among), 0)::bigint FROM {basis.ledger}")[0][0]
    kept.save()
    return False


def _is_whole(work: Work, kept: KeptBasis) -> bool:
    if work.execute("SELECT to_regclass(%(table)s)", table=TABLE)[0][0] is None:
        return False
    return not kept.customers or bool(work.execute(f"SELECT 1 FROM {TABLE} LIMIT 1"))


def _renew(work: Work, basis: Basis, indicators: Sequence[Indicator], touched: int) -> bool:
    if touched:
        work.execute("ANALYZE early_touched")
        among = "JOIN early_touched t ON t.customer_id = b.id"
        work.execute(f"INSERT INTO {basis.ledger} {figures.ledger(indicators, basis, among, -1)}")
        work.execute(f"DELETE FROM {basis.table} b USING early_touched t WHERE b.id = t.customer_id")
        gone = work.written
        work.execute(_BY_INDEX.format("off"))
        work.execute(f"INSERT INTO {basis.table} {gates.rows(indicators, basis, touched=True)}")
        KeptBasis.objects.update(customers=F("customers") + work.written - gone)
        work.execute(_BY_INDEX.format("on"))
        work.execute(f"INSERT INTO {basis.ledger} {figures.ledger(indicators, basis, among)}")
    return True
