"""What would mend a month that cannot be kept: neighbours take customers, calls take turns, visits become fewer."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db.models import F
from numpy.typing import NDArray

from accounts.models import Customer
from accounts.rules import Role
from visits.models import VisitInterval
from visits.rules import Cell, Ground, Interval, Unit, mending
from visits.services.promise.reading import Load, Month, Terms, over

#: A neighbour is filled up to this share of their hours, and one who is over comes down to it.
FULL = 0.97
#: Less than this many hours a month is no help.
HELPS = 0.5
#: Customers of so many people are looked at for one proposal; a larger unit is mended branch by branch.
_PEOPLE_MOST = 120
_EAST_KM, _NORTH_KM, _MERIDIAN = 111.32, 110.574, 104


@dataclass(frozen=True, slots=True)
class Shop:
    """A customer who could change hands; `x`, `y` in km as in the loads, None off the map."""

    pk: int
    manager_id: int
    tier: int
    importance: str
    x: float | None
    y: float | None

    @property
    def ground(self) -> Ground | None:
        return None if self.x is None or self.y is None else Ground.at(self.x, self.y)


@dataclass(frozen=True, slots=True)
class Move:
    """One customer from one manager to another."""

    customer_id: int
    giver_id: int
    taker_id: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to mend it, with its effect: minutes asked of those who were over, and who is over then.

    `kind` is `move`, `phone` or `fewer`; the matrix's cell as it would be stands in `tier` and `cell`, `percent`.
    """

    kind: str
    before: Mapping[int, float]
    after: Mapping[int, float]
    over_before: Sequence[Load]
    over_after: Sequence[Load]
    visits_lost: float = 0.0
    tier: int = 0
    interval: VisitInterval | None = None
    moves: Sequence[Move] = ()
    loads_after: Sequence[Load] = field(default=(), repr=False)

    @property
    def key(self) -> str:
        return self.kind if self.kind == "move" else f"{self.kind}-{self.tier}"

    @property
    def mends(self) -> bool:
        return not self.over_after

    @property
    def hours_saved(self) -> float:
        """Hours a month less for those who were over."""
        those = [load.person_id for load in self.over_before]
        return sum(self.before[pk] - self.after[pk] for pk in those) / 60

    @property
    def touched(self) -> list[Load]:
        """Those who give or take customers."""
        people = {pk for move in self.moves for pk in (move.giver_id, move.taker_id)}
        return [load for load in self.loads_after if load.person_id in people]


def shops_of(managers: Sequence[int]) -> list[Shop]:
    """The active customers of these managers, in one query."""
    rows = (
        Customer.objects.filter(account_manager__in=managers, status=Customer.Status.ACTIVE)
        .annotate(manager=F("account_manager_id"))
        .order_by("pk")
        .values_list("pk", "manager", "tier", "importance", "latitude", "longitude")
    )
    return [
        Shop(pk, manager, tier, importance, *place(latitude, longitude))
        for pk, manager, tier, importance, latitude, longitude in rows
    ]


