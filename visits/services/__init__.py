"""The writes of the visits floor."""

from visits.services.clocks import refresh_clocks

__all__ = ["refresh_clocks"]
