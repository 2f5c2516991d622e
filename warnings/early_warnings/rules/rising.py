"""Whether a cause of complaints rises in a unit, and which unit is told (CMP-6, S4).

The number of a period is held against the time before it. Small numbers jump by themselves, so three things must come
together: enough complaints, more than so many times what was to be expected (the line, which is data), and a number
that chance alone brings seldom. With no change at all each of the complaints of both times would lie in the period with
the chance of its share of the days; how often so many lie there is the tail of a binomial distribution. It takes into
account that the time before is only a sample too, which a fixed expectation would not.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

#: How seldom the number may come by chance: once in 200 times. Asked anew each night over a period that moves on, that
#: raises one warning in twelve years at the most for a cause where nothing changes (3 months against 12, one to twenty
#: complaints in 3 months, simulated); a cause that trebled from 8 to 24 is found in nine cases out of ten.
CHANCE = 0.005
#: Less than one expected counts as one: six after none are six times as many, not infinitely many.
LEAST_EXPECTED = Decimal(1)


class Counts(NamedTuple):
    """Complaints of a period, and of the time before it."""

    recent: int
    before: int


@dataclass(frozen=True, slots=True)
class Days:
    """How long the period is, and the time before it as far as it is known."""

    recent: int
    before: int

    @property
    def tell(self) -> bool:
        """Whether the time before is long enough to expect anything from it."""
        return self.before >= self.recent > 0


def days_of(months: int) -> int:
    """So many months in days: 3 are 91, 12 are 365."""
    return round(months * 365 / 12)


def expected(before: int, days: Days) -> Decimal:
    """How many were to be expected in the period, to a tenth."""
    return (Decimal(before * days.recent) / days.before).quantize(Decimal("0.1"))


def times(counts: Counts, days: Days) -> Decimal:
    """How many times what was to be expected there are, to four places."""
    return (counts.recent / max(expected(counts.before, days), LEAST_EXPECTED)).quantize(Decimal("0.0001"))


def chance(counts: Counts, days: Days) -> float:
    """How probable so many or more are in the period if nothing has changed."""
    together, share = sum(counts), days.recent / (days.recent + days.before)
    inside, outside = math.log(share), math.log1p(-share)
    total = 0.0
    for number in range(counts.recent, together + 1):
        ways = math.lgamma(together + 1) - math.lgamma(number + 1) - math.lgamma(together - number + 1)
        part = math.exp(ways + number * inside + (together - number) * outside)
        total += part
        if number > together * share and part < total * 1e-9:  # from the mean on the parts only shrink
            break
    return min(total, 1.0)


def rises(counts: Counts, days: Days, *, least: Decimal, line: Decimal) -> bool:
    """Whether there are enough, so many times the expected as the line says, and more than chance brings."""
    if not days.tell or counts.recent < least or times(counts, days) < line:
        return False
    return chance(counts, days) <= CHANCE


def whole(own: Mapping[str, Counts]) -> dict[str, Counts]:
    """Of each unit, by its path, the complaints of its own customers and of all units below it."""
    found: dict[str, Counts] = {}
    for path, counts in own.items():
        for above in (path, *_above(path)):
            recent, before = found.get(above, (0, 0))
            found[above] = Counts(recent + counts.recent, before + counts.before)
    return found


def told(own: Mapping[str, Counts], rise: Callable[[str, Counts], bool], told_already: Collection[str]) -> list[str]:
    """The paths of the units to be told: where the cause rises, as low as it can be seen.

    From the bottom up: what a unit was told of, now or with a warning still open, is left out of the units above. Those
    are told only if their whole number rises and the rest does too.
    """
    all_of = whole(own)
    rest, found = dict(all_of), []
    for path in sorted(all_of, key=lambda each: (-each.count("/"), each)):
        known = path in told_already
        if not known:
            if not (rise(path, rest[path]) and rise(path, all_of[path])):
                continue
            found.append(path)
        taken = rest[path]
        for above in _above(path):
            rest[above] = Counts(rest[above].recent - taken.recent, rest[above].before - taken.before)
    return found


def _above(path: str) -> Iterator[str]:
    """The paths of the units above: `/1/12/7/` lies in `/1/12/` and `/1/`."""
    parts = path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        yield "/" + "/".join(parts[:length]) + "/"
