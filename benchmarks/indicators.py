"""How well the shipped score, the silence alarm and the textbook rule warn, on real months and order days.

`python benchmarks/indicators.py DIR [--years 2016]`, DIR with `*months*.csv.gz` (store, month, order_days, sale_usd,
distinct_items) and `*orders*.csv.gz` (store, date, items, sale_usd). Beside them a LightGBM yardstick on the months,
trained on the years before, if lightgbm and numpy are installed; they are not part of the project.

Trouble at a month-end: the next three months are below half of both the customer's mean of twelve months as the market
moved, and its same months last year as the market moved × its own trend (0.67 to 1.5); active in 12 of 15 months.
Early: not in trouble already, and still buying in the month. Flags are ranked within each month, ties shared.
"""

import argparse
import csv
import gzip
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from pathlib import Path

from early_warnings.rules import months_back
from early_warnings.rules.score import (
    BY_DAYS,
    BY_MONTHS,
    Card,
    History,
    OrderDay,
    answers,
    month_end,
    read_facts,
    read_orders,
    score,
)
from early_warnings.rules.score.questions import BY_NAME

#: As shipped: the line of silence, and the least usual gap.
ALARM, LEAST_GAP = 3.25, 8.6
#: Lines of points that are looked at.
LINES = range(18, 28)
#: The share of the customers that a fixed line is to flag in every month.
WANTED = (0.04, 0.07)
SHARES = (0.02, 0.05, 0.10)
Score = Callable[[History, date, dict[date, float]], float | None]


@dataclass(frozen=True, slots=True)
class Case:
    """A customer at a month-end: whether trouble came, whether it was early to say so, how late it began."""

    customer: str
    month: date
    trouble: bool
    early: bool
    #: Months until the first one below half of the year's mean.
    lead: int
    #: The share of the lower expectation that was bought.
    left: float


def rows(folder: Path, name: str, names: dict[str, str]) -> Iterable[dict[str, str | None]]:
    (path,) = folder.glob(f"*{name}*.csv.gz")
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            yield {new: row[old] for new, old in names.items()}


def read(folder: Path) -> tuple[dict[str, History], dict[date, float]]:
    """Histories of all customers, and the market's months."""
    columns = {"customer": "store", "month": "month", "amount": "sale_usd", "orders": "order_days"}
    facts = read_facts(rows(folder, "months", columns | {"items": "distinct_items"}))
    days = read_orders(
        rows(folder, "orders", {"customer": "store", "date": "date", "amount": "sale_usd", "items": "items"})
    )
    return {customer: facts.history(customer, days) for customer in facts.months}, facts.market()


def cases(histories: dict[str, History], market: dict[date, float], years: set[int]) -> list[Case]:
    found = []
    months = [month for month in sorted(market) if month.year in years and months_back(month, -3) in market]
    for month in months:
        for customer, past in histories.items():
            if sum(each > 0 for each in past.amounts(month, 14)) < 12 or not past.reaches(month, 14):
                continue
            left = left_of(past, month, market)
            early = left_of(past, months_back(month, 3), market) >= 0.5 and past.amounts(month, 0)[0] > 0
            found.append(Case(customer, month, left < 0.5, early, lead(past, month), left))
    return found


def left_of(past: History, month: date, market: dict[date, float]) -> float:
    """What was bought in the three months after a month-end, as a share of the lower expectation; no trouble is 9."""
    if not past.reaches(month, 14):
        return 9.0
    ahead, all_ahead = sum(past.amounts(months_back(month, -3), 2)), total(market, months_back(month, -3), 2)
    by_mean = sum(past.amounts(month, 11)) * all_ahead / total(market, month, 11)
    recent, before = sum(past.amounts(month, 2)), sum(past.amounts(month, 14, 12))
    moved = total(market, month, 2) / total(market, month, 14, 12)
    trend = min(max(recent / before / moved, 0.67), 1.5) if before else 1.0
    by_season = sum(past.amounts(month, 11, 9)) * all_ahead / total(market, month, 11, 9) * trend
    expected = min(by_mean, by_season)
    return ahead / expected if expected > 0 else 9.0


def total(market: dict[date, float], month: date, first: int, last: int = 0) -> float:
    return sum(market[months_back(month, back)] for back in range(min(first, last), max(first, last) + 1))


def lead(past: History, month: date) -> int:
    mean = sum(past.amounts(month, 11)) / 12
    after = past.amounts(months_back(month, -3), 2)
    return next((number for number, each in enumerate(after, 1) if each < 0.5 * mean), 3)


