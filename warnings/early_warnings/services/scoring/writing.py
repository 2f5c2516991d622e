"""What a scoring writes: the rows that changed, or, where most of them did, a table in the place of the one before.

At the end of a month every score is another one. To change millions of rows one by one, each in two indexes, took twice
as long as all that comes before it, and left as many dead rows behind.
"""

from datetime import date

from early_warnings.models import CustomerScore, ScoreCard
from early_warnings.services.evaluation import statements
from early_warnings.services.months.work import Work

#: So many months of totals are kept.
MONTHS_KEPT = 23
#: Past this share of the scores that change the table is made anew.
MOST_CHANGED = 0.2

#: The points `n` of the rows scored beside the scores `s` that are kept. A month later the total joins those of the
#: months before, if it is of the same kind of card: the two do not count alike.
_COMPARED = """
    SELECT n.*, s.customer_id IS NOT NULL AS known,
        s.customer_id IS NULL
            OR (s.month, s.card_id, s.points) IS DISTINCT FROM (%(month)s::date, n.card_id, n.points) AS changed,
        CASE
            WHEN (s.card_id = ANY(%(days)s)) <> (n.card_id = ANY(%(days)s)) THEN '{{}}'
            WHEN s.month < %(month)s THEN (array_fill(NULL::smallint, ARRAY[
                (%(number)s - 1 - extract(year FROM s.month) * 12 - extract(month FROM s.month))::int
            ]) || s.total || s.before)[1:%(kept)s]
            WHEN s.month = %(month)s THEN s.before
            ELSE '{{}}' END AS before
    FROM ({scored}) n LEFT JOIN warnings_customerscore s USING (customer_id)
"""

_COUNTED = "SELECT count(*) FILTER (WHERE changed), count(*) FILTER (WHERE known) FROM early_scored"
_ROWS = "SELECT customer_id, %(month)s, card_id, points, total, before FROM early_scored"
_COLUMNS = "customer_id, month, card_id, points, total, before"

_RENEW = """
    UPDATE warnings_customerscore s
    SET month = %(month)s, card_id = n.card_id, points = n.points, total = n.total, before = n.before
    FROM early_scored n WHERE n.customer_id = s.customer_id AND n.known AND n.changed
"""
_ADD = f"INSERT INTO warnings_customerscore ({_COLUMNS}) {_ROWS} WHERE NOT known"
_FORGET = """
    DELETE FROM warnings_customerscore s
    WHERE {among} AND NOT EXISTS (SELECT 1 FROM early_scored n WHERE n.customer_id = s.customer_id)
"""

_MAKE_ANEW = f"""
    CREATE TABLE early_score (LIKE warnings_customerscore);
    INSERT INTO early_score ({_COLUMNS}) {_ROWS};
    ALTER TABLE early_score ADD CONSTRAINT early_score_pkey PRIMARY KEY (customer_id);
    CREATE INDEX early_score_highest_first ON early_score (total DESC, customer_id);
    ANALYZE early_score
"""
#: An evaluation reads scores for as long as it takes: whoever opens a page would wait for it behind this, so that it
#: takes its turn among evaluations.
_TAKE_PLACE = """
    DROP TABLE warnings_customerscore;
    ALTER TABLE early_score RENAME TO warnings_customerscore;
    ALTER INDEX early_score_pkey RENAME TO warnings_customerscore_pkey;
    ALTER INDEX early_score_highest_first RENAME TO score_highest_first
"""


def compared(scored: str) -> str:
    """The points that `scored` gives as they are to be kept, and whether that is another score than before."""
    return _COMPARED.format(scored=scored)


def values(month: date) -> dict[str, object]:
    """What the statements of this module share."""
    days = list(ScoreCard.objects.filter(kind=ScoreCard.Kind.DAYS).values_list("pk", flat=True))
    return {"month": month, "days": days, "number": month.year * 12 + month.month, "kept": MONTHS_KEPT}


def write(work: Work, *, few: bool) -> int:
    """Bring the kept scores to those of `early_scored`; how many rows that changed."""
    ((changed, known),) = work.execute(_COUNTED)
    if few:
        return int(changed) + _write_changed(work, among="s.customer_id IN (SELECT customer_id FROM early_touched)")
    before = CustomerScore.objects.count()
    gone = before - known
    if changed + gone > MOST_CHANGED * before:
        work.execute(_MAKE_ANEW)
        work.execute(statements.TAKE_TURN)
        work.execute(_TAKE_PLACE)
    elif changed or gone:
        _write_changed(work, among="true")
    return int(changed + gone)


def _write_changed(work: Work, *, among: str) -> int:
    """How many are no longer judged."""
    work.execute(_RENEW)
    work.execute(_ADD)
    work.execute(_FORGET.format(among=among))
    return work.written
