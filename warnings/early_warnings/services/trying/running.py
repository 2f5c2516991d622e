"""Trials carried out: month after month, each in a transaction of its own; killed, the next one goes on (WRN-8)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from duties.models import EscalationStep
from early_warnings import rules
from early_warnings.models import Indicator, Trial, TrialMonth
from early_warnings.rules import truth
from early_warnings.services.evaluation.running import find, forget
from early_warnings.services.evaluation.sending import REPORT, UNIT_REPORT
from early_warnings.services.months.work import MEMORY, Work
from early_warnings.services.trying import statements

#: A month takes seconds; who has not come back by then was killed.
LEASE = timedelta(minutes=10)
#: So often somebody tries; a trial that kills its workers is given up.
MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class _Sets:
    """The indicators to measure, and which of them make which set."""

    measured: Sequence[Indicator]
    present: list[int]
    tried: int
    together: list[int]
    about_units: bool

    @classmethod
    def of(cls, tried: Indicator, on: date) -> "_Sets":
        about_units = tried.family != Indicator.Family.CUSTOMER
        live = Indicator.objects.filter(
            Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_until=None) | Q(valid_until__gte=on), state="live"
        ).select_related("of_indicator")
        same = [each for each in live if (each.family != Indicator.Family.CUSTOMER) == about_units]
        together = [each for each in same if each.pk != tried.replaces_id]
        counted = [each.of_indicator for each in [*same, tried] if each.of_indicator is not None]
        measured = {each.pk: each for each in [*same, *counted, tried]}
        return cls(
            measured=list(measured.values()),
            present=[each.pk for each in same],
            tried=tried.pk,
            together=[*(each.pk for each in together), tried.pk],
            about_units=about_units,
        )


def run_trials(*, now: datetime) -> int:
    """Carry out the trials that wait, and those whose worker was killed; how many were finished."""
    finished = 0
    while (trial := _claim(now)) is not None:
        finished += _run(trial, now)
    return finished


@transaction.atomic
def _claim(now: datetime) -> Trial | None:
    waiting = Q(state=Trial.State.WAITING) | Q(state=Trial.State.RUNNING, leased_until__lt=now)
    trial = Trial.objects.filter(waiting).order_by("asked_at").select_for_update(skip_locked=True).first()
    if trial is None:
        return None
    trial.attempts += 1
    trial.state, trial.leased_until = Trial.State.RUNNING, now + LEASE
    if trial.attempts > MOST_ATTEMPTS:
        trial.state, trial.finished_at = Trial.State.FAILED, now
    trial.save(update_fields=["state", "leased_until", "attempts", "finished_at"])
    return trial


def _run(trial: Trial, now: datetime) -> bool:
    if trial.state == Trial.State.FAILED:
        return False
    started = time.monotonic()
    sets = _Sets.of(trial.indicator, timezone.localdate(trial.asked_at))
    done = {month for (month,) in trial.months.values_list("month").distinct()}
    before: date | None = None
    try:
        for month in _months(trial):
            if month in done:
                continue
            # What was over its line a month earlier is no new report: that month is measured first.
            passed = timedelta(seconds=time.monotonic() - started)
            _try_month(trial, sets, month, fresh=before != rules.months_back(month, 1), now=now + passed)
            before = month
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS trial_before")
    elapsed = time.monotonic() - started
    trial.state, trial.finished_at = Trial.State.DONE, now + timedelta(seconds=elapsed)
    trial.milliseconds = round(elapsed * 1000)
    trial.save(update_fields=["state", "finished_at", "milliseconds"])
    return True


def _months(trial: Trial) -> list[date]:
    months = [trial.first_month]
    while months[-1] < trial.last_month:
        months.append(rules.months_back(months[-1], -1))
    return months


@transaction.atomic
def _try_month(trial: Trial, sets: _Sets, month: date, *, fresh: bool, now: datetime) -> None:
    work = Work(tried=sets.tried, present=sets.present, together=sets.together)
    work.execute(MEMORY)
    if fresh:
        work.execute("DROP TABLE IF EXISTS trial_before")
        _flag(work, sets, rules.months_back(month, 1))
        _remember(work)
    _flag(work, sets, month)
    judged = not sets.about_units and rules.months_back(month, -truth.AHEAD) <= trial.last_month
    _judge(work, month, judged=judged)
    _write(work, trial, month, sets, judged=judged)
    work.execute("DROP TABLE IF EXISTS trial_before")
    _remember(work)
    work.execute("DROP TABLE trial_truth")
    Trial.objects.filter(pk=trial.pk).update(leased_until=now + LEASE, attempts=0)


def _flag(work: Work, sets: _Sets, month: date) -> None:
    """Measure everybody as the night after a month would have, knowing the month's facts and nothing later."""
    next_month = rules.months_back(month, -1)
    known = rules.Known(on=next_month, month=month, until=next_month - timedelta(days=1))
    work.values["on"] = next_month
    find(work, sets.measured, known, past=True)
    work.execute(statements.FLAGGED_UNITS if sets.about_units else statements.FLAGGED)
    forget(work)


