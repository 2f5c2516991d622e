"""The search: tear out, put back, keep what is better or not much worse while it is still warm."""

import numpy as np

from visits.routing.kernel.choice import place_customer
from visits.routing.kernel.compiled import compiled
from visits.routing.kernel.problem import Found, Problem, State
from visits.routing.kernel.routes import price_of, refresh
from visits.routing.kernel.ruin import tear


@compiled
def seed_dice(seed: int) -> None:
    np.random.seed(seed)


@compiled
def draw(count: int) -> int:
    """A number below `count`, by the dice of the search."""
    return int(np.random.randint(0, count))


@compiled
def sort_todo(p: Problem, s: State) -> None:
    """In which order the listed are put back: by chance, by size, far ones first, near ones first, or by price."""
    count = s.todo[0]
    dice = np.random.random() * (15.0 if len(p.patterns) == 0 else 11.0)
    for at in range(1, count + 1):
        i = s.todo[at]
        if dice < 4.0:
            s.key[i] = np.random.random()
        elif dice < 8.0:
            s.key[i] = -p.demand[i] - p.service[i]
        elif dice < 10.0:
            s.key[i] = -p.metres[p.start[0], i]
        elif dice < 11.0:
            s.key[i] = p.metres[p.start[0], i]
        else:
            s.key[i] = -s.price[i] * (0.5 + np.random.random())
    for at in range(2, count + 1):
        i = s.todo[at]
        key = s.key[i]
        back = at
        while back > 1 and s.key[s.todo[back - 1]] > key:
            s.todo[back] = s.todo[back - 1]
            back -= 1
        s.todo[back] = i


@compiled
def begin_step(s: State) -> None:
    s.counter[1] += 1
    s.touched_list[0] = 0
    s.changed_list[0] = 0


@compiled
def take_back(p: Problem, s: State) -> None:
    """Restore what was before this step."""
    days = p.early.shape[1]
    for at in range(1, s.changed_list[0] + 1):
        i = s.changed_list[at]
        if p.remote[i]:
            for d in range(days):
                move = (s.old_days[i] >> d & 1) - (s.days[i] >> d & 1)
                r = p.first[d]
                s.calls[r] += move
                s.spoken[r] += move * p.service[i]
        for d in range(days):
            if p.remote[i]:
                s.route[i, d] = p.first[d] if s.old_days[i] >> d & 1 else -1
            elif (s.days[i] & ~s.old_days[i]) >> d & 1:
                s.route[i, d] = -1
        s.days[i], s.price[i] = s.old_days[i], s.old_days_price[i]
    for at in range(1, s.touched_list[0] + 1):
        r = s.touched_list[at]
        size = s.old_size[r]
        s.order[r, :size] = s.old_order[r, :size]
        s.size[r], s.version[r] = size, s.old_version[r]
    for at in range(1, s.touched_list[0] + 1):
        refresh(p, s, s.touched_list[at])


@compiled
def total(p: Problem, s: State) -> float:
    """What the whole solution costs, excess included."""
    cost = 0.0
    for r in range(len(p.day)):
        cost += price_of(p, s, r)
    for i in range(len(s.price)):
        cost += s.price[i]
    return cost


@compiled
def excess(p: Problem, s: State) -> tuple[float, float]:
    """Load and seconds beyond the limits."""
    load = seconds = 0.0
    for r in range(len(p.day)):
        load += max(0.0, s.load[r] - p.capacity[r])
        seconds += max(0.0, s.length[r] + s.spoken[r] - p.longest[r])
    return load, seconds


@compiled
def keep_best(s: State, found: Found, cost: float) -> None:
    found.cost[0] = cost
    for r in range(len(s.size)):
        size = s.size[r]
        found.size[r] = size
        found.order[r, :size] = s.order[r, :size]
    found.days[:] = s.days


@compiled
def put_all(p: Problem, s: State) -> None:
    """A first solution: everybody once, in an order drawn by chance."""
    begin_step(s)
    for r in range(len(p.day)):
        refresh(p, s, r)
    customers = len(s.price)
    s.todo[0] = customers
    s.todo[1:] = np.random.permutation(customers)
    sort_todo(p, s)
    for at in range(1, customers + 1):
        place_customer(p, s, s.todo[at])


@compiled
def run(p: Problem, s: State, found: Found, steps: int, heat: float, cost: float) -> tuple[float, int]:
    """So many steps at one temperature. Returns the present cost, and how many kept solutions were within limits."""
    within = 0
    over_load, over_seconds = excess(p, s)
    for _step in range(steps):
        begin_step(s)
        tear(p, s)
        sort_todo(p, s)
        for at in range(1, s.todo[0] + 1):
            place_customer(p, s, s.todo[at])
        change = 0.0
        for at in range(1, s.touched_list[0] + 1):
            r = s.touched_list[at]
            change += price_of(p, s, r) - s.old_price[r]
        for at in range(1, s.changed_list[0] + 1):
            i = s.changed_list[at]
            change += s.price[i] - s.old_days_price[i]
        if change < -heat * np.log(np.random.random()):
            cost += change
            if not p.firm:
                over_load, over_seconds = excess(p, s)
            good = over_load < 1e-6 and over_seconds < 1e-6
            if good and cost < found.cost[0] - 1e-7:
                keep_best(s, found, cost)
        else:
            take_back(p, s)
        within += over_load < 1e-6 and over_seconds < 1e-6
    return cost, within
