"""Months of facts and order days of every retailer (CUS-8): drawn a month at a time for all, and written by COPY."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from accounts.services.copying import copy_lines
from accounts.services.facts import ORDERS, ensure_partitions
from config.demo.customers import Retailers
from config.demo.files import BRANDS
from config.demo.geography import Floats, Ints
from config.demo.names import words
from config.demo.orders import ORDER_COLUMNS, ORDER_MONTHS, MonthOfOrders, order_lines
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
    """Write every month of every retailer, and the order days of the last ones, up to yesterday's orders."""
    ensure_partitions(months=shape.month_starts)
    months = _Months(shape, shops, stories)
    copy_lines("accounts_monthlyfact", FACT_COLUMNS, months.lines())
    copy_lines("accounts_monthlyproductfact", PRODUCT_COLUMNS, _brand_lines(shape, shops, months.totals))
    ensure_partitions(months=shape.month_starts[-ORDER_MONTHS:], tables=ORDERS)
    copy_lines("accounts_orderday", ORDER_COLUMNS, order_lines(shape, shops, months.orders))


def order_days(month: date, weekday: int, until: date) -> tuple[int, list[date]]:
    """Order days of a weekday in a month: how many, and those before a day."""
    days = [month.replace(day=day) for day in range(1, monthrange(month.year, month.month)[1] + 1)]
    of_weekday = [day for day in days if day.isoweekday() == weekday]
    return len(of_weekday), [day for day in of_weekday if day < until]


