"""How long and how warm: the search's frame around its compiled steps."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visits.routing.kernel import loop, mixing
from visits.routing.kernel.problem import Found, Problem, State, by_reference, empty_state

#: Steps between two looks at the clock.
CHUNK = 200
#: The temperature at the beginning and at the end, as shares of what one more stop costs on the average; where limits
#: are priced rather than firm, it ends earlier.
HOT, COLD, COLD_PRICED = 2.0, 0.03, 0.1
#: After so many steps for each visit a search has cooled well; where there is time for more, it begins anew, up to so
#: many times: what it has settled on early, the choice of days above all, it does not leave later.
STEPS_A_VISIT, RUNS_MOST = 1_500, 8
#: With time for so many searches, this share of them begin anew; then a solution takes over the days that another one
#: has in some part of the town, and is searched on, each time for so much of a search, no warmer than this.
RUNS_TO_MIX, ANEW, MIXED_FOR, MIXED_HOT = 3, 0.6, 0.25, 0.3
#: So many of the best solutions are kept for it.
POOL = 4
#: Of the solutions met, this share should keep the limits, where limits are priced.
_TOO_FEW, _TOO_MANY = 0.3, 0.6


@dataclass
class _Budget:
    """What may be spent, and how much of it is."""

    steps: int | None
    seconds: float | None
    clock: Callable[[], float]
    began: float = 0.0
    done: int = 0

    def share(self) -> float:
        """From 0 to 1, whichever limit is nearer."""
        by_steps = self.done / self.steps if self.steps is not None else 0.0
        by_time = (self.clock() - self.began) / self.seconds if self.seconds is not None else 0.0
        return max(by_steps, by_time)

    def chunk(self) -> int:
        return CHUNK if self.steps is None else max(0, min(CHUNK, self.steps - self.done))

    def in_all(self) -> float:
        """About how many steps the whole budget buys."""
        return self.done / max(1e-9, self.share())


@dataclass
class _Pool:
    """The best solutions of the searches so far, and how the budget is divided among searches: known after a while."""

    best: list[Found] = field(default_factory=list)
    runs: int = 0
    weight: NDArray[np.float64] | None = None

    def add(self, found: Found) -> None:
        """Keep a solution if it is among the best and another one than those."""
        if math.isfinite(found.cost[0]) and all(abs(found.cost[0] - each.cost[0]) > 1e-6 for each in self.best):
            self.best = sorted([*self.best, found], key=lambda each: float(each.cost[0]))[:POOL]

    def mixes(self, share: float) -> bool:
        """Whether it is time to mix rather than to begin anew."""
        return self.runs >= RUNS_TO_MIX and len(self.best) > 1 and share > ANEW - 0.5 / self.runs

    def two(self) -> tuple[Found, Found]:
        """Two of the best, drawn by chance, the better one first."""
        first, second = loop.draw(len(self.best)), loop.draw(len(self.best) - 1)
        second += second >= first
        return self.best[min(first, second)], self.best[max(first, second)]

    def ends(self, begins: float, *, mixed: bool) -> float:
        """Up to which share of the budget a search lasts that begins at this one."""
        length = (MIXED_FOR if mixed else 1.0) / self.runs
        return min(1.0, begins + length) if begins + 1.5 * length < 1.0 else 1.0


def search(
    problem: Problem,
    *,
    seed: int,
    steps: int | None = None,
    seconds: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Found, int]:
    """The best solution met, and how many steps it took. With steps and without seconds it repeats itself exactly."""
    budget = _Budget(steps, seconds, clock)
    state = empty_state(problem)
    _compile(problem, state, _nothing(state))
    loop.seed_dice(seed)
    pool, last = _Pool(), _nothing(state)
    budget.began = clock()
    while not budget.done or budget.share() < 1.0:
        last = _nothing(state)
        parents = pool.two() if pool.mixes(budget.share()) else ()
        _anneal(problem, empty_state(problem), last, budget, pool, parents)
        pool.add(last)
    return (pool.best[0] if pool.best else last), budget.done


def _nothing(state: State) -> Found:
    return Found(
        order=np.zeros_like(state.order),
        size=np.zeros_like(state.size),
        days=np.zeros_like(state.days),
        cost=np.full(1, math.inf),
    )


def _compile(problem: Problem, state: State, found: Found) -> None:
    """Have everything compiled or loaded, so that it is not done on the search's own time."""
    p, s = by_reference(problem, state)
    loop.put_all(p, s)
    loop.run(p, s, found, 0, 1.0, loop.total(p, s))
    loop.draw(1)
    mixing.adopt(p, s, found)
    mixing.take_over(p, s, found.days, np.zeros(0, np.int64))


def _anneal(
    problem: Problem, state: State, found: Found, budget: _Budget, pool: _Pool, parents: Sequence[Found]
) -> None:
    """One search, from the beginning or from two solutions mixed."""
    p, s = by_reference(problem, state)
    _weigh(problem, state)
    if parents:
        _mix(problem, p, s, *parents)
        if pool.weight is not None:
            state.weight[:] = pool.weight
    else:
        loop.put_all(p, s)
    cost = loop.total(p, s)
    if problem.firm and cost < found.cost[0]:
        loop.keep_best(s, found, cost)
    visits = max(1, int(state.size.sum()))
    typical = float(state.way.sum()) / visits
    hot, cold = MIXED_HOT if parents else HOT, COLD if problem.firm else COLD_PRICED
    begins, ends, within, asked = budget.share(), 0.0, 0, 0
    while (share := budget.share()) < (ends or 1.0):
        if not ends and asked >= 2 * CHUNK:
            pool.runs = pool.runs or max(1, min(RUNS_MOST, int(budget.in_all() / (STEPS_A_VISIT * visits))))
            ends = pool.ends(begins, mixed=bool(parents))
        cooled = (share - begins) / ((ends or 1.0) - begins)
        chunk = budget.chunk()
        cost, good = loop.run(p, s, found, chunk, typical * hot * (cold / hot) ** cooled, cost)
        budget.done, within, asked = budget.done + chunk, within + good, asked + chunk
        if asked % (5 * CHUNK) == 0 and not problem.firm:
            _weigh_again(state, within / (5 * CHUNK))
            cost = loop.total(p, s)
            within = 0
    pool.weight = state.weight


def _mix(problem: Problem, p: Problem, s: State, one: Found, other: Found) -> None:
    """One solution with the days of the other one for a customer and those nearest to it."""
    mixing.adopt(p, s, one)
    customers = len(problem.demand)
    middle = loop.draw(customers)
    part = 2 + loop.draw(customers // 2 + 1)
    near = np.argsort(problem.metres[middle, :customers], kind="stable")[:part]
    mixing.take_over(p, s, other.days, near)


def _weigh(problem: Problem, state: State) -> None:
    """First prices of what is too much: a customer's load as dear as a tenth of a way, a second as dear as its ride."""
    customers = len(problem.demand)
    if not problem.firm:
        way = problem.metres[:customers, :customers].mean()
        state.weight[0] = 0.1 * way / max(1e-9, problem.demand.mean())
        state.weight[1] = 1.0


def _weigh_again(state: State, within: float) -> None:
    if within < _TOO_FEW:
        state.weight[:] = state.weight * 1.15
    elif within > _TOO_MANY:
        state.weight[:] = state.weight * 0.87
