"""Complaints and what was done about them. The database itself keeps the promises of CMP-3 and CMP-4."""

from complaints.models.complaints import Complaint
from complaints.models.public import PublicUse
from complaints.models.steps import ComplaintStep

__all__ = ["Complaint", "ComplaintStep", "PublicUse"]
