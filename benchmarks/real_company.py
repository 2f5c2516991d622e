"""A company made of real shops: import, territories, one day's plans, a year of month-end evaluations.

`python benchmarks/real_company.py DIR [--day 2016-03-16] [--managers 8] [--out report.json]`

DIR holds a wholesaler's open data: `iowa_shops.csv` (store, name, city, zip, latitude, longitude) and
`iowa_shop_months_2012_2016.csv.gz` (store, month, order_days, lines, bottles, sale_usd, distinct_items). The database
must be empty. Everything goes through the commands a company would use. The map
of columns: store=code, city=address; bottles=quantity, sale_usd=amount, order_days=orders, distinct_items=items.
"""

import argparse
import csv
import gzip
import json
import os
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BRANCHES = 4


def territories(points: np.ndarray, count: int, seed: int = 1, rounds: int = 40) -> np.ndarray:
    """Compact territories of nearly equal size: k-means whose clusters have room for one share each."""
    random = np.random.default_rng(seed)
    scale = np.array([1.0, np.cos(np.radians(points[:, 0].mean()))])
    flat = points * scale
    centres = flat[random.choice(len(flat), count, replace=False)]
    room = int(np.ceil(len(flat) / count))
    owner = np.zeros(len(flat), dtype=int)
    for _ in range(rounds):
        far = np.linalg.norm(flat[:, None] - centres[None], axis=2)
        two = np.partition(far, 1, axis=1)
        left = np.full(count, room)
        for index in np.argsort(-(two[:, 1] - two[:, 0])):  # who would lose most by a second choice goes first
            for choice in np.argsort(far[index]):
                if left[choice]:
                    owner[index], left[choice] = choice, left[choice] - 1
                    break
        moved = np.array([flat[owner == each].mean(axis=0) for each in range(count)])
        if np.allclose(moved, centres):
            break
        centres = moved
    return owner


def manage(*words: str) -> None:
    """One command of the application, as a company would give it."""
    from django.core.management import call_command

    print("$ manage.py", " ".join(words), flush=True)
    started = time.monotonic()
    call_command(*words)
    print(f"  {time.monotonic() - started:.1f} s", flush=True)


