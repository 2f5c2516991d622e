"""What eases a matrix that cannot be kept, and how customers are shared out fairly: pure functions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visits.rules.intervals import Interval, Unit
from visits.rules.promise import Cell

#: The steps by which an interval may become longer.
_LADDER = (
    Interval(3, Unit.DAY),
    Interval(5, Unit.DAY),
    Interval(1, Unit.WEEK),
    Interval(10, Unit.DAY),
    Interval(1, Unit.HALF_MONTH),
    Interval(3, Unit.WEEK),
    Interval(1, Unit.MONTH),
    Interval(3, Unit.HALF_MONTH),
    Interval(2, Unit.MONTH),
    Interval(3, Unit.MONTH),
    Interval(4, Unit.MONTH),
    Interval(6, Unit.MONTH),
    Interval(12, Unit.MONTH),
)
_ROUNDS = 80
_STEP = 0.6


def longer(interval: Interval) -> Interval | None:
    """The next longer interval; None at the ladder's end."""
    return next((step for step in _LADDER if step.about_days > interval.about_days), None)


def weight(cell: Cell | None) -> float:
    """How much one customer of a tier counts when customers are moved: visits a month, one at least."""
    return max(1.0, 30 / cell.days) if cell is not None else 1.0


def share_out(
    places: NDArray[np.float64],
    weights: NDArray[np.float64],
    present: NDArray[np.int64],
    room: NDArray[np.float64],
    *,
    keep: float = 0.5,
) -> NDArray[np.int64]:
    """Whom each customer should belong to, so that work is even and ways are short: managers by their index.

    `places` are km east and north, `weights` the minutes a customer takes, `present` who has it now, `room` the minutes
    each manager has. Each manager asks a price for a customer, which rises while they have too much; a customer goes to
    the nearest at that price, and the present manager is `keep` of the usual distance nearer than any other.
    """
    owner, managers = present.copy(), len(room)
    target = room / room.sum() * weights.sum()
    spread = float(np.sqrt(((places - places.mean(axis=0)) ** 2).sum(axis=1).mean())) or 1.0
    prices = np.zeros(managers)
    best, best_gap = owner, _gap(owner, weights, target)
    for turn in range(_ROUNDS):
        centres = np.array([_centre(places, weights, owner == one) for one in range(managers)])
        cost = np.sqrt(((places[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)) / spread + prices[None, :]
        cost[np.arange(len(places)), present] -= keep / np.sqrt(managers)
        owner = cost.argmin(axis=1)
        load = np.bincount(owner, weights=weights, minlength=managers)
        prices += _STEP / np.sqrt(turn + 1) * (load - target) / np.maximum(target, 1e-9) / np.sqrt(managers)
        gap = _gap(owner, weights, target)
        if gap < best_gap:
            best, best_gap = owner.copy(), gap
    return best


def _gap(owner: NDArray[np.int64], weights: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    """How far the fullest is above what would be fair."""
    load = np.bincount(owner, weights=weights, minlength=len(target))
    return float(np.max(load / np.maximum(target, 1e-9)))


def _centre(
    places: NDArray[np.float64], weights: NDArray[np.float64], mine: NDArray[np.bool_]
) -> Sequence[float] | NDArray[np.float64]:
    if not mine.any():
        return places.mean(axis=0)  # type: ignore[no-any-return]
    return np.average(places[mine], axis=0, weights=weights[mine])