def flagged(
    found: Sequence[Case], points: dict[tuple[str, date], float], share: float
) -> tuple[float, float, list[int]]:
    """Precision and recall when so many are flagged a month, ties shared; how late the trouble began that was hit."""
    hits = flags = trouble = 0.0
    leads: list[int] = []
    for month in sorted({each.month for each in found}):
        of = [each for each in found if each.month == month]
        values = sorted((points[each.customer, month] for each in of), reverse=True)
        wanted = share * len(of)
        cut = values[max(int(-(-wanted // 1)) - 1, 0)]
        above = [each for each in of if points[each.customer, month] > cut]
        tied = [each for each in of if points[each.customer, month] == cut]
        part = (wanted - len(above)) / len(tied)
        hits += sum(each.trouble for each in above) + part * sum(each.trouble for each in tied)
        flags += wanted
        trouble += sum(each.trouble for each in of)
        leads += [each.lead for each in above if each.trouble]
    return hits / flags, hits / trouble, leads


def textbook(past: History, month: date, market: dict[date, float]) -> float | None:
    """This month against the last three; flagged under 70 %."""
    before = sum(past.amounts(month, 3, 1)) / 3
    return -past.amounts(month, 0)[0] / before if before > 0 else None


def by_card(card: Card) -> Score:
    return lambda past, month, market: float(score(answers(card, past, month, market)))


def lightgbm_scores(
    histories: dict[str, History], market: dict[date, float], learn: Sequence[Case], judge: Sequence[Case]
) -> dict[tuple[str, date], float] | None:
    """A yardstick: boosted trees over all answers to questions of the months; None where it is not installed."""
    try:
        import lightgbm
        import numpy as np
    except ImportError:
        return None
    asked = [each.ask for each in BY_MONTHS] + [BY_NAME[name] for name in ("month_to_year", "items_quarter")]

    def table(of: Sequence[Case]) -> object:
        values = [[ask(histories[each.customer], each.month, market) for ask in asked] for each in of]
        return np.array([[np.nan if value is None else value for value in row] for row in values])

    settings = {"objective": "binary", "learning_rate": 0.03, "num_leaves": 7, "min_data_in_leaf": 100}
    settings |= {"feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 10, "verbose": -1}
    data = lightgbm.Dataset(table(learn), [each.trouble for each in learn])
    judged = sum(lightgbm.train(settings | {"seed": seed}, data, 150).predict(table(judge)) for seed in range(3))
    return {(each.customer, each.month): float(value) for each, value in zip(judge, judged, strict=True)}


def alarm(days: Mapping[str, Sequence[OrderDay]], first: date, last: date, end: date) -> str:
    """Silence of 3.25 own usual gaps (the year's mean), four weeks at least: the shipped line for most customers."""
    fired: list[tuple[float, bool]] = []
    true = 0
    for of in days.values():
        when = [each.day for each in of]
        for place, day in enumerate(when):
            year = [each for each in when[max(place - 366, 0) : place + 1] if each > day - timedelta(days=365)]
            known = (day - when[0]).days >= 180 and len(year) >= 12 and len({each.replace(day=1) for each in year}) >= 6
            ends = when[place + 1] if place + 1 < len(when) else None
            gap = ((ends or end) - day).days
            if not known or not first <= day <= last or (ends is None and gap < 91):
                continue
            usual = ((day - year[0]).days + 1) / len(year)
            line = ceil(ALARM * max(usual, LEAST_GAP))  # the first night over it, if nothing was ordered on that day
            true += gap >= 91
            if gap > line:
                fired.append((line, gap >= 91))
    right = [line for line, is_true in fired if is_true and line <= 90]
    return (
        f"fired {len(fired)}, precision {sum(is_true for _line, is_true in fired) / len(fired):.1%},"
        f" median at {statistics.median(line for line, _true in fired):.0f} days, recall {len(right) / true:.1%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--years", type=int, nargs="+", default=[2016], help="the years that are judged")
    given = parser.parse_args()
    histories, market = read(given.folder)
    days = {customer: past.days for customer, past in histories.items()}
    judged = cases(histories, market, set(given.years))
    early = [each for each in judged if each.early]
    print(f"{len(judged):,} customers × months judged in {given.years}, {len(early):,} early,")
    print(f"of these {sum(each.trouble for each in early) / len(early):.2%} came into trouble")

    def told(name: str, points: dict[tuple[str, date], float]) -> None:
        parts = [f"{name:34s}"]
        for share in SHARES:
            precision, recall, leads = flagged(early, points, share)
            late = sum(each > 1 for each in leads) / len(leads) if leads else 0
            parts.append(f"{share:.0%}: {precision:.4f} recall {recall:.3f} later than a month {late:.2f}")
        print("  ".join(parts), flush=True)

    def scored(of: Sequence[Case], rule: Score) -> dict[tuple[str, date], float]:
        found = {(each.customer, each.month): rule(histories[each.customer], each.month, market) for each in of}
        return {key: -1e9 if value is None else value for key, value in found.items()}

    told("textbook rule", scored(early, textbook))
    told("silence / own 90 % gap", scored(early, BY_NAME["silence"]))
    by_months = scored(judged, by_card(BY_MONTHS))
    told("card by months", by_months)
    by_days = scored(judged, by_card(BY_DAYS))
    told("card by order days", by_days)
    learn = [each for each in cases(histories, market, set(range(2000, min(given.years)))) if each.early]
    learn = [each for each in learn if months_back(each.month, -3).year < min(given.years)]
    yardstick = lightgbm_scores(histories, market, learn, early) if learn else None
    if yardstick is None:
        print("LightGBM yardstick: not installed, or nothing to learn from")
    else:
        told("LightGBM, months (not shipped)", yardstick)
    cards = (("card by order days", by_days), ("card by months", by_months))
    lines = [(f"{name}, {line} or more", points, float(line)) for name, points in cards for line in LINES]
    for name, points, line in (*lines, ("textbook rule, under 70 %", scored(judged, textbook), -0.7)):
        shares = []
        for month in sorted({each.month for each in judged}):
            of = [points[each.customer, month] for each in judged if each.month == month]
            shares.append(sum(each >= line for each in of) / len(of))
        mean = statistics.mean(shares)
        held = sum(WANTED[0] <= each <= WANTED[1] for each in shares)
        print(
            f"{name}: flags {min(shares):.1%} to {max(shares):.1%} of customers a month, {mean:.1%} in the mean;"
            f" {WANTED[0]:.0%} to {WANTED[1]:.0%} in {held} of {len(shares)} months"
        )
    end = max(of[-1].day for of in days.values() if of)
    first = date(min(given.years), 1, 1)
    print("silence alarm:", alarm(days, first, min(date(max(given.years), 12, 31), end - timedelta(days=91)), end))
    print(f"known until {month_end(max(market))}")


if __name__ == "__main__":
    main()
