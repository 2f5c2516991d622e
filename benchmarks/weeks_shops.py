"""The shops of `weeks.py` from a wholesaler's open data, and how an outcome is counted."""

import csv
import gzip
import math
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from benchmarks.real_company import territories

TOWNS = ((41.60, -93.62), (41.97, -91.67))
RADIUS_KM = 120
MANAGERS = 8
SPEED = 50
FIRST = date(2026, 11, 2)
#: The share of shops up to which a tier goes, best buyers first.
TIER_UP_TO = ((0.05, 1), (0.20, 2), (0.45, 3), (0.70, 4), (1.0, 5))


@dataclass
class Shop:
    """A shop; `last` is its last visit before the weeks begin, `visits` are those made in them."""

    store: str
    name: str
    latitude: float
    longitude: float
    sales: float
    tier: int = 5
    manager: int = 0
    pk: int = 0
    last: date = FIRST
    visits: list[date] = field(default_factory=list)


def read(data: Path, seed: int) -> list[Shop]:
    """The shops round the towns, with tiers, territories and a last visit somewhere in their interval."""
    sales: dict[str, float] = defaultdict(float)
    with gzip.open(data / "iowa_shop_months_2012_2016.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if row["month"] >= "2015-06":
                sales[row["store"]] += float(row["sale_usd"])
    shops = []
    with (data / "iowa_shops.csv").open() as file:
        for row in csv.DictReader(file):
            if row["latitude"] and sales[row["store"]] > 0:
                at = float(row["latitude"]), float(row["longitude"])
                if min(km(at, town) for town in TOWNS) <= RADIUS_KM:
                    shops.append(Shop(row["store"], row["name"], *at, sales[row["store"]]))
    shops.sort(key=lambda shop: (-shop.sales, shop.store))
    dice = random.Random(seed)
    for rank, shop in enumerate(shops):
        shop.tier = next(tier for share, tier in TIER_UP_TO if rank < share * len(shops))
        days = {1: 3, 2: 7, 3: 15, 4: 30, 5: 30}[shop.tier]
        shop.last = FIRST - timedelta(1 + dice.randrange(days + days // 7))
    for shop, owner in zip(
        shops, territories(np.array([(s.latitude, s.longitude) for s in shops]), MANAGERS), strict=True
    ):
        shop.manager = int(owner)
    return shops


def km(one: tuple[float, float], other: tuple[float, float]) -> float:
    north, east = one[0] - other[0], (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return math.hypot(north, east) * 111.2


def closed(shop: Shop, day: date, share: float, seed: int) -> bool:
    """Whether a visit fails that day: the same for whoever comes."""
    return random.Random(f"{seed} {shop.store} {day}").random() < share


def due_after(shop: Shop, visited: date) -> date:
    from accounts.rules import Role
    from visits.rules import shipped_matrix
    from visits.rules.intervals import due_date

    interval = shipped_matrix()[shop.tier, Role.ACCOUNT_MANAGER]
    return due_date(visited, interval.number, interval.unit)


@dataclass
class Outcome:
    name: str
    kept: int = 0
    promises: int = 0
    overdue: int = 0
    km: float = 0.0
    visits: int = 0
    tier: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def count(self, shops: Iterable[Shop], last: date) -> None:
        """Promises within the weeks, kept and broken, from the visits made alone."""
        for shop in shops:
            due = due_after(shop, shop.last)
            for visit in [*sorted(shop.visits), None]:
                if due > last:
                    break
                kept = visit is not None and visit <= max(due, FIRST)
                self.promises, self.kept = self.promises + 1, self.kept + kept
                self.tier[shop.tier][0] += kept
                self.tier[shop.tier][1] += 1
                if visit is None:
                    break
                due = due_after(shop, visit)
            now = due_after(shop, max(shop.visits)) if shop.visits else due_after(shop, shop.last)
            self.overdue += now <= last
            self.visits += len(shop.visits)
