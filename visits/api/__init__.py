"""Visits for programs: the same plans, acts and rules as in the pages."""

from visits.api import promising, visiting, weather

routes = [*visiting.routes, *promising.routes, *weather.routes]

__all__ = ["routes"]
