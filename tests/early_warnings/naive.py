"""Indicators computed the plain way, a customer at a time: what the SQL must equal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from early_warnings import rules
from early_warnings.models import Indicator, Threshold
from early_warnings.rules.score import BY_MONTHS, Card, History, MonthFacts, answers, score


@dataclass(frozen=True, slots=True)
class Month:
    quantity: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    orders: int = 0
    items: int = 0
    returned: Decimal = Decimal(0)
    receivable: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    stock: Decimal | None = None
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
    #: What the score card gives, if it says anything of them.
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    level: str
    value: Decimal
    recent: Decimal
    base: Decimal | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Both sums, and how many months they are of."""

    recent: Decimal
    base: Decimal | None = None
    months: int = 1
    base_months: int = 1


LEVELS = ("receivable", "overdue", "stock")
FACTS = ("quantity", "amount", "orders", "items", "returned", *LEVELS)


def _sum(shop: Shop, measure: str, month: date, backs: Iterable[int]) -> Decimal:
    """The measure in the months so many months before this one."""
    wanted = {rules.months_back(month, back) for back in backs}
    return sum((Decimal(getattr(row, measure) or 0) for at, row in shop.months.items() if at in wanted), Decimal(0))


def _silence(shop: Shop, known: rules.Known) -> Figures | None:
    assert known.month is not None
    assert known.until is not None
    first = rules.months_back(known.month, 11)
    bought = {
        month: row
        for month, row in shop.months.items()
        if first <= month <= known.until and (row.quantity > 0 or row.orders > 0)
    }
    if not bought:
        return None
    orders = sum(max(row.orders, 1) for row in bought.values())
    last = max(row.last_order_on or rules.months_back(month, -1) - timedelta(days=1) for month, row in bought.items())
    silent = Decimal((known.until - last).days)
    if orders < 12 or len(bought) < 6:
        return Figures(silent)
    usual = (Decimal((last - min(bought)).days + 1) / orders).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Figures(silent, max(usual, Decimal("8.6")))


def _visits(shop: Shop, known: rules.Known) -> Figures | None:
    since = shop.last_visit_on or shop.clock_since
    if since is None or since > known.on:
        return None
    due = shop.last_visit_on + timedelta(days=shop.interval) if shop.last_visit_on else since
    return Figures(Decimal(max((known.on - due).days, 0)), Decimal(shop.interval))


def _last_visit(shop: Shop, known: rules.Known) -> Figures | None:
    return Figures(Decimal((known.on - shop.last_visit_on).days)) if shop.last_visit_on else None


def with_scores(shops: Sequence[Shop], known: rules.Known, card: Card = BY_MONTHS) -> list[Shop]:
    """What the card gives each of them, by the rules that score a file."""
    if known.month is None:
        return list(shops)
    retailers = [shop for shop in shops if shop.kind == "retailer"]
    market: dict[date, float] = {}
    for shop in retailers:
        for month, row in shop.months.items():
            market[month] = market.get(month, 0.0) + float(row.amount)
    # of all customers: in the product they share one table of facts
    first = min(month for shop in shops for month in shop.months)
    if rules.months_back(known.month, 11) < first:
        return list(shops)
    found = []
    for shop in shops:
        months = {at: MonthFacts(float(row.amount), row.orders, row.items) for at, row in shop.months.items()}
        past = History(months, known_from=first)
        bought = sum(each > 0 for each in past.amounts(known.month, 14))
        judged = shop.kind == "retailer" and shop.active and bought >= 12
        points = score(answers(card, past, known.month, market)) if judged else None
        found.append(replace(shop, score=points))
    return found


def _counted(shop: Shop, measure: str, known: rules.Known) -> Figures:
    """Visits made are one at most here, and nobody wrote of competitors or left a matter open."""
    if measure == "complaints_90":
        return Figures(Decimal(shop.complaints))
    visited = shop.last_visit_on is not None and (known.on - shop.last_visit_on).days <= 89
    return Figures(Decimal(measure == "visits_90" and visited))


def figures(shop: Shop, indicator: Indicator, known: rules.Known) -> Figures | None:
    """What an indicator compares, written out for each comparison."""
    measure, month = indicator.measure, known.month
    if measure not in FACTS:
        if measure in ("score", "score_by_days"):
            by_months = measure == "score"  # nobody here has order days: in `test_order_days.py` they have
            return Figures(Decimal(shop.score)) if by_months and shop.score is not None else None
        own = {"silence": _silence, "visits_missed": _visits, "last_visit": _last_visit}
        return own[measure](shop, known) if measure in own else _counted(shop, measure, known)
    assert month is not None
    period = 1 if measure in LEVELS else indicator.period
    before = range(period, period + indicator.base_period)
    recent = _sum(shop, measure, month, range(period))
    match indicator.comparison:
        case "absolute":
            return Figures(recent, None, period)
        case "before" | "rank":
            return Figures(recent, _sum(shop, measure, month, before), period, indicator.base_period)
        case "moving":
            average = _sum(shop, measure, month, range(indicator.base_period))
            return Figures(recent, average, period, indicator.base_period)
        case "last_year":
            return Figures(recent, _sum(shop, measure, month, range(12, 12 + period)), period, period)
        case "season":
            last_year = _sum(shop, measure, month, range(12, 12 + period))
            year_before = _sum(shop, measure, month, (back + 12 for back in before))
            trend = Decimal(1)
            if year_before > 0:
                moved = _sum(shop, measure, month, before) / year_before
                trend = min(max(_rounded(moved, "0.0001"), Decimal("0.67")), Decimal("1.5"))
            return Figures(recent, _rounded(last_year * trend, "0.01"), period, period)
        case _:  # share, ratio
            of = 1 if indicator.base_measure in LEVELS else indicator.period
            return Figures(recent, _sum(shop, indicator.base_measure, month, range(of)), period, of)


