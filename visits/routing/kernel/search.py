"""How long and how warm: the search's frame around its compiled steps."""

import math
import time
from collections.abc import Callable

import numpy as np

from visits.routing.kernel import loop
from visits.routing.kernel.problem import Found, Problem, State, by_reference, empty_state

#: Steps between two looks at the clock.
CHUNK = 200
#: The temperature at the beginning and at the end, as shares of what one more stop costs on the average.
HOT, COLD = 2.0, 0.03
#: Of the solutions met, this share should keep the limits, where limits are priced.
_TOO_FEW, _TOO_MANY = 0.3, 0.6


def search(
    problem: Problem,
    *,
    seed: int,
    steps: int | None = None,
    seconds: float | None = None,
    clock: Callable[[], float] = time.monotonic,
    habits: list[float] | None = None,
    hot: float = HOT,
    cold: float = COLD,
) -> tuple[Found, int]:
    """The best solution met, and how many steps it took. With steps and without seconds it repeats itself exactly."""
    state = empty_state(problem)
    if habits is not None:
        state.habits[:] = habits
    found = Found(
        order=np.zeros_like(state.order),
        size=np.zeros_like(state.size),
        days=np.zeros_like(state.days),
        cost=np.full(1, math.inf),
    )
    p, s = by_reference(problem, state)
    _weigh(problem, state)
    loop.seed_dice(seed)
    loop.put_all(p, s)
    cost = loop.total(p, s)
    if problem.firm:
        loop.keep_best(s, found, cost)
    loop.run(p, s, found, 0, 1.0, cost)  # compiled now, if it has to be, and not on the search's time
    began = clock()
    typical = float(state.way.sum()) / max(1, int(state.size.sum()))
    done, share, within, asked = 0, 0.0, 0, 0
    while share < 1.0:
        chunk = CHUNK if steps is None else min(CHUNK, steps - done)
        cost, good = loop.run(p, s, found, chunk, typical * hot * (cold / hot) ** share, cost)
        done, within, asked = done + chunk, within + good, asked + chunk
        if asked >= 5 * CHUNK and not problem.firm:
            _weigh_again(state, within / asked)
            cost = loop.total(p, s)
            within = asked = 0
        share = max(
            done / steps if steps is not None else 0.0,
            (clock() - began) / seconds if seconds is not None else 0.0,
        )
    return found, done


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
