"""Signs of trouble, derived from what the floors below recorded (WRN)."""

from early_warnings.models.indicators import Evaluation, Indicator, KeptBasis, Movement, Threshold, Touched
from early_warnings.models.measures import Measure, ReportEvent
from early_warnings.models.regular import RegularPlan, RegularReport
from early_warnings.models.reports import EarlyWarning, Sign, UnitWarning
from early_warnings.models.scores import CustomerScore, MarketMonth, ScoreBand, ScoreCard, ScoreNote, Scoring
from early_warnings.models.storms import Storm, StormLine
from early_warnings.models.trials import Trial, TrialMonth

__all__ = [
    "CustomerScore",
    "EarlyWarning",
    "Evaluation",
    "Indicator",
    "KeptBasis",
    "MarketMonth",
    "Measure",
    "Movement",
    "RegularPlan",
    "RegularReport",
    "ReportEvent",
    "ScoreBand",
    "ScoreCard",
    "ScoreNote",
    "Scoring",
    "Sign",
    "Storm",
    "StormLine",
    "Threshold",
    "Touched",
    "Trial",
    "TrialMonth",
    "UnitWarning",
]
