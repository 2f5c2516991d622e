"""Day plans and their stops as rows of the days that were walked, with the checks and visits that belong to them."""

from datetime import date, timedelta

from config.demo.book import Book
from config.demo.checks import Checks
from config.demo.promises import Promises
from config.demo.rounds import Round, Stop, walk_rounds
from config.demo.visited import Visited, write_rows
from visits.models import DayPlan, PlanRun, PlanStop

#: The night job works at 21:30 on the day before.
NIGHT = 21 * 60 + 30


def write_visits(book: Book, promises: Promises) -> Visited:
    """Walk all rounds before today and write what came of them."""
    days = _Days(book, promises)
    for made in walk_rounds(book):
        days.add(made)
    return days.write()


class _Days:
    """Collects the rows of all days."""

    def __init__(self, book: Book, promises: Promises) -> None:
        self.book = book
        self.rng = book.shape.rng("days")
        self.checks = Checks(book, promises)
        self.visited = Visited(book)
        self.runs: dict[date, PlanRun] = {}
        self.plans: list[DayPlan] = []
        self.stops: list[PlanStop] = []

    def add(self, made: Round) -> None:
        """One manager's day."""
        shape, customers = self.book.shape, self.book.customers
        run = self.runs.setdefault(made.day, PlanRun(date=made.day))
        run.wanted += 1
        plan = DayPlan(
            person_id=made.person_id,
            date=made.day,
            run=run,
            state=DayPlan.State.FROZEN if made.stops else DayPlan.State.MADE,
            absent=made.absent,
            minutes=made.minutes,
            ride_minutes=made.ride,
            metres=made.metres,
            made_at=shape.at(made.day - timedelta(days=1), NIGHT),
            solving_ms=int(self.rng.integers(300, 900)) if made.stops else 0,
        )
        self.plans.append(plan)
        if made.absent:
            return
        check = self.checks.before_riding(made.person_id, made.day)
        if check is not None and any(stop.state != "planned" for stop in made.stops):
            plan.pre_trip_check, plan.started_at = check, check.checked_at + timedelta(minutes=4)
        for number, stop in enumerate(made.stops, start=1):
            row = self._stop(made, stop, number, plan)
            if stop.visited is not None:
                self.visited.add(customers[stop.customer], made.person_id, made.day, stop.visited, stop=row)
        for customer, begin, end in made.extra:
            self.visited.add(customers[customer], made.person_id, made.day, (begin, end))

    def _stop(self, made: Round, stop: Stop, number: int, plan: DayPlan) -> PlanStop:
        shape = self.book.shape
        row = PlanStop(
            plan=plan,
            sequence=number,
            customer_id=self.book.customers[stop.customer].pk,
            arrive_at=shape.at(made.day, stop.arrive),
            leave_at=shape.at(made.day, stop.leave),
            metres=stop.metres,
            ride_minutes=stop.ride,
            reasons=[stop.reason],
            state=stop.state,
            skip_reason=stop.skip,
            acted_at=shape.at(made.day, stop.acted) if stop.acted else None,
            acted_by_id=made.person_id if stop.acted else None,
        )
        self.stops.append(row)
        return row

    def write(self) -> Visited:
        """Write everything, each table at once."""
        for run in self.runs.values():
            run.made = run.wanted
            run.opened_at = self.book.shape.at(run.date - timedelta(days=1), NIGHT - 30)
            run.finished_at = run.opened_at + timedelta(seconds=40 + 2 * run.wanted)
        write_rows(list(self.runs.values()))
        self.checks.write()
        write_rows(self.plans, "run", "pre_trip_check")
        write_rows(self.stops, "plan")
        self.visited.write()
        return self.visited
