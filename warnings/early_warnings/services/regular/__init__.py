"""Regular reports: made, commented, signed, and then frozen (WRN-6)."""

from early_warnings.services.regular.making import REGULAR, make_report, make_reports
from early_warnings.services.regular.signing import comment_report, sign_report

__all__ = ["REGULAR", "comment_report", "make_report", "make_reports", "sign_report"]
