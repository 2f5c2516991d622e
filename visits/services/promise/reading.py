"""What a month asks of each person, and the hours they have for it: read set-based, by the rules (VIS-1, VIS-4)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count as Counted
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject

from accounts.models import Absence, OrgUnit, Person, Post
from accounts.rules import Role, units_upward
from duties.calendar import WorkCalendar
from visits.models import DayPlan, DayRule, VisitInterval
from visits.rules import Cell, Count, Ground, Pace, Work, capacity_minutes, promise, work_asked
from visits.services.drafting import MINUTE, WORKING_DAY

#: A person's rides of so many days back say how their ground rides; fewer days than that say nothing.
_PAST_DAYS, _PAST_LEAST = 60, 5
_RIDING_LEAST, _RIDING_MOST = 0.4, 2.5

# Positions become km east and north of 104° E on the equator: near enough for areas and for who is a neighbour.
_EAST = "((c.longitude - 104) * 111.32 * cos(radians(c.latitude)))"
_NORTH = "(c.latitude * 110.574)"
_SUMS = (
    f"count(*), count(c.latitude), coalesce(sum({_EAST}), 0), coalesce(sum({_NORTH}), 0),"
    f" coalesce(sum({_EAST} * {_EAST}), 0), coalesce(sum({_NORTH} * {_NORTH}), 0), coalesce(sum({_EAST} * {_NORTH}), 0)"
)
_OF_MANAGERS = (
    f"SELECT c.account_manager_id, c.tier, c.importance, {_SUMS} FROM accounts_customer c"
    " WHERE c.status = 'active' AND c.account_manager_id = ANY(%s) GROUP BY 1, 2, 3"
)
_OF_UNITS = (
    f"SELECT c.unit_id, c.tier, c.importance, {_SUMS} FROM accounts_customer c"
    " WHERE c.status = 'active' AND c.unit_id = ANY(%s) GROUP BY 1, 2, 3"
)


@dataclass(frozen=True, slots=True)
class Month:
    """The month for which is reckoned: its first day, its length, its working days."""

    first: date
    length: int
    working: tuple[date, ...]

    @classmethod
    def of(cls, day: date, calendar: WorkCalendar) -> Self:
        first = day.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
        return cls(first, (after - first).days, tuple(calendar.working_days(first, after - timedelta(days=1))))

    @classmethod
    def after(cls, day: date, calendar: WorkCalendar) -> Self:
        """The month after the one of that day: what is decided now takes effect there."""
        return cls.of(day.replace(day=1) + timedelta(days=31), calendar)


@dataclass(frozen=True, slots=True)
class Terms:
    """The matrix and the rule of the day, as they are or as somebody would have them."""

    cells: Mapping[tuple[int, str], Cell]
    pace: Pace
    day_minutes: int
    leader_minutes: int
    rows: Sequence[VisitInterval] = ()

    @classmethod
    def load(cls) -> Self:
        return cls.of(list(VisitInterval.objects.order_by("tier", "role")), DayRule.objects.get())

    @classmethod
    def of(cls, rows: Sequence[VisitInterval], rule: DayRule) -> Self:
        """From rows that need not be saved."""
        working = WORKING_DAY.length // MINUTE
        return cls(
            cells={(row.tier, row.role): Cell(row.interval.about_days, row.phone_percent) for row in rows},
            rows=rows,
            pace=Pace(tuple(rule.service_minutes), rule.call_minutes, rule.speed_kmh, rule.road_factor),
            day_minutes=capacity_minutes(
                working_minutes=working, fixed_percent=rule.fixed_percent, market_minutes=rule.market_minutes
            ),
            leader_minutes=working * rule.leaders_percent // 100,
        )

    def changed(self, tier: int, role: str, cell: Cell | None) -> "Terms":
        """The same with one cell of the matrix set, or emptied by None."""
        cells = dict(self.cells)
        cells.pop((tier, role), None)
        if cell is not None:
            cells[tier, role] = cell
        return replace(self, cells=cells)

    def of_role(self, role: str) -> dict[int, Cell]:
        return {tier: cell for (tier, held), cell in self.cells.items() if held == role}

    def minutes_a_day(self, role: str) -> int:
        """Minutes of a working day for planned visits (VIS-4)."""
        return self.day_minutes if role == Role.ACCOUNT_MANAGER else self.leader_minutes


@dataclass(slots=True)
class Load:
    """One person's month in one role. `share` is None for work without any hours."""

    person_id: int
    name: str
    unit_id: int
    unit: str
    branch_id: int
    role: str
    counts: dict[tuple[int, str], Count] = field(default_factory=dict)
    ground: Ground = field(default_factory=Ground)
    riding: float = 1.0
    days: int = 0

    def work(self, terms: Terms, month: Month) -> Work:
        return work_asked(
            self.counts,
            terms.of_role(self.role),
            role=self.role,
            ground=self.ground,
            pace=terms.pace,
            month_days=month.length,
            days=self.days,
            riding=self.riding,
        )

    def minutes_there_are(self, terms: Terms) -> int:
        return self.days * terms.minutes_a_day(self.role)

    def share(self, terms: Terms, month: Month) -> float | None:
        asked, there_are = self.work(terms, month).minutes, self.minutes_there_are(terms)
        if there_are:
            return asked / there_are
        return None if asked else 0.0

    def is_over(self, terms: Terms, month: Month) -> bool:
        return promise.tone(self.share(terms, month)) == "over"

    @property
    def customers(self) -> float:
        return sum(count.n for count in self.counts.values())

    def with_customer(self, tier: int, importance: str, ground: Ground | None, *, by: int) -> "Load":
        """The same with one customer more (`by=1`) or fewer (`by=-1`); `ground` is None for one not on the map."""
        counts = dict(self.counts)
        before = counts.get((tier, importance), Count(0, 0))
        counts[tier, importance] = Count(before.n + by, before.placed + (by if ground is not None else 0))
        moved = self.ground if ground is None else self.ground + ground if by > 0 else self.ground - ground
        return replace(self, counts=counts, ground=moved)


