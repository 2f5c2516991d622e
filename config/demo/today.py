"""This morning: the planner's own plan of today, walked up to now."""

from datetime import timedelta

from django.utils import timezone

from accounts.services.copying import update_objects
from config.demo.book import Book
from config.demo.checks import Checks
from config.demo.follow_ups import FollowUps
from config.demo.promises import Promises
from config.demo.rounds import BEGINS, Stop, live
from config.demo.visited import Visited
from duties.kinds import VISIT_FOLLOW_UP
from duties.models import Duty
from visits.models import DayPlan, PlanStop
from visits.services import refresh_clocks


def live_today(book: Book) -> None:
    """Let managers check their vehicles and do the stops of today that lie behind them."""
    shape = book.shape
    if shape.at(shape.today, BEGINS - 40) > shape.now:
        return
    rng, promises, visited = shape.rng("today"), Promises(shape), Visited(book, "today")
    checks, follow_ups = Checks(book, promises, "today"), FollowUps(book, visited, promises)
    plans = DayPlan.objects.filter(date=shape.today, state=DayPlan.State.MADE, absent=False)
    walked, stops = [], []
    for plan in plans.order_by("pk").prefetch_related("stops"):
        check = checks.before_riding(plan.person_id, plan.date)
        if check is None:
            continue
        rows = list(plan.stops.all())
        lived = [_as_lived(book, row) for row in rows]
        live(rng, lived, shape.minute_of_now())
        acted = [(row, stop) for row, stop in zip(rows, lived, strict=True) if stop.acted]
        for row, stop in acted:
            row.state, row.skip_reason = stop.state, stop.skip
            row.acted_at, row.acted_by_id = shape.at(plan.date, stop.acted or 0), plan.person_id
            if stop.visited is not None:
                customer = book.customers[stop.customer]
                visited.add(customer, plan.person_id, plan.date, stop.visited, stop=row, mode=row.mode)
        if acted:
            plan.pre_trip_check, plan.started_at = check, check.checked_at + timedelta(minutes=4)
            plan.state = DayPlan.State.FROZEN
            walked.append(plan)
            stops += [row for row, _ in acted]
    checks.write()
    for plan in walked:
        plan.pre_trip_check = plan.pre_trip_check  # takes over the identifier that its row has by now
    update_objects(walked, ["state", "pre_trip_check", "started_at"])
    update_objects(stops, ["state", "skip_reason", "acted_at", "acted_by"])
    visited.write()
    _keep_promises(visited, promises)
    follow_ups.agree(visited.visits)
    promises.write()
    refresh_clocks(on=shape.today)


def _as_lived(book: Book, row: PlanStop) -> Stop:
    """A stop of the planner's in the words of the rounds."""
    arrive, leave = timezone.localtime(row.arrive_at), timezone.localtime(row.leave_at)
    return Stop(
        customer=book.place[row.customer_id],
        arrive=arrive.hour * 60 + arrive.minute + arrive.second / 60,
        leave=leave.hour * 60 + leave.minute + leave.second / 60,
        metres=row.metres,
        ride=row.ride_minutes,
        reason={},
    )


def _keep_promises(visited: Visited, promises: Promises) -> None:
    """A visit that was promised and made this morning is owed no more."""
    ended = {visit.customer_id: visit.ended_at for visit in visited.visits if visit.ended_at}
    owed = Duty.objects.open().filter(kind=VISIT_FOLLOW_UP, customer_id__in=ended).select_related("customer", "unit")
    for duty in owed:
        promises.close(promises.adopt(duty), ended[duty.subject_id], "visited")
