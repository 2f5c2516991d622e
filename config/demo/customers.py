"""Retailers: where they are, what they are, how much they sell, and the classes that follow from it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time
from typing import Any

import numpy as np

from accounts.services.copying import copy_rows, reserve_ids
from accounts.services.organisation import initials_of, pinyin_of
from config.demo import geography, names
from config.demo.geography import Floats, Ints
from config.demo.names import words
from config.demo.organisation import Company
from config.demo.shape import Shape, split

#: Shop formats in per cent (TRADE), and how their sales compare.
FORMATS = "ZBYSFQN"
FORMAT_CHANCE = np.array([55, 20, 12, 6, 4, 2, 1]) / 100
FORMAT_SALES = np.array([0.82, 1.2, 1.75, 1.7, 0.75, 0.6, 2.6])
#: Median cartons a month (TRADE).
MEDIAN = 130
TEMPERS = ("even", "hasty", "slow", "proud", "wary")
TEMPER_CHANCE = (0.45, 0.2, 0.18, 0.1, 0.07)

CUSTOMER_COLUMNS = words(
    "id kind code name pinyin initials status unit_id account_manager_id relationship_manager_id tier "
    "service_class importance address latitude longitude phone second_phone email opens_at "
    "closes_at closed_weekdays since"
)


@dataclass(slots=True)
class Retailers:
    """All retailers as columns; `station` and `manager` are positions in the company's lists."""

    station: Ints
    manager: Ints
    x: Floats
    y: Floats
    urban: np.ndarray
    formats: Ints
    base: Floats
    temper: Ints
    order_weekday: Ints
    age_days: Ints
    #: How carefully the file is kept, 0 to 1.
    care: Floats
    tier: Ints
    service_class: Ints
    importance: list[str]
    grade: Ints
    addresses: list[str]
    whereabouts: list[str]
    owners: list[tuple[str, str]]
    ids: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.base)


def draw_retailers(company: Company) -> Retailers:
    """Draw every retailer of the company, station by station, without writing anything."""
    shape = company.shape
    rng = shape.rng("retailers")
    managers = sum(len(station.managers) for station in company.stations)
    each = iter(split(shape.retailers, managers))
    station, manager, xs, ys, addresses, whereabouts = [], [], [], [], [], []
    first = 0
    for index, place in enumerate(company.stations):
        count = sum(next(each) for _ in place.managers)
        shops = geography.shops_along(rng, place.area, count)
        whose = geography.territories(shops.x, shops.y, len(place.managers))
        if place.area.urban and index % 3 == 1:
            _took_over(whose, shops.x, shops.y)
        manager.append(first + whose)
        station.append(np.full(count, index))
        xs.append(shops.x)
        ys.append(shops.y)
        addresses += shops.addresses
        whereabouts += shops.whereabouts
        first += len(place.managers)
    at = np.concatenate(station)
    urban = np.array([place.area.urban for place in company.stations])[at]
    count = len(at)
    formats = rng.choice(len(FORMATS), count, p=FORMAT_CHANCE)
    base = np.exp(rng.normal(0, 0.62, count)) * FORMAT_SALES[formats] * np.where(urban, 1.18, 0.92)
    base *= MEDIAN / np.median(base)
    tier, service_class, importance = classes(rng, base)
    who = np.concatenate(manager)
    # An order day by manager's territory: neighbours order on the same day, so that one lorry serves them (TRADE).
    day = 1 + (who + np.floor(_rank(np.concatenate(xs)) * 3).astype(int)) % 5
    return Retailers(
        station=at,
        manager=who,
        x=np.concatenate(xs),
        y=np.concatenate(ys),
        urban=urban,
        formats=formats,
        base=base,
        temper=rng.choice(len(TEMPERS), count, p=TEMPER_CHANCE),
        order_weekday=day,
        age_days=_ages(rng, count, shape),
        care=np.clip(rng.normal(0.78, 0.14, count) + np.where(tier <= 2, 0.12, 0), 0.35, 1),
        tier=tier,
        service_class=service_class,
        importance=importance,
        grade=_grades(base),
        addresses=addresses,
        whereabouts=whereabouts,
        owners=names.people(rng, count),
    )


def _took_over(whose: Ints, x: Floats, y: Floats) -> None:
    """At every third station the first manager took over the nearest seventh of a neighbour's shops, and is now over.

    The promise check is to find somebody, and its proposals are to mend it (VIS-1).
    """
    taker, giver = 0, int(whose.max())
    if taker == giver:
        return
    mine, theirs = whose == taker, np.flatnonzero(whose == giver)
    away = np.hypot(x[theirs] - x[mine].mean(), y[theirs] - y[mine].mean())
    whose[theirs[np.argsort(away, kind="stable")[: round(len(theirs) * 0.14)]]] = taker


def classes(rng: np.random.Generator, base: Floats) -> tuple[Ints, Ints, list[str]]:
    """Visit tier, service class and importance from what a customer sells, as shares of all (CUS-3)."""
    size = _rank(base)  # 0 is the largest
    importance = np.select([size < 0.01, size < 0.05, size < 0.20], ["core", "important", "large"], "general")
    reach = _rank(base * np.exp(rng.normal(0, 0.18, len(base))))
    tier = 1 + np.searchsorted([0.03, 0.13, 0.35, 0.75], reach, side="right")
    growth = _rank(base * np.exp(rng.normal(0, 0.45, len(base))))
    service_class = 1 + np.searchsorted([0.08, 0.35], growth, side="right")
    return tier, service_class, importance.tolist()


