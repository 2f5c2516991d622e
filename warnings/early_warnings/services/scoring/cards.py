"""Versions of the card: which one counts on a day, and as what the rules take."""

from collections.abc import Iterable, Mapping
from datetime import date

from early_warnings.models import ScoreBand, ScoreCard
from early_warnings.rules.score import Asked, Bands, Card
from early_warnings.rules.score.questions import OF_DAYS, OF_MONTHS, Question

#: The questions that a kind of card may ask, in the order in which their points are kept.
QUESTIONS: Mapping[str, tuple[Question, ...]] = {ScoreCard.Kind.MONTHS: OF_MONTHS, ScoreCard.Kind.DAYS: OF_DAYS}


def card_on(on: date, kind: str = ScoreCard.Kind.MONTHS) -> ScoreCard | None:
    """The version that counts on a day."""
    return ScoreCard.objects.filter(kind=kind, valid_from__lte=on).order_by("-valid_from").first()


def card_of(version: ScoreCard) -> Card:
    """The questions of a version that give points, in their order."""
    bands = list(version.bands.all())
    found = []
    for question in QUESTIONS[version.kind]:
        of = [each for each in bands if each.question == question.__name__]
        low = _furthest_first(each for each in of if each.end == ScoreBand.End.LOW)
        high = _furthest_first(each for each in of if each.end == ScoreBand.End.HIGH)
        if low or high:
            found.append(Asked(question, low=low, high=high[::-1]))
    return tuple(found)


def _furthest_first(bands: Iterable[ScoreBand]) -> Bands:
    return tuple(sorted((float(each.cut), each.points) for each in bands))
