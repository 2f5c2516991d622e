"""Routes as arrays: keep their sums true, and find the best places for one more stop."""

import numpy as np
from numpy.typing import NDArray

from visits.routing.kernel.compiled import compiled
from visits.routing.kernel.problem import REMEMBERED, Problem, Reals, State


@compiled
def joined(
    duration: float, early: float, late: float, way: float, other_duration: float, other_early: float, other_late: float
) -> tuple[float, float, float]:
    """Two parts of a route, one after the other: duration, earliest and latest beginning; -1 if it cannot be."""
    apart = duration + way
    if early + apart > other_late:
        return -1.0, 0.0, 0.0
    wait = max(other_early - apart - late, 0.0)
    return (
        apart + other_duration + wait,
        max(other_early - apart, early) - wait,
        min(other_late - apart, late),
    )


@compiled
def refresh(p: Problem, s: State, r: int) -> None:
    """Work out a route's sums again after its order changed."""
    d = p.day[r]
    size = s.size[r]
    order, route, place = s.order[r], s.route, s.place
    metres, seconds, demand, service = p.metres, p.seconds, p.demand, p.service
    at = p.start[r]
    way = ride = load = work = 0.0
    for k in range(size):
        i = np.int64(order[k])
        way += metres[at, i]
        ride += seconds[at, i]
        load += demand[i]
        work += service[i]
        route[i, d] = r
        place[i, d] = k
        at = i
    if size > 0:
        way += metres[at, p.end[r]]
        ride += seconds[at, p.end[r]]
    s.way[r], s.load[r], s.work[r] = way, load, work
    s.length[r] = ride + work
    if p.timed:
        refresh_times(p, s, r)


@compiled
def refresh_times(p: Problem, s: State, r: int) -> None:
    d = p.day[r]
    size = s.size[r]
    s.ahead[r, 0, 0], s.ahead[r, 0, 1], s.ahead[r, 0, 2] = 0.0, p.begins[r], p.ends[r]
    at = p.start[r]
    for k in range(size):
        i = s.order[r, k]
        before = s.ahead[r, k]
        part = joined(before[0], before[1], before[2], p.seconds[at, i], p.service[i], p.early[i, d], p.late[i, d])
        s.ahead[r, k + 1, 0], s.ahead[r, k + 1, 1], s.ahead[r, k + 1, 2] = part
        at = i
    s.behind[r, size, 0], s.behind[r, size, 1], s.behind[r, size, 2] = 0.0, p.begins[r], p.ends[r]
    at = p.end[r]
    for k in range(size - 1, -1, -1):
        i = s.order[r, k]
        after = s.behind[r, k + 1]
        part = joined(p.service[i], p.early[i, d], p.late[i, d], p.seconds[i, at], after[0], after[1], after[2])
        s.behind[r, k, 0], s.behind[r, k, 1], s.behind[r, k, 2] = part
        at = i
    if size > 0:
        before = s.ahead[r, size]
        home = p.seconds[s.order[r, size - 1], p.end[r]]
        s.length[r] = joined(before[0], before[1], before[2], home, 0.0, p.begins[r], p.ends[r])[0]


@compiled
def price_of(p: Problem, s: State, r: int) -> float:
    """What a route costs: its way, its riding and waiting, and what it has too much."""
    price = s.way[r] + p.second_cost * (s.length[r] - s.work[r])
    price += s.weight[0] * max(0.0, s.load[r] - p.capacity[r])
    price += s.weight[1] * max(0.0, s.length[r] + s.spoken[r] - p.longest[r])
    return float(price)


@compiled
def remember(costs: Reals, places: NDArray[np.int32], cost: float, k: int) -> None:
    """Keep a place among the best ones."""
    at = REMEMBERED - 1
    while at > 0 and costs[at - 1] > cost:
        costs[at], places[at] = costs[at - 1], places[at - 1]
        at -= 1
    costs[at], places[at] = cost, k


@compiled
def look(p: Problem, s: State, i: int, r: int) -> None:
    """Find the best places for a customer on a route as it is now."""
    costs, places = s.memo_cost[i, r], s.memo_place[i, r]
    for k in range(REMEMBERED):
        costs[k], places[k] = np.inf, -1
    s.memo_version[i, r] = s.version[r]
    if p.timed:
        look_timed(p, s, i, r)
        return
    size, order = s.size[r], s.order[r]
    metres, mine = p.metres, p.metres[i]
    at = p.start[r]
    for k in range(size + 1):
        then = p.end[r] if k == size else np.int64(order[k])
        cost = metres[at, i] + mine[then]
        if size > 0:
            cost -= metres[at, then]
        if cost < costs[REMEMBERED - 1]:
            remember(costs, places, cost, k)
        at = then


@compiled
def look_timed(p: Problem, s: State, i: int, r: int) -> None:
    d = p.day[r]
    size, order = s.size[r], s.order[r]
    costs, places = s.memo_cost[i, r], s.memo_place[i, r]
    metres, seconds, ahead, behind = p.metres, p.seconds, s.ahead[r], s.behind[r]
    service, early, late = p.service[i], p.early[i, d], p.late[i, d]
    length = s.length[r] if size > 0 else 0.0
    room = p.longest[r] - s.spoken[r]
    if length + service > room:
        return
    at = p.start[r]
    for k in range(size + 1):
        then = p.end[r] if k == size else np.int64(order[k])
        before, after = ahead[k], behind[k]
        more = metres[at, i] + metres[i, then]
        if size > 0:
            more -= metres[at, then]
        there = seconds[at, i]
        on = seconds[i, then]
        at = then
        if before[1] + before[0] + there > late:
            break  # nobody can be there in time any more
        if more >= costs[REMEMBERED - 1]:
            continue  # waiting and riding only add to it
        part = joined(before[0], before[1], before[2], there, service, early, late)
        if part[0] < 0.0:
            continue
        whole = joined(part[0], part[1], part[2], on, after[0], after[1], after[2])
        if whole[0] < 0.0 or whole[0] > room:
            continue
        more += p.second_cost * (whole[0] - length - service)
        if more < costs[REMEMBERED - 1]:
            remember(costs, places, more, k)


@compiled
def longer(p: Problem, s: State, i: int, r: int, k: int) -> float:
    """Seconds of riding that a stop adds."""
    size = s.size[r]
    at = p.start[r] if k == 0 else np.int64(s.order[r, k - 1])
    then = p.end[r] if k == size else np.int64(s.order[r, k])
    more = p.seconds[at, i] + p.seconds[i, then]
    return float(more - p.seconds[at, then] if size > 0 else more)


@compiled
def touch(p: Problem, s: State, r: int) -> None:
    """Keep a route as it was before this step, and give it a new version."""
    if s.touched[r] != s.counter[1]:
        s.touched[r] = s.counter[1]
        s.touched_list[0] += 1
        s.touched_list[s.touched_list[0]] = r
        size = s.size[r]
        s.old_order[r, :size] = s.order[r, :size]
        s.old_size[r], s.old_version[r] = size, s.version[r]
        s.old_price[r] = price_of(p, s, r)
    s.counter[0] += 1
    s.version[r] = s.counter[0]


@compiled
def insert(p: Problem, s: State, i: int, r: int, k: int) -> None:
    """Put a customer into a route."""
    touch(p, s, r)
    for at in range(s.size[r], k, -1):
        s.order[r, at] = s.order[r, at - 1]
    s.order[r, k] = i
    s.size[r] += 1
    refresh(p, s, r)