def _rounded(value: Decimal, places: str) -> Decimal:
    return value.quantize(Decimal(places), ROUND_HALF_UP)


def _market(shops: Sequence[Shop], indicator: Indicator, known: rules.Known, kind: str) -> Decimal:
    in_time = indicator.comparison in ("before", "moving", "last_year", "season")
    if not indicator.against_market or not in_time or known.month is None:
        return Decimal(1)
    found = [figures(shop, indicator, known) for shop in shops if shop.kind == kind]
    bought = [each for each in found if each is not None and each.base is not None and each.base > 0]
    if not bought:
        return Decimal(1)
    recent, base = sum(each.recent for each in bought), sum(each.base or 0 for each in bought)
    moved = recent * bought[0].base_months / (base * bought[0].months)
    return max(_rounded(moved, "0.0001"), Decimal("0.05"))


def _lines(indicator: Indicator) -> list[rules.Line]:
    return [
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


def _line(lines: Sequence[rules.Line], shop: Shop) -> rules.Line | None:
    return rules.most_exact(
        lines,
        importance=shop.importance,
        tier=shop.tier,
        service_class=shop.service_class,
        unit_path=shop.unit_path,
    )


def _value(found: Figures, indicator: Indicator, market: Decimal, peers: Sequence[Decimal]) -> Decimal | None:
    if indicator.comparison in ("absolute", "days_since"):
        return min(_rounded(found.recent, "0.0001"), rules.LARGEST)
    if indicator.comparison == "rank":
        less = sum(each < found.recent for each in peers)
        return _rounded(Decimal(less) / (len(peers) - 1), "0.0001") if len(peers) > 1 else None
    assert found.base is not None or indicator.comparison == "own_gap"
    if not _is_big_enough(found, indicator):
        return None
    value = found.recent * found.base_months / ((found.base or 0) * found.months * market)
    return min(_rounded(value, "0.0001"), rules.LARGEST)


def _is_big_enough(found: Figures, indicator: Indicator) -> bool:
    base = found.base
    return base is not None and base > 0 and base >= indicator.least_base * found.base_months


def _ranked(shops: Sequence[Shop], indicator: Indicator, known: rules.Known) -> dict[tuple[str, int], list[Decimal]]:
    """The figures of those who are ranked together."""
    peers: dict[tuple[str, int], list[Decimal]] = {}
    for shop in shops if indicator.comparison == "rank" else ():
        found = figures(shop, indicator, known)
        assert found is not None
        if indicator.measure not in FACTS or _is_big_enough(found, indicator):
            peers.setdefault((shop.kind, shop.tier), []).append(found.recent)
    return peers


def measured(shops: Sequence[Shop], known: rules.Known, indicator: Indicator) -> dict[int, tuple[Decimal, Figures]]:
    """The value of one indicator for every customer that has one."""
    if known.month is None and (indicator.measure in FACTS or indicator.measure == "silence"):
        return {}
    shops = [shop for shop in shops if shop.active]
    markets = {kind: _market(shops, indicator, known, kind) for kind in ("retailer", "group")}
    of_kind = [shop for shop in shops if indicator.customer_kind in ("", shop.kind)]
    peers = _ranked(of_kind, indicator, known)
    found = {}
    for shop in of_kind:
        own = figures(shop, indicator, known)
        if own is None:
            continue
        if indicator.comparison == "rank" and indicator.measure in FACTS and not _is_big_enough(own, indicator):
            continue
        value = _value(own, indicator, markets[shop.kind], peers.get((shop.kind, shop.tier), ()))
        if value is not None:
            found[shop.pk] = value, own
    return found


def signs(
    shops: Sequence[Shop], known: rules.Known, indicators: Iterable[Indicator] | None = None
) -> dict[tuple[int, str], Found]:
    """Every sign of these customers, by customer and indicator."""
    of = {shop.pk: shop for shop in shops}
    signs = {}
    for indicator in Indicator.objects.filter(family="customer") if indicators is None else indicators:
        lines = _lines(indicator)
        for pk, (value, own) in measured(shops, known, indicator).items():
            line = _line(lines, of[pk])
            level = line and rules.level_of(value, line, falling=indicator.falling)
            if level:
                base = None if own.base is None else _rounded(own.base / own.base_months, "0.01")
                signs[pk, indicator.key] = Found(level, value, _rounded(own.recent / own.months, "0.01"), base)
    return signs