class _Months:
    """Retailers from month to month: what stays with each of them, and what changes."""

    def __init__(self, shape: Shape, shops: Retailers, stories: Stories) -> None:
        self.shape, self.shops, self.stories = shape, shops, stories
        self.rng = rng = shape.rng("facts")
        count = len(shops)
        self.online = np.clip(rng.beta(5, 1.2, count), 0, 1)
        self.stock_ratio = np.exp(rng.normal(0.35, 0.28, count))
        self.owes = rng.random(count) < 0.045
        self.late = np.where(rng.random(count) < 0.05, 0.2, 0.02)
        self.returns = np.where(rng.random(count) < 0.004, 0.6, 0.012)
        self.debt: Floats = np.zeros(count)
        # Yuan a carton: dearer brands where the grade is high and where gifts are bought.
        dear = np.array([0.94, 1.0, 1.32, 1.05, 1.12, 0.95, 1.2])[shops.formats]
        self.price = 150 * dear * np.exp(rng.normal(0, 0.12, count)) * (0.85 + shops.grade / 70)
        #: Quantity and amount of the last months, for the facts by brand.
        self.totals: dict[date, tuple[Floats, Floats]] = {}
        #: What the order days of the last months come to.
        self.orders: list[MonthOfOrders] = []

    def lines(self) -> Iterator[str]:
        """COPY's text, month after month."""
        for index, month in enumerate(self.shape.month_starts):
            calendar = [order_days(month, weekday, self.shape.today) for weekday in range(1, 8)]
            weekday = self.shops.order_weekday - 1
            all_days = np.array([days for days, _ in calendar])[weekday]
            past_days = np.array([len(past) for _, past in calendar])[weekday]
            column = self._draw(index, all_days, past_days)
            if index > self.shape.months - BRAND_MONTHS:
                self.totals[month] = column["quantity"], column["amount"]
            past = [days for _, days in calendar]
            if index > self.shape.months - ORDER_MONTHS:
                self.orders.append(MonthOfOrders(past, column["orders"], column["amount"], column["items"]))
            last = [days[-1] if days else None for days in past]
            yield from _lines(self.shops, month, column, last, with_stock=index < self.shape.months)

    def _quantity(self, index: int) -> Floats:
        """Cartons that each would order in the month of that index, were it whole."""
        rng, count = self.rng, len(self.shops)
        level = self.stories.level(index, self.shape.months) * season(self.shape.month_starts[index])
        quantity = self.shops.base * level * np.exp(rng.normal(0, 0.10, count))
        skipped = (self.stories.kind == Story.IRREGULAR) & (rng.random(count) < 0.38)
        return np.where(skipped, 0.0, quantity)

    def _draw(self, index: int, all_days: Ints, past_days: Ints) -> dict[str, Any]:
        """One month of all retailers as columns."""
        rng, shops, count = self.rng, self.shops, len(self.shops)
        whole = self._quantity(index)
        quantity = np.round(whole * past_days / all_days)
        # Small shops leave out a week now and then; nobody orders without a carton.
        orders = np.minimum(rng.binomial(past_days, np.clip(0.72 + shops.base / 400, 0, 0.985)), quantity).astype(int)
        quantity = np.where(orders == 0, 0, quantity)
        amount = np.round(quantity * self.price * 1.025 ** (index / 12), 2)
        falling = np.isin(self.stories.kind, [Story.FALLEN, Story.DECLINING])
        agreed = np.maximum(np.round(shops.base * (0.98 + 0.02 * rng.standard_normal(count)) / 5) * 5, 5)
        returned = np.where(rng.random(count) < self.returns, quantity * rng.uniform(0.01, 0.08, count), 0)
        stock = whole * self.stock_ratio * np.where(falling, 1.35, 1.0) * np.exp(rng.normal(0, 0.15, count)) * 0.55
        return {
            "quantity": quantity,
            "amount": amount,
            "orders": orders,
            "items": np.minimum(8 + shops.grade * 2 + rng.integers(-4, 9, count), 4 + quantity / 2).astype(int),
            **self._payments(amount),
            "returned": np.round(returned),
            "stock": np.round(stock),
            "agreed": np.where(shops.tier <= 4, agreed, 0),
            "online_orders": rng.binomial(orders, self.online),
            "late_deliveries": rng.binomial(orders, self.late),
        }

    def _payments(self, amount: Floats) -> dict[str, Any]:
        """Most pay on delivery; a few leave part of it, and pay back over months."""
        rng, count = self.rng, len(amount)
        unpaid = np.where(self.owes & (rng.random(count) < 0.5), amount * rng.uniform(0.2, 0.7, count), 0)
        left = self.debt * (1 - np.where(rng.random(count) < 0.3, 1.0, rng.uniform(0, 0.5, count)))
        overdue = np.round(np.where(left < 50, 0, left), 2)
        received = np.round(amount - unpaid + self.debt - overdue, 2)
        self.debt = np.round(overdue + unpaid, 2)
        return {"received": received, "receivable": self.debt, "overdue": overdue}


def _lines(
    shops: Retailers, month: date, column: dict[str, Any], last_days: list[date | None], *, with_stock: bool
) -> Iterator[str]:
    """COPY's text for the customers who bought or owe something in the month."""
    kept = np.flatnonzero((column["quantity"] > 0) | (column["receivable"] > 0))
    values = {name: values[kept].tolist() for name, values in column.items()}
    last_order = [last_days[weekday] for weekday in (shops.order_weekday[kept] - 1).tolist()]
    first, null = str(month), "\\N"
    for place, index in enumerate(kept.tolist()):
        yield (
            f"{shops.ids[index]}\t{first}\t{values['quantity'][place]:.0f}\t{values['amount'][place]:.2f}\t"
            f"{values['orders'][place]}\t{values['items'][place]}\t{values['received'][place]:.2f}\t"
            f"{values['receivable'][place]:.2f}\t{values['overdue'][place]:.2f}\t{values['returned'][place]:.0f}\t"
            f"{values['stock'][place] if with_stock else null}\t{values['agreed'][place] or null}\t"
            f"{values['online_orders'][place]}\t{values['late_deliveries'][place]}\t"
            f"{last_order[place] if values['orders'][place] else null}\n"
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
