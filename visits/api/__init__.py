"""Visits for programs: the same plans, acts and rules as in the pages."""

from visits.api import promising, visiting

routes = [*visiting.routes, *promising.routes]

__all__ = ["routes"]
