"""Four weeks of eight managers with real shops: planned each night, done each day with one stop in ten failing.

    python benchmarks/weeks.py DIR [--weeks 4] [--seconds 0.5] [--fail 0.1] [--map week.png] [--port 8113]

DIR holds a wholesaler's open data (`iowa_shops.csv`, `iowa_shop_months_2012_2016.csv.gz`): the shops round two towns,
their tiers by what they buy. Our weeks go through the product: the night's run, the drafts, skipped stops, the clocks.
Beside them the same weeks by nearest neighbour with 2-opt on each day's due list, with the same shops closed on the
same days. A promise is a due date within the weeks; it is kept if a visit was made on or before it.

On 813 shops that want more visits than eight people can make (0.5 s a plan, seed 1): promises kept 65.1 % against
57.3 %, visits 1353 against 1157, km 20,188 against 20,441, overdue at the end 192 against 215; of the stops seen for
the next day 89 % stayed on it.
"""

import argparse
import csv
import gzip
import html
import math
import os
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.night_kill import folder
from benchmarks.real_company import territories

ROOT = Path(__file__).resolve().parent.parent
TOWNS = ((41.60, -93.62), (41.97, -91.67))
RADIUS_KM, MANAGERS, SPEED = 120, 8, 50
FIRST = date(2026, 11, 2)
CHINA = ZoneInfo("Asia/Shanghai")
#: The share of shops up to which a tier goes, best buyers first.
TIER_UP_TO = ((0.05, 1), (0.20, 2), (0.45, 3), (0.70, 4), (1.0, 5))


@dataclass
class Shop:
    """A shop; `due` is when its next visit is due as the weeks begin, `visits` are those made."""

    store: str
    name: str
    latitude: float
    longitude: float
    sales: float
    tier: int = 5
    manager: int = 0
    pk: int = 0
    last: date = FIRST
    visits: list[date] = field(default_factory=list)


