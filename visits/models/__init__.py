"""The visit matrix and its clocks, day plans, and what happened on visits (VIS)."""

from visits.models.calendars import CalendarKey
from visits.models.changes import PlanChange
from visits.models.matrix import DayRule, VisitClock, VisitInterval
from visits.models.plans import DayPlan, PlanOmission, PlanRun, PlanStop
from visits.models.preparing import Explained, News, OwnWords
from visits.models.territories import Territory, TerritoryMove
from visits.models.visits import Problem, Visit
from visits.models.weather import WeatherAlert, WeatherDebt, WeatherTold

__all__ = [
    "CalendarKey",
    "DayPlan",
    "DayRule",
    "Explained",
    "News",
    "OwnWords",
    "PlanChange",
    "PlanOmission",
    "PlanRun",
    "PlanStop",
    "Problem",
    "Territory",
    "TerritoryMove",
    "Visit",
    "VisitClock",
    "VisitInterval",
    "WeatherAlert",
    "WeatherDebt",
    "WeatherTold",
]
