"""What a trial says, added up over its months, beside the present set (WRN-8)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from early_warnings.models import Trial, TrialMonth


@dataclass
class Told:
    """One set over all months of a trial. Shares are parts of one, None where nothing could be judged."""

    whose: str
    label: str
    months: list[date] = field(default_factory=list)
    raised: list[int] = field(default_factory=list)
    standing: list[int] = field(default_factory=list)
    shares: list[float | None] = field(default_factory=list)
    judged: int = 0
    true: int = 0
    early: int = 0
    lead: int = 0
    population: int = 0
    found: int = 0
    troubled: int = 0
    desks: Counter[str] = field(default_factory=Counter)

    @property
    def a_month(self) -> float:
        """New reports a month."""
        return sum(self.raised) / len(self.raised) if self.raised else 0.0

    @property
    def share_true(self) -> float | None:
        return self.true / self.judged if self.judged else None

    @property
    def share_early(self) -> float | None:
        """Of those that came true, how many still bought as usual when they were flagged."""
        return self.early / self.true if self.true else None

    @property
    def months_early(self) -> float | None:
        """How many months those lay ahead, on average."""
        return self.lead / self.early if self.early else None

    @property
    def share_found(self) -> float | None:
        """Of all customers in trouble, how many were flagged."""
        return self.found / self.troubled if self.troubled else None

    @property
    def base(self) -> float | None:
        """What share of all customers it would have been by chance."""
        return self.troubled / self.population if self.population else None

    def workload(self) -> list[tuple[str, float]]:
        """New reports a month by the role of the desk, most first."""
        count = len(self.months) or 1
        return [(role, number / count) for role, number in self.desks.most_common()]


def told(*, trial: Trial) -> list[Told]:
    """The present set, the indicator alone, the set with it: each over the trial's months, in one query."""
    found = {whose: Told(whose, str(label)) for whose, label in TrialMonth.Whose.choices}
    for row in trial.months.order_by("month"):
        told_of = found[row.whose]
        told_of.months.append(row.month)
        told_of.raised.append(row.raised)
        told_of.standing.append(row.standing)
        told_of.shares.append(row.true / row.judged if row.judged and row.true is not None else None)
        told_of.judged += row.judged or 0
        told_of.true += row.true or 0
        told_of.early += row.early or 0
        told_of.lead += row.lead or 0
        told_of.population += row.population or 0
        told_of.found += row.found or 0
        told_of.troubled += row.troubled or 0
        told_of.desks.update(row.desks)
    return list(found.values())
