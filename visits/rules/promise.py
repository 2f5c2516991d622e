"""Can the matrix be kept? Hours asked a month against hours there are (VIS-1, VIS-2, VIS-4): pure arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from accounts.rules import Role

#: Beardwood, Halton, Hammersley: a round over n places spread over an area is about 0.7124 · √(n · area) long.
_ROUND = 0.7124
#: Shops along one street still lie a few steps apart: no area is smaller than this, in km².
_LEAST_AREA = 0.05
_DAYS_A_MONTH = 30.4
#: From this share of the hours there are, a month is tight; above 1 it cannot be kept.
TIGHT = 0.9
#: VIS-2: who goes on patrol to customers of which importance, at least once a month each.
PATROLS: Mapping[str, frozenset[str]] = {
    Role.GENERAL_MANAGER: frozenset({"core"}),
    Role.DEPUTY_GENERAL_MANAGER: frozenset({"core"}),
    Role.BRANCH_GENERAL_MANAGER: frozenset({"important"}),
    Role.ACCOUNT_MANAGER: frozenset({"large", "general"}),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """Where customers lie, as sums that add up and can be taken apart: positions in km east and north."""

    n: int = 0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    yy: float = 0.0
    xy: float = 0.0

    @classmethod
    def at(cls, x: float, y: float) -> "Ground":
        return cls(1, x, y, x * x, y * y, x * y)

    def __add__(self, other: "Ground") -> "Ground":
        return Ground(
            self.n + other.n,
            self.x + other.x,
            self.y + other.y,
            self.xx + other.xx,
            self.yy + other.yy,
            self.xy + other.xy,
        )

    def __sub__(self, other: "Ground") -> "Ground":
        return Ground(
            self.n - other.n,
            self.x - other.x,
            self.y - other.y,
            self.xx - other.xx,
            self.yy - other.yy,
            self.xy - other.xy,
        )

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x / self.n, self.y / self.n) if self.n else (0.0, 0.0)

    @property
    def reach(self) -> float:
        """How far the customers lie from their middle, the root of the mean square, in km."""
        if not self.n:
            return 0.0
        (x, y), n = self.centre, self.n
        return sqrt(max(0.0, self.xx / n - x * x + self.yy / n - y * y))

    @property
    def area(self) -> float:
        """The area of an even spread with the same variance, in km²."""
        if self.n < 2:
            return _LEAST_AREA
        (x, y), n = self.centre, self.n
        spread = max(0.0, (self.xx / n - x * x) * (self.yy / n - y * y) - (self.xy / n - x * y) ** 2)
        return max(_LEAST_AREA, 12 * sqrt(spread))


@dataclass(frozen=True, slots=True)
class Cell:
    """What the matrix asks of a role for a tier: a visit each so many days, and how many of a hundred by phone."""

    days: int
    phone_percent: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take: minutes a visit by tier 1 to 5, minutes a call, km/h, metres by road for a metre."""

    service_minutes: tuple[int, ...]
    call_minutes: int
    speed_kmh: float
    road_factor: float


@dataclass(frozen=True, slots=True)
class Count:
    """How many customers of one tier and importance, and how many of them are on the map; shares of shared ones."""

    n: float
    placed: float


@dataclass(frozen=True, slots=True)
class Work:
    """What a month asks of one person."""

    on_site: float = 0.0
    calls: float = 0.0
    service_minutes: float = 0.0
    ride_minutes: float = 0.0

    @property
    def minutes(self) -> float:
        return self.service_minutes + self.ride_minutes

    @property
    def visits(self) -> float:
        return self.on_site + self.calls


def visits_a_month(cell: Cell | None, *, patrolled: bool, month_days: int) -> float:
    """Visits that one customer is promised in a month of so many days; one may serve matrix and patrol (VIS-2)."""
    by_matrix = month_days / cell.days if cell is not None else 0.0
    return max(by_matrix, month_days / _DAYS_A_MONTH if patrolled else 0.0)


def round_minutes(stops: float, area: float, pace: Pace) -> float:
    """About how long a day's ride over so many stops in an area takes."""
    return _ROUND * sqrt(max(0.0, stops) * area) * pace.road_factor / pace.speed_kmh * 60


def work_asked(
    counts: Mapping[tuple[int, str], Count],
    cells: Mapping[int, Cell],
    *,
    role: str,
    ground: Ground,
    pace: Pace,
    month_days: int,
    days: int,
    riding: float = 1.0,
) -> Work:
    """What a person's customers ask for in a month.

    `days` are the working days over which the rides are spread; `riding` is how much longer this person's rides were in
    the past than the estimate says.
    """
    on_site = calls = minutes = 0.0
    patrolled = PATROLS.get(role, frozenset())
    for (tier, importance), count in counts.items():
        cell = cells.get(tier)
        each = visits_a_month(cell, patrolled=importance in patrolled, month_days=month_days)
        by_phone = (cell.phone_percent if cell is not None else 0) / 100
        there = count.placed * each * (1 - by_phone)
        on_site += there
        calls += count.n * each - there
        minutes += there * pace.service_minutes[tier - 1]
    ride = days * round_minutes(on_site / days, ground.area, pace) * riding if days else 0.0
    return Work(on_site, calls, minutes + calls * pace.call_minutes, ride)


def tone(share: float | None) -> str:
    """`over` for a month that cannot be kept, `near` for a tight one. None is work without any hours for it."""
    if share is None or share > 1:
        return "over"
    return "near" if share > TIGHT else ""
