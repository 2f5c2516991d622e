"""The basis kept from night to night, and which customers are to be summed up again.

Triggers note every customer whose facts, state or classes change in `warnings_touched`, in the transaction of the
change. An evaluation takes these notes and sums up only them; when the months or the sums wanted are others, everybody.
The table is unlogged: after a crash it is empty, which the number kept beside it tells.
"""

from django.db.models import F

from early_warnings.models import KeptBasis
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


def keep(work: Work, basis: Basis) -> bool:
    """Bring the kept basis up to date; True if it was only renewed for the customers in `early_touched`."""
    kept, _ = KeptBasis.objects.select_for_update().get_or_create(pk=1)
    work.execute(_TAKE_NOTES)
    everybody, touched = work.execute(
        "SELECT count(*) FILTER (WHERE customer_id IS NULL), count(*) FROM early_touched"
    )[0]
    few = not everybody and touched <= max(MOST_TOUCHED * kept.customers, 100)
    if few and kept.plan == basis.plan and _is_whole(work, kept):
        return _renew(work, basis, touched)
    work.execute(f"DROP TABLE IF EXISTS {TABLE}")
    work.execute(f"CREATE UNLOGGED TABLE {TABLE} AS {basis.select()}")
    work.execute(f"CREATE UNIQUE INDEX ON {TABLE} (id)")
    work.execute(f"ANALYZE {TABLE}")
    kept.plan = basis.plan
    kept.customers = work.execute(f"SELECT count(*) FROM {TABLE}")[0][0]
    kept.save()
    return False


def _is_whole(work: Work, kept: KeptBasis) -> bool:
    if work.execute("SELECT to_regclass(%(table)s)", table=TABLE)[0][0] is None:
        return False
    return not kept.customers or bool(work.execute(f"SELECT 1 FROM {TABLE} LIMIT 1"))


def _renew(work: Work, basis: Basis, touched: int) -> bool:
    if touched:
        work.execute("ANALYZE early_touched")
        work.execute(f"DELETE FROM {TABLE} b USING early_touched t WHERE b.id = t.customer_id")
        gone = work.written
        work.execute(f"INSERT INTO {TABLE} {basis.select(touched=True)}")
        KeptBasis.objects.update(customers=F("customers") + work.written - gone)
    return True
