"""What was known on a day: which whole month may be compared, and until which day orders are known (WRN-3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from early_warnings.rules.indicators import months_back

#: A month is there when it has at least this share of the rows of the month before it. Otherwise a night in the middle
#: of an import would take every customer that is not in yet for one that stopped.
WHOLE_ENOUGH = 0.5
#: An evaluation looks this many months back for one that is there.
LOOK_BACK = 6


@dataclass(frozen=True, slots=True)
class Known:
    """The last whole month with facts, and the day until which orders are known; both None without facts."""

    on: date
    month: date | None
    until: date | None


def known_by(on: date, rows: Mapping[date, int], newest_order: date | None) -> Known:
    """What an evaluation of the day `on` may use.

    `rows` counts the facts of each month, the running one among them; `newest_order` is the latest order in the running
    month. The running month is never compared with whole ones. Its orders only shorten a silence, and only if nothing
    in it lies after `on`: a day in the past must not know its future.
    """
    running = on.replace(day=1)
    candidates = [months_back(running, back) for back in range(1, LOOK_BACK + 1)]
    month = next((each for each in candidates if _is_there(each, rows)), None)
    if month is None:
        return Known(on, None, None)
    end = months_back(month, -1) - timedelta(days=1)
    begun = months_back(month, -1) == running and rows.get(running, 0) >= WHOLE_ENOUGH * rows[month]
    if begun and newest_order is not None and end < newest_order <= on:
        return Known(on, month, newest_order)
    return Known(on, month, end)


def _is_there(month: date, rows: Mapping[date, int]) -> bool:
    return rows.get(month, 0) > 0 and rows[month] >= WHOLE_ENOUGH * rows.get(months_back(month, 1), 0)
