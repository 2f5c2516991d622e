"""Why a report was raised, in plain words and figures, in the reader's language (WRN-7)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from early_warnings import rules
from early_warnings.measures import MEASURES, Source
from early_warnings.models import Indicator, Sign, UnitWarning

#: Comparisons whose two sides are of the same number of months.
_OF_PERIOD = (rules.Comparison.LAST_YEAR, rules.Comparison.SEASON)


def percent(value: Decimal) -> str:
    """`0.4512` → `45%`."""
    return f"{round(value * 100)}%"


def times(value: Decimal) -> str:
    """`5.94` → `5.9`."""
    return f"{value:.1f}"


def amount(value: Decimal | None) -> str:
    """`12480.00` → `12,480`."""
    return f"{round(value or 0):,}"


def month_name(month: date) -> str:
    """`2026年10月`, `October 2026`."""
    return date_format(month, "YEAR_MONTH_FORMAT")


def value_of(indicator: Indicator, value: Decimal) -> str:
    """The value or a line of an indicator as people say it."""
    measure = MEASURES.get(indicator.measure)
    if indicator.family == Indicator.Family.RATIO:
        return percent(value)
    if measure is None or indicator.family == Indicator.Family.TOTAL:
        return amount(value)
    match rules.Comparison(indicator.comparison):
        case rules.Comparison.OWN_GAP:
            return _("%(n)s times") % {"n": times(value)}
        case rules.Comparison.ABSOLUTE | rules.Comparison.DAYS_SINCE:
            return f"{amount(value)} {measure.unit}"
        case rules.Comparison.RATIO:
            return f"{value:,.2f}"
        case _:
            return percent(value)


def reason(sign: Sign) -> str:
    """One sign in one sentence."""
    indicator, measure = sign.indicator, MEASURES[sign.indicator.measure]
    values = {
        "month": month_name(sign.month),
        "recent": amount(sign.recent),
        "base": amount(sign.base),
        "unit": measure.unit,
        "value": value_of(indicator, sign.value),
        "line": value_of(indicator, sign.line),
        "market": percent(sign.market),
        "months": indicator.period if indicator.comparison in _OF_PERIOD else indicator.base_period,
        "period": indicator.period,
        "of": MEASURES[indicator.base_measure].label if indicator.base_measure else "",
    }
    said: str = _sentence(indicator, measure.source) % values
    if indicator.against_market:
        said += _("The whole market stands at %(market)s; held against it, that is %(value)s (line %(line)s).") % values
    else:
        said += _("The line is %(line)s.") % values
    return said


def _sentence(indicator: Indicator, source: Source) -> Any:
    """The measure's own words for the comparison, else those of the comparison, else the bare figure."""
    comparison = rules.Comparison(indicator.comparison)
    own = _SENTENCES_OF_MEASURES.get((indicator.measure, comparison)) or _SENTENCES.get(comparison)
    return own or (_COUNTED if source is Source.QUERY else _PLAIN)


_SENTENCES_OF_MEASURES = {
    ("silence", rules.Comparison.OWN_GAP): gettext_lazy(
        "No order for %(recent)s days; usually one every %(base)s days: %(value)s. "
    ),
    ("visits_missed", rules.Comparison.OWN_GAP): gettext_lazy(
        "The visit is overdue by %(recent)s days, at an interval of %(base)s days: %(value)s. "
    ),
    ("complaints_90", rules.Comparison.ABSOLUTE): gettext_lazy("%(recent)s complaints in 90 days. "),
}
_SENTENCES = {
    rules.Comparison.BEFORE: gettext_lazy(
        "%(month)s: %(recent)s %(unit)s, against %(base)s a month in the %(months)s months before. "
    ),
    rules.Comparison.MOVING: gettext_lazy(
        "%(month)s: %(recent)s %(unit)s, against a moving average of %(base)s in %(months)s months. "
    ),
    rules.Comparison.LAST_YEAR: gettext_lazy(
        "%(months)s months to %(month)s: %(recent)s %(unit)s a month, a year ago %(base)s. "
    ),
    rules.Comparison.SEASON: gettext_lazy(
        "%(months)s months to %(month)s: %(recent)s %(unit)s a month, of the own season %(base)s. "
    ),
    rules.Comparison.SHARE: gettext_lazy("%(month)s: %(recent)s of %(base)s %(unit)s: %(value)s. "),
    rules.Comparison.RATIO: gettext_lazy("%(month)s: %(recent)s %(unit)s to %(base)s (%(of)s): %(value)s. "),
    rules.Comparison.RANK: gettext_lazy(
        "%(month)s: %(recent)s %(unit)s; %(value)s of the customers of the same tier have less. "
    ),
    rules.Comparison.DAYS_SINCE: gettext_lazy("%(recent)s days since the last time. "),
}
_COUNTED = gettext_lazy("Counted on the day: %(recent)s %(unit)s. ")
_PLAIN = gettext_lazy("%(month)s: %(recent)s %(unit)s. ")


def unit_reason(warning: UnitWarning) -> str:
    """A total or ratio in one sentence."""
    counted = ngettext("%(n)s customer", "%(n)s customers", warning.counted) % {"n": amount(Decimal(warning.counted))}
    return _("%(indicator)s: %(counted)s of %(among)s, %(value)s. The line is %(line)s.") % {
        "indicator": warning.indicator.name,
        "counted": counted,
        "among": amount(Decimal(warning.among)),
        "value": value_of(warning.indicator, warning.value),
        "line": value_of(warning.indicator, warning.line),
    }
