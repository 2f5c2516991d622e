"""Why a report was raised, in plain words and figures, in the reader's language (WRN-7)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Customer
from early_warnings import rules
from early_warnings.measures import MEASURES, SCORES, MeasureKind, Source
from early_warnings.models import Indicator, Sign, Threshold, UnitWarning
from early_warnings.rules import rising

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
    if indicator.family == Indicator.Family.CAUSE:
        return _("%(n)s times") % {"n": times(value)}
    match rules.Comparison(indicator.comparison):
        case rules.Comparison.OWN_GAP:
            return _("%(n)s times") % {"n": times(value)}
        case rules.Comparison.ABSOLUTE | rules.Comparison.DAYS_SINCE:
            return f"{amount(value)} {measure.unit}"
        case rules.Comparison.RATIO:
            return f"{value:,.2f}"
        case _:
            return percent(value)


def made_of(indicator: Indicator) -> str:
    """What an indicator compares, in one sentence (WRN-1)."""
    if indicator.of_indicator is not None:
        return _count_said(indicator, indicator.of_indicator)
    measure = MEASURES[indicator.measure]
    if indicator.family == Indicator.Family.CAUSE:
        return _cause_said(indicator, measure)
    values = {
        "measure": measure.label,
        "n": indicator.period,
        "before": indicator.base_period,
        "whole": MEASURES[indicator.base_measure].label if indicator.base_measure else "",
    }
    if measure.key in SCORES.values():
        return _("The points of the score card at the last month-end. Many are bad.")
    if measure.source is Source.QUERY and indicator.comparison == rules.Comparison.ABSOLUTE:
        return (_("%(measure)s, counted to the day") % values) + _bad(indicator)
    said = str(_MADE_OF.get(rules.Comparison(indicator.comparison), _IN_MONTHS)) % values
    if indicator.against_market:
        said += _(", held against how the whole market moved")
    if indicator.least_base > 0:
        said += _(", from %(least)s %(unit)s a month on") % {
            "least": amount(indicator.least_base),
            "unit": measure.unit,
        }
    return said + _bad(indicator)


def _bad(indicator: Indicator) -> str:
    return _(". Small is bad.") if indicator.falling else _(". Large is bad.")


_IN_MONTHS = gettext_lazy("%(measure)s of the last %(n)s months, as it is")
#: What is compared with what.
_MADE_OF = {
    rules.Comparison.BEFORE: gettext_lazy(
        "%(measure)s of the last %(n)s months, a month of it against a month of the %(before)s before"
    ),
    rules.Comparison.MOVING: gettext_lazy(
        "%(measure)s of the last %(n)s months, a month of it against the moving average of %(before)s months"
    ),
    rules.Comparison.LAST_YEAR: gettext_lazy(
        "%(measure)s of the last %(n)s months against the same months a year earlier"
    ),
    rules.Comparison.SEASON: gettext_lazy(
        "%(measure)s of the last %(n)s months against the own season: the same months last year times the own trend"
    ),
    rules.Comparison.SHARE: gettext_lazy("%(measure)s of the last %(n)s months as a share of %(whole)s"),
    rules.Comparison.RATIO: gettext_lazy("%(measure)s of the last %(n)s months for one of %(whole)s"),
    rules.Comparison.RANK: gettext_lazy(
        "%(measure)s of the last %(n)s months, as the rank among customers of the same kind and tier"
    ),
    rules.Comparison.DAYS_SINCE: gettext_lazy("%(measure)s, in days"),
    rules.Comparison.OWN_GAP: gettext_lazy("%(measure)s, in the customer's own usual gaps"),
}


def _count_said(indicator: Indicator, of: Indicator) -> str:
    if indicator.family == Indicator.Family.RATIO:
        said = _("The share of a branch's customers that breach “%(name)s”") % {"name": of.name}
    else:
        said = _("The number of a branch's customers that breach “%(name)s”") % {"name": of.name}
    if indicator.of_tiers:
        said += _(", tiers 1 to %(tier)s only") % {"tier": indicator.of_tiers}
    if indicator.fresh_days is not None:
        said += _(", crossed within %(days)s days") % {"days": indicator.fresh_days}
    return said + _(". Large is bad.")


def _cause_said(indicator: Indicator, measure: MeasureKind) -> str:
    return _(
        "%(measure)s, closed in %(days)s days, as times of what the %(before)s days before let expect; from %(least)s "
        "on, and where chance alone brings so many once in %(seldom)s times at most. The lowest unit where it shows "
        "is told."
    ) % {
        "measure": measure.label,
        "days": rising.days_of(indicator.period),
        "before": rising.days_of(indicator.base_period),
        "least": amount(indicator.least_base),
        "seldom": round(1 / rising.CHANCE),
    }


def line_for(line: Threshold) -> str:
    """Whose line it is: `core · tier 1 · 城东分公司`, or all others."""
    parts = [
        str(line.get_importance_display()) if line.importance else "",
        str(line.get_tier_display()) if line.tier else "",
        str(line.get_service_class_display()) if line.service_class else "",
        line.unit.name if line.unit else "",
    ]
    return " · ".join(part for part in parts if part) or _("all others")


def line_kept(kept: Mapping[str, Any]) -> str:
    """Whose line it was, from what a trial keeps of it."""
    parts = [
        str(dict(Customer.Importance.choices).get(kept["importance"], "")),
        str(dict(Customer.Tier.choices).get(kept["tier"], "")),
        str(dict(Customer.ServiceClass.choices).get(kept["service_class"], "")),
        str(kept["unit"]),
    ]
    return " · ".join(part for part in parts if part) or _("all others")


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
    ("score", rules.Comparison.ABSOLUTE): gettext_lazy("%(month)s: %(recent)s points on the score card. "),
    ("score_by_days", rules.Comparison.ABSOLUTE): gettext_lazy(
        "%(month)s: %(recent)s points on the score card by order days. "
    ),
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
    """A total, a ratio or a rising cause in one sentence."""
    if warning.expected is not None:
        return _(
            "%(indicator)s: %(counted)s in %(days)s days, %(expected)s expected, %(value)s. The line is %(line)s."
        ) % {
            "indicator": warning.indicator.name,
            "counted": amount(Decimal(warning.counted)),
            "days": rising.days_of(warning.indicator.period),
            "expected": times(warning.expected),
            "value": value_of(warning.indicator, warning.value),
            "line": value_of(warning.indicator, warning.line),
        }
    counted = ngettext("%(n)s customer", "%(n)s customers", warning.counted) % {"n": amount(Decimal(warning.counted))}
    return _("%(indicator)s: %(counted)s of %(among)s, %(value)s. The line is %(line)s.") % {
        "indicator": warning.indicator.name,
        "counted": counted,
        "among": amount(Decimal(warning.among)),
        "value": value_of(warning.indicator, warning.value),
        "line": value_of(warning.indicator, warning.line),
    }
