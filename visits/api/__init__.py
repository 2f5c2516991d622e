"""Visits for programs: the same plans, acts and rules as in the pages."""

from visits.api import calendars, changing, nights, notices, promising, visiting, weather

routes = [
    *visiting.routes,
    *promising.routes,
    *weather.routes,
    *calendars.routes,
    *changing.routes,
    *nights.routes,
    *notices.routes,
]

__all__ = ["routes"]