def loads(people: Iterable[Person], *, role: str, month: Month, on: date, terms: Terms) -> list[Load]:
    """The month of these people in a role which they hold on that day, in a fixed number of queries."""
    return loads_of(posts_of(people, role=role, month=month, on=on), role=role, month=month, on=on, terms=terms)


def posts_of(people: Iterable[Person], *, role: str, month: Month, on: date) -> QuerySet[Any]:
    """Who holds a role on that day, unit by unit, with when they are `away` in the month and their `past` plans."""
    posts: QuerySet[Any] = (
        Post.objects.held_on(on)
        .filter(person__in=people, role=role, person__is_active=True)
        .select_related("person", "unit")
        .annotate(away=ArraySubquery(_away(month)), past=Subquery(_past(on)))
        .order_by("unit__path", "person__pinyin", "pk")
    )
    return posts


def loads_of(posts: Iterable[Any], *, role: str, month: Month, on: date, terms: Terms) -> list[Load]:
    """The same for posts of `posts_of` that were read before."""
    found: dict[int, Load] = {}
    units: dict[int, list[OrgUnit]] = defaultdict(list)
    past: dict[int, Any] = {}
    for post in posts:
        units[post.person_id].append(post.unit)
        if post.person_id not in found:
            found[post.person_id] = Load(
                post.person_id, str(post.person), post.unit_id, post.unit.name, _branch(post.unit), role
            )
            found[post.person_id].days = _days(month, post.away)
            past[post.person_id] = post.past
    if role == Role.ACCOUNT_MANAGER:
        _count_managers(found)
        for pk, load in found.items():
            load.riding = _learnt(past[pk], load.ground, terms.pace)
    else:
        _count_leaders(found, role, units, on)
    return list(found.values())


def _branch(unit: OrgUnit) -> int:
    """Who works in one branch is a neighbour: the station's parent, else the unit itself."""
    return unit.parent_id if unit.kind == OrgUnit.Kind.STATION and unit.parent_id else unit.pk


