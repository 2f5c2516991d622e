"""The points of the score card as people enter them: pairs of a limit and whole points, by question (WRN-1)."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.moments import Day
from early_warnings.models import ScoreBand
from early_warnings.services.scoring import Points, labels_of

LARGEST = Decimal(99_999)
ENDS = (ScoreBand.End.LOW, ScoreBand.End.HIGH)


@dataclass(slots=True)
class Pair:
    """A limit and its points, as typed."""

    cut: str = ""
    points: str = ""


@dataclass(slots=True)
class Side:
    """One end of a question."""

    end: str
    label: str
    pairs: list[Pair] = field(default_factory=list)


@dataclass(slots=True)
class Row:
    """One question with its limits at both ends, and what is wrong with them."""

    key: str
    label: str
    sides: list[Side]
    errors: list[str] = field(default_factory=list)


class CardForm(forms.Form):
    """A version of a kind of card: from which day on, why, and the points of each question."""

    valid_from = forms.DateField(label=gettext_lazy("Counts from"))
    why = forms.CharField(label=gettext_lazy("Why it changes"), max_length=300, required=False)

    def __init__(self, *args: Any, kind: str, today: date, bands: list[ScoreBand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].widget = Day({"min": today.isoformat()})
        self.fields["valid_from"].initial = today
        self.points: list[Points] = []
        self.rows = [
            Row(key, str(label), [Side(end, str(end.label), self._pairs(key, end, bands)) for end in ENDS])
            for key, label in labels_of(kind).items()
        ]

    def _pairs(self, key: str, end: ScoreBand.End, bands: list[ScoreBand]) -> list[Pair]:
        """Those typed, or those of the version that is changed; and one that is empty."""
        if self.is_bound:
            cuts, points = (self.data.getlist(f"{key}-{end}-{name}") for name in ("cut", "points"))  # type: ignore[attr-defined]
            found = [Pair(*(each.strip() for each in pair)) for pair in zip(cuts, points, strict=False) if any(pair)]
        else:
            own = [each for each in bands if (each.question, each.end) == (key, end)]
            own.sort(key=lambda each: each.cut, reverse=end == ScoreBand.End.HIGH)
            found = [Pair(_plain(each.cut), str(each.points)) for each in own]
        return [*found, Pair()]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for row in self.rows:
            found = {side.end: self._read(row, side) for side in row.sides}
            if not row.errors and all(found.values()):
                low, high = (max(found[ENDS[0]], key=_cut), min(found[ENDS[1]], key=_cut))
                if low.cut >= high.cut:
                    row.errors.append(_("The limits of both ends overlap."))
            self.points += [each for side in found.values() for each in side]
        if any(row.errors for row in self.rows):
            raise forms.ValidationError(_("Some points are not right; see the questions."))
        if not self.points:
            raise forms.ValidationError(_("A card without points warns of nobody."))
        return values

    def _read(self, row: Row, side: Side) -> list[Points]:
        found = []
        for pair in side.pairs:
            if pair.cut or pair.points:
                cut, points = _number(pair.cut), _number(pair.points)
                if cut is None or abs(cut) > LARGEST or cut != round(cut, 3):
                    row.errors.append(
                        _("A limit is a number with at most three places: %(typed)s") % {"typed": pair.cut}
                    )
                elif points is None or points != int(points) or not 1 <= points <= 99:
                    row.errors.append(_("Points are whole, from 1 to 99: %(typed)s") % {"typed": pair.points})
                else:
                    found.append(Points(row.key, side.end, cut, int(points)))
        found.sort(key=_cut, reverse=side.end == ScoreBand.End.HIGH)
        if any(further.points <= nearer.points or further.cut == nearer.cut for further, nearer in pairwise(found)):
            row.errors.append(_("A limit further out gives more points than the one before it."))
        return found


def _cut(each: Points) -> Decimal:
    return each.cut


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text.replace("−", "-"))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _plain(cut: Decimal) -> str:
    return f"{cut:f}".rstrip("0").rstrip(".")
