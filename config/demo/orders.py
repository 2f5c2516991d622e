"""The days on which retailers ordered, so that they come to the months' facts: drawn and split a month at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from config.demo.customers import Retailers
from config.demo.geography import Floats, Ints
from config.demo.shape import Shape

ORDER_COLUMNS = ("customer_id", "day", "amount", "items")
#: Order days are kept for this many months, the present one among them: a year can be looked back on from each of four.
ORDER_MONTHS = 16


@dataclass(frozen=True, slots=True)
class MonthOfOrders:
    """What the retailers ordered in one month; `days` has a row of order days before today for each weekday."""

    days: list[list[date]]
    orders: Ints
    amount: Floats
    items: Ints


def order_lines(shape: Shape, shops: Retailers, months: list[MonthOfOrders]) -> Iterator[str]:
    """COPY's text: as many days as the month has orders, its last order day among them, its amount split over them."""
    rng = shape.rng("orders")
    weekday = shops.order_weekday - 1
    for month in months:
        most = max(len(days) for days in month.days)
        if not most:
            continue
        there = np.array([[place < len(days) for place in range(most)] for days in month.days])[weekday]
        last = np.array([len(days) - 1 for days in month.days])[weekday]
        chance = np.where(there, rng.random(there.shape), 2.0)
        chance[np.arange(len(shops)), last] = -1.0
        chosen = chance.argsort(axis=1).argsort(axis=1) < month.orders[:, None]
        cents = _split(np.round(month.amount * 100), np.where(chosen, rng.uniform(0.7, 1.3, chosen.shape), 0), last)
        share = np.where(month.orders[:, None] == 1, 1.0, rng.uniform(0.6, 0.95, chosen.shape))
        items = np.maximum(month.items[:, None] * share, 1)
        shop, place = np.nonzero(chosen)
        rows = zip(
            shop.tolist(),
            weekday[shop].tolist(),
            place.tolist(),
            (cents[shop, place] / 100).tolist(),
            items[shop, place].astype(int).tolist(),
            strict=True,
        )
        for index, of, at, amount, different in rows:
            yield f"{shops.ids[index]}\t{month.days[of][at]}\t{amount:.2f}\t{different}\n"


def _split(whole: Floats, weight: Floats, last: Ints) -> Floats:
    """Whole numbers split by weight; what rounding leaves goes to the last part."""
    parts: Floats = np.floor(weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-9) * whole[:, None])
    parts[np.arange(len(whole)), last] += whole - parts.sum(axis=1)
    return parts
