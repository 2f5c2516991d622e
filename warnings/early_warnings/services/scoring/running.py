"""Scoring at a month-end: everybody once a month, and after an import only those whose facts it touched."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from early_warnings import rules
from early_warnings.models import MarketMonth, ScoreCard, Scoring
from early_warnings.services.evaluation.knowing import known_on
from early_warnings.services.months import notes
from early_warnings.services.months.notes import Notes
from early_warnings.services.months.ranges import looked_up
from early_warnings.services.months.work import MEMORY, Work
from early_warnings.services.scoring import arithmetic, keeping, order_days, writing
from early_warnings.services.scoring.cards import card_on

#: So many customers may be scored one by one, as a share of all, before everybody is scored again: until then the
#: market is taken to have moved as it had.
MOST_TOUCHED = 0.05
#: The first scoring tells so many months before it too, as far as their facts are there.
MONTHS_BEFORE = 11
#: No question can be told from fewer months.
LEAST_MONTHS = 11

_FIRST_FACT = "SELECT month FROM accounts_monthlyfact ORDER BY month LIMIT 1"


def score_customers(
    *, on: date, now: datetime, months_before: int = MONTHS_BEFORE, again: bool = False
) -> Scoring | None:
    """Score every active retailer at the last whole month known on a day; None if nothing was to be done.

    Run again, it changes nothing. The first time `months_before` are told too, so that there is a past to look at.
    With `again` everybody is scored, whatever was noted.
    """
    if not Scoring.objects.exists():
        for back in range(months_before, 0, -1):
            _score(on, now, back)
    return _score(on, now, 0, again=again)


@transaction.atomic
def _score(on: date, now: datetime, back: int, *, again: bool = False) -> Scoring | None:
    started = time.monotonic()
    work = Work()
    work.execute("SELECT pg_advisory_xact_lock(hashtext('early_warnings.score_customers'))")
    known, card = known_on(work, on), card_on(on)
    first = work.execute(_FIRST_FACT)
    if known.month is None or card is None or not first:
        return None
    month, known_from = rules.months_back(known.month, back), first[0][0]
    if rules.months_back(month, LEAST_MONTHS) < known_from:
        return None
    known_days = work.execute(order_days.known_to_the_end(month))[0][0]
    by_days = card_on(on, ScoreCard.Kind.DAYS) if known_days else None
    work.execute(MEMORY)
    notes.take(work, "warnings_scorenote")
    noted = Notes.of(work)
    whole = Scoring.objects.filter(everybody=True).select_related("card", "by_days").order_by("-pk").first()
    few = not again and whole is not None and _are_few(noted, whole, (month, card, by_days))
    if few and not noted.touched:
        notes.forget(work)
        return None
    kept = whole.customers if whole else 0
    keeping.keep(work, keeping.parts_of(month, known_from), noted, customers=kept, few=few)
    rows = arithmetic.months(notes.RENEWED if few else keeping.TABLE, month, known_from)
    if not few:
        _keep_market(work, month, rows)
    work.values |= writing.values(month)
    with looked_up(work) if few else nullcontext():
        _answer(work, rows, month, known_from, [card, by_days] if by_days else [card], few=few)
    changed = writing.write(work, few=few)
    customers = work.execute(f"SELECT count(*) FROM {rows} m")[0][0]
    notes.forget(work)
    work.execute(f"DROP TABLE early_days, early_scored; DROP TABLE IF EXISTS {notes.RENEWED}")
    return Scoring.objects.create(
        month=month,
        card=card,
        by_days=by_days,
        everybody=not few,
        customers=customers,
        changed=changed,
        milliseconds=round((time.monotonic() - started) * 1000),
        at=now,
    )


def _answer(work: Work, rows: str, month: date, known_from: date, cards: Sequence[ScoreCard], *, few: bool) -> None:
    """Points of everybody in the rows of months by their card, in `early_scored`."""
    with_days = len(cards) > 1
    year = order_days.year(month, touched=few) + ("" if with_days else " LIMIT 0")
    work.execute(f"CREATE UNLOGGED TABLE early_days AS {year}")
    work.execute("ANALYZE early_days (customer_id)")
    market = {each.month: float(each.amount) for each in MarketMonth.objects.all()}
    scored = (arithmetic.scored(each, rows, month, market, known_from, with_days=with_days) for each in cards)
    work.execute(f"CREATE UNLOGGED TABLE early_scored AS {writing.compared(' UNION ALL '.join(scored))}")
    work.execute("ANALYZE early_scored (customer_id)")


def _are_few(noted: Notes, whole: Scoring, asked: tuple[date, ScoreCard, ScoreCard | None]) -> bool:
    """Whether those touched need only be scored again: nothing else has changed since everybody was."""
    if noted.everybody or (whole.month, whole.card, whole.by_days) != asked:
        return False
    since: dict[str, Any] = Scoring.objects.filter(pk__gt=whole.pk).aggregate(customers=Sum("customers"))
    return noted.touched + (since["customers"] or 0) <= max(MOST_TOUCHED * whole.customers, 100)


def _keep_market(work: Work, month: date, rows: str) -> None:
    amounts = work.execute(arithmetic.market(rows))[0]
    MarketMonth.objects.all().delete()
    MarketMonth.objects.bulk_create(
        MarketMonth(month=rules.months_back(month, back), amount=amount) for back, amount in enumerate(amounts)
    )
