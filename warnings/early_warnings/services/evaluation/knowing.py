"""What there is to evaluate on a day: the months that the facts can tell, and the indicators in force."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from early_warnings import rules
from early_warnings.measures import MEASURES, fits
from early_warnings.models import Evaluation, Indicator
from early_warnings.services.evaluation import figures, keeping, statements
from early_warnings.services.evaluation.basis import Basis
from early_warnings.services.months import notes
from early_warnings.services.months.work import Work


class Asked:
    """The indicators that an evaluation asks for, and over which months: their basis, in a table of that name."""

    def __init__(self, indicators: Sequence[Indicator], known: rules.Known, table: str) -> None:
        self.indicators, self.known = indicators, known
        self.of_customers = [each for each in indicators if each.family == Indicator.Family.CUSTOMER]
        of_facts = [each for each in self.of_customers if figures.needs_facts(each)]
        self.basis = Basis(of_facts, known.month or rules.months_back(known.on, 1), known.until, table)

    @property
    def values(self) -> dict[str, date | None]:
        """What the statements are told of the months."""
        return {"on": self.known.on, "until": self.known.until, "month": self.basis.month}


def asked_on(work: Work, on: date) -> Asked:
    """What is asked on a day. Takes the notes of the facts, which tell whether other months are known of."""
    notes.take(work, "warnings_touched", "moved")
    known = known_still(work, on) or known_on(work, on)
    asked = Asked(valid_on(on, known), known, keeping.TABLE)
    work.values |= asked.values
    return asked


def was_known(known: rules.Known) -> bool:
    """Whether the last evaluation compared the same months until the same day."""
    last = Evaluation.objects.filter(finished_at__isnull=False).order_by("-on").first()
    return last is not None and (last.on, last.month, last.known_until) == (known.on, known.month, known.until)


def known_still(work: Work, on: date) -> rules.Known | None:
    """What the last evaluation of the month knew, if by the notes taken the facts can tell no other months since.

    On another day that was not to know of orders until then, they may be known of now.
    """
    running = on.replace(day=1)
    last = Evaluation.objects.filter(finished_at__isnull=False, month__isnull=False).order_by("-on").first()
    if last is None or last.month is None or last.on < running or work.execute(statements.MOVED, running=running):
        return None
    of_running = last.known_until is not None and last.known_until >= running
    if not (of_running or last.on == on) and work.execute(statements.BEGUN, running=running):
        return None
    return rules.Known(on, last.month, last.known_until)


def known_on(work: Work, on: date) -> rules.Known:
    """What the facts can tell on a day. Usually the last month is there; only if not, more of them are counted."""
    running = on.replace(day=1)
    known = _known_of(work, on, rules.months_back(running, 2))
    if known.month == rules.months_back(running, 1):
        return known
    return _known_of(work, on, rules.months_back(running, rules.LOOK_BACK + 1))


def _known_of(work: Work, on: date, oldest: date) -> rules.Known:
    running = on.replace(day=1)
    rows = dict(work.execute(statements.KNOWN, running=running, oldest=oldest))
    newest = work.execute(statements.NEWEST, running=running)[0][0] if running in rows else None
    return rules.known_by(on, rows, newest)


def valid_on(on: date, known: rules.Known) -> list[Indicator]:
    """The indicators in force; without facts only those that need none, and never one that cannot be compared so."""
    found = Indicator.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=on),
        Q(valid_until=None) | Q(valid_until__gte=on),
        state=Indicator.State.LIVE,
    ).order_by("pk")
    return [
        each for each in found if not each.measure or (_measurable(each, known) and fits(each.measure, each.comparison))
    ]


def _measurable(each: Indicator, known: rules.Known) -> bool:
    measure = MEASURES.get(each.measure)
    return measure is not None and (known.month is not None or not measure.reads_facts)