def found(folder: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The shops of the file, and the months; shops that only the months know are added without a position."""
    with (folder / "iowa_shops.csv").open(newline="") as file:
        shops = list(csv.DictReader(file))
    with gzip.open(folder / "iowa_shop_months_2012_2016.csv.gz", "rt", newline="") as file:
        months = list(csv.DictReader(file))
    bought = {row["store"] for row in months}
    shops = [shop for shop in shops if shop["store"] in bought]
    known = {shop["store"] for shop in shops}
    blank = dict.fromkeys(shops[0], "")
    shops += [{**blank, "store": store, "name": f"Shop {store}"} for store in sorted(bought - known)]
    return shops, months


def organise(managers: int, shops: list[dict[str, str]]) -> dict[str, tuple[str, str]]:
    """A company with four branches, every desk filled, managers by territory: shop → (unit, manager)."""
    from accounts.models import OrgUnit
    from accounts.rules import Role
    from accounts.services.organisation import create_person, create_unit, give_post
    from visits.models import DayRule

    since = date(2010, 1, 1)
    placed = [shop for shop in shops if shop["latitude"]]
    points = np.array([[float(shop["latitude"]), float(shop["longitude"])] for shop in placed])
    owner = territories(points, managers)
    centres = np.array([points[owner == each].mean(axis=0) for each in range(managers)])
    rank = np.argsort(np.argsort(centres[:, 1]))  # from west to east
    company = create_unit(parent=None, kind=OrgUnit.Kind.COMPANY, code="CO", name="Company")
    region = create_unit(parent=company, kind=OrgUnit.Kind.REGION, code="R1", name="Region")
    desks = [
        (company, Role.GENERAL_MANAGER),
        (company, Role.DEPUTY_GENERAL_MANAGER),
        (company, Role.MARKETING_DIRECTOR),
    ]
    desks += [
        (company, Role.MARKETING_MANAGER),
        (company, Role.DEPUTY_MANAGER_IN_CHARGE),
        (region, Role.REGION_MANAGER),
    ]
    units = []
    for number in range(BRANCHES):
        mine = np.isin(owner, [each for each in range(managers) if rank[each] * BRANCHES // managers == number])
        latitude, longitude = points[mine].mean(axis=0)
        unit = create_unit(
            parent=region, kind=OrgUnit.Kind.BRANCH, code=f"B{number + 1}", name=f"Branch {number + 1}",
            latitude=float(latitude), longitude=float(longitude),
        )  # fmt: skip
        units.append(unit)
        desks += [(unit, Role.BRANCH_GENERAL_MANAGER), (unit, Role.BRANCH_SALES_MANAGER), (unit, Role.CUSTOMER_OFFICER)]
    for unit, role in desks:
        person = create_person(username=f"{role.value}.{unit.code}".lower(), name=f"{role.value} {unit.code}")
        give_post(person=person, role=role, unit=unit, starts_on=since)
    for each in range(managers):
        unit = units[rank[each] * BRANCHES // managers]
        person = create_person(
            username=f"am{each + 1}", name=f"Manager {each + 1}",
            start_latitude=float(centres[each][0]), start_longitude=float(centres[each][1]),
        )  # fmt: skip
        give_post(person=person, role=Role.ACCOUNT_MANAGER, unit=unit, starts_on=since)
    DayRule.objects.update(speed_kmh=70)  # a state is ridden by car
    of = {shop["store"]: int(each) for shop, each in zip(placed, owner, strict=True)}
    territory = {shop["store"]: of.get(shop["store"], place % managers) for place, shop in enumerate(shops)}
    return {
        store: (units[rank[each] * BRANCHES // managers].code, f"am{each + 1}") for store, each in territory.items()
    }


def classify(months: list[dict[str, str]], until: str) -> None:
    """Importance and visit tier by what was bought in the year before, by approved requests (CUS-5)."""
    from accounts import clock
    from accounts.models import Customer, Person
    from accounts.services.customers import change_class

    by, now = Person.objects.get(username="general_manager.co"), clock.now()
    year = f"{int(until[:4]) - 1}{until[4:]}"
    bought: Counter[str] = Counter()
    for row in months:
        if year <= row["month"] < until:
            bought[row["store"]] += float(row["sale_usd"])
    ranked = [store for store, _ in bought.most_common()]
    steps = [(0.01, "core", 1), (0.05, "important", 2), (0.20, "large", 3), (0.60, "general", 4), (1.01, "general", 5)]
    customers = {customer.code: customer for customer in Customer.objects.all()}
    for place, store in enumerate(ranked):
        share = place / len(ranked)
        importance, tier = next((importance, tier) for limit, importance, tier in steps if share < limit)
        for kind, value in (("importance", importance), ("tier", tier)):
            change_class(
                customer=customers[store], kind=kind, value=value, approval_reference="A-2016-01",
                evidence=f"place {place + 1} of {len(ranked)} by amount in the year before {until}", by=by, now=now,
            )  # fmt: skip


def to_day(day: date) -> None:
    """Move the database's clock to 05:40 of a day."""
    from datetime import datetime
    from datetime import time as clock_time
    from zoneinfo import ZoneInfo

    from accounts import clock

    clock.shift(datetime.combine(day, clock_time(5, 40), ZoneInfo("Asia/Shanghai")) - clock.now())


def bring_in(folder: Path, managers: int) -> list[dict[str, str]]:
    """Import shops and months by the commands, then place them."""
    shops, months = found(folder)
    placing = organise(managers, shops)
    work = Path(tempfile.mkdtemp())
    with (work / "shops.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [*shops[0], "unit", "manager"])
        writer.writeheader()
        for shop in shops:
            unit, manager = placing[shop["store"]]
            writer.writerow({**shop, "unit": unit, "manager": manager})
    manage(
        "import_customers", str(work / "shops.csv"), "--map", "store=code", "--map", "city=address",
        "--map", "manager=account_manager", "--set", "kind=retailer",
    )  # fmt: skip
    facts = str(folder / "iowa_shop_months_2012_2016.csv.gz")
    columns = ("store=code", "bottles=quantity", "sale_usd=amount", "order_days=orders", "distinct_items=items")
    pairs = [word for pair in columns for word in ("--map", pair)]
    manage("import_facts", facts, *pairs)
    manage("import_facts", facts, *pairs)  # a second time: it changes nothing
    return months


def plans(day: date) -> dict[str, object]:
    """The day's plans and what is in them."""
    from django.db.models import Count, Sum

    from visits.models import DayPlan, PlanStop

    manage("plan_visits", "--date", day.isoformat(), "--seconds", "1")
    made = DayPlan.objects.filter(date=day)
    stops = PlanStop.objects.filter(plan__date=day)
    return {
        "day": day.isoformat(),
        "plans": made.count(),
        "stops": stops.count(),
        "by mode": dict(stops.order_by().values_list("mode").annotate(n=Count("pk"))),
        "km": round((made.aggregate(m=Sum("metres"))["m"] or 0) / 1000, 1),
        "left out": dict(made.order_by().values_list("omissions__reason").annotate(n=Count("omissions"))),
        "a plan": list(made.order_by("person__username").values_list("person__username", "metres", "minutes")),
    }


def warnings_of_the_year(year: int) -> dict[str, object]:
    """Evaluate on the second of each month, when the month before is whole."""
    from django.db.models import Count, F, Max, Q
    from early_warnings.models import EarlyWarning, Evaluation, Indicator, Sign, UnitWarning

    # The data knows no visits: measured by them, every shop would be overdue.
    Indicator.objects.filter(measure="visits_missed").update(valid_until=date(year - 1, 12, 31))
    for month in range(2, 14):
        day = date(year + month // 13, (month - 1) % 12 + 1, 2)
        to_day(day)
        manage("evaluate_warnings", "--date", day.isoformat())
    lost = Max(F("signs__base") - F("signs__recent"), filter=Q(signs__indicator__key="fallen-against-year"))
    top = EarlyWarning.objects.filter(level="breach").annotate(n=Count("signs"), lost=lost).filter(lost__gt=0)
    top = top.select_related("customer").order_by("-lost")[:5]
    return {
        "by month": list(
            Evaluation.objects.order_by("on").values_list(
                "on", "customers", "signs", "opened", "unit_opened", "milliseconds"
            )
        ),
        "by indicator": dict(Sign.objects.order_by().values_list("indicator__key").annotate(n=Count("pk"))),
        "by level": dict(EarlyWarning.objects.order_by().values_list("level").annotate(n=Count("pk"))),
        "by importance": dict(EarlyWarning.objects.order_by().values_list("importance").annotate(n=Count("pk"))),
        "by desk": dict(EarlyWarning.objects.order_by().values_list("duty__role").annotate(n=Count("pk"))),
        "units": list(UnitWarning.objects.values_list("unit__name", "indicator__key", "level", "counted", "among")),
        "top": [(w.pk, w.number, w.customer.code, w.customer.name, w.importance, w.n, round(w.lost)) for w in top],
    }


def came_true(year: int, months: list[dict[str, str]]) -> dict[str, object]:
    """Of the reports raised through September: how many then bought under half of the year before."""
    from early_warnings.models import EarlyWarning
    from early_warnings.rules import months_back

    sold = {(row["store"], row["month"]): float(row["sale_usd"]) for row in months}
    shops = {store for store, _ in sold}
    hit: Counter[str] = Counter()
    for report in EarlyWarning.objects.filter(opened_on__lt=date(year, 10, 3)).select_related("customer"):
        last = months_back(report.opened_on.replace(day=1), 1)
        ahead = [f"{months_back(last, -step):%Y-%m}" for step in (1, 2, 3)]
        before = [f"{months_back(last, 12 - step):%Y-%m}" for step in (1, 2, 3)]
        code = report.customer.code
        now, then = (sum(sold.get((code, month), 0.0) for month in each) for each in (ahead, before))
        hit[f"{report.level} true" if now < then / 2 else f"{report.level} not"] += 1
    return {"raised until September": dict(hit), "shops with facts": len(shops)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--day", type=date.fromisoformat, default=date(2016, 3, 16))
    parser.add_argument("--managers", type=int, default=8)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    from config import embedded

    embedded.ensure_running()
    django.setup()
    year = options.day.year
    months = bring_in(options.folder, options.managers)
    to_day(date(year, 1, 4))
    classify(months, f"{year}-01")
    report: dict[str, object] = {}
    to_day(options.day)
    report["plans"] = plans(options.day)
    to_day(date(year, 2, 1))
    report["warnings"] = warnings_of_the_year(year)
    report["afterwards"] = came_true(year, months)
    text = json.dumps(report, indent=1, default=str, ensure_ascii=False)
    print(text)
    if options.out:
        options.out.write_text(text)


if __name__ == "__main__":
    main()