def write_retailers(company: Company, shops: Retailers, status: list[str]) -> None:
    """Give names and codes, and write the customers' rows."""
    shape = company.shape
    rng = shape.rng("retailer-rows")
    count = len(shops)
    shops.ids = reserve_ids("accounts_customer", count)
    shops.codes = [f"C{10001 + index}" for index in range(count)]
    parts = _names(rng, shops)
    shops.names = ["".join(part) for part in parts]
    latitudes, longitudes = _positions(company, shops)
    phones, seconds = names.phone(rng, count), names.phone(rng, count)
    has_second, has_mail = rng.random(count) < 0.4 * shops.care, rng.random(count) < 0.06
    hours = _opening_hours(rng, shops)
    relations = _relationship_managers(company, shops)
    managers = [person.pk for station in company.stations for person in station.managers]
    units = [station.unit.pk for station in company.stations]
    spell = _Spelling()

    def rows() -> Iterator[tuple[Any, ...]]:
        for index in range(count):
            opens, closes, closed = hours[index]
            yield (
                shops.ids[index],
                "retailer",
                shops.codes[index],
                shops.names[index],
                spell.pinyin(parts[index])[:300],
                spell.initials(parts[index])[:60],
                status[index],
                units[shops.station[index]],
                managers[shops.manager[index]],
                relations[index],
                int(shops.tier[index]),
                int(shops.service_class[index]),
                shops.importance[index],
                shops.addresses[index],
                float(latitudes[index]),
                float(longitudes[index]),
                phones[index],
                seconds[index] if has_second[index] else "",
                f"{shops.codes[index].lower()}@mail.example" if has_mail[index] else "",
                opens,
                closes,
                closed,
                shape.ago(shops.age_days[index]),
            )

    copy_rows("accounts_customer", CUSTOMER_COLUMNS, rows())


class _Spelling:
    """Pinyin by parts of names, each spelled once: a name at a time would take minutes."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, str]] = {}

    def _of(self, part: str) -> tuple[str, str]:
        if part not in self._known:
            self._known[part] = (pinyin_of(part), initials_of(part)) if part else ("", "")
        return self._known[part]

    def pinyin(self, parts: tuple[str, ...]) -> str:
        return "".join(self._of(part)[0] for part in parts)

    def initials(self, parts: tuple[str, ...]) -> str:
        return "".join(self._of(part)[1] for part in parts)


def _names(rng: np.random.Generator, shops: Retailers) -> list[tuple[str, str, str]]:
    chances = rng.random((len(shops), 4))
    return [
        names.shop(FORMATS[shops.formats[index]], shops.owners[index][0], shops.whereabouts[index], chances[index])
        for index in range(len(shops))
    ]


def _positions(company: Company, shops: Retailers) -> tuple[Floats, Floats]:
    latitude, longitude = np.empty(len(shops)), np.empty(len(shops))
    for index, station in enumerate(company.stations):
        here = shops.station == index
        latitude[here], longitude[here] = station.area.city.to_wgs84(shops.x[here], shops.y[here])
    return latitude, longitude


def _opening_hours(rng: np.random.Generator, shops: Retailers) -> list[tuple[time | None, time | None, list[int]]]:
    """Country shops open at dawn, bars in the forenoon; one in eight never told us."""
    early, late, told, rests = (rng.random(len(shops)) for _ in range(4))
    hours: list[tuple[time | None, time | None, list[int]]] = []
    for index in range(len(shops)):
        closed = [1 + int(early[index] * 7)] if rests[index] < 0.04 else []
        if told[index] > 0.6 + shops.care[index] * 0.4:
            hours.append((None, None, closed))
            continue
        leisure = FORMATS[shops.formats[index]] == "F"
        opens = 600 if leisure else (420 if shops.urban[index] else 375) + 15 * int(early[index] * 6)
        closes = 1425 if leisure else (1290 if shops.urban[index] else 1200) + 15 * int(late[index] * 6)
        hours.append((time(opens // 60, opens % 60), time(closes // 60, closes % 60), closed))
    return hours


def _relationship_managers(company: Company, shops: Retailers) -> list[int | None]:
    """Core and important customers have one each, but for a few that are listed until mended (CUS-7)."""
    missing = max(2, round(len(shops) * 0.0006))
    given: list[int | None] = []
    turn = 0
    for index, importance in enumerate(shops.importance):
        if importance not in {"core", "important"}:
            given.append(None)
            continue
        turn += 1
        branch = company.stations[shops.station[index]].branch
        people = company.relationship[branch.pk]
        left_out = turn % max(2, round(len(shops) * 0.05 / missing)) == 3
        given.append(None if left_out else people[turn % len(people)].pk)
    return given


def _ages(rng: np.random.Generator, count: int, shape: Shape) -> Ints:
    """Customers for one to twenty years; one in thirty began within the months that are told."""
    ages = rng.gamma(2.2, 1150, count).astype(np.int64) + 800
    new = rng.random(count) < 0.035
    return np.where(new, rng.integers(45, 700, count), np.minimum(ages, 9000))


def _grades(base: Floats) -> Ints:
    """Supply grade D1 to D30 by place among all, most in the middle (TRADE)."""
    place = 1 - _rank(base)
    spread = np.log(np.clip(place, 1e-5, 1 - 1e-5) / np.clip(1 - place, 1e-5, 1))
    return np.clip(np.round(14 + 3.4 * spread), 1, 30).astype(np.int64)


def _rank(values: Floats) -> Floats:
    """The place among all from 0, the largest, towards 1, the smallest."""
    rank = np.empty(len(values))
    rank[np.argsort(-values, kind="stable")] = np.arange(len(values))
    return rank / len(values)
