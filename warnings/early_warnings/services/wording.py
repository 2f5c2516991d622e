"""Why a report was raised, in plain words and figures, in the reader's language (WRN-7)."""

from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from early_warnings import rules
from early_warnings.measures import MEASURES, Source
from early_warnings.models import Indicator, Sign, UnitWarning


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
    if measure.has_base:
        return _("%(n)s times") % {"n": times(value)}
    if indicator.comparison == rules.Comparison.ABSOLUTE:
        return f"{amount(value)} {measure.unit}"
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
        "months": indicator.period if indicator.comparison == rules.Comparison.LAST_YEAR else indicator.base_period,
    }
    said = _sentence(indicator, measure.source) % values
    if indicator.against_market:
        said += _("The whole market stands at %(market)s; held against it, that is %(value)s (line %(line)s).") % values
    else:
        said += _("The line is %(line)s.") % values
    return said


def _sentence(indicator: Indicator, source: Source) -> str:
    match indicator.measure, indicator.comparison:
        case "silence", _comparison:
            return _("No order for %(recent)s days; usually one every %(base)s days: %(value)s. ")
        case "visits_missed", _comparison:
            return _("The visit is overdue by %(recent)s days, at an interval of %(base)s days: %(value)s. ")
        case "complaints_90", _comparison:
            return _("%(recent)s complaints in 90 days. ")
        case _measure, rules.Comparison.BEFORE:
            return _("%(month)s: %(recent)s %(unit)s, against %(base)s a month in the %(months)s months before. ")
        case _measure, rules.Comparison.LAST_YEAR:
            return _("%(months)s months to %(month)s: %(recent)s %(unit)s a month, a year ago %(base)s. ")
        case _measure, rules.Comparison.SHARE:
            return _("%(month)s: %(recent)s of %(base)s %(unit)s: %(value)s. ")
        case _:
            return _("%(month)s: %(recent)s %(unit)s. ")


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
