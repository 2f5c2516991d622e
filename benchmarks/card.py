"""How the score card was made: which limits give how many points. Prints a card; a person rounds the limits.

`python benchmarks/card.py DIR [--until 2015] [--months-only]`, DIR as for `indicators.py`. Needs numpy and scipy, which
are not part of the project.

Each question has limits at its low and at its high end, at fixed shares of all answers. A limit's weight may not be
negative, so that a question warns the more the further out its answer lies; weights are found by logistic regression
with a ridge, for three degrees of trouble at once (less than 35, 50, 65 % of what was expected), because trouble itself
is rare. Weights are then cut into whole points of 0.15. It is tried on customers left out, a fifth at a time.
"""

import argparse
import random
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from early_warnings.rules.score import BY_DAYS, BY_MONTHS, Card
from scipy.optimize import minimize

sys.path.append(str(Path(__file__).resolve().parent))  # at the end: `warnings.py` beside this file hides nothing there
import indicators

LOW, HIGH = (0.01, 0.03, 0.07, 0.15, 0.3, 0.5), (0.99, 0.97, 0.93, 0.85, 0.7)
DEGREES, POINT, RIDGE, FOLDS = ((0.35, 0.5), (0.5, 0.5), (0.65, 0.4)), 0.15, 2.0, 5


def limits_of(card: Card, table: Any) -> list[tuple[int, bool, float]]:
    """Column, whether it is a low one, limit; only at those ends at which the shipped card gives points."""
    found = []
    for column, asked in enumerate(card):
        known = table[:, column][~np.isnan(table[:, column])]
        for low, shares, used in ((True, LOW, asked.low), (False, HIGH, asked.high)):
            cuts = sorted(set(np.quantile(known, shares))) if used else []
            found += [(column, low, float(cut)) for cut in cuts]
    return found


def coded(table: Any, limits: Sequence[tuple[int, bool, float]]) -> Any:
    with np.errstate(invalid="ignore"):
        columns = [table[:, column] <= cut if low else table[:, column] >= cut for column, low, cut in limits]
    return np.stack(columns, 1).astype(np.float32)


def weights_of(code: Any, left: Any) -> Any:
    """Weights of the limits; `left` is the share of the expectation that was bought."""
    wanted = sum(weight * (left < degree) for degree, weight in DEGREES)
    whole = sum(weight for _degree, weight in DEGREES)

    def cost(theta: Any) -> tuple[float, Any]:
        sums = code @ theta[1:].astype(np.float32) + theta[0]
        wrong = whole / (1 + np.exp(-sums)) - wanted
        value = (whole * np.logaddexp(0, sums) - wanted * sums).sum() + RIDGE * (theta[1:] ** 2).sum() / 2
        return value, np.concatenate([[wrong.sum()], code.T @ wrong.astype(np.float32) + RIDGE * theta[1:]])

    start = np.zeros(code.shape[1] + 1)
    start[0] = -4
    bounds = [(None, None), *[(0, None)] * code.shape[1]]
    return minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 100}).x[1:]


def points_of(limits: Sequence[tuple[int, bool, float]], weights: Any) -> list[tuple[int, bool, float, int]]:
    """The points of each limit: its own weight, and those of the limits further in."""
    found = []
    for column, low, cut in limits:
        further = [
            weight
            for (other, is_low, at), weight in zip(limits, weights, strict=True)
            if other == column and is_low == low and (at >= cut if low else at <= cut)
        ]
        found.append((column, low, cut, round(float(sum(further)) / POINT)))
    return found


def added(table: Any, card: Sequence[tuple[int, bool, float, int]]) -> Any:
    total = np.zeros(len(table))
    with np.errstate(invalid="ignore"):
        for column in {each[0] for each in card}:
            best = np.zeros(len(table))
            for _column, low, cut, points in (each for each in card if each[0] == column):
                reached = table[:, column] <= cut if low else table[:, column] >= cut
                best = np.maximum(best, np.where(reached, points, 0))
            total += best
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--until", type=int, default=2015, help="the last year to learn from")
    parser.add_argument("--months-only", action="store_true", help="make the card that asks of months alone")
    given = parser.parse_args()
    card = BY_MONTHS if given.months_only else BY_DAYS
    histories, market = indicators.read(given.folder)
    known = [each for each in indicators.cases(histories, market, set(range(2000, given.until + 1))) if each.early]
    known = [each for each in known if indicators.months_back(each.month, -3).year <= given.until]
    answers = [[_answer(asked.ask(histories[each.customer], each.month, market)) for asked in card] for each in known]
    table, left = np.array(answers), np.array([each.left for each in known])
    limits = limits_of(card, table)
    code = coded(table, limits)
    print(f"{len(known):,} early customers × months until {given.until}, {np.mean(left < 0.5):.2%} came into trouble")
    print("on customers left out, 5 % flagged: precision", round(_left_out(known, table, code, left, limits), 4))
    for column, low, cut, points in points_of(limits, weights_of(code, left)):
        if points:
            print(f"{card[column].key:22s} {'at most' if low else 'at least':8s} {cut:8.3f}: {points}")


def _left_out(known: Sequence[indicators.Case], table: Any, code: Any, left: Any, limits: Any) -> float:
    by = random.Random(1)
    fold_of = {customer: by.randrange(FOLDS) for customer in sorted({each.customer for each in known})}
    folds = np.array([fold_of[each.customer] for each in known])
    scores = np.zeros(len(known))
    for fold in range(FOLDS):
        made = points_of(limits, weights_of(code[folds != fold], left[folds != fold]))
        scores[folds == fold] = added(table[folds == fold], made)
    points = {(each.customer, each.month): float(value) for each, value in zip(known, scores, strict=True)}
    return statistics.fmean([indicators.flagged(known, points, 0.05)[0]])


def _answer(value: float | None) -> float:
    return float("nan") if value is None else value


if __name__ == "__main__":
    main()
