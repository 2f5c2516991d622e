"""Who makes a plan, and how often it was begun: PostgreSQL counts, so no death of a worker is forgotten (HOUSE §3).

An attempt is counted, and that is committed, before it begins; whoever ends one, well or not, counts from nought again.
So a plan that takes its worker with it each time (out of memory, a fault in compiled code) is known by its number of
attempts begun, and given up after `LOST_MOST` of them until somebody lets it be tried again: a worker's parent that
outlives it hands a lost message to the next one at once. When the parent dies too, nobody does: the machine was killed,
and the plan that it had is seldom the cause. Then the next handing out forgives, `FORGIVEN_MOST` times in a night.
"""

import logging
from datetime import date

from django.db import connection, transaction

from visits.models import DayPlan
from visits.querysets import DayPlanQuerySet
from visits.rules import ATTEMPTS_MOST, LOST_MOST

logger = logging.getLogger(__name__)
#: What a given-up plan says: `reasons.trouble_in_words` knows it by its first word.
LOST = "WorkerLost: no worker came back with it"

# A count that is lost with the database's own power is one attempt more: that is not worth waiting for the disk.
_CLAIM = """
UPDATE visits_dayplan SET begun = begun + 1 WHERE id = (
    SELECT id FROM visits_dayplan
    WHERE {which} AND state IN ('waiting', 'failed') AND attempts < %s AND begun < %s
    ORDER BY begun, attempts, id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id, set_config('synchronous_commit', 'off', true)
"""


def claim(*, plan_id: int | None = None, on: date | None = None) -> int | None:
    """Count an attempt at one plan that waits, that one or any of a day; its number, None if none is to be had.

    The claim holds nothing: the attempt must lock the row, and may find that another worker was quicker. It is one
    statement, committed by itself: one way to the database and back.
    """
    which, value = ("id = %s", plan_id) if plan_id is not None else ("date = %s", on)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(which=which), [value, ATTEMPTS_MOST, LOST_MOST])
        row = cursor.fetchone()
    return row[0] if row else None


@transaction.atomic
def give_up_lost(plans: DayPlanQuerySet) -> int:
    """Let those of the plans that no worker comes back with say so; how many there are.

    One that is being made at this moment is left alone: its last attempt may still end well.
    """
    ids = list(plans.lost(LOST).select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
    if ids:
        DayPlan.objects.filter(pk__in=ids).update(state=DayPlan.State.FAILED, error=LOST)
        logger.error("plans %s were given up: no worker came back with them", ids[:20])
    return len(ids)
