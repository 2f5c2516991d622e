"""Two solutions made one: take one whole, and give some customers the days that they have in the other."""

import numpy as np

from visits.routing.kernel.choice import NOWHERE, ask, chain_price, change_days, put
from visits.routing.kernel.compiled import compiled
from visits.routing.kernel.problem import Found, Problem, State, Wholes
from visits.routing.kernel.routes import refresh
from visits.routing.kernel.ruin import compress, take_out


@compiled
def adopt(p: Problem, s: State, found: Found) -> None:
    """Make an empty state hold a solution."""
    s.days[:] = found.days
    for i in range(len(s.price)):
        s.price[i] = chain_price(p, i, s.days[i])
        if p.remote[i]:
            for d in range(p.early.shape[1]):
                if s.days[i] >> d & 1:
                    r = p.first[d]
                    s.route[i, d] = r
                    s.calls[r] += 1
                    s.spoken[r] += p.service[i]
    for r in range(len(p.day)):
        size = found.size[r]
        s.order[r, :size] = found.order[r, :size]
        s.size[r] = size
        s.counter[0] += 1
        s.version[r] = s.counter[0]
        refresh(p, s, r)


@compiled
def take_over(p: Problem, s: State, days: Wholes, customers: Wholes) -> None:
    """Move customers to other days, at the cheapest places there; days that have no room for them are left out."""
    s.counter[1] += 1
    s.touched_list[0] = s.changed_list[0] = s.todo[0] = 0
    for i in customers:
        if days[i] != s.days[i]:
            s.todo[0] += 1
            s.todo[s.todo[0]] = i
            s.torn[i] = s.days[i] & ~days[i]
            take_out(p, s, i)
    for at in range(1, s.touched_list[0] + 1):
        compress(p, s, s.touched_list[at])
    for at in range(1, s.todo[0] + 1):
        i = s.todo[at]
        kept = s.days[i] & days[i]
        s.days[i], s.torn[i] = kept, 0
        ask(p, s, i, kept)
        new = np.int64(0)
        for d in range(len(s.found_cost)):
            if (days[i] & ~kept) >> d & 1 and s.found_cost[d] < np.inf:
                new |= np.int64(1) << d
        put(p, s, i, int(new))
        missing = len(p.patterns) > 0 and kept | new != days[i]
        change_days(s, i, kept | new, NOWHERE if missing else chain_price(p, i, kept | new))
