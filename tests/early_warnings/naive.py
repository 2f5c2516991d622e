"""The shipped indicators computed the plain way, a customer at a time: what the SQL must equal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from early_warnings import rules
from early_warnings.models import Indicator, Threshold
from early_warnings.rules import Comparison


@dataclass(frozen=True, slots=True)
class Month:
    quantity: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    orders: int = 0
    receivable: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    last_order_on: date | None = None


@dataclass(frozen=True, slots=True)
class Shop:
    """A customer as plain values; `months` has no entry for a month without a row."""

    pk: int
    kind: str = "retailer"
    importance: str = "general"
    tier: int = 5
    service_class: int = 3
    unit_path: str = "/1/"
    active: bool = True
    months: Mapping[date, Month] = field(default_factory=dict)
    last_visit_on: date | None = None
    clock_since: date | None = None
    #: Days between two visits from the last one, as the matrix has it.
    interval: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    level: str
    value: Decimal
    recent: Decimal
    base: Decimal | None


def _total(shop: Shop, measure: str, window: rules.Window) -> Decimal:
    return sum(
        (getattr(row, measure) for month, row in shop.months.items() if window.first <= month <= window.last),
        Decimal(0),
    )


def _silence(shop: Shop, known: rules.Known) -> tuple[Decimal, Decimal] | None:
    assert known.month is not None
    assert known.until is not None
    first = rules.months_back(known.month, 11)
    bought = {
        month: row
        for month, row in shop.months.items()
        if first <= month <= known.until and (row.quantity > 0 or row.orders > 0)
    }
    orders = sum(max(row.orders, 1) for row in bought.values())
    if orders < 12 or len(bought) < 6:
        return None
    last = max(row.last_order_on or rules.months_back(month, -1) - timedelta(days=1) for month, row in bought.items())
    usual = (Decimal((last - min(bought)).days + 1) / orders).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Decimal((known.until - last).days), max(usual, Decimal(7))


def _visits(shop: Shop, known: rules.Known) -> tuple[Decimal, Decimal] | None:
    since = shop.last_visit_on or shop.clock_since
    if since is None or since > known.on:
        return None
    due = shop.last_visit_on + timedelta(days=shop.interval) if shop.last_visit_on else since
    return Decimal(max((known.on - due).days, 0)), Decimal(shop.interval)


def _own(shop: Shop, indicator: Indicator, known: rules.Known) -> tuple[Decimal, Decimal] | None:
    return _silence(shop, known) if indicator.measure == "silence" else _visits(shop, known)


def _figures(shop: Shop, indicator: Indicator, known: rules.Known) -> tuple[Decimal, Decimal, int, int]:
    """Both sums, and how many months they are of."""
    assert known.month is not None
    recent, base = rules.windows(Comparison(indicator.comparison), known.month, indicator.period, indicator.base_period)
    if indicator.comparison == Comparison.SHARE:
        month = shop.months.get(known.month, Month())
        return month.overdue, month.receivable, 1, 1
    assert base is not None
    return _total(shop, indicator.measure, recent), _total(shop, indicator.measure, base), recent.months, base.months


def _market(shops: Sequence[Shop], indicator: Indicator, known: rules.Known, kind: str) -> Decimal:
    if not indicator.against_market or known.month is None:
        return Decimal(1)
    figures = [_figures(shop, indicator, known) for shop in shops if shop.kind == kind]
    figures = [each for each in figures if each[1] > 0]
    if not figures:
        return Decimal(1)
    recent, base = sum(each[0] for each in figures), sum(each[1] for each in figures)
    moved = recent * figures[0][3] / (base * figures[0][2])
    return max(moved.quantize(Decimal("0.0001"), ROUND_HALF_UP), Decimal("0.05"))


def _line(indicator: Indicator, shop: Shop) -> rules.Line | None:
    lines = [
        rules.Line(
            breach=each.breach,
            near=each.near,
            importance=each.importance or None,
            tier=each.tier,
            service_class=each.service_class,
            unit_path=each.unit.path if each.unit else None,
        )
        for each in Threshold.objects.filter(indicator=indicator).select_related("unit")
    ]
    return rules.most_exact(
        lines,
        importance=shop.importance,
        tier=shop.tier,
        service_class=shop.service_class,
        unit_path=shop.unit_path,
    )


def _measured(
    shop: Shop, indicator: Indicator, known: rules.Known, market: Decimal
) -> tuple[Decimal | None, Decimal, Decimal | None]:
    if indicator.measure == "complaints_90":
        return (Decimal(shop.complaints) if shop.complaints else None), Decimal(shop.complaints), None
    if indicator.measure in ("silence", "visits_missed"):
        own = _own(shop, indicator, known)
        if own is None:
            return None, Decimal(0), None
        recent, base, months, base_months = *own, 1, 1
    else:
        recent, base, months, base_months = _figures(shop, indicator, known)
    value = rules.compared(
        recent, base, months=months, base_months=base_months, least_base=indicator.least_base, market=market
    )
    cents = Decimal("0.01")
    return value, (recent / months).quantize(cents, ROUND_HALF_UP), (base / base_months).quantize(cents, ROUND_HALF_UP)


def signs(shops: Sequence[Shop], known: rules.Known) -> dict[tuple[int, str], Found]:
    """Every sign of these customers, by customer and indicator."""
    shops = [shop for shop in shops if shop.active]
    found = {}
    for indicator in Indicator.objects.filter(family="customer"):
        markets = {kind: _market(shops, indicator, known, kind) for kind in ("retailer", "group")}
        for shop in shops:
            line = _line(indicator, shop)
            if known.month is None and indicator.measure not in ("visits_missed", "complaints_90"):
                continue
            if line is None or indicator.customer_kind not in ("", shop.kind):
                continue
            value, recent, base = _measured(shop, indicator, known, markets[shop.kind])
            level = rules.level_of(value, line, falling=indicator.falling)
            if level is not None:
                assert value is not None
                found[shop.pk, indicator.key] = Found(level, value, recent, base)
    return found
