"""An arrangement of stops, and which of them somebody moved. Pure functions."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any


def moved_in(before: Sequence[int], after: Sequence[int]) -> set[int]:
    """The fewest of the same numbers whose moving turns one order into the other."""
    place = {number: at for at, number in enumerate(before)}
    ends: list[int] = []
    at_end: list[int] = []
    came_from: dict[int, int | None] = {}
    for number in after:
        at = bisect_left(ends, place[number])
        came_from[number] = at_end[at - 1] if at else None
        ends[at : at + 1], at_end[at : at + 1] = [place[number]], [number]
    kept, last = set(), at_end[-1] if at_end else None
    while last is not None:
        kept.add(last)
        last = came_from[last]
    return set(after) - kept


def as_arrangement(value: Any) -> dict[int, list[int]]:
    """Plan's id → ids of its stops, from JSON; ValueError for anything else."""
    if not isinstance(value, Mapping):
        raise ValueError("no arrangement")  # noqa: TRY004 one kind of error for whoever asks
    try:
        return {int(plan): [int(stop) for stop in stops] for plan, stops in value.items()}
    except TypeError as error:
        raise ValueError("no arrangement") from error
