"""Why a customer is on a day's plan, and how much that is worth (VIS-3, VIS-12): pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

#: What a visit due today is worth, by tier: the trade's "higher tier first".
_TIER_WORTH: Mapping[int, float] = {1: 10.0, 2: 7.0, 3: 5.0, 4: 3.0, 5: 2.0}
#: A visit ahead of its time is worth little: it is made when it lies on the way.
_AHEAD_SHARE = 0.3
#: Lateness counts up to this many intervals, so that one forgotten shop does not push out a whole day.
_LATE_INTERVALS = 4.0
_PROMISE_WORTH, _ORDER_WORTH, _LICENCE_WORTH, _SALES_WORTH = 15.0, 2.0, 2.0, 1.0
_LICENCE_DAYS = 30
_OWED_METRES, _AHEAD_METRES = 30_000, 1_000
#: What a follow-up that was promised, and a word about a licence, are worth in metres.
FOLLOW_UP_WORTH, LICENCE_WORTH = _PROMISE_WORTH * _OWED_METRES, _LICENCE_WORTH * _OWED_METRES
#: Below this share of the same months last year sales count as falling; above this stock-to-sales a shop is overstocked
# (TRADE).
_FALLING_BELOW, _OVERSTOCKED_ABOVE = 0.8, 3.5


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a customer when a day is planned.

    `due_on` is None for a customer without a clock in that role, `last_visit_on` for one never visited. `due_by` is the
    last day before the next working day: what falls due up to then is due today. `promised` holds the details of an
    open follow-up.
    """

    on: date
    due_by: date
    tier: int
    interval_days: int
    due_on: date | None
    last_visit_on: date | None
    promised: Mapping[str, Any] | None = None
    order_tomorrow: bool = False
    licence_expires_on: date | None = None
    sales_ratio: float | None = None
    stock_ratio: float | None = None

    @property
    def days_over(self) -> int:
        """Days since the promise was broken; negative while there is time."""
        return (self.on - self.due_on).days if self.due_on is not None else -9999

    @property
    def is_due(self) -> bool:
        return self.due_on is not None and self.due_on <= self.due_by

    @property
    def licence_near(self) -> bool:
        """The licence runs out within 30 days, and nobody has been there since it could have been said."""
        if self.licence_expires_on is None or (self.licence_expires_on - self.on).days > _LICENCE_DAYS:
            return False
        first_day = self.licence_expires_on - timedelta(days=_LICENCE_DAYS)
        return self.last_visit_on is None or self.last_visit_on < first_day


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason as data: a code and the values of its sentence. JSON-ready."""

    code: str
    values: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, **self.values}


def ahead_days(interval_days: int, *, longest: int, order_tomorrow: bool) -> int:
    """How many days before its due date a visit may be made: a third of the interval up to `longest`.

    On the eve of the order day, when a visit helps most (TRADE), up to half the interval and a week.
    """
    if order_tomorrow:
        return min(7, interval_days // 2)
    return min(longest, interval_days // 3)


def is_falling(sales_ratio: float | None) -> bool:
    """Three months' sales below 0.8 of the same months last year."""
    return sales_ratio is not None and sales_ratio < _FALLING_BELOW


def is_overstocked(stock_ratio: float | None) -> bool:
    """Stock of more than 3.5 months' sales."""
    return stock_ratio is not None and stock_ratio > _OVERSTOCKED_ABOVE


def reasons_for(facts: Facts, *, longest_ahead: int) -> list[Reason]:
    """Why to go there that day, the strongest first; none means that the customer is no candidate."""
    found = []
    if facts.promised is not None:
        found.append(Reason("promised", dict(facts.promised)))
    if facts.is_due:
        found.append(_due_reason(facts))
    if facts.licence_near and facts.licence_expires_on is not None:
        found.append(Reason("licence", {"expires_on": facts.licence_expires_on.isoformat()}))
    if not found and not _may_go_ahead(facts, longest_ahead):
        return []
    if facts.order_tomorrow:
        found.append(Reason("order_tomorrow", {}))
    if is_falling(facts.sales_ratio):
        found.append(Reason("falling", {"ratio": round(facts.sales_ratio or 0, 2)}))
    if is_overstocked(facts.stock_ratio):
        found.append(Reason("overstocked", {"ratio": round(facts.stock_ratio or 0, 1)}))
    if facts.due_on is not None and not facts.is_due:
        found.append(Reason("due_soon", {"tier": facts.tier, "due_on": facts.due_on.isoformat()}))
    return found


def _due_reason(facts: Facts) -> Reason:
    if facts.last_visit_on is None:
        return Reason("never", {"tier": facts.tier})
    if facts.days_over > 0:
        return Reason("overdue", {"tier": facts.tier, "days": facts.days_over})
    return Reason("due", {"tier": facts.tier, "due_on": facts.due_on.isoformat() if facts.due_on else ""})


def _may_go_ahead(facts: Facts, longest: int) -> bool:
    if facts.due_on is None:
        return False
    allowed = ahead_days(facts.interval_days, longest=longest, order_tomorrow=facts.order_tomorrow)
    return facts.due_on <= facts.due_by + timedelta(days=allowed)


def score(facts: Facts) -> float:
    """How much a visit that day is worth; 10 is one to a tier-1 shop on its due day."""
    worth = _TIER_WORTH.get(facts.tier, min(_TIER_WORTH.values())) if facts.due_on is not None else 0.0
    if facts.is_due:
        worth *= 1 + min(max(facts.days_over, 0) / max(facts.interval_days, 1), _LATE_INTERVALS)
    else:
        worth *= _AHEAD_SHARE
    worth += _PROMISE_WORTH if facts.promised is not None else 0
    worth += _ORDER_WORTH if facts.order_tomorrow else 0
    worth += _LICENCE_WORTH if facts.licence_near else 0
    worth += _SALES_WORTH if is_falling(facts.sales_ratio) else 0
    worth += _SALES_WORTH if is_overstocked(facts.stock_ratio) else 0
    return round(worth, 2)


def promise_worth(facts: Facts) -> float:
    """What a promise kept is worth in metres that one would ride: by tier, and more for a shop in trouble."""
    worth = _TIER_WORTH.get(facts.tier, min(_TIER_WORTH.values()))
    worth += _SALES_WORTH if is_falling(facts.sales_ratio) else 0
    worth += _SALES_WORTH if is_overstocked(facts.stock_ratio) else 0
    return worth * _OWED_METRES


def worth_metres(facts: Facts) -> int:
    """The same in metres that one would ride: what is due outweighs any way of a day, a visit ahead a small detour."""
    owed = facts.is_due or facts.promised is not None or facts.licence_near
    return round(score(facts) * (_OWED_METRES if owed else _AHEAD_METRES))
