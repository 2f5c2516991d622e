"""The order days on a customer's page: the last weeks as a calendar, and the gap now beside the usual one (CUS-9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median_low
from typing import Any, NamedTuple, Self

from django.utils.translation import get_language, npgettext
from django.utils.translation import gettext as _

from accounts.models import Customer, OrderDay
from config import rules

WEEKS = 13
YEAR = timedelta(days=365)
#: From so many gaps on there is a usual one.
GAPS = 3
#: Pixels from one day of the calendar to the next, the side of a day, and the room for the words at its edges.
PITCH, SIDE, LEFT, TOP = 17, 14, 30, 18


class Ordered(NamedTuple):
    """What was ordered on one day: yuan, and different items."""

    day: date
    amount: Decimal
    items: int


@dataclass(frozen=True, slots=True)
class OrderDays:
    """The days of a year on which a customer ordered, the oldest first. One query."""

    today: date
    year: Sequence[Ordered]

    @classmethod
    def load(cls, customer: Customer, today: date) -> Self:
        found = OrderDay.objects.with_orders().filter(customer=customer, day__gt=today - YEAR, day__lte=today)
        return cls(today, [Ordered(*row) for row in found.order_by("day").values_list("day", "amount", "items")])

    @property
    def first(self) -> date:
        """The Monday with which the calendar begins."""
        return self.today - timedelta(days=self.today.weekday(), weeks=WEEKS - 1)

    @property
    def shown(self) -> Sequence[Ordered]:
        """What was ordered in the weeks of the calendar."""
        return [each for each in self.year if each.day >= self.first]

    @property
    def gaps(self) -> list[int]:
        """Days from each order to the next one."""
        return [(after.day - before.day).days for before, after in zip(self.year, self.year[1:], strict=False)]

    @property
    def gap_now(self) -> int:
        """Days since the last order."""
        return (self.today - self.year[-1].day).days

    def figures(self) -> list[dict[str, Any]]:
        """The gap now, and what the weeks came to; none without an order in the year."""
        if not self.year:
            return []
        language, gaps, shown = get_language() or "", self.gaps, self.shown
        last = rules.day(self.year[-1].day, language, self.today)
        since = _figure(_("Since the last order"), self.gap_now, _days(self.gap_now), last)
        found = [since]
        if len(gaps) >= GAPS:
            usual, longest = median_low(gaps), max(gaps)
            since["tone"] = "over" if self.gap_now > longest else ""
            at_most = _("at most %(days)s within the year") % {"days": longest}
            found.append(_figure(_("Usual gap"), usual, _days(usual), at_most))
        found.append(_figure(_("Days with an order"), len(shown), _days(len(shown)), ""))
        if shown:
            total, items = sum(each.amount for each in shown), sum(each.items for each in shown)
            found[-1]["comparison"] = _yuan(round(total))
            mean = _items(round(items / len(shown)))
            found.append(_figure(_("An order, on average"), round(total / len(shown)), _("yuan"), mean))
        return found

    def calendar(self) -> dict[str, Any]:
        """The weeks as columns, Monday on top: the side of a day, the days until today, the orders, and the words."""
        language = get_language() or ""
        days = (self.today - self.first).days + 1
        most = max((each.amount for each in self.shown), default=Decimal(1))
        return {
            "weeks": WEEKS,
            "width": LEFT + WEEKS * PITCH,
            "height": TOP + 7 * PITCH,
            "side": SIDE,
            "ground": "".join(f"M{x} {y}h{SIDE}v{SIDE}h-{SIDE}z" for x, y in map(_place, range(days))),
            "orders": [
                {
                    "x": x,
                    "y": y,
                    "strength": f"{0.35 + 0.65 * float(each.amount / most):.2f}",
                    "said": _said(each, language, self.today),
                }
                for each in self.shown
                for x, y in [_place((each.day - self.first).days)]
            ],
            "words": [*_weekdays(language), *self._months(language)],
        }

    def _months(self, language: str) -> list[dict[str, Any]]:
        """Each month's name above the first week that begins in it; none where the next one would stand in its way."""
        mondays = [self.first + timedelta(weeks=week) for week in range(WEEKS)]
        begins = [week for week in range(WEEKS) if not week or mondays[week].month != mondays[week - 1].month]
        kept = [week for week, after in zip(begins, [*begins[1:], WEEKS], strict=True) if after - week > 1]
        return [
            {"x": LEFT + week * PITCH, "y": TOP - 6, "text": rules.month_name(mondays[week], language)} for week in kept
        ]


def _place(number: int) -> tuple[int, int]:
    """Where a day stands, counted from the first Monday."""
    return LEFT + number // 7 * PITCH, TOP + number % 7 * PITCH


def _weekdays(language: str) -> list[dict[str, Any]]:
    return [{"x": 0, "y": TOP + at * PITCH + 11, "text": rules.weekday_name(at + 1, language)} for at in (0, 2, 4)]


def _said(ordered: Ordered, language: str, today: date) -> str:
    """11月17日 周二 · 6,500 元 · 12 个品规."""
    return " · ".join([rules.day(ordered.day, language, today), _yuan(ordered.amount), _items(ordered.items)])


def _yuan(amount: rules.Number) -> str:
    return _("%(amount)s yuan") % {"amount": rules.number(amount)}


def _items(number: int) -> str:
    return _("%(items)s different items") % {"items": rules.number(number)}


def _days(number: int) -> str:
    """The unit of so many days."""
    return npgettext("a length of time", "day", "days", number)


def _figure(label: str, value: int, unit: str, comparison: str) -> dict[str, Any]:
    return {"label": label, "value": rules.number(value), "unit": unit, "comparison": comparison, "tone": ""}
