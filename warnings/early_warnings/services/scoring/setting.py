"""Versions of the card made by people: points as data, from a day on, tried before they count (WRN-1, WRN-8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from early_warnings.measures import SCORES
from early_warnings.models import Indicator, ScoreBand, ScoreCard
from early_warnings.services.evaluation.preview import Crossing, crossing
from early_warnings.services.months.work import Work
from early_warnings.services.refusing import Refused
from early_warnings.services.scoring.running import score_customers
from early_warnings.services.trying import TooLong

#: A page may think for so long about everybody.
_PATIENCE = "15s"


@dataclass(frozen=True, slots=True)
class Points:
    """Points of a question at one of its ends, from a cut on."""

    question: str
    end: str
    cut: Decimal
    points: int


@transaction.atomic
def make_card(
    *, kind: str, valid_from: date, why: str, points: Sequence[Points], by: Person, now: datetime
) -> ScoreCard:
    """A version of a kind of card that counts from a day on. Raises Refused: a day past, or that has a version."""
    if valid_from < timezone.localdate(now):
        raise Refused(_("A version cannot count since a day in the past."), "valid_from")
    try:
        with transaction.atomic():
            version = ScoreCard.objects.create(kind=kind, valid_from=valid_from, why=why, made_by=by, made_at=now)
    except IntegrityError as twice:
        raise Refused(_("Another version begins on this day already."), "valid_from") from twice
    _give(version, points)
    return version


@transaction.atomic
def remove_card(*, version: ScoreCard, by: Person, now: datetime) -> None:
    """Take back a version that does not count yet. Raises Refused: scores rest on one that does."""
    fresh = ScoreCard.objects.select_for_update().get(pk=version.pk)
    if fresh.valid_from <= timezone.localdate(now):
        raise Refused(_("It counts already: scores rest on it. Make another version."))
    fresh.delete()


@transaction.atomic
def try_card(*, kind: str, points: Sequence[Points], on: date, now: datetime) -> tuple[Crossing, Crossing]:
    """Who is over the lines of the card's indicators now, and who would be with these points; nothing stays.

    Raises TooLong: the company is too large for a look from a page.
    """
    indicators = list(Indicator.objects.filter(measure=SCORES[kind], state=Indicator.State.LIVE))
    with transaction.atomic():
        Work().execute(f"SET LOCAL statement_timeout = '{_PATIENCE}'")
        try:
            before = _over(indicators, on)
            version, made = ScoreCard.objects.get_or_create(kind=kind, valid_from=on, defaults={"made_at": now})
            if not made:
                version.bands.all().delete()
            _give(version, points)
            score_customers(on=on, now=now, months_before=0, again=True)
            after = _over(indicators, on)
        except OperationalError as canceled:
            raise TooLong from canceled
        transaction.set_rollback(True)
    return before, after


def _over(indicators: Sequence[Indicator], on: date) -> Crossing:
    found = [crossing(each, on) for each in indicators]
    return Crossing(sum(each.breach for each in found), sum(each.near for each in found))


def _give(version: ScoreCard, points: Sequence[Points]) -> None:
    ScoreBand.objects.bulk_create(
        ScoreBand(card=version, question=each.question, end=each.end, cut=each.cut, points=each.points)
        for each in points
    )
