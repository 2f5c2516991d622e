"""What an alert does to plans: stops become calls, the rest moves on, the debt is spread, people are told (VIS-9)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Absence, OrgUnit
from accounts.rules import Role
from accounts.services.responsibility import ResponsibilityMap
from duties.calendar import WorkCalendar
from duties.models import Notice
from duties.services.telling import Telling, tell_people
from visits.models import DayPlan, DayRule, PlanStop, WeatherAlert, WeatherDebt, WeatherTold
from visits.models.plans import Modes
from visits.rules.weather import DEBT_DAYS, spread
from visits.services.laying_out import lay_out, place_of, write_layout


def turn_all(*, now: datetime) -> int:
    """Look after every alert in force: plans made meanwhile are turned too. Returns how many stops changed."""
    return sum(turn(alert=alert, now=now) for alert in WeatherAlert.objects.in_force(now).order_by("pk"))


@transaction.atomic
def turn(*, alert: WeatherAlert, now: datetime) -> int:
    """Turn the on-site stops of an alert's units and hours into calls; a second time there is nothing left to do.

    Stops that are done, skipped or past stay. Returns how many changed.
    """
    locked = WeatherAlert.objects.select_for_update().get(pk=alert.pk)
    if locked.state != WeatherAlert.State.ACTIVE:
        return 0
    touched = _touched(locked, now)
    if not touched:
        return 0
    rule = DayRule.objects.get()
    turned: dict[int, list[PlanStop]] = defaultdict(list)
    plans = (
        DayPlan.objects.filter(pk__in=touched).select_related("person").order_by("pk").select_for_update(of=("self",))
    )
    for plan in plans:
        turned[plan.person_id] += _turn_plan(plan, locked, rule, touched[plan.pk], now)
    debts = _owe(locked, turned, now)
    _tell(locked, turned, now)
    return debts


def _touched(alert: WeatherAlert, now: datetime) -> dict[int, set[int]]:
    """The plans with stops in the alert's units and hours, and which stops."""
    within = Q(pk__in=[])
    for path in alert.units.values_list("path", flat=True):
        within |= Q(customer__unit__path__startswith=path)
    stops = PlanStop.objects.filter(
        within,
        plan__date__gte=timezone.localdate(max(alert.starts_at, now)),
        plan__date__lte=timezone.localdate(alert.ends_at),
        state=PlanStop.State.PLANNED,
        mode=Modes.ON_SITE,
        arrive_at__lt=alert.ends_at,
        leave_at__gt=max(alert.starts_at, now),
    )
    found: dict[int, set[int]] = defaultdict(set)
    for plan_id, stop_id in stops.values_list("plan_id", "pk"):
        found[plan_id].add(stop_id)
    return found


def _turn_plan(plan: DayPlan, alert: WeatherAlert, rule: DayRule, stop_ids: set[int], now: datetime) -> list[PlanStop]:
    """One plan: calls in their place, rides after the alert not before its end, the day timed anew."""
    stops = list(plan.stops.select_related("customer").order_by("sequence"))
    acted = [stop for stop in stops if stop.state != PlanStop.State.PLANNED]
    left = [stop for stop in stops if stop.state == PlanStop.State.PLANNED]
    turned = [stop for stop in left if stop.pk in stop_ids]
    for stop in turned:
        stop.mode = Modes.PHONE if stop.customer.phone else Modes.ONLINE
        stop.mode_cause = PlanStop.Cause.WEATHER
    later = [stop for stop in left if stop.mode == Modes.ON_SITE and stop.arrive_at >= alert.ends_at]
    held = {stop.pk: alert.ends_at for stop in later}
    laid = lay_out(
        plan=plan,
        stops=[stop for stop in left if stop.pk not in held] + [stop for stop in left if stop.pk in held],
        rule=rule,
        start=place_of(plan, acted),
        begins_at=now if acted or timezone.localdate(now) == plan.date else None,
        not_before=held,
    )
    _renumber(acted)
    write_layout(plan, laid, acted)
    return turned


def _renumber(acted: Sequence[PlanStop]) -> None:
    for number, stop in enumerate(acted, start=1):
        if stop.sequence != number:
            stop.sequence = number
            stop.save(update_fields=["sequence"])


