from datetime import datetime
from typing import Any

from django.apps import AppConfig
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.signals import imported
from duties import kinds


class EarlyWarningsConfig(AppConfig):
    name = "early_warnings"
    label = "warnings"
    verbose_name = _("Early warnings")

    def ready(self) -> None:
        from early_warnings import watch

        watch.register_own()
        for kind in _kinds():
            kinds.register(kind)
        imported.connect(_renew_touched)


def _renew_touched(*, now: datetime, **_about: Any) -> None:
    from early_warnings import services

    services.renew_touched(on=timezone.localdate(now))


def _of_reports() -> tuple[kinds.Kind, ...]:
    """What comes of customers, units and causes over their lines."""
    from accounts.models import Customer, OrgUnit
    from complaints.models import Complaint
    from early_warnings.models import UnitWarning
    from early_warnings.models.reports import OF_CAUSE

    outcomes = dict(UnitWarning.Outcome.choices)
    return (
        kinds.Kind(
            key="warning.report",
            label=_("Urgent report"),
            sentence=_("Urgent report %(number)s: %(customer)s"),
            url_name="warnings:warning",
            icon="alert-triangle",
            cases=dict(Customer.Importance.choices),
            words={"outcome": outcomes},
        ),
        kinds.Kind(
            key="warning.unit",
            label=_("Unit warning"),
            sentence=_("%(number)s: %(unit)s, %(counted)s of %(among)s customers"),
            url_name="warnings:unit-warning",
            icon="alert-triangle",
            words={"outcome": outcomes},
        ),
        kinds.Kind(
            key=kinds.RISING_CAUSE,
            label=_("Rising cause of complaints"),
            sentence=_(
                "%(number)s: %(unit)s, rising cause of complaints “%(cause)s”: %(counted)s in %(days)s days, "
                "%(expected)s expected"
            ),
            url_name="warnings:unit-warning",
            icon="trending-up",
            cases=dict(OrgUnit.Kind.choices),
            words={"cause": dict(Complaint.Cause.choices), "outcome": OF_CAUSE},
        ),
    )


def _kinds() -> tuple[kinds.Kind, ...]:
    """What warnings make people owe."""
    from accounts.models import OrgUnit

    return (
        *_of_reports(),
        kinds.Kind(
            key="warning.measure",
            label=_("Measure"),
            sentence=_("%(customer)s: %(what)s"),
            url_name="warnings:measure",
            icon="checklist",
        ),
        kinds.Kind(
            key="warning.regular",
            label=_("Regular report"),
            sentence=_("Regular report %(number)s: %(unit)s, to comment and sign"),
            url_name="warnings:regular-report",
            icon="file-text",
            cases=dict(OrgUnit.Kind.choices),
            acknowledged_in_inbox=False,
        ),
        kinds.Kind(
            key="warning.storm",
            label=_("Storm of warnings"),
            sentence=_("%(unit)s: %(count)s new reports in one night"),
            url_name="warnings:storm",
            icon="bolt",
            acknowledged_in_inbox=False,
        ),
    )
