"""`manage.py plan_visits --date 2026-11-24`: plan a day without Celery, with every processor, safe to repeat."""

import os
import sys
import time
from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from datetime import date, datetime
from multiprocessing import get_context
from typing import Any

import django
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from accounts import clock
from accounts.models import Person
from duties.calendar import WorkCalendar
from visits.models import DayPlan, PlanRun
from visits.rules import planned_day
from visits.services.clocks import refresh_clocks
from visits.services.drafting import Search
from visits.services.nights import NIGHT_SECONDS, open_run, settle, waiting_plans
from visits.services.planning import claim_and_plan, plan_day


class Command(BaseCommand):
    help = "Plan the visits of a day for every account manager, or for one. Plans that are under way stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--date", type=date.fromisoformat, help="the day to plan; by default the next one to be worked"
        )
        parser.add_argument("--person", metavar="USERNAME", help="plan for this person only")
        parser.add_argument(
            "--seconds", type=float, help=f"search so long for each person's order (default {NIGHT_SECONDS})"
        )
        parser.add_argument("--iterations", type=int, help="search so many steps instead: the same every time")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--missing", action="store_true", help="make only plans that are missing or failed")
        parser.add_argument(
            "--processes", type=int, default=min(2, os.cpu_count() or 1), help="default: 2, if there are two processors"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        calendar = WorkCalendar.load()
        on = options["date"] or planned_day(timezone.localtime(now), calendar.is_working_day, calendar.next_working_day)
        seconds = options["seconds"] or (None if options["iterations"] else NIGHT_SECONDS)
        search = Search(seed=options["seed"], iterations=options["iterations"], seconds=seconds)
        if not calendar.is_working_day(on):
            self.stderr.write(f"{on} is no working day; planned all the same.")
        if options["person"]:
            self._one(options["person"], on, now, search, calendar)
        else:
            self._all(on, now, search, again=not options["missing"], processes=options["processes"])

    def _one(self, username: str, on: date, now: datetime, search: Search, calendar: WorkCalendar) -> None:
        person = Person.objects.filter(username=username).first()
        if person is None:
            raise CommandError(f"Nobody is called {username!r}.")
        refresh_clocks(on=timezone.localdate(now))
        plan = plan_day(person=person, on=on, now=now, search=search, calendar=calendar)
        self._report([plan])

    def _all(self, on: date, now: datetime, search: Search, *, again: bool, processes: int) -> None:
        began = time.monotonic()
        run = open_run(on=on, now=now, again=again)
        waiting = waiting_plans(run).count()
        for made, _plan in enumerate(self._work(on, now, search, processes), start=1):
            if sys.stderr.isatty() or made % 25 == 0:
                self.stderr.write(f"\r{made} of {waiting} people planned", ending="" if sys.stderr.isatty() else "\n")
        run = settle(run=run, now=clock.now())
        plans = DayPlan.objects.filter(run=run).select_related("person").progress().order_by("person__username")
        self._report(list(plans), run, time.monotonic() - began)

    def _work(self, on: date, now: datetime, search: Search, processes: int) -> Any:
        if processes <= 1:
            yield from work_off(on, now, search)
            return
        connections.close_all()
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=django.setup) as pool:
            pending = {pool.submit(one_of, on, now, replace(search, seed=search.seed)) for _ in range(processes)}
            while pending:
                done = next(as_completed(pending))
                pending.discard(done)
                if done.result() is not None:
                    yield done.result()
                    pending.add(pool.submit(one_of, on, now, search))

    def _report(self, plans: list[DayPlan], run: PlanRun | None = None, took: float = 0.0) -> None:
        stops = 0
        for plan in plans:
            count = plan.stops.count() if run is None else plan.planned  # type: ignore[attr-defined]  # annotated
            stops += count
            words = (
                f"FAILED {plan.error}"
                if plan.state == DayPlan.State.FAILED
                else f"{count:3} stops {plan.metres / 1000:6.1f} km {plan.minutes:4} min"
            )
            away = "  away" if plan.absent else ""
            self.stdout.write(f"{plan.person.username:20} {words} {plan.solving_ms:5} ms{away}")
        if run is not None:
            failed = DayPlan.objects.filter(run=run, state=DayPlan.State.FAILED).count()
            metres = sum(plan.metres for plan in plans)
            self.stdout.write(
                f"{run.date}: {len(plans)} plans, {stops} stops, {metres / 1000:.1f} km, {failed} failed, {took:.1f} s"
            )


def one_of(on: date, now: datetime, search: Search) -> int | None:
    """One plan of those that wait, in a process of its own; its id, None when none is left."""
    plan = claim_and_plan(on=on, now=now, search=search, calendar=WorkCalendar.load())
    return plan.pk if plan is not None else None


def work_off(on: date, now: datetime, search: Search) -> Any:
    """All plans that wait, one after the other."""
    while (made := one_of(on, now, search)) is not None:
        yield made