def _remember(work: Work) -> None:
    """Those flagged are no news next month. Unlike the others this table outlives its transaction."""
    work.execute("CREATE TEMP TABLE trial_before AS SELECT * FROM trial_flagged")
    work.execute("DROP TABLE trial_flagged")


def _judge(work: Work, month: date, *, judged: bool) -> None:
    if not judged:
        work.execute("CREATE TEMP TABLE trial_truth (customer_id bigint, trouble boolean, lead integer) ON COMMIT DROP")
        return
    work.execute(
        statements.TRUTH,
        month=month,
        around=tuple(rules.months_back(month, back) for back in range(-truth.AHEAD, 24)),
        active_from=rules.months_back(month, truth.ACTIVE_OF - 1),
        year_ago=rules.months_back(month, 12),
        same=tuple(rules.months_back(month, back) for back in (11, 10, 9)),
        next1=rules.months_back(month, -1),
        next2=rules.months_back(month, -2),
        least_active=truth.ACTIVE_MONTHS,
        trouble=_exact(truth.TROUBLE),
        least_trend=_exact(truth.LEAST_TREND),
        most_trend=_exact(truth.MOST_TREND),
    )


def _exact(part: Fraction) -> Decimal:
    return Decimal(part.numerator) / part.denominator


def _write(work: Work, trial: Trial, month: date, sets: _Sets, *, judged: bool) -> None:
    roles = _roles(UNIT_REPORT if sets.about_units else REPORT)
    desks: dict[str, dict[str, int]] = {}
    for whose, importance, count in work.execute(statements.DESKS):
        at = desks.setdefault(whose, {})
        role = roles.get(importance, roles.get("", ""))
        at[role] = at.get(role, 0) + count
    population, troubled = work.execute("SELECT count(*), count(*) FILTER (WHERE trouble) FROM trial_truth")[0]
    counts = {whose: counted for whose, *counted in work.execute(statements.COUNT)}
    rows = []
    for whose in TrialMonth.Whose.values:
        standing, raised, known, true, early, lead, found = counts.get(whose, [0] * 7)
        values: dict[str, Any] = {"raised": raised, "standing": standing, "desks": desks.get(whose, {})}
        if judged:
            values |= {"judged": known, "true": true, "early": early, "lead": lead}
            values |= {"population": population, "troubled": troubled, "found": found}
        rows.append(TrialMonth(trial=trial, month=month, whose=whose, **values))
    TrialMonth.objects.bulk_create(rows)


def _roles(kind: str) -> dict[str, str]:
    """The role of the first desk, by the variant of the rule."""
    steps = EscalationStep.objects.filter(rule__kind=kind, level=1).values_list("rule__variant", "role")
    return dict(steps)
