"""The figures of a regular report: read once, kept as JSON, shown from there for good (WRN-6)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import OrgUnit
from early_warnings import rules

#: Months in the chart.
_MONTHS = 13


def figures_of(*, unit: OrgUnit, period: rules.Period, first: date, last: date, now: datetime) -> dict[str, Any]:
    """What happened to the reports of a unit and all below it from the first to the last day, and in the period before.

    Only plain values and the names as they are today, in both languages where there are two.
    """
    before = rules.period_before(period, first)
    values = _values(unit, first, last)
    return {
        "version": 1,
        "unit": unit.name,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "made_at": timezone.localtime(now).isoformat(timespec="minutes"),
        "counts": _row(_COUNTS, values),
        "before": _row(_COUNTS, _values(unit, *before)),
        "importance": _rows(_BY_IMPORTANCE, values),
        "units": _rows(_BY_UNIT, values | {"depth": unit.path.count("/") + 1}),
        "indicators": _rows(_BY_INDICATOR, values),
        "ways": _rows(_BY_WAY, values),
        "unit_warnings": _rows(_UNIT_WARNINGS, values),
        "waiting": _rows(_WAITING, values),
        "months": _months(unit, last),
    }


def _values(unit: OrgUnit, first: date, last: date) -> dict[str, Any]:
    midnight = datetime.min.time()
    return {
        "path": unit.path,
        "first": first,
        "last": last,
        "since": timezone.make_aware(datetime.combine(first, midnight)),
        "until": timezone.make_aware(datetime.combine(last + timedelta(days=1), midnight)),
    }


def _months(unit: OrgUnit, last: date) -> list[dict[str, Any]]:
    month = last.replace(day=1)
    values = _values(unit, rules.months_back(month, _MONTHS - 1), last)
    found = {row["month"]: row for row in _rows(_BY_MONTH, values)}
    months = [rules.months_back(month, back).strftime("%Y-%m") for back in reversed(range(_MONTHS))]
    empty = {"opened": 0, "closed": 0, "recovered": 0}
    return [{"month": each, **empty, **found.get(each, {})} for each in months]


def _rows(sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]


def _row(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return _rows(sql, values)[0]


def _plain(value: Any) -> Any:
    """What JSON keeps exactly: whole numbers, words, and decimals as text."""
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


#: The unit's reports with the moments that count. Closed and opened are told by date and moment of China.
_REPORTS = """
    WITH report AS (
        SELECT w.*, c.unit_id, c.name AS customer, u.path,
            w.opened_on BETWEEN %(first)s AND %(last)s AS came,
            coalesce(w.closed_at >= %(since)s AND w.closed_at < %(until)s, false) AS ended,
            w.opened_on <= %(last)s AND (w.closed_at IS NULL OR w.closed_at >= %(until)s) AS stays
        FROM warnings_earlywarning w
        JOIN accounts_customer c ON c.id = w.customer_id JOIN accounts_orgunit u ON u.id = c.unit_id
        WHERE starts_with(u.path, %(path)s) AND w.opened_on <= %(last)s
            AND (w.closed_at IS NULL OR w.closed_at >= %(since)s))
"""
_COUNTS = (
    _REPORTS
    + """
    SELECT count(*) FILTER (WHERE opened_on < %(first)s) AS standing_before,
        count(*) FILTER (WHERE came) AS opened,
        count(*) FILTER (WHERE came AND level = 'breach') AS breaches,
        count(*) FILTER (WHERE ended) AS closed,
        count(*) FILTER (WHERE ended AND outcome = 'recovered') AS recovered,
        count(*) FILTER (WHERE ended AND outcome = 'accepted') AS accepted,
        count(*) FILTER (WHERE ended AND outcome = 'lost') AS lost,
        count(*) FILTER (WHERE stays) AS standing,
        count(*) FILTER (WHERE stays AND suppressed_until IS NOT NULL) AS suppressed,
        (SELECT count(*) FROM accounts_customer c JOIN accounts_orgunit u ON u.id = c.unit_id
            WHERE c.status = 'active' AND starts_with(u.path, %(path)s)) AS customers,
        (SELECT count(DISTINCT e.duty_id) FROM duties_dutyevent e JOIN report r ON r.duty_id = e.duty_id
            WHERE e.act = 'climbed' AND e.at >= %(since)s AND e.at < %(until)s) AS climbed,
        (SELECT count(*) FROM warnings_measure m JOIN report r ON r.id = m.warning_id
            WHERE m.proposed_at >= %(since)s AND m.proposed_at < %(until)s) AS proposed,
        (SELECT count(*) FROM warnings_measure m JOIN report r ON r.id = m.warning_id
            WHERE m.done_at >= %(since)s AND m.done_at < %(until)s) AS done,
        (SELECT count(*) FROM warnings_measure m JOIN report r ON r.id = m.warning_id
            WHERE m.measured_on BETWEEN %(first)s AND %(last)s) AS measured
    FROM report