def _owe(alert: WeatherAlert, turned: dict[int, list[PlanStop]], now: datetime) -> int:
    """The visits put off, each to be made on one of the next five working days (VIS-9); the most due come first."""
    calendar = WorkCalendar.load()
    days: list[date] = []
    day = timezone.localdate(alert.ends_at)
    if timezone.localtime(alert.ends_at).hour < 8:  # over before work begins: that day counts
        day -= timedelta(days=1)
    while len(days) < DEBT_DAYS:
        day = calendar.next_working_day(day)
        days.append(day)
    away = _away(list(turned), days)
    debts = []
    for person_id, stops in turned.items():
        ordered = sorted(stops, key=lambda stop: (stop.customer.tier, stop.sequence))
        there = [day for day in days if day not in away[person_id]] or days
        on = spread([stop.customer_id for stop in ordered], there)
        debts += [
            WeatherDebt(
                alert=alert,
                customer_id=stop.customer_id,
                person_id=person_id,
                put_off_at=now,
                to_visit_on=on[stop.customer_id],
            )
            for stop in ordered
        ]
    WeatherDebt.objects.bulk_create(debts, ignore_conflicts=True, batch_size=2000)
    return len(debts)


def _away(people: Sequence[int], days: Sequence[date]) -> dict[int, set[date]]:
    away: dict[int, set[date]] = defaultdict(set)
    for absence in Absence.objects.filter(person__in=people, starts_on__lte=days[-1], ends_on__gte=days[0]):
        away[absence.person_id] |= {day for day in days if absence.starts_on <= day <= absence.ends_on}
    return away


def _tell(alert: WeatherAlert, turned: dict[int, list[PlanStop]], now: datetime) -> None:
    """Each rider whose stops changed, and the sales managers of the units: once for each alert."""
    counts = {person_id: len(stops) for person_id, stops in turned.items() if stops}
    people = ResponsibilityMap.load(timezone.localdate(now))
    total = sum(counts.values())
    for unit in OrgUnit.objects.filter(weather_alerts=alert):
        found = people.in_unit(unit.path, Role.BRANCH_SALES_MANAGER)
        if found is not None and found.person_id not in counts:
            counts[found.person_id] = total
    known = set(WeatherTold.objects.filter(alert=alert).values_list("person", flat=True))
    new = {person_id: count for person_id, count in counts.items() if person_id not in known}
    WeatherTold.objects.bulk_create(
        [WeatherTold(alert=alert, person_id=pk, stops=count, told_at=now) for pk, count in new.items()]
    )
    tell_people(
        [
            Telling(
                pk,
                matter=Notice.Matter.WEATHER,
                details={
                    "headline": alert.headline,
                    "stops": count,
                    "since": f"{timezone.localtime(alert.starts_at):%m-%d %H:%M}",
                    "until": f"{timezone.localtime(alert.ends_at):%m-%d %H:%M}",
                    "alert": alert.pk,
                },
            )
            for pk, count in new.items()
        ],
        now=now,
    )


@transaction.atomic
def turn_back(*, alert: WeatherAlert, now: datetime) -> int:
    """A lifted alert: calls not made yet are visits again, and what was put off is owed no more. Returns how many."""
    others = WeatherAlert.objects.in_force(now).exclude(pk=alert.pk)
    still = WeatherDebt.objects.filter(alert__in=others, customer=OuterRef("customer"))
    stops = (
        PlanStop.objects.filter(
            customer__weather_debts__alert=alert,
            state=PlanStop.State.PLANNED,
            mode_cause=PlanStop.Cause.WEATHER,
            leave_at__gt=now,
        )
        .filter(~Exists(still))
        .select_related("customer")
    )
    by_plan: dict[int, set[int]] = defaultdict(set)
    for stop in stops:
        by_plan[stop.plan_id].add(stop.pk)
    rule = DayRule.objects.get()
    customers: set[int] = set()
    for plan in DayPlan.objects.filter(pk__in=by_plan).select_related("person").select_for_update(of=("self",)):
        rows = list(plan.stops.select_related("customer").order_by("sequence"))
        acted = [stop for stop in rows if stop.state != PlanStop.State.PLANNED]
        left = [stop for stop in rows if stop.state == PlanStop.State.PLANNED]
        for stop in left:
            if stop.pk in by_plan[plan.pk]:
                stop.mode, stop.mode_cause = stop.planned_mode, PlanStop.Cause.NONE
                customers.add(stop.customer_id)
        laid = lay_out(plan=plan, stops=left, rule=rule, start=place_of(plan, acted), begins_at=now)
        _renumber(acted)
        write_layout(plan, laid, acted)
    WeatherDebt.objects.filter(alert=alert, customer__in=customers).delete()
    return len(customers)