def read(data: Path, seed: int) -> list[Shop]:
    """The shops round the towns, with tiers, territories and a last visit somewhere in their interval."""
    sales: dict[str, float] = defaultdict(float)
    with gzip.open(data / "iowa_shop_months_2012_2016.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if row["month"] >= "2015-06":
                sales[row["store"]] += float(row["sale_usd"])
    shops = []
    with (data / "iowa_shops.csv").open() as file:
        for row in csv.DictReader(file):
            if row["latitude"] and sales[row["store"]] > 0:
                at = float(row["latitude"]), float(row["longitude"])
                if min(_km(at, town) for town in TOWNS) <= RADIUS_KM:
                    shops.append(Shop(row["store"], row["name"], *at, sales[row["store"]]))
    shops.sort(key=lambda shop: (-shop.sales, shop.store))
    dice = random.Random(seed)
    for rank, shop in enumerate(shops):
        shop.tier = next(tier for share, tier in TIER_UP_TO if rank < share * len(shops))
        days = {1: 3, 2: 7, 3: 15, 4: 30, 5: 30}[shop.tier]
        shop.last = FIRST - timedelta(1 + dice.randrange(days + days // 7))
    for shop, owner in zip(
        shops, territories(np.array([(s.latitude, s.longitude) for s in shops]), MANAGERS), strict=True
    ):
        shop.manager = int(owner)
    return shops


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    north, east = one[0] - other[0], (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return math.hypot(north, east) * 111.2


def closed(shop: Shop, day: date, share: float, seed: int) -> bool:
    """Whether a visit fails that day: the same for whoever comes."""
    return random.Random(f"{seed} {shop.store} {day}").random() < share


def due_after(shop: Shop, visited: date) -> date:
    from accounts.rules import Role
    from visits.rules import shipped_matrix
    from visits.rules.intervals import due_date

    interval = shipped_matrix()[shop.tier, Role.ACCOUNT_MANAGER]
    return due_date(visited, interval.number, interval.unit)


@dataclass
class Outcome:
    name: str
    kept: int = 0
    promises: int = 0
    overdue: int = 0
    km: float = 0.0
    visits: int = 0
    tier: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def count(self, shops: Iterable[Shop], last: date) -> None:
        """Promises within the weeks, kept and broken, from the visits made alone."""
        for shop in shops:
            due = due_after(shop, shop.last)
            for visit in [*sorted(shop.visits), None]:
                if due > last:
                    break
                kept = visit is not None and visit <= max(due, FIRST)
                self.promises, self.kept = self.promises + 1, self.kept + kept
                self.tier[shop.tier][0] += kept
                self.tier[shop.tier][1] += 1
                if visit is None:
                    break
                due = due_after(shop, visit)
            now = due_after(shop, max(shop.visits)) if shop.visits else due_after(shop, shop.last)
            self.overdue += now <= last
            self.visits += len(shop.visits)


# By nearest neighbour with 2-opt


def by_hand(shops: list[Shop], days: list[date], fail: float, seed: int) -> Outcome:
    """Each day from the office always on to the nearest shop that is due, as long as one gets home; then 2-opt."""
    from visits.models import DayRule

    rule, outcome = DayRule(), Outcome("nearest neighbour + 2-opt")
    for manager in range(MANAGERS):
        mine = [shop for shop in shops if shop.manager == manager]
        home = middle(mine)
        for day, following in pairwise([*days, days[-1] + timedelta(3)]):
            due = [s for s in mine if due_after(s, max([s.last, *s.visits])) < following]
            route: list[Shop] = []
            while due and len(route) < rule.stops_most:
                here = (route[-1].latitude, route[-1].longitude) if route else home
                nearest = min(due, key=lambda shop, at=here: _km(at, (shop.latitude, shop.longitude)))
                due.remove(nearest)
                longer = turned(home, [*route, nearest])
                if _minutes(home, longer, rule) <= 300:
                    route = longer
            outcome.km += _way(home, route)
            for shop in route:
                if not closed(shop, day, fail, seed):
                    shop.visits.append(day)
    return outcome


def middle(shops: list[Shop]) -> tuple[float, float]:
    return sum(s.latitude for s in shops) / len(shops), sum(s.longitude for s in shops) / len(shops)


def _way(home: tuple[float, float], route: list[Shop]) -> float:
    places = [home, *((shop.latitude, shop.longitude) for shop in route), home]
    return 1.3 * sum(_km(a, b) for a, b in pairwise(places)) if route else 0.0


def _minutes(home: tuple[float, float], route: list[Shop], rule: Any) -> float:
    return _way(home, route) / SPEED * 60 + sum(rule.service_minutes[shop.tier - 1] for shop in route)


def turned(home: tuple[float, float], route: list[Shop]) -> list[Shop]:
    """2-opt until nothing helps."""
    best: list[Shop | None] = [None, *route, None]
    at = [home, *((shop.latitude, shop.longitude) for shop in route), home]
    better = True
    while better:
        better = False
        for i in range(1, len(best) - 2):
            for k in range(i + 1, len(best) - 1):
                now = _km(at[i - 1], at[i]) + _km(at[k], at[k + 1])
                if _km(at[i - 1], at[k]) + _km(at[i], at[k + 1]) < now - 1e-9:
                    best[i : k + 1], at[i : k + 1] = best[i : k + 1][::-1], at[i : k + 1][::-1]
                    better = True
    return [shop for shop in best if shop is not None]


# By the product


def found_company(shops: list[Shop]) -> None:
    """Two units, eight managers who start in the middle of their shops, and the shops with their last visits."""
    from accounts.rules import Role
    from tests.factories.accounts import CustomerFactory, OrgUnitFactory, PersonFactory, PostFactory
    from tests.factories.visits import VisitFactory
    from visits.models import DayRule
    from visits.services import refresh_clocks

    DayRule.objects.update(speed_kmh=SPEED)
    unit = OrgUnitFactory(name="Iowa")
    for manager in range(MANAGERS):
        mine = [shop for shop in shops if shop.manager == manager]
        latitude, longitude = middle(mine)
        person = PersonFactory(name=f"Manager {manager + 1}", start_latitude=latitude, start_longitude=longitude)
        PostFactory(person=person, role=Role.ACCOUNT_MANAGER, unit=unit)
        for shop in mine:
            customer = CustomerFactory(
                unit=unit,
                account_manager=person,
                code=shop.store,
                name=shop.name,
                tier=shop.tier,
                latitude=shop.latitude,
                longitude=shop.longitude,
                opens_at=None,
                closes_at=None,
                closed_weekdays=[],
            )
            shop.pk = customer.pk
            VisitFactory(customer=customer, person=person, visited_on=shop.last)
    refresh_clocks(on=FIRST)


def by_nights(
    shops: list[Shop], days: list[date], options: argparse.Namespace, say: Callable[[str], None]
) -> tuple[Outcome, float]:
    """Plan each night, do each day; gives the outcome and which share of tomorrow's drafts stayed on their day."""
    from visits.models import DayPlan, PlanStop
    from visits.services.drafting import Search
    from visits.services.nights import make_one, open_run, waiting_plans

    outcome = Outcome("ours")
    by_pk = {shop.pk: shop for shop in shops}
    stayed = drafted = 0
    for day in days:
        night = datetime(day.year, day.month, day.day, 2, 30, tzinfo=CHINA)
        seen = set(PlanStop.objects.filter(plan__date=day).values_list("plan__person", "customer"))
        run = open_run(on=day, now=night)
        for plan_id in waiting_plans(run).values_list("pk", flat=True):
            search = Search(seed=plan_id % 1000, seconds=options.seconds)
            plan = make_one(plan_id=plan_id, now=night, search=search)
            assert plan is not None
            assert plan.state == "made", plan.error
            outcome.km += plan.metres / 1000
        planned = set(PlanStop.objects.filter(plan__date=day).values_list("plan__person", "customer"))
        stayed, drafted = stayed + len(seen & planned), drafted + len(seen)
        do_the_day(day, by_pk, options)
        DayPlan.objects.filter(date=day).update(state="frozen")
        say(f"{day}: {len(planned)} stops")
    return outcome, stayed / max(1, drafted)


def do_the_day(day: date, by_pk: dict[int, Shop], options: argparse.Namespace) -> None:
    """Walk the plans: a closed shop is skipped with the reason, every other stop becomes a visit that counts."""
    import uuid

    from visits.models import PlanStop, Visit
    from visits.services import refresh_clocks, skip_stop

    visits, done = [], []
    for stop in PlanStop.objects.filter(plan__date=day).select_related("plan__person", "customer"):
        shop = by_pk[stop.customer_id]
        if closed(shop, day, options.fail, options.seed):
            skip_stop(stop=stop, reason="closed", by=stop.plan.person, now=stop.arrive_at)
            continue
        shop.visits.append(day)
        stop.state, stop.acted_at = "done", stop.leave_at
        done.append(stop)
        visits.append(
            Visit(
                key=uuid.uuid4(),
                customer=stop.customer,
                person=stop.plan.person,
                role="account_manager",
                state="done",
                visited_on=day,
                started_at=stop.arrive_at,
                ended_at=stop.leave_at,
                counts=True,
                acts=["visit"],
                stop=stop,
            )
        )
    PlanStop.objects.bulk_update(done, ["state", "acted_at"])
    Visit.objects.bulk_create(visits)
    refresh_clocks(on=day)


def draw(path: Path, days: list[date]) -> None:
    """One week of all managers, a colour a day, as a picture by Chromium."""
    from playwright.sync_api import sync_playwright

    from visits.models import DayPlan

    colours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00"]
    plans = list(DayPlan.objects.filter(date__in=days).select_related("person").order_by("person", "date"))
    people = list(dict.fromkeys(plan.person for plan in plans))
    parts = []
    for number, person in enumerate(people):
        mine = [plan for plan in plans if plan.person_id == person.pk]
        routes = [
            [(s.customer.longitude, s.customer.latitude) for s in plan.stops.select_related("customer")]
            for plan in mine
        ]
        home = (person.start_longitude, person.start_latitude)
        everywhere = [home, *(place for route in routes for place in route)]
        west, east = min(x for x, _ in everywhere), max(x for x, _ in everywhere)
        south, north = min(y for _, y in everywhere), max(y for _, y in everywhere)
        scale = 330 / max((east - west) * 0.745, north - south, 1e-6)
        left, top = 20 + number % 4 * 370, 50 + number // 4 * 390

        def at(
            place: tuple[float, float], w: float = west, n: float = north, k: float = scale, x: int = left, y: int = top
        ) -> str:
            return f"{x + (place[0] - w) * 0.745 * k:.1f},{y + (n - place[1]) * k:.1f}"

        parts.append(f'<text x="{left}" y="{top - 12}">{html.escape(person.name)}: {[len(r) for r in routes]}</text>')
        for plan, route in zip(mine, routes, strict=True):
            colour = colours[days.index(plan.date) % 5]
            points = " ".join(at(place) for place in (home, *route, home))
            parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
            parts += [
                f'<circle cx="{at(p).split(",")[0]}" cy="{at(p).split(",")[1]}" r="3" fill="{colour}"/>' for p in route
            ]
        x, y = at(home).split(",")
        parts.append(f'<rect x="{float(x) - 5}" y="{float(y) - 5}" width="10" height="10"/>')
    frame = 'xmlns="http://www.w3.org/2000/svg" width="1500" height="830" font-family="sans-serif"'
    picture = f"<svg {frame}>{''.join(parts)}</svg>"
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_page(viewport={"width": 1500, "height": 830})
        page.set_content(picture)
        page.screenshot(path=str(path))
        browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--fail", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--map", type=Path)
    parser.add_argument("--port", type=int, default=8113)
    options = parser.parse_args()
    with folder() as var:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(var), "PORT": str(options.port)}
        sys.path[:0] = [str(ROOT), str(ROOT / "warnings")]
        import django

        from config import embedded

        embedded.ensure_running()
        try:
            django.setup()
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            compare(options)
        finally:
            embedded.release()
    return 0


def compare(options: argparse.Namespace) -> None:
    """Live the weeks twice, and print both."""
    days = [FIRST + timedelta(n) for n in range(7 * options.weeks) if (FIRST + timedelta(n)).isoweekday() <= 5]
    shops = read(options.data, options.seed)
    print(f"{len(shops)} shops, {MANAGERS} managers, {len(days)} days, {100 * options.fail:.0f} % of the stops fail")
    found_company(shops)
    ours, stayed = by_nights(shops, days, options, lambda line: print(line, flush=True))
    ours.count(shops, days[-1])
    if options.map:
        draw(options.map, days[5:10] if len(days) >= 10 else days[:5])
    for shop in shops:
        shop.visits = []
    other = by_hand(shops, days, options.fail, options.seed)
    other.count(shops, days[-1])
    print(
        f"{'':26} {'promises':>8} {'kept':>6} {'%':>6} {'visits':>6} {'km':>8} {'overdue at the end':>19}  kept by tier"
    )
    for each in (ours, other):
        tiers = " ".join(f"{100 * kept / max(1, all_):.0f}" for _tier, (kept, all_) in sorted(each.tier.items()))
        print(
            f"{each.name:26} {each.promises:8} {each.kept:6} {100 * each.kept / each.promises:6.1f} {each.visits:6} "
            f"{each.km:8.0f} {each.overdue:19}  {tiers}"
        )
    print(f"of the stops that people had seen for the next day, {100 * stayed:.0f} % stayed on it")


if __name__ == "__main__":
    sys.exit(main())
