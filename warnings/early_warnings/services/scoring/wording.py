"""The questions of the card in words, and their figures as they are compared: to three places."""

from django.utils.translation import gettext_lazy as _

from early_warnings.rules.score import questions

#: What each question asks.
ASKS = {
    questions.month_fall: _("This month against the eleven before, in how far those usually stray from their mean"),
    questions.month_to_year: _("This month against a month of the year"),
    questions.quarter_to_last_year: _("Three months against the same of last year, as the market moved"),
    questions.half_year: _("Half a year against the half before it"),
    questions.year_to_year: _("Twelve months against the twelve before, as the market moved"),
    questions.uneven_months: _("How much the months of the year differ, in their mean"),
    questions.missed_months: _("Months of the year without a purchase"),
    questions.lowest_quarter: _("The lowest three months in a row of the year before, against the year's mean"),
    questions.orders_quarter: _("Orders of three months a month, against the nine before"),
    questions.orders_month: _("Orders of a month, over the year"),
    questions.items_quarter: _("Different items of three months a month, against the nine before"),
    questions.items_half_year: _("Different items of half a year against the half before it"),
    questions.items_trend: _("By which share of their mean the different items grow from month to month"),
    questions.items_to_lowest: _("Different items of this month against the mean of the two lowest before"),
}
#: The same by the name of the question.
LABELS = {question.__name__: label for question, label in ASKS.items()}


def figure(value: float | None) -> str:
    """`0.52`, `−1.8`; a dash where the question cannot be answered."""
    if value is None:
        return "–"
    return f"{value:,.3f}".rstrip("0").rstrip(".").replace("-", "−")
