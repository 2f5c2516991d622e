"""What the search works on: arrays of plain numbers, and the solution that it changes in place."""

from typing import Any, NamedTuple, cast

import numpy as np
from numba import types
from numba.experimental import structref
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Wholes = NDArray[np.int64]

#: So many nearest neighbours of a customer are known: where strings of stops are torn out together.
NEIGHBOURS = 40
#: Of each customer and route so many best places are remembered.
REMEMBERED = 3


class Problem(NamedTuple):
    """Customers 0 … n-1 to be visited on some of `days` days, by routes that belong to a day each.

    Locations are the customers, then the ends of routes. Which days a customer gets is priced in one of two ways:
    `patterns` lists the sets of days allowed (bit d is day d); without any, `gaps[i, a, b]` is the price of having no
    visit between days a - 1 and b, where 0 as `a` means before the first day and `days` as `b` after the last one.
    """

    metres: Reals  # [location, location], what a ride costs
    seconds: Reals  # [location, location], how long it takes
    start: Wholes  # [route], location
    end: Wholes
    day: Wholes  # [route], ascending
    first: Wholes  # [day + 1], the first route of each day
    capacity: Reals  # [route], the sum of `demand`
    longest: Reals  # [route], seconds from the start to the end
    begins: Reals  # [route], seconds of that day
    ends: Reals
    calls_most: Wholes  # [route]
    demand: Reals  # [customer]
    service: Reals  # [customer], seconds
    remote: NDArray[np.bool_]  # [customer], called up: takes time, and no way
    early: Reals  # [customer, day], when a visit may begin; later than `late` means never that day
    late: Reals
    near: Wholes  # [customer, NEIGHBOURS], nearest first
    gaps: Reals
    floor: Reals  # [customer], its lowest possible price of days
    pattern_first: Wholes  # [customer + 1]
    patterns: Wholes
    second_cost: float  # what a second of riding or waiting costs
    timed: bool  # whether windows count
    firm: bool  # whether capacity and length are limits (else they are priced, and must be kept by what is returned)


class State(NamedTuple):
    """A solution with all that makes a change cheap to judge, and what is needed to take it back."""

    order: NDArray[np.int32]  # [route, place], customers in order
    size: Wholes
    load: Reals
    way: Reals
    work: Reals  # seconds of visits on the route
    length: Reals  # seconds from start to end, waiting included
    spoken: Reals  # seconds of calls
    calls: Wholes
    version: Wholes  # [route], another number for each content
    ahead: Reals  # [route, place, 3]: duration, earliest and latest beginning of what lies before a place
    behind: Reals
    route: NDArray[np.int32]  # [customer, day], -1 where there is no visit
    place: NDArray[np.int32]
    days: Wholes  # [customer], bits
    price: Reals  # [customer], of its days
    memo_version: Wholes  # [customer, route]
    memo_cost: Reals  # [customer, route, REMEMBERED]
    memo_place: NDArray[np.int32]
    habits: Reals  # stops torn out in a step, longest string, share of steps on one day, share that take all days
    weight: Reals  # what one unit too much costs: load, seconds
    counter: Wholes  # version, step
    blinks: Wholes  # [1], offers until the next one is passed over
    # what was before this step
    touched: Wholes  # [route], the step that touched it
    touched_list: Wholes
    old_order: NDArray[np.int32]
    old_size: Wholes
    old_version: Wholes
    old_price: Reals
    changed: Wholes  # [customer]
    changed_list: Wholes
    old_days: Wholes
    old_days_price: Reals
    # working space
    listed: Wholes  # [customer], the step that put it on the list to be placed
    todo: Wholes
    key: Reals
    torn: Wholes  # [customer], days torn out
    found_cost: Reals  # [day]
    found_route: Wholes
    found_place: Wholes
    chain: Reals
    chain_from: Wholes


class Found(NamedTuple):
    """The best solution met so far."""

    order: NDArray[np.int32]
    size: Wholes
    days: Wholes
    cost: Reals  # [1]


def empty_state(problem: Problem) -> State:
    """A solution without any visit."""
    customers, days = problem.early.shape
    routes, most = len(problem.day), customers

    def wholes(*shape: int) -> Wholes:
        return np.zeros(shape, np.int64)

    def reals(*shape: int) -> Reals:
        return np.zeros(shape, np.float64)

    nowhere = np.full((customers, days), -1, np.int32)
    return State(
        order=np.zeros((routes, most), np.int32),
        size=wholes(routes),
        load=reals(routes),
        way=reals(routes),
        work=reals(routes),
        length=reals(routes),
        spoken=reals(routes),
        calls=wholes(routes),
        version=np.arange(1, routes + 1, dtype=np.int64),
        ahead=reals(routes, most + 2 if problem.timed else 1, 3),
        behind=reals(routes, most + 2 if problem.timed else 1, 3),
        route=nowhere,
        place=nowhere.copy(),
        days=wholes(customers),
        price=reals(customers),
        memo_version=wholes(customers, routes),
        memo_cost=reals(customers, routes, REMEMBERED),
        memo_place=np.zeros((customers, routes, REMEMBERED), np.int32),
        habits=np.array([10.0, 10.0, 0.5, 0.1]),
        weight=reals(2),
        counter=np.array([routes, 0], np.int64),
        blinks=wholes(1),
        touched=wholes(routes),
        touched_list=wholes(routes + 1),
        old_order=np.zeros((routes, most), np.int32),
        old_size=wholes(routes),
        old_version=wholes(routes),
        old_price=reals(routes),
        changed=wholes(customers),
        changed_list=wholes(customers + 1),
        old_days=wholes(customers),
        old_days_price=reals(customers),
        listed=wholes(customers),
        todo=wholes(customers + 1),
        key=reals(customers),
        torn=wholes(customers),
        found_cost=reals(days),
        found_route=wholes(days),
        found_place=wholes(days),
        chain=reals(days + 2),
        chain_from=wholes(days + 2),
    )


def nearest(metres: Reals, customers: int) -> Wholes:
    """Each customer's nearest others."""
    between = metres[:customers, :customers] + metres[:customers, :customers].T
    np.fill_diagonal(between, -1)
    order = np.argsort(between, axis=1, kind="stable")
    return np.ascontiguousarray(order[:, 1 : NEIGHBOURS + 1], dtype=np.int64)


class _Reference(types.StructRef):
    """Compiled code holds a problem or a state by one pointer; as a tuple, each call would copy all its arrays."""

    def preprocess_fields(self, fields: Any) -> Any:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)  # type: ignore[no-untyped-call]


@structref.register
class _ProblemReference(_Reference):
    pass


@structref.register
class _StateReference(_Reference):
    pass


class _ProblemProxy(structref.StructRefProxy):
    pass


class _StateProxy(structref.StructRefProxy):
    pass


structref.define_proxy(_ProblemProxy, _ProblemReference, list(Problem._fields))  # type: ignore[no-untyped-call]
structref.define_proxy(_StateProxy, _StateReference, list(State._fields))  # type: ignore[no-untyped-call]


def by_reference(problem: Problem, state: State) -> tuple[Problem, State]:
    """Both as compiled code wants them; the arrays stay the same."""
    held: Any = _ProblemProxy(*problem), _StateProxy(*state)  # type: ignore[no-untyped-call]
    return cast("tuple[Problem, State]", held)
