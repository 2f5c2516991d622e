"""Visits for programs: the same plans, acts and rules as in the pages."""

from visits.api import calendars, changing, matrix, nights, notices, plans, promising, visiting, weather

routes = [
    *plans.routes,
    *visiting.routes,
    *matrix.routes,
    *promising.routes,
    *weather.routes,
    *calendars.routes,
    *changing.routes,
    *nights.routes,
    *notices.routes,
]

__all__ = ["routes"]
