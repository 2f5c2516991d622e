"""Early warnings for programs: the same reports, acts and rules as in the pages (ALL-3)."""

from early_warnings.api.indicators import IndicatorViewSet, TrialViewSet
from early_warnings.api.regular import RegularReportViewSet, StormViewSet
from early_warnings.api.reports import EarlyWarningViewSet, MeasureViewSet, UnitWarningViewSet
from early_warnings.api.scores import CardViewSet, ScoreViewSet

routes = [
    ("warnings", EarlyWarningViewSet),
    ("unit-warnings", UnitWarningViewSet),
    ("measures", MeasureViewSet),
    ("indicators", IndicatorViewSet),
    ("trials", TrialViewSet),
    ("regular-reports", RegularReportViewSet),
    ("scores", ScoreViewSet),
    ("score-cards", CardViewSet),
    ("storms", StormViewSet),
]
