"""Months of facts for every customer (CUS-8): drawn a month at a time for all, and written by COPY."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from accounts.services.facts import ensure_partitions
from config.demo.copying import copy_lines
from config.demo.customers import Retailers
from config.demo.files import BRANDS
from config.demo.geography import Floats, Ints
from config.demo.names import words
from config.demo.shape import Shape
from config.demo.stories import Stories, Story, season

FACT_COLUMNS = words(
    "customer_id month quantity amount orders items received receivable overdue returned stock agreed online_orders "
    "late_deliveries last_order_on"
)
PRODUCT_COLUMNS = ("customer_id", "month", "product", "quantity", "amount")
#: Brands are kept for this many months, and for all but the general customers: that is what the pages show first.
BRAND_MONTHS = 13


def write_retail_facts(shape: Shape, shops: Retailers, stories: Stories) -> None:
    """Write every month of every retailer, the present one up to yesterday's orders."""
    ensure_partitions(months=shape.month_starts)
    rng = shape.rng("facts")
    habits = _Habits(rng, shops)
    price = _prices(rng, shops)
    totals: dict[date, tuple[Floats, Floats]] = {}
    copy_lines("accounts_monthlyfact", FACT_COLUMNS, _fact_lines(rng, shape, shops, stories, habits, price, totals))
    copy_lines("accounts_monthlyproductfact", PRODUCT_COLUMNS, _brand_lines(shape, shops, totals))


class _Habits:
    """What stays with a customer from month to month."""

    def __init__(self, rng: np.random.Generator, shops: Retailers) -> None:
        count = len(shops)
        self.online = np.clip(rng.beta(5, 1.2, count), 0, 1)
        self.stock_ratio = np.exp(rng.normal(0.35, 0.28, count))
        self.owes = rng.random(count) < 0.045
        self.late = np.where(rng.random(count) < 0.05, 0.2, 0.02)
        self.returns = np.where(rng.random(count) < 0.004, 0.6, 0.012)
        self.debt = np.zeros(count)


def _prices(rng: np.random.Generator, shops: Retailers) -> Floats:
    """Yuan a carton: dearer brands where the grade is high and where gifts are bought."""
    dear = np.array([0.94, 1.0, 1.32, 1.05, 1.12, 0.95, 1.2])[shops.formats]
    return 150 * dear * np.exp(rng.normal(0, 0.12, len(shops))) * (0.85 + shops.grade / 70)


def quantities(rng: np.random.Generator, shape: Shape, base: Floats, stories: Stories, index: int) -> Floats:
    """Cartons that each customer orders in the month of that index, were it whole."""
    month = shape.month_starts[index]
    quantity = base * stories.level(index, shape.months) * season(month) * np.exp(rng.normal(0, 0.10, len(base)))
    skipped = (stories.kind == Story.IRREGULAR) & (rng.random(len(base)) < 0.38)
    return np.where(skipped, 0.0, quantity)


def order_days(month: date, weekday: int, until: date) -> tuple[int, int, date | None]:
    """Order days of a weekday in a month: how many, how many before a day, and the last of these."""
    days = [
        day
        for day in range(1, monthrange(month.year, month.month)[1] + 1)
        if month.replace(day=day).isoweekday() == weekday
    ]
    past = [day for day in days if month.replace(day=day) < until]
    return len(days), len(past), month.replace(day=past[-1]) if past else None


def _fact_lines(
    rng: np.random.Generator,
    shape: Shape,
    shops: Retailers,
    stories: Stories,
    habits: _Habits,
    price: Floats,
    totals: dict[date, tuple[Floats, Floats]],
) -> Iterator[str]:
    """COPY's text month after month; the last months' quantities and amounts stay in `totals`."""
    for index, month in enumerate(shape.month_starts):
        whole = quantities(rng, shape, shops.base, stories, index)
        calendar = [order_days(month, weekday, shape.today) for weekday in range(1, 8)]
        all_days = np.array([days for days, _, _ in calendar])[shops.order_weekday - 1]
        past_days = np.array([past for _, past, _ in calendar])[shops.order_weekday - 1]
        last_days = [last for _, _, last in calendar]
        column = _month(rng, shops, stories, habits, price, index, whole, all_days, past_days)
        present = index == shape.months
        if index > shape.months - BRAND_MONTHS:
            totals[month] = column["quantity"], column["amount"]
        yield from _lines(shops, month, column, last_days, with_stock=not present)


