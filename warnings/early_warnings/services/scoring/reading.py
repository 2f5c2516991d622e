"""A customer's card as a page shows it: each question with the own figure and its points, to be added up by hand."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import Customer, MonthlyFact, OrderDay
from early_warnings import rules
from early_warnings.measures import SCORES
from early_warnings.models import CustomerScore, MarketMonth, ScoreCard, Threshold
from early_warnings.rules import score
from early_warnings.rules.score import Asked, History, MonthFacts, answers, month_end
from early_warnings.rules.score.history import YEAR
from early_warnings.services.scoring.cards import card_of
from early_warnings.services.scoring.keeping import AMOUNTS
from early_warnings.services.scoring.wording import LABELS, figure
from early_warnings.services.seeing.following import lines_for

#: Months of the total that are shown.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Band:
    """Points from a cut on, in words, and whether it is the one that counted."""

    said: str
    points: int
    counted: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One question of the card."""

    label: str
    value: str
    bands: list[Band]
    points: int


@dataclass(frozen=True, slots=True)
class Shown:
    """The card of a customer for a month; `threshold` is the line that counts for them, if there is one."""

    month: date
    version: ScoreCard
    lines: list[Line]
    total: int
    threshold: Threshold | None
    #: Totals of the last months, the oldest first; None where there was none.
    course: list[int | None]

    @property
    def level(self) -> rules.Level | None:
        """How the total stands to its line."""
        if self.threshold is None:
            return None
        line = rules.Line(self.threshold.breach, self.threshold.near)
        return rules.level_of(Decimal(self.total), line, falling=False)


def shown(*, customer: Customer, on: date) -> Shown | None:
    """The card of a customer, told anew from their facts; None if it says nothing of them."""
    kept = CustomerScore.objects.filter(customer=customer).select_related("card").first()
    if kept is None:
        return None
    first = MonthlyFact.objects.order_by("month").values_list("month", flat=True)[:1]
    reach = rules.months_back(kept.month, AMOUNTS - 1)
    facts = MonthlyFact.objects.filter(customer=customer, month__range=(reach, kept.month))
    months = {
        month: MonthFacts(float(amount), orders, items)
        for month, amount, orders, items in facts.values_list("month", "amount", "orders", "items")
    }
    market = {each.month: float(each.amount) for each in MarketMonth.objects.all()}
    card = card_of(kept.card)
    past = History(months, _days(kept), known_from=first[0] if first else reach)
    answered = answers(card, past, kept.month, market)
    lines = [
        Line(str(LABELS[each.key]), figure(each.value), _bands(asked, each.value), each.points)
        for asked, each in zip(card, answered, strict=True)
    ]
    total = sum(line.points for line in lines)
    course: list[int | None] = [total, *kept.before[: SHOWN - 1]]
    return Shown(kept.month, kept.card, lines, total, _threshold(customer, kept.card, on), course[::-1])


def _days(kept: CustomerScore) -> list[score.OrderDay]:
    """The order days of the year, where the card asks of them."""
    if kept.card.kind != ScoreCard.Kind.DAYS:
        return []
    end = month_end(kept.month)
    year = OrderDay.objects.with_orders().filter(
        customer=kept.customer_id, day__gt=end - timedelta(days=YEAR), day__lte=end
    )
    return [
        score.OrderDay(day, float(amount), float(items))
        for day, amount, items in year.order_by("day").values_list("day", "amount", "items")
    ]


def told(version: ScoreCard) -> list[tuple[str, list[Band]]]:
    """The questions of a version in words, each with its limits."""
    return [(str(LABELS[each.key]), _bands(each, None)) for each in card_of(version)]


def _bands(asked: Asked, value: float | None) -> list[Band]:
    """Low bands, then high ones, each from the furthest on."""
    reached = asked.reached(value)
    return [
        Band(f"{sign} {figure(cut)}", points, (sign, cut) == reached)
        for sign, bands in (("≤", asked.low), ("≥", asked.high))
        for cut, points in bands
    ]


def _threshold(customer: Customer, version: ScoreCard, on: date) -> Threshold | None:
    """The line of the indicator that holds this kind of score; the first of them, if there are several."""
    measure = SCORES[version.kind]
    return next((line for line in lines_for(customer, on) if line.indicator.measure == measure), None)
