"""The writes of risk control."""

from risk.services.checks import close_repair, record_check

__all__ = ["close_repair", "record_check"]
