"""Signs of trouble, derived from what the floors below recorded (WRN)."""

from early_warnings.models.indicators import Evaluation, Indicator, Threshold
from early_warnings.models.reports import EarlyWarning, Measure, ReportEvent, Sign, UnitWarning

__all__ = ["EarlyWarning", "Evaluation", "Indicator", "Measure", "ReportEvent", "Sign", "Threshold", "UnitWarning"]
