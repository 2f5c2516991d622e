"""The questions of the card in words, and their figures as they are compared: to three places."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from early_warnings.rules.score import questions
from early_warnings.rules.score.questions import Question
from early_warnings.services.scoring.cards import QUESTIONS

#: What each question asks.
ASKS: dict[Question, Promise] = {
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
    questions.silence: _("Days since the last order, in the gap that nine of ten gaps of the year stay within"),
    questions.usual_gap: _("The mean of the year's gaps between two orders, days"),
    questions.uneven_gaps: _("How much the year's gaps between orders differ, in their mean"),
    questions.orders_lately: _("Order days of the last thirteen weeks, against as many at the year's pace"),
    questions.last_orders_items: _("Different items of the last three orders, against the year's median order"),
    questions.last_orders_amount: _("The mean amount of the last three orders, against the year's median order"),
}
#: The same by the name of the question.
LABELS = {question.__name__: label for question, label in ASKS.items()}


def labels_of(kind: str) -> dict[str, Promise]:
    """The questions that a kind of card may ask, by their names."""
    return {question.__name__: ASKS[question] for question in QUESTIONS[kind]}


def figure(value: float | None) -> str:
    """`0.52`, `−1.8`; a dash where the question cannot be answered."""
    if value is None:
        return "–"
    return f"{value:,.3f}".rstrip("0").rstrip(".").replace("-", "−")