def place(latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
    """A position as km east and north, as the loads count them."""
    if latitude is None or longitude is None:
        return None, None
    return (longitude - _MERIDIAN) * _EAST_KM * float(np.cos(np.radians(latitude))), latitude * _NORTH_KM


def propose(found: Sequence[Load], terms: Terms, month: Month) -> list[Proposal]:
    """Every way that helps somebody who is over, the best first: who is over then, visits lost, customers moved."""
    those = over(found, terms, month)
    if not those:
        return []
    role = those[0].role
    ways = [_relief(found, those, terms, month)] if role == Role.ACCOUNT_MANAGER else []
    for row in (row for row in terms.rows if row.role == role):
        ways += [_of_matrix(found, those, terms, month, kind=kind, cell=cell) for kind, cell in _changes(row)]
    helping = [way for way in ways if way is not None and way.hours_saved >= HELPS]
    return sorted(
        helping, key=lambda way: (len(way.over_after), round(way.visits_lost), len(way.moves), -way.hours_saved)
    )


def _changes(row: VisitInterval) -> list[tuple[str, VisitInterval]]:
    """What could be done to a cell: more of it by phone, or the next longer interval."""
    found = []
    for percent in (50, 100):
        if percent > row.phone_percent:
            found.append(("phone", _copy(row, phone_percent=percent)))
            break
    longer = mending.longer(Interval(row.number, Unit(row.unit)))
    if longer is not None:
        found.append(("fewer", _copy(row, number=longer.number, unit=longer.unit)))
    return found


def _copy(row: VisitInterval, **changes: object) -> VisitInterval:
    fields = {"tier": row.tier, "role": row.role, "number": row.number, "unit": row.unit}
    return VisitInterval(**{**fields, "phone_percent": row.phone_percent, **changes})


def _of_matrix(
    found: Sequence[Load], those: Sequence[Load], terms: Terms, month: Month, *, kind: str, cell: VisitInterval
) -> Proposal:
    then = terms.changed(cell.tier, cell.role, Cell(cell.interval.about_days, cell.phone_percent))
    before = {load.person_id: load.work(terms, month) for load in found}
    after = {load.person_id: load.work(then, month) for load in found}
    return Proposal(
        kind=kind,
        before={pk: work.minutes for pk, work in before.items()},
        after={pk: work.minutes for pk, work in after.items()},
        over_before=those,
        over_after=over(found, then, month),
        visits_lost=sum(before[pk].on_site - after[pk].on_site for pk in before),
        tier=cell.tier,
        interval=cell,
        loads_after=found,
    )


def _relief(found: Sequence[Load], those: Sequence[Load], terms: Terms, month: Month) -> Proposal | None:
    """Customers at the border go to neighbours of the same branch who have room, until nobody is over (ORG-5)."""
    branches = {load.branch_id for load in those}
    around = [load for load in found if load.branch_id in branches]
    if len(around) > _PEOPLE_MOST:
        return None
    shops = shops_of([load.person_id for load in around])
    hands = Hands(around, shops, terms, month)
    for load in those:
        hands.relieve(load.person_id)
    if not hands.moves:
        return None
    then = [hands.loads.get(load.person_id, load) for load in found]
    return Proposal(
        kind="move",
        before={load.person_id: load.work(terms, month).minutes for load in found},
        after={load.person_id: load.work(terms, month).minutes for load in then},
        over_before=those,
        over_after=over(then, terms, month),
        moves=hands.moves,
        loads_after=then,
    )


class Hands:
    """Who has which customers while moves are tried; each move keeps everybody's month in view."""

    def __init__(self, around: Sequence[Load], shops: Sequence[Shop], terms: Terms, month: Month) -> None:
        self.loads = {load.person_id: load for load in around}
        self.terms, self.month = terms, month
        self.moves: list[Move] = []
        self.shops: dict[int, list[Shop]] = defaultdict(list)
        for shop in shops:
            self.shops[shop.manager_id].append(shop)

    def minutes(self, load: Load) -> float:
        return load.work(self.terms, self.month).minutes

    def room(self, person_id: int) -> float:
        load = self.loads[person_id]
        return FULL * load.minutes_there_are(self.terms) - self.minutes(load)

    def relieve(self, giver_id: int) -> None:
        """Give away the customers that lie nearest to a neighbour's, as few as it takes."""
        branch = self.loads[giver_id].branch_id
        takers = [pk for pk, load in self.loads.items() if pk != giver_id and load.branch_id == branch]
        for shop, taker_id in self._border(giver_id, takers):
            if self.room(giver_id) >= 0:
                return
            self.give(shop, giver_id, taker_id)

    def give(self, shop: Shop, giver_id: int, taker_id: int) -> bool:
        """Move a customer if the taker still has room; says whether it did."""
        taken = self.loads[taker_id].with_customer(shop.tier, shop.importance, shop.ground, by=1)
        if self.minutes(taken) > FULL * taken.minutes_there_are(self.terms):
            return False
        self.move(shop, giver_id, taker_id)
        return True

    def move(self, shop: Shop, giver_id: int, taker_id: int) -> None:
        """Move a customer whatever it weighs."""
        self.loads[taker_id] = self.loads[taker_id].with_customer(shop.tier, shop.importance, shop.ground, by=1)
        self.loads[giver_id] = self.loads[giver_id].with_customer(shop.tier, shop.importance, shop.ground, by=-1)
        self.moves.append(Move(shop.pk, giver_id, taker_id))

    def _border(self, giver_id: int, takers: Sequence[int]) -> list[tuple[Shop, int]]:
        """The giver's customers with each taker, those first that free most minutes for the least way."""
        mine = [shop for shop in self.shops[giver_id] if shop.x is not None]
        ranked: list[tuple[float, int, Shop, int]] = []
        here, cells = _places(mine), self.terms.of_role(Role.ACCOUNT_MANAGER)
        for taker_id in takers:
            there = _places([shop for shop in self.shops[taker_id] if shop.x is not None])
            if not len(there) or not len(here):
                continue
            away = np.sqrt(((here[:, None, :] - there[None, :, :]) ** 2).sum(axis=2)).min(axis=1)
            ranked += [
                (float(km) / mending.weight(cells.get(shop.tier)), shop.pk, shop, taker_id)
                for shop, km in zip(mine, away, strict=True)
            ]
        given: set[int] = set()
        best = []
        for _worth, pk, shop, taker_id in sorted(ranked, key=lambda each: each[:2]):
            if pk not in given:
                given.add(pk)
                best.append((shop, taker_id))
        return best


def _places(shops: Sequence[Shop]) -> NDArray[np.float64]:
    return np.array([(shop.x, shop.y) for shop in shops], dtype=np.float64).reshape(-1, 2)
