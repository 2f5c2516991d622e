"""Tear strings of neighbouring stops out of a solution (after Christiaens and Vanden Berghe's slack induction)."""

import numpy as np

from visits.routing.kernel.choice import chain_price, change_days
from visits.routing.kernel.compiled import compiled
from visits.routing.kernel.problem import Problem, State
from visits.routing.kernel.routes import refresh, touch

#: How often a string keeps a stop in its middle.
SPLIT = 0.5


@compiled
def tear(p: Problem, s: State) -> None:
    """Take stops out; the customers that lost any are listed in `todo`."""
    customers, days = p.early.shape
    s.todo[0] = 0
    seed = np.random.randint(0, customers)
    day = -1
    if p.first[days] > days and np.random.random() < s.habits[2]:
        day = np.random.randint(0, days)
    whole = np.random.random() < s.habits[3]
    visits = used = 0
    for r in range(len(p.day)):
        visits += s.size[r]
        used += s.size[r] > 0
    if used > 0:
        stops = s.habits[0]
        longest = min(s.habits[1], stops, visits / used)
        most = int(np.random.random() * (4.0 * stops / (1.0 + longest) - 1.0) + 1.0)
        tear_near(p, s, seed, day, most, longest)
    listed = s.todo[0]
    for at in range(1, listed + 1):
        i = s.todo[at]
        if whole or p.remote[i]:
            s.torn[i] = s.days[i]
        take_out(p, s, i)
    for at in range(1, s.touched_list[0] + 1):
        compress(p, s, s.touched_list[at])
    for at in range(1, listed + 1):
        i = s.todo[at]
        kept = s.days[i] & ~s.torn[i]
        change_days(s, i, kept, chain_price(p, i, kept))
        s.torn[i] = 0
    if len(p.patterns) == 0:
        list_others(p, s, seed)


@compiled
def tear_near(p: Problem, s: State, seed: int, day: int, most: int, longest: float) -> None:
    strings = 0
    for at in range(-1, p.near.shape[1]):
        i = seed if at < 0 else p.near[seed, at]
        d = day if day >= 0 else any_day(s, i)
        if d < 0 or s.route[i, d] < 0 or s.torn[i] >> d & 1:
            continue
        if p.remote[i]:
            tear_out(s, i, d)
            continue
        r = s.route[i, d]
        if s.touched[r] == s.counter[1]:
            continue
        touch(p, s, r)
        tear_string(s, r, d, s.place[i, d], longest)
        strings += 1
        if strings >= most:
            return


@compiled
def any_day(s: State, i: int) -> int:
    """One of a customer's days by chance, -1 if it has none."""
    days = s.route.shape[1]
    begin = np.random.randint(0, days)
    for step in range(days):
        d = (begin + step) % days
        if s.days[i] >> d & 1:
            return int(d)
    return -1


@compiled
def tear_string(s: State, r: int, d: int, k: int, longest: float) -> None:
    size = s.size[r]
    length = int(np.random.random() * min(float(size), longest) + 1.0)
    length = min(length, size)
    between = 0
    if 1 < length < size and np.random.random() < SPLIT:
        between = 1
        while length + between < size and np.random.random() < 0.01:
            between += 1
    whole = length + between
    low, high = max(0, k - whole + 1), min(k, size - whole)
    begin = low + np.random.randint(0, high - low + 1)
    leave = begin + 1 + np.random.randint(0, length - 1) if between > 0 else -1
    for at in range(begin, begin + whole):
        if leave <= at < leave + between:
            continue
        tear_out(s, s.order[r, at], d)


@compiled
def tear_out(s: State, i: int, d: int) -> None:
    s.torn[i] |= np.int64(1) << d
    if s.listed[i] != s.counter[1]:
        s.listed[i] = s.counter[1]
        s.todo[0] += 1
        s.todo[s.todo[0]] = i


@compiled
def take_out(p: Problem, s: State, i: int) -> None:
    """Mark a customer's torn days as gone."""
    for d in range(s.route.shape[1]):
        if s.torn[i] >> d & 1:
            r = s.route[i, d]
            touch(p, s, r)
            s.route[i, d] = -1
            if p.remote[i]:
                s.calls[r] -= 1
                s.spoken[r] -= p.service[i]


@compiled
def compress(p: Problem, s: State, r: int) -> None:
    """Close the places of a route whose customers are gone."""
    d = p.day[r]
    left = 0
    for k in range(s.size[r]):
        i = s.order[r, k]
        if s.route[i, d] == r:
            s.order[r, left] = i
            left += 1
    if left < s.size[r]:
        s.size[r] = left
        refresh(p, s, r)


@compiled
def list_others(p: Problem, s: State, seed: int) -> None:
    """Others that might get a visit in the room made: near ones, and some from anywhere."""
    customers = p.early.shape[0]
    for step in range(24):
        if step < 16 and p.near.shape[1] > 0:
            i = p.near[seed, np.random.randint(0, p.near.shape[1])]
        else:
            i = np.random.randint(0, customers)
        if s.listed[i] != s.counter[1] and s.price[i] > p.floor[i] + 1e-6:
            s.listed[i] = s.counter[1]
            s.todo[0] += 1
            s.todo[s.todo[0]] = i
