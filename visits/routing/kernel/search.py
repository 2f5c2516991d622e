"""How long and how warm: the search's frame around its compiled steps."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from visits.routing.kernel import loop
from visits.routing.kernel.problem import Found, Problem, State, by_reference, empty_state

#: Steps between two looks at the clock.
CHUNK = 200
#: The temperature at the beginning and at the end, as shares of what one more stop costs on the average.
HOT, COLD = 2.0, 0.03
#: After so many steps for each visit a search has cooled well; where there is time for more, it begins anew, up to so
#: many times: what it has settled on early, the choice of days above all, it does not leave later.
STEPS_A_VISIT, RUNS_MOST = 1_500, 5
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
    found = Found(
        order=np.zeros_like(state.order),
        size=np.zeros_like(state.size),
        days=np.zeros_like(state.days),
        cost=np.full(1, math.inf),
    )
    _compile(problem, state, found)
    loop.seed_dice(seed)
    budget.began = clock()
    until = 0.0
    while until < 1.0:
        until = _anneal(problem, empty_state(problem), found, budget)
    return found, budget.done


def _compile(problem: Problem, state: State, found: Found) -> None:
    """Have everything compiled or loaded, so that it is not done on the search's own time."""
    p, s = by_reference(problem, state)
    loop.put_all(p, s)
    loop.run(p, s, found, 0, 1.0, loop.total(p, s))


def _anneal(problem: Problem, state: State, found: Found, budget: _Budget) -> float:
    """One search from the beginning; returns the share of the budget that is spent then."""
    p, s = by_reference(problem, state)
    _weigh(problem, state)
    loop.put_all(p, s)
    cost = loop.total(p, s)
    if problem.firm and cost < found.cost[0]:
        loop.keep_best(s, found, cost)
    visits = max(1, int(state.size.sum()))
    typical = float(state.way.sum()) / visits
    begins, ends, within, asked = budget.share(), 0.0, 0, 0
    while (share := budget.share()) < (ends or 1.0):
        if not ends and asked >= 2 * CHUNK:
            runs = max(1, min(RUNS_MOST, int(budget.in_all() / (STEPS_A_VISIT * visits))))
            ends = min(1.0, begins + 1.0 / runs) if begins + 1.5 / runs < 1.0 else 1.0
        cooled = (share - begins) / ((ends or 1.0) - begins)
        chunk = budget.chunk()
        cost, good = loop.run(p, s, found, chunk, typical * HOT * (COLD / HOT) ** cooled, cost)
        budget.done, within, asked = budget.done + chunk, within + good, asked + chunk
        if asked % (5 * CHUNK) == 0 and not problem.firm:
            _weigh_again(state, within / (5 * CHUNK))
            cost = loop.total(p, s)
            within = 0
    return budget.share()


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
