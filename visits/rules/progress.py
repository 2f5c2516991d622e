"""How a night's run stands, unit by unit: pure functions over counts."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people there are to plan for, how many are planned, worked at, failed; `retried` are planned at last."""

    people: int = 0
    planned: int = 0
    working: int = 0
    failed: int = 0
    retried: int = 0
    solving_ms: int = 0

    @property
    def waiting(self) -> int:
        """Not planned, not worked at, not failed."""
        return max(0, self.people - self.planned - self.working - self.failed)

    @property
    def share(self) -> float:
        """Planned, of all."""
        return self.planned / self.people if self.people else 0.0

    @property
    def seconds_each(self) -> float | None:
        """Solving time of one plan on average."""
        return self.solving_ms / self.planned / 1000 if self.planned else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.people + other.people,
            self.planned + other.planned,
            self.working + other.working,
            self.failed + other.failed,
            self.retried + other.retried,
            self.solving_ms + other.solving_ms,
        )


def common_path(paths: Iterable[str]) -> str:
    """The lowest unit above all of these, itself one of them if it is above the others; empty without any."""
    together: list[str] | None = None
    for path in paths:
        parts = path.strip("/").split("/")
        if together is None:
            together = parts
            continue
        same = 0
        while same < min(len(together), len(parts)) and together[same] == parts[same]:
            same += 1
        together = together[:same]
    return f"/{'/'.join(together)}/" if together else ""


def fold(rows: Iterable[tuple[str, Tally]]) -> list[tuple[str, Tally]]:
    """Tallies of units added up by the units directly below the one that they have in common, in the order of paths."""
    found = list(rows)
    above = common_path(path for path, _ in found)
    folded: dict[str, Tally] = {}
    for path, tally in found:
        below = path[len(above) :].split("/")[0] if above else path.strip("/").split("/")[0]
        key = f"{above or '/'}{below}/" if below else above
        folded[key] = folded.get(key, Tally()) + tally
    return sorted(folded.items())


def minutes_left(*, done: int, left: int, elapsed_seconds: float) -> int | None:
    """How long the rest will take at the pace so far, in minutes rounded up; None before anything is done."""
    if done <= 0 or elapsed_seconds <= 0:
        return None
    return max(1, -int(-left * elapsed_seconds / done // 60)) if left else 0
