"""Which days a customer gets: the cheapest allowed set, given what a visit costs on each day."""

import numpy as np

from visits.routing.kernel.compiled import compiled
from visits.routing.kernel.problem import Problem, State
from visits.routing.kernel.routes import insert, longer, look, touch

#: Now and then, once in a hundred offers, the best place is passed over (a blink), so that the search does not repeat
#: itself.
LOG_SEEN = np.log(0.99)
#: What a customer costs who cannot be placed at all.
NOWHERE = 1e9


@compiled
def place_customer(p: Problem, s: State, i: int) -> None:
    """Add the visits that a customer still misses, on the days and at the places that are cheapest together.

    Days that it has are kept. It may get none at all if that is cheapest.
    """
    kept = s.days[i]
    ask(p, s, i, kept)
    chosen, price = best_pattern(p, s, i, kept) if len(p.patterns) > 0 else best_chain(p, s, i, kept)
    change_days(s, i, chosen, price)
    put(p, s, i, chosen & ~kept)


@compiled
def put(p: Problem, s: State, i: int, new: int) -> None:
    """Visit a customer on these days too, at the places found for them."""
    for d in range(len(s.found_cost)):
        if new >> d & 1:
            r = s.found_route[d]
            if p.remote[i]:
                touch(p, s, r)
                s.calls[r] += 1
                s.spoken[r] += p.service[i]
                s.route[i, d] = r
            else:
                insert(p, s, i, r, s.found_place[d])


@compiled
def change_days(s: State, i: int, days: int, price: float) -> None:
    """Give a customer other days, and keep those it had before this step."""
    if s.changed[i] != s.counter[1]:
        s.changed[i] = s.counter[1]
        s.changed_list[0] += 1
        s.changed_list[s.changed_list[0]] = i
        s.old_days[i], s.old_days_price[i] = s.days[i], s.price[i]
    s.days[i], s.price[i] = days, price


@compiled
def useful_days(p: Problem, i: int, kept: int) -> int:
    """The days on which one more visit may help, as bits."""
    if len(p.patterns) == 0:
        return ~kept
    useful = np.int64(0)
    for at in range(p.pattern_first[i], p.pattern_first[i + 1]):
        if p.patterns[at] & kept == kept:
            useful |= p.patterns[at]
    return int(useful & ~kept)


@compiled
def ask(p: Problem, s: State, i: int, kept: int) -> None:
    """What one more visit costs on each day, and where it is cheapest."""
    useful = useful_days(p, i, kept)
    found_cost, found_route, found_place = s.found_cost, s.found_route, s.found_place
    early, late, first = p.early[i], p.late[i], p.first
    for d in range(len(found_cost)):
        found_cost[d] = np.inf
        if not useful >> d & 1 or early[d] > late[d]:
            continue
        if p.remote[i]:
            r = first[d]
            room = p.longest[r] - s.length[r] - s.spoken[r]
            if s.calls[r] < p.calls_most[r] and room >= p.service[i]:
                found_cost[d], found_route[d] = 0.0, r
        else:
            found_cost[d], found_route[d], found_place[d] = ask_day(p, s, i, first[d], first[d + 1])


@compiled
def ask_day(p: Problem, s: State, i: int, first: int, after: int) -> tuple[float, int, int]:
    """The cheapest offer of a day's routes: what it costs, which route, which place; infinite if none has room."""
    version, memo_version, memo_cost, memo_place = s.version, s.memo_version[i], s.memo_cost[i], s.memo_place[i]
    load, capacity, longest, size, length = s.load, p.capacity, p.longest, s.size, s.length
    demand, service, firm, untimed = p.demand[i], p.service[i], p.firm, not p.timed
    heavy, slow = s.weight[0], s.weight[1]
    blinks = s.blinks
    best, best_route, best_place = np.inf, -1, -1
    empty_seen = False
    for r in range(first, after):
        if size[r] == 0:
            if empty_seen:
                continue  # the routes of a day are alike until they hold something
            empty_seen = True
        over = load[r] + demand - capacity[r]
        if over > 0.0 and firm:
            continue
        if memo_version[r] != version[r]:
            look(p, s, i, r)
        k = 0
        blinks[0] -= 1
        if blinks[0] < 0:
            blinks[0] = np.int64(np.log(np.random.random()) / LOG_SEEN)
            k = 1 if memo_place[r, 1] >= 0 else 0
        cost, place = memo_cost[r, k], int(memo_place[r, k])
        if place < 0 or cost >= best:
            continue
        if over > 0.0:
            cost += heavy * min(over, demand)
        if untimed and longest[r] < np.inf:
            grown = length[r] + service + longer(p, s, i, r, place)
            if grown > longest[r]:
                if firm:
                    continue
                cost += slow * (grown - max(longest[r], length[r]))
        if cost < best:
            best, best_route, best_place = cost, r, place
    return best, best_route, best_place


@compiled
def best_pattern(p: Problem, s: State, i: int, kept: int) -> tuple[int, float]:
    """The cheapest allowed set of days that holds those kept."""
    best, chosen = np.inf, kept
    for at in range(p.pattern_first[i], p.pattern_first[i + 1]):
        pattern = p.patterns[at]
        if pattern & kept != kept:
            continue
        cost = 0.0
        for d in range(len(s.found_cost)):
            if (pattern & ~kept) >> d & 1:
                cost += s.found_cost[d]
        if cost < best:
            best, chosen = cost, pattern
    return chosen, 0.0 if best < np.inf else NOWHERE


@compiled
def best_chain(p: Problem, s: State, i: int, kept: int) -> tuple[int, float]:
    """The cheapest way through the days: visits are its nodes, the gaps between them its edges."""
    days = len(s.found_cost)
    gaps = p.gaps[i]
    s.chain[0] = 0.0
    for at in range(1, days + 2):  # day at - 1; days + 1 is the end
        end = at == days + 1
        mine = 0.0
        s.chain[at] = np.inf
        if not end and not kept >> (at - 1) & 1:
            mine = s.found_cost[at - 1]
            if mine == np.inf:
                continue
        for before in range(at - 1, -1, -1):
            cost = s.chain[before] + gaps[before, at - 1] + mine
            if cost < s.chain[at]:
                s.chain[at], s.chain_from[at] = cost, before
            if before > 0 and kept >> (before - 1) & 1:
                break  # a day that it has cannot be passed over
    chosen, price = np.int64(0), 0.0
    at = days + 1
    while at > 0:
        before = s.chain_from[at]
        price += gaps[before, at - 1]
        if before > 0:
            chosen |= np.int64(1) << (before - 1)
        at = before
    return int(chosen), price


@compiled
def chain_price(p: Problem, i: int, chosen: int) -> float:
    """What given days of a customer cost."""
    if len(p.patterns) > 0:
        return 0.0
    days = p.early.shape[1]
    price, before = 0.0, 0
    for d in range(days):
        if chosen >> d & 1:
            price += p.gaps[i, before, d]
            before = d + 1
    return float(price + p.gaps[i, before, days])