def _month(
    rng: np.random.Generator,
    shops: Retailers,
    stories: Stories,
    habits: _Habits,
    price: Floats,
    index: int,
    whole: Floats,
    all_days: Ints,
    past_days: Ints,
) -> dict[str, Any]:
    """One month of all retailers as columns."""
    count = len(shops)
    quantity = np.round(whole * past_days / all_days)
    # Small shops leave out a week now and then; nobody orders without a carton.
    orders = np.minimum(rng.binomial(past_days, np.clip(0.72 + shops.base / 400, 0, 0.985)), quantity).astype(int)
    quantity = np.where(orders == 0, 0, quantity)
    amount = np.round(quantity * price * 1.025 ** (index / 12), 2)
    unpaid = np.where(habits.owes & (rng.random(count) < 0.5), amount * rng.uniform(0.2, 0.7, count), 0)
    paid_back = habits.debt * np.where(rng.random(count) < 0.3, 1.0, rng.uniform(0, 0.5, count))
    overdue = np.round(np.where(habits.debt - paid_back < 50, 0, habits.debt - paid_back), 2)
    paid_back = habits.debt - overdue
    received = np.round(amount - unpaid + paid_back, 2)
    receivable = np.round(overdue + unpaid, 2)
    habits.debt = receivable
    falling = np.isin(stories.kind, [Story.FALLEN, Story.DECLINING])
    slow = np.where(falling, 1.35, 1.0)
    agreed = np.round(shops.base * (0.98 + 0.02 * rng.standard_normal(count)) / 5) * 5
    return {
        "quantity": quantity,
        "amount": amount,
        "orders": orders,
        "items": np.minimum(8 + shops.grade * 2 + rng.integers(-4, 9, count), 4 + quantity / 2).astype(int),
        "received": received,
        "receivable": receivable,
        "overdue": overdue,
        "returned": np.round(
            np.where(rng.random(count) < habits.returns, quantity * rng.uniform(0.01, 0.08, count), 0)
        ),
        "stock": np.round(whole * habits.stock_ratio * slow * np.exp(rng.normal(0, 0.15, count)) * 0.55),
        "agreed": np.where(shops.tier <= 4, np.maximum(agreed, 5), 0),
        "online_orders": rng.binomial(orders, habits.online),
        "late_deliveries": rng.binomial(orders, habits.late),
    }


def _lines(
    shops: Retailers, month: date, column: dict[str, Any], last_days: list[date | None], *, with_stock: bool
) -> Iterator[str]:
    """COPY's text for the customers who bought or owe something in the month."""
    kept = np.flatnonzero((column["quantity"] > 0) | (column["receivable"] > 0))
    values = {name: values[kept].tolist() for name, values in column.items()}
    last_order = [last_days[weekday] for weekday in (shops.order_weekday[kept] - 1).tolist()]
    first = str(month)
    for place, index in enumerate(kept.tolist()):
        agreed = values["agreed"][place]
        yield (
            f"{shops.ids[index]}\t{first}\t{values['quantity'][place]:.0f}\t{values['amount'][place]:.2f}\t"
            f"{values['orders'][place]}\t{values['items'][place]}\t{values['received'][place]:.2f}\t"
            f"{values['receivable'][place]:.2f}\t{values['overdue'][place]:.2f}\t{values['returned'][place]:.0f}\t"
            f"{values['stock'][place] if with_stock else chr(92) + 'N'}\t"
            f"{agreed or chr(92) + 'N'}\t"
            f"{values['online_orders'][place]}\t{values['late_deliveries'][place]}\t"
            f"{last_order[place] if values['orders'][place] else chr(92) + 'N'}\n"
        )


def _brand_lines(shape: Shape, shops: Retailers, totals: dict[date, tuple[Floats, Floats]]) -> Iterator[str]:
    """The same months by brand, for customers who are more than general; brands add up to the month."""
    rng = shape.rng("brands")
    chosen = np.flatnonzero(np.array([importance != "general" for importance in shops.importance]))
    taste = rng.dirichlet(np.full(len(BRANDS), 2.2), len(chosen))
    worth = 0.6 + 0.09 * np.arange(len(BRANDS))
    for month, (quantity, amount) in totals.items():
        mood = taste * np.exp(rng.normal(0, 0.08, taste.shape))
        cartons = np.floor(mood / mood.sum(axis=1, keepdims=True) * quantity[chosen, None])
        favourite = taste.argmax(axis=1)
        cartons[np.arange(len(chosen)), favourite] += quantity[chosen] - cartons.sum(axis=1)
        weight = cartons * worth
        money = np.round(weight / np.maximum(weight.sum(axis=1, keepdims=True), 1) * amount[chosen, None], 2)
        money[np.arange(len(chosen)), favourite] += amount[chosen] - money.sum(axis=1)
        for place, brand in zip(*(found.tolist() for found in np.nonzero(cartons)), strict=True):
            customer = shops.ids[chosen[place]]
            yield f"{customer}\t{month}\t{BRANDS[brand]}\t{cartons[place, brand]:.0f}\t{money[place, brand]:.2f}\n"
