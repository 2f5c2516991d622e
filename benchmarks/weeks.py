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
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.company import servers, set_up
from benchmarks.weeks_by_hand import by_hand, middle
from benchmarks.weeks_map import draw
from benchmarks.weeks_shops import FIRST, MANAGERS, SPEED, Outcome, Shop, closed, read

CHINA = ZoneInfo("Asia/Shanghai")


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
    with servers(options.port):
        set_up()
        compare(options)
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
