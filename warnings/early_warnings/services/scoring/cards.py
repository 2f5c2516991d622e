"""Versions of the card: which one counts on a day, and as what the rules take."""

from collections.abc import Iterable
from datetime import date

from early_warnings.models import ScoreBand, ScoreCard
from early_warnings.rules.score import Asked, Bands, Card
from early_warnings.rules.score.questions import OF_MONTHS


def card_on(on: date) -> ScoreCard | None:
    """The version that counts on a day."""
    return ScoreCard.objects.filter(valid_from__lte=on).order_by("-valid_from").first()


def card_of(version: ScoreCard) -> Card:
    """The questions of a version that give points, in their order."""
    bands = list(version.bands.all())
    found = []
    for question in OF_MONTHS:
        of = [each for each in bands if each.question == question.__name__]
        low = _furthest_first(each for each in of if each.end == ScoreBand.End.LOW)
        high = _furthest_first(each for each in of if each.end == ScoreBand.End.HIGH)
        if low or high:
            found.append(Asked(question, low=low, high=high[::-1]))
    return tuple(found)


def _furthest_first(bands: Iterable[ScoreBand]) -> Bands:
    return tuple(sorted((float(each.cut), each.points) for each in bands))
