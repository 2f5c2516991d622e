"""What people enter about reports, the score card, indicators and regular reports."""

from early_warnings.forms.cards import CardForm
from early_warnings.forms.course import CloseForm, MeasureForm, SuppressForm, measure_forms
from early_warnings.forms.indicators import EndForm, IndicatorForm, LineForm, LiveForm, ThresholdForm, TrialForm
from early_warnings.forms.regular import CommentForm

__all__ = [
    "CardForm",
    "CloseForm",
    "CommentForm",
    "EndForm",
    "IndicatorForm",
    "LineForm",
    "LiveForm",
    "MeasureForm",
    "SuppressForm",
    "ThresholdForm",
    "TrialForm",
    "measure_forms",
]
