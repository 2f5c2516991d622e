"""Two cities that are on no map: rivers, streets, villages along country roads, and shops beside them.

Everything is drawn in metres east and north of a city's centre, and becomes WGS-84 at the end.
"""

from dataclasses import dataclass, field
from math import cos, pi, radians

import numpy as np
import numpy.typing as npt

from config.demo import names

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: Half the side of the quarter that one urban station serves, metres.
QUARTER = 950
#: How far shops stay from the middle of the river, metres.
BANK = 170
METRES_A_DEGREE = 111_320


@dataclass(frozen=True, slots=True)
class City:
    """A city on a winding river; `angle` turns its grid."""

    name: str
    latitude: float
    longitude: float
    angle: float
    bend: float

    def to_wgs84(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Latitude and longitude of metres along and across the river."""
        turn = radians(self.angle)
        east, north = x * cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * cos(turn)
        latitude = self.latitude + north / METRES_A_DEGREE
        longitude = self.longitude + east / (METRES_A_DEGREE * cos(radians(self.latitude)))
        return np.round(latitude, 6), np.round(longitude, 6)

    def river(self, x: Floats) -> Floats:
        """Where the river runs: metres across, for metres along."""
        return self.bend * np.sin(x / 1700) + self.bend / 2 * np.sin(x / 640 + 1)

    def off_the_river(self, x: Floats, y: Floats) -> Floats:
        """The same places, with those in the water moved to their bank."""
        river = self.river(x)
        side = np.where(y >= river, 1.0, -1.0)
        return np.where(np.abs(y - river) < BANK, river + side * (BANK + np.abs(y - river) / 4), y)


CITIES = (City("澜州市", 27.6182, 115.2147, 24.0, 520.0), City("泽安市", 27.2036, 115.8631, -37.0, 380.0))


@dataclass(slots=True)
class Street:
    """A street or a country road as a bent line; `villages` are the distances at which houses stand together."""

    name: str
    line: Floats
    villages: list[tuple[float, str]] = field(default_factory=list)

    @property
    def length(self) -> float:
        return float(np.hypot(*np.diff(self.line, axis=0).T).sum())

    def at(self, distance: Floats, aside: Floats) -> tuple[Floats, Floats]:
        """Points so far along the line, and so far to its left."""
        steps = np.diff(self.line, axis=0)
        lengths = np.hypot(steps[:, 0], steps[:, 1])
        ends = np.concatenate([[0.0], np.cumsum(lengths)])
        piece = np.clip(np.searchsorted(ends, distance, side="right") - 1, 0, len(lengths) - 1)
        ahead = (distance - ends[piece]) / lengths[piece]
        direction = steps[piece] / lengths[piece][:, None]
        x = self.line[piece, 0] + steps[piece, 0] * ahead - direction[:, 1] * aside
        y = self.line[piece, 1] + steps[piece, 1] * ahead + direction[:, 0] * aside
        return x, y


@dataclass(slots=True)
class Area:
    """What one station serves: a quarter of a city, or a township with its villages."""

    city: City
    urban: bool
    x: float
    y: float
    address: str
    streets: list[Street]


@dataclass(slots=True)
class Places:
    """Shops along the streets of an area: metres, address, and the street or village as people call it."""

    x: Floats
    y: Floats
    addresses: list[str]
    whereabouts: list[str]


def urban_area(rng: np.random.Generator, city: City, index: int, road_names: list[str]) -> Area:
    """A quarter with a grid of streets. Quarters alternate between the banks and spread outward along the river."""
    column, bank = divmod(index, 2)
    x = (1 if column % 2 else -1) * ((column + 1) // 2) * (2 * QUARTER + 80.0)
    y = float(city.river(np.array([x]))[0]) + (1 if bank else -1) * (QUARTER + BANK)
    streets = []
    across = len(road_names) // 2
    for number, name in enumerate(road_names):
        along = number < len(road_names) - across
        lanes = len(road_names) - across if along else across
        lane = number if along else number - (len(road_names) - across)
        offset = ((lane + 0.5) / lanes * 2 - 1) * QUARTER + rng.normal(0, 25)
        reach = QUARTER * rng.uniform(0.75, 1.0)
        run = np.linspace(-reach, reach, 5)
        sway = offset + np.cumsum(rng.normal(0, 22, 5))
        line = np.stack([run + x, sway + y] if along else [sway + x, run + y], axis=1)
        streets.append(Street(name, line))
    return Area(city, True, x, y, city.name, streets)


def rural_area(
    rng: np.random.Generator, city: City, centre: tuple[float, float], address: str, villages: list[str]
) -> Area:
    """A township: a few streets that cross, and roads to villages in all directions."""
    x, y = centre
    streets = []
    turn = rng.uniform(0, pi)
    for number, name in enumerate(["人民路", "农贸街", "新街", "老街", "车站路"][: int(rng.integers(3, 6))]):
        heading = turn + (pi / 2) * (number % 2) + rng.normal(0, 0.1)
        reach = rng.uniform(250, 480)
        shift = (number // 2) * 170.0
        run = np.linspace(-reach, reach, 4)
        line = np.stack([x + run * cos(heading), y + run * np.sin(heading)], axis=1)
        line += np.array([-np.sin(heading), cos(heading)]) * shift + rng.normal(0, 12, line.shape)
        streets.append(Street(name, line))
    roads = int(rng.integers(4, 7))
    for number in range(roads):
        heading = turn + 2 * pi * number / roads + rng.normal(0, 0.2)
        length = rng.uniform(3200, 6500)
        headings = heading + np.cumsum(rng.normal(0, 0.16, 7))
        steps = np.stack([np.cos(headings), np.sin(headings)], axis=1) * length / 7
        line = np.concatenate([[[x, y]], np.array([x, y]) + np.cumsum(steps, axis=0)])
        road = Street("乡道", line)
        distance = rng.uniform(1100, 1700)
        while distance < road.length and villages:
            road.villages.append((distance, villages.pop() + "村"))
            distance += rng.uniform(1000, 1900)
        streets.append(road)
    return Area(city, False, x, y, address, streets)


def shops_along(rng: np.random.Generator, area: Area, count: int) -> Places:
    """Places for so many shops: close together near crossings and in villages, thin in between."""
    spots = [(street, distance, name) for street in area.streets for distance, name in street.villages]
    main = [street for street in area.streets if not street.villages]
    in_village = rng.random(count) < (0.62 if spots else 0.0)
    x, y = np.empty(count), np.empty(count)
    addresses, whereabouts = [""] * count, [""] * count
    weight = np.array([street.length for street in main]) * rng.uniform(0.4, 1.6, len(main))
    chosen = rng.choice(len(main), count, p=weight / weight.sum())
    village = rng.integers(0, max(1, len(spots)), count)
    together = np.where(rng.random(count) < 0.3, rng.beta(5, 5, count), rng.uniform(0.01, 0.99, count))
    aside = np.where(rng.random(count) < 0.5, 1, -1) * rng.uniform(9, 24, count)
    for index in range(count):
        if in_village[index]:
            street, distance, name = spots[village[index]]
            distance = float(np.clip(distance + rng.normal(0, 130), 20, street.length - 1))
            number = 1 + int(together[index] * 90)
            addresses[index], whereabouts[index] = f"{area.address}{name}{number}号", name.removesuffix("村")
        else:
            street = main[chosen[index]]
            distance = together[index] * street.length
            number = 1 + 2 * int(distance / 11) + (aside[index] > 0)
            addresses[index], whereabouts[index] = f"{area.address}{street.name}{number}号", street.name
        at_x, at_y = street.at(np.array([distance]), aside[index : index + 1])
        x[index], y[index] = at_x[0], at_y[0]
    return Places(x, area.city.off_the_river(x, y), addresses, whereabouts)


def territories(x: Floats, y: Floats, managers: int) -> Ints:
    """Cut the shops of a station into compact territories of equal size, one for each manager."""
    territory = np.zeros(len(x), dtype=np.int64)

    def cut(members: Ints, first: int, parts: int) -> None:
        if parts == 1:
            territory[members] = first
            return
        wide = np.ptp(x[members]) >= np.ptp(y[members]) if len(members) else True
        ordered = members[np.argsort((x if wide else y)[members], kind="stable")]
        left = parts // 2
        border = round(len(ordered) * left / parts)
        cut(ordered[:border], first, left)
        cut(ordered[border:], first + left, parts - left)

    cut(np.arange(len(x)), 0, managers)
    return territory


def road_names(rng: np.random.Generator, quarters: int) -> list[list[str]]:
    """The streets of each quarter of one city."""
    counts = [int(count) for count in rng.integers(12, 19, quarters)]
    drawn = iter(names.roads(rng, sum(counts)))
    return [[next(drawn) for _ in range(count)] for count in counts]
