"""The line of a customer's months beside last year's, as points of a small drawing (VIS-5)."""

from collections.abc import Sequence


def trend_lines(
    values: Sequence[float], before: Sequence[float], *, width: float, height: float, margin: float = 4
) -> tuple[str, str, tuple[float, float], tuple[float, float]]:
    """Two SVG point lists on one scale from zero, and where each ends: this year's, last year's.

    Both run over the same months; without any value the lines lie on the ground.
    """
    highest = max([*values, *before, 1])
    steps = max(len(values), len(before)) - 1 or 1

    def points(line: Sequence[float]) -> list[tuple[float, float]]:
        return [
            (
                round(margin + at * (width - 2 * margin) / steps, 1),
                round(height - margin - value / highest * (height - 2 * margin), 1),
            )
            for at, value in enumerate(line)
        ]

    now, then = points(values), points(before)
    return _joined(now), _joined(then), (now or [(0.0, height)])[-1], (then or [(0.0, height)])[-1]


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
