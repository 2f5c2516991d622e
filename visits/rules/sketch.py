"""A route as a drawing for paper: no map tiles, only where the stops lie to each other. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians


@dataclass(frozen=True, slots=True)
class Sketch:
    """Points of the line and where each number stands, in the drawing's units."""

    width: int
    height: int
    line: str
    points: tuple[tuple[float, float, int], ...]
    start: tuple[float, float] | None


def sketch(
    places: Sequence[tuple[float, float, int]],
    start: tuple[float, float] | None,
    *,
    width: int,
    height: int,
    margin: int = 16,
) -> Sketch | None:
    """`places` are latitude, longitude and number in the order of the ride; None without any."""
    if not places:
        return None
    everything = [(latitude, longitude) for latitude, longitude, _number in places] + ([start] if start else [])
    middle = sum(latitude for latitude, _longitude in everything) / len(everything)
    shrink = cos(radians(middle))
    lows = min(latitude for latitude, _ in everything), min(longitude for _, longitude in everything)
    high, right = max(latitude for latitude, _ in everything), max(longitude for _, longitude in everything)
    tall, wide = max(high - lows[0], 1e-6), max((right - lows[1]) * shrink, 1e-6)
    scale = min((width - 2 * margin) / wide, (height - 2 * margin) / tall)
    left = (width - wide * scale) / 2

    def at(latitude: float, longitude: float) -> tuple[float, float]:
        return (
            round(left + (longitude - lows[1]) * shrink * scale, 1),
            round(height - margin - (latitude - lows[0]) * scale, 1),
        )

    points = tuple((*at(latitude, longitude), number) for latitude, longitude, number in places)
    begin = at(*start) if start else None
    line = " ".join(f"{x:g},{y:g}" for x, y, *_ in [*([begin] if begin else []), *points])
    return Sketch(width, height, line, points, begin)
