"""Commented, then signed: after that the database lets nobody change it (WRN-6)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from duties import services as duties
from early_warnings import rules
from early_warnings.models import RegularReport
from early_warnings.services.refusing import Refused


@transaction.atomic
def comment_report(*, report: RegularReport, comment: str, outlook: str, by: Person, now: datetime) -> RegularReport:
    """Say what the figures mean and what will be done; may be changed until it is signed. Raises Refused."""
    fresh = _locked(report, by)
    if not comment.strip():
        raise Refused(_("Say what the figures mean: a report without a comment cannot be signed (WRN-6)."), "comment")
    fresh.comment, fresh.outlook = comment.strip(), outlook.strip()
    fresh.commented_by, fresh.commented_at = by, now
    fresh.save(update_fields=["comment", "outlook", "commented_by", "commented_at"])
    if fresh.duty is not None and fresh.duty.acknowledged_at is None:
        duties.acknowledge(duty=fresh.duty, by=by, now=now)
    return fresh


@transaction.atomic
def sign_report(*, report: RegularReport, by: Person, now: datetime) -> RegularReport:
    """Sign what stands there: figures and comment are frozen with a fingerprint. Raises Refused."""
    fresh = _locked(report, by)
    if fresh.step is not rules.Step.COMMENTED:
        raise Refused(_("Comment first: a report without a comment cannot be signed (WRN-6)."))
    duty = fresh.duty
    fresh.signed_by, fresh.signed_at = by, now
    fresh.signed_as = duty.role if duty is not None else ""
    fresh.fingerprint = fingerprint_of(fresh)
    fresh.save(update_fields=["signed_by", "signed_at", "signed_as", "fingerprint"])
    if duty is not None and duty.state != "closed":
        duties.close(duty=duty, by=by, now=now, outcome=fresh.number)
    return fresh


def fingerprint_of(report: RegularReport) -> str:
    """SHA-256 of what was signed: unit, period, figures, comment, who and when."""
    return rules.fingerprint(
        {
            "unit": report.unit_id,
            "period": report.period,
            "first": report.first.isoformat(),
            "figures": report.figures,
            "comment": report.comment,
            "outlook": report.outlook,
            "signed_by": report.signed_by_id,
            "signed_at": timezone.localtime(report.signed_at).isoformat() if report.signed_at else "",
        }
    )


def _locked(report: RegularReport, by: Person) -> RegularReport:
    fresh: RegularReport = (
        RegularReport.objects.select_for_update(of=("self",)).select_related("duty", "unit").get(pk=report.pk)
    )
    if fresh.signed_at is not None:
        raise Refused(_("It is signed: nobody changes it any more (WRN-6)."))
    if fresh.duty is None or not duties.may_act(duty=fresh.duty, person=by):
        raise Refused(_("This report is another person's to comment and sign."))
    return fresh