"""
)
_BY_IMPORTANCE = (
    _REPORTS
    + """
    SELECT importance, count(*) FILTER (WHERE came) AS opened, count(*) FILTER (WHERE ended) AS closed,
        count(*) FILTER (WHERE ended AND outcome = 'recovered') AS recovered, count(*) FILTER (WHERE stays) AS standing
    FROM report GROUP BY importance
    ORDER BY array_position(ARRAY['core', 'important', 'large', 'general'], importance::text)
"""
)
_BY_UNIT = (
    _REPORTS
    + """
    SELECT below.name AS unit, count(*) FILTER (WHERE came) AS opened, count(*) FILTER (WHERE ended) AS closed,
        count(*) FILTER (WHERE ended AND outcome = 'recovered') AS recovered, count(*) FILTER (WHERE stays) AS standing
    FROM report r JOIN accounts_orgunit below ON starts_with(r.path, below.path)
        AND length(below.path) - length(replace(below.path, '/', '')) = %(depth)s
    GROUP BY below.id, below.name, below.path ORDER BY opened DESC, below.path LIMIT 60
"""
)
_BY_INDICATOR = (
    _REPORTS
    + """
    SELECT i.name_zh, i.name_en, count(*) AS signs, count(*) FILTER (WHERE s.worst = 'breach') AS breaches,
        count(*) FILTER (WHERE s.level = 'back') AS back
    FROM report r JOIN warnings_sign s ON s.warning_id = r.id JOIN warnings_indicator i ON i.id = s.indicator_id
    WHERE s.first_seen_on BETWEEN %(first)s AND %(last)s
    GROUP BY i.id, i.name_zh, i.name_en ORDER BY signs DESC, i.id
"""
)
_BY_WAY = (
    _REPORTS
    + """
    SELECT m.way, count(*) AS done, count(*) FILTER (WHERE r.outcome = 'recovered') AS recovered
    FROM report r JOIN warnings_measure m ON m.warning_id = r.id
    WHERE r.ended AND m.done_at IS NOT NULL GROUP BY m.way ORDER BY done DESC, m.way
"""
)
_UNIT_WARNINGS = """
    SELECT u.name AS unit, i.name_zh, i.name_en, w.level, w.opened_on, w.counted,
        CASE WHEN w.expected IS NULL THEN w.among END AS among, w.state, w.outcome
    FROM warnings_unitwarning w JOIN accounts_orgunit u ON u.id = w.unit_id
    JOIN warnings_indicator i ON i.id = w.indicator_id
    WHERE starts_with(u.path, %(path)s) AND w.opened_on <= %(last)s
        AND (w.closed_at IS NULL OR w.closed_at >= %(since)s)
    ORDER BY w.opened_on DESC, w.id DESC LIMIT 40
"""
#: The oldest of those that stay open, so that the comment can name them.
_WAITING = (
    _REPORTS
    + """
    SELECT r.id, r.customer, r.importance, r.level, r.opened_on, p.name AS held_by
    FROM report r LEFT JOIN duties_duty d ON d.id = r.duty_id LEFT JOIN accounts_person p ON p.id = d.owner_id
    WHERE r.stays ORDER BY r.opened_on, r.id LIMIT 10
"""
)
_BY_MONTH = """
    SELECT to_char(day, 'YYYY-MM') AS month, sum(opened)::int AS opened, sum(closed)::int AS closed,
        sum(recovered)::int AS recovered
    FROM (
        SELECT w.opened_on AS day, 1 AS opened, 0 AS closed, 0 AS recovered
        FROM warnings_earlywarning w JOIN accounts_customer c ON c.id = w.customer_id
        JOIN accounts_orgunit u ON u.id = c.unit_id
        WHERE starts_with(u.path, %(path)s) AND w.opened_on BETWEEN %(first)s AND %(last)s
        UNION ALL
        SELECT (w.closed_at AT TIME ZONE 'Asia/Shanghai')::date, 0, 1, (w.outcome = 'recovered')::int
        FROM warnings_earlywarning w JOIN accounts_customer c ON c.id = w.customer_id
        JOIN accounts_orgunit u ON u.id = c.unit_id
        WHERE starts_with(u.path, %(path)s) AND w.closed_at >= %(since)s AND w.closed_at < %(until)s) each
    GROUP BY 1
"""
