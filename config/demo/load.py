"""The order in which the demo company comes to be."""

from collections.abc import Callable
from io import StringIO
from time import monotonic

import numpy as np
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Customer, OrgUnit, Person
from accounts.services.totals import add_up
from config.demo.book import Book, open_book
from config.demo.changes import write_changes
from config.demo.complaining import write_complaints
from config.demo.customers import Retailers, draw_retailers, write_retailers
from config.demo.evaluated import check_at_once
from config.demo.facts import write_retail_facts
from config.demo.files import write_files
from config.demo.follow_ups import FollowUps
from config.demo.geography import Bools
from config.demo.governed import write_governance
from config.demo.groups import write_group_clients
from config.demo.leaders import stagger_clocks, write_leaders_visits
from config.demo.news import announce_news
from config.demo.nights import tell_of_the_night
from config.demo.organisation import Company, found_company
from config.demo.problems import write_problems
from config.demo.promises import Promises
from config.demo.shape import Shape
from config.demo.shared import draw_territories
from config.demo.stories import Stories, Story, draw_stories
from config.demo.today import live_today
from config.demo.visiting import write_visits
from config.demo.warned import write_warnings
from config.demo.weathered import announce_thunder
from visits.rules import planned_day
from visits.services import refresh_clocks

Say = Callable[[str], None]


class NotEmpty(Exception):
    """The database holds a company already; the demo is only for an empty one."""


class Progress:
    """Says what is being done, and how long the step before it took."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._began = self._last = monotonic()
        self._step = ""

    def step(self, text: str) -> None:
        self.end()
        self._step = text
        self._say(f"{text} …")

    def end(self) -> None:
        now = monotonic()
        if self._step and now - self._last > 1:
            self._say(f"  {now - self._last:.1f} s")
        self._last, self._step = now, ""

    @property
    def seconds(self) -> float:
        return monotonic() - self._began


def load(shape: Shape, say: Say, *, plan_seconds: float = 0, processes: int = 1) -> None:
    """Draw the company and write it, all of it or nothing; then let the real planner plan.

    `plan_seconds` is the planner's time for each person; 0 leaves today and tomorrow unplanned. Raises NotEmpty if
    there is a company already.
    """
    progress = Progress(say)
    book = None
    with transaction.atomic():
        _refuse_unless_empty()
        check_at_once()
        progress.step("Organisation, people, posts")
        company = found_company(shape)
        progress.step(f"{shape.retailers:,} retailers along their streets")
        shops = draw_retailers(company)
        stories = draw_stories(shape, shops.base, shops.age_days, "retailers", _besieged(company, shops))
        write_retailers(company, shops, _status(shape, shops, stories))
        progress.step("Their files")
        write_files(shape, shops)
        progress.step(f"{shape.months} months of facts, order days of the last")
        write_retail_facts(shape, shops, stories)
        progress.step(f"{shape.group_clients:,} business clients with contacts, contracts, revenue")
        write_group_clients(company)
        progress.step("Adding up the units' months")
        add_up(months=shape.month_starts)
        if shape.past_days:
            book = _live_through(shape, progress)
    _analyse()
    if book is not None and plan_seconds:
        _plan(book, progress, seconds=plan_seconds, processes=processes)
    progress.end()


def _besieged(company: Company, shops: Retailers) -> Bools:
    """The best customers of the first branch: enough of them fall for a warning about the whole unit (WRN-2)."""
    first = company.stations[0].branch.pk
    stations = [index for index, station in enumerate(company.stations) if station.branch.pk == first]
    return np.isin(shops.station, stations) & (shops.tier <= 2)


def _plan(book: Book, progress: Progress, **how: float) -> None:
    """Today's plans, walked up to now, and those of the next working day once the night's job would have made them."""
    shape, calendar = book.shape, book.calendar
    local = timezone.localtime(shape.now)
    wanted = planned_day(local, calendar.is_working_day, calendar.next_working_day)
    for day in sorted({wanted, shape.today} if calendar.is_working_day(shape.today) else {wanted}):
        progress.step(f"Planning {day:%m-%d} for {shape.managers} people")
        call_command("plan_visits", date=day, stdout=StringIO(), stderr=StringIO(), **how)
        if day == shape.today:
            with transaction.atomic():
                live_today(book)
                tell_of_the_night(shape)
    announce_thunder(shape, wanted)
    with transaction.atomic():
        announce_news(shape)
    draw_territories(shape)


def _live_through(shape: Shape, progress: Progress) -> Book:
    """Give the people a past."""
    progress.step(f"{shape.past_days} days of plans and visits")
    book, promises = open_book(shape), Promises(shape)
    write_changes(book)
    visited = write_visits(book, promises)
    write_leaders_visits(book)
    refresh_clocks(on=shape.today)
    stagger_clocks(book)
    progress.step("Problems found, and what became of them")
    write_problems(book, visited, promises)
    promises.write()
    follow_ups = FollowUps(book, visited, promises)
    progress.step("Complaints in every step")
    write_complaints(book, promises, follow_ups)
    progress.step("Evaluating the months gone by, and what people did about it")
    _analyse(*_EVALUATED)
    write_warnings(book, promises, follow_ups)
    follow_ups.agree(visited.visits)
    promises.write()
    visited.write()
    progress.step("Reports signed, a draft tried, one report that rests")
    write_governance(book)
    refresh_clocks(on=shape.today)
    return book


def _refuse_unless_empty() -> None:
    if OrgUnit.objects.exists() or Customer.objects.exists() or Person.objects.exists():
        raise NotEmpty


def _status(shape: Shape, shops: Retailers, stories: Stories) -> list[str]:
    """Who stopped months ago has mostly closed for good; a few are suspended."""
    rng = shape.rng("status")
    chance = rng.random(len(shops))
    stopped = stories.kind == Story.STOPPED
    long_ago = stopped & (stories.turn < shape.months - 5)
    closed = long_ago & (chance < 0.75)
    suspended = (stopped & ~closed & (chance > 0.85)) | (~stopped & (chance < 0.002))
    status: list[str] = np.select([closed, suspended], ["closed", "suspended"], "active").tolist()
    return status


#: What an evaluation reads: in the same transaction PostgreSQL would take these tables for empty.
_EVALUATED = (
    "accounts_customer",
    "accounts_monthlyfact",
    "accounts_orgunit",
    "complaints_complaint",
    "visits_visit",
    "visits_visitclock",
)


def _analyse(*tables: str) -> None:
    """Tell PostgreSQL how new tables look, all if none is named, so that the first pages are quick."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
