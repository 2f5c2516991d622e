"""Urgent reports 紧急报告 about customers and units, and the signs in them (WRN-2, WRN-3)."""

from typing import Any

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, OrgUnit
from early_warnings import rules
from early_warnings.models.course import CLOSED_WITH_OUTCOME, SUPPRESSED_WHOLE, Course, measure_first
from early_warnings.models.indicators import Indicator
from early_warnings.models.storms import Storm
from early_warnings.querysets import (
    EarlyWarningQuerySet,
    SignQuerySet,
    UnitWarningQuerySet,
)


@pghistory.track()
class EarlyWarning(Course):
    """The urgent report of a customer: one until it is resolved, every new sign is added to it (WRN-3)."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="early_warnings", verbose_name=_("customer"), db_index=False
    )
    importance = models.CharField(_("importance when it opened"), max_length=10, choices=Customer.Importance)
    storm = models.ForeignKey(
        Storm, models.PROTECT, null=True, related_name="reports", verbose_name=_("storm"), db_index=False
    )

    objects = EarlyWarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("urgent report")
        verbose_name_plural = _("urgent reports")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=~Q(state="closed"), name="one_open_report_a_customer"
            ),
            models.CheckConstraint(condition=CLOSED_WITH_OUTCOME, name="report_closes_with_outcome"),
            models.CheckConstraint(condition=Q(level__in=["breach", "near"]), name="report_level_known"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "acknowledged", "measures", "closed"]), name="report_state_known"
            ),
            models.CheckConstraint(condition=SUPPRESSED_WHOLE, name="report_suppressed_whole"),
        ]
        indexes = [
            models.Index(fields=["customer", "-opened_on"], name="report_customer"),
            models.Index(fields=["level", "-opened_on"], condition=~Q(state="closed"), name="report_open"),
            models.Index(fields=["-opened_on", "-id"], name="report_opened"),
            models.Index(fields=["storm"], condition=Q(storm__isnull=False), name="report_storm"),
        ]
        triggers = [measure_first("warning_id")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """`JB-2611-0087`: the month it opened in and its own number."""
        return f"JB-{self.opened_on:%y%m}-{self.pk:04d}"


class Sign(models.Model):
    """What one indicator says of the customer, with the figures it rests on: one row an indicator and report.

    `level` and the figures are those of the last evaluation that could measure it, `back` being within the line again;
    `worst` and `first_value` keep how it was.
    """

    class Level(models.TextChoices):
        BREACH = rules.Level.BREACH, _("breach")
        NEAR = rules.Level.NEAR, _("near breach")
        BACK = "back", _("back within the line")

    warning = models.ForeignKey(EarlyWarning, models.CASCADE, related_name="signs", db_index=False)
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator"))
    level = models.CharField(_("level"), max_length=6, choices=Level)
    worst = models.CharField(_("worst level"), max_length=6, choices=Course.Level)
    month = models.DateField(_("last whole month"))
    first_value = models.DecimalField(_("value at first"), max_digits=14, decimal_places=4)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    recent = models.DecimalField(_("value now"), max_digits=16, decimal_places=2)
    base = models.DecimalField(_("compared with"), max_digits=16, decimal_places=2, null=True)
    market = models.DecimalField(_("whole market"), max_digits=8, decimal_places=4, default=1)
    line = models.DecimalField(_("line"), max_digits=12, decimal_places=3)
    first_seen_on = models.DateField(_("first seen"))
    last_seen_on = models.DateField(_("last seen"))

    objects = SignQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign")
        ordering = ["worst", "indicator__position"]
        constraints = [models.UniqueConstraint(fields=["warning", "indicator"], name="one_sign_an_indicator")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.value}"


#: Nobody is won back or lost with a cause of complaints.
OF_CAUSE: dict[str, Any] = dict(Course.Outcome.choices) | {"recovered": _("solved"), "lost": _("not solved")}


@pghistory.track()
class UnitWarning(Course):
    """A total or ratio of a unit over its line (WRN-2), or a cause of complaints that rises there (CMP-6).

    One open a unit and indicator, to its manager (WRN-4). Of a cause `counted` are the complaints of the period,
    `among` those of the time before it, and `expected` is how many were to be expected by them.
    """

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="unit_warnings", verbose_name=_("unit"))
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator"))
    month = models.DateField(_("last whole month"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    counted = models.PositiveIntegerField(_("customers counted"))
    among = models.PositiveIntegerField(_("among customers"))
    expected = models.DecimalField(_("expected"), max_digits=10, decimal_places=1, null=True)
    line = models.DecimalField(_("line"), max_digits=12, decimal_places=3)
    last_seen_on = models.DateField(_("last seen"))

    objects = UnitWarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit warning")
        verbose_name_plural = _("unit warnings")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "indicator"], condition=~Q(state="closed"), name="one_open_warning_a_unit_and_indicator"
            ),
            models.CheckConstraint(condition=CLOSED_WITH_OUTCOME, name="unit_warning_closes_with_outcome"),
            models.CheckConstraint(condition=SUPPRESSED_WHOLE, name="unit_warning_suppressed_whole"),
        ]
        indexes = [models.Index(fields=["-opened_on", "-id"], name="unit_warning_opened")]
        triggers = [measure_first("unit_warning_id")]

    def __str__(self) -> str:
        return self.number

    @property
    def outcomes(self) -> dict[str, Any]:
        return OF_CAUSE if self.indicator.family == Indicator.Family.CAUSE else super().outcomes

    def get_outcome_display(self) -> str:  # type: ignore[no-redef]
        return str(self.outcomes.get(self.outcome, ""))

    @property
    def number(self) -> str:
        return f"ZB-{self.opened_on:%y%m}-{self.pk:04d}"
