"""The order in which the demo company comes to be."""

from collections.abc import Callable
from time import monotonic

import numpy as np
from django.db import connection, transaction

from accounts.models import Customer, OrgUnit, Person
from accounts.services.totals import add_up
from config.demo.book import open_book
from config.demo.customers import Retailers, draw_retailers, write_retailers
from config.demo.facts import write_retail_facts
from config.demo.files import write_files
from config.demo.groups import write_group_clients
from config.demo.leaders import stagger_clocks, write_leaders_visits
from config.demo.organisation import Company, found_company
from config.demo.problems import write_problems
from config.demo.promises import Promises
from config.demo.shape import Shape
from config.demo.stories import Stories, Story, draw_stories
from config.demo.visiting import write_visits
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


def load(shape: Shape, say: Say) -> Company:
    """Draw the company and write it, all of it or nothing. Raises NotEmpty if there is one."""
    progress = Progress(say)
    with transaction.atomic():
        _refuse_unless_empty()
        _check_at_once()
        progress.step("Organisation, people, posts")
        company = found_company(shape)
        progress.step(f"{shape.retailers:,} retailers along their streets")
        shops = draw_retailers(company)
        stories = draw_stories(shape, shops.base, shops.age_days, "retailers")
        write_retailers(company, shops, _status(shape, shops, stories))
        progress.step("Their files")
        write_files(shape, shops)
        progress.step(f"{shape.months} months of facts")
        write_retail_facts(shape, shops, stories)
        progress.step(f"{shape.group_clients:,} business clients with contacts, contracts, revenue")
        write_group_clients(company)
        progress.step("Adding up the units' months")
        add_up(months=shape.month_starts)
        if shape.past_days:
            _live_through(shape, progress)
    _analyse()
    progress.end()
    return company


def _live_through(shape: Shape, progress: Progress) -> None:
    """Give the people a past."""
    progress.step(f"{shape.past_days} days of plans and visits")
    book, promises = open_book(shape), Promises(shape)
    visited = write_visits(book, promises)
    write_leaders_visits(book)
    refresh_clocks(on=shape.today)
    stagger_clocks(book)
    progress.step("Problems found, and what became of them")
    write_problems(book, visited, promises)
    promises.write()


def _check_at_once() -> None:
    """Check references with each statement.

    Left to the end of the transaction they wait in a queue, and each caught exception inside a trigger (the history's
    have some) walks the whole queue: the load would take time by the square of its rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


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


def _analyse() -> None:
    """Tell PostgreSQL how the new tables look, so that the first pages are quick."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