def _add(load: Load, key: tuple[int, str], row: Sequence[Any], share: int = 1) -> None:
    n, placed, *sums = row
    before = load.counts.get(key, Count(0, 0))
    load.counts[key] = Count(before.n + n / share, before.placed + placed / share)
    load.ground += Ground(placed, *(float(each) for each in sums))


def _count_managers(found: Mapping[int, Load]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_OF_MANAGERS, [list(found)])
        for person_id, tier, importance, *row in cursor.fetchall():
            _add(found[person_id], (tier, importance), row)


def _count_leaders(found: Mapping[int, Load], role: str, units: Mapping[int, list[OrgUnit]], on: date) -> None:
    """A leader visits the customers of their unit; where several hold the role nearest, they share them (ORG-3)."""
    holders: dict[int, list[int]] = defaultdict(list)
    for unit_id, person_id in Post.objects.held_on(on).filter(role=role).values_list("unit_id", "person_id"):
        holders[unit_id].append(person_id)
    below = OrgUnit.objects.none()
    for unit in {unit.pk: unit for each in units.values() for unit in each}.values():
        below = below | OrgUnit.objects.filter(path__startswith=unit.path)
    nearest = {
        pk: next((holders[up] for up in units_upward(path) if up in holders), [])
        for pk, path in below.values_list("pk", "path")
    }
    with connection.cursor() as cursor:
        cursor.execute(_OF_UNITS, [list(nearest)])
        for unit_id, tier, importance, *row in cursor.fetchall():
            for person_id in nearest[unit_id]:
                if person_id in found:
                    _add(found[person_id], (tier, importance), row, share=len(nearest[unit_id]))


def _past(on: date) -> QuerySet[Any]:
    """Of a post's person: days planned lately, minutes ridden and minutes served."""
    plans = DayPlan.objects.filter(
        person=OuterRef("person"),
        date__gte=on - timedelta(days=_PAST_DAYS),
        date__lt=on,
        state__in=[DayPlan.State.MADE, DayPlan.State.FROZEN],
        minutes__gt=F("ride_minutes"),
    )
    told = JSONObject(days=Counted("pk"), ride=Sum("ride_minutes"), served=Sum(F("minutes") - F("ride_minutes")))
    found: QuerySet[Any] = plans.order_by().values("person").annotate(told=told).values("told")
    return found


def _learnt(past: Mapping[str, Any] | None, ground: Ground, pace: Pace) -> float:
    """How much longer or shorter the rides were than the estimate: streets and hills are not evenly spread."""
    if past is None or past["days"] < _PAST_LEAST:
        return 1.0
    mean = sum(pace.service_minutes) / len(pace.service_minutes)
    guessed: float = past["days"] * promise.round_minutes(past["served"] / mean / past["days"], ground.area, pace)
    return min(max(past["ride"] / guessed, _RIDING_LEAST), _RIDING_MOST) if guessed > 0 else 1.0


def _away(month: Month) -> QuerySet[Any]:
    """The absences of a post's person that touch the month."""
    last = month.first + timedelta(days=month.length - 1)
    touching = Absence.objects.filter(person=OuterRef("person"), starts_on__lte=last, ends_on__gte=month.first)
    spans: QuerySet[Any] = touching.values(span=JSONObject(first="starts_on", last="ends_on"))
    return spans


def _days(month: Month, away: Iterable[Mapping[str, str]]) -> int:
    """Working days less those away."""
    spans = [(date.fromisoformat(each["first"]), date.fromisoformat(each["last"])) for each in away]
    return sum(not any(first <= day <= last for first, last in spans) for day in month.working)


def over(found: Collection[Load], terms: Terms, month: Month) -> list[Load]:
    """Who is asked for more than there is, the worst first."""
    those = [load for load in found if load.is_over(terms, month)]
    return sorted(those, key=lambda load: (-(load.share(terms, month) or 99.0), load.person_id))
