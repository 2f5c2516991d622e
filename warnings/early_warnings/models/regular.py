"""Regular reports 常规报告: made by the system, commented and signed by a named person, kept as they were (WRN-6)."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, Person, Post
from duties.models import Duty
from early_warnings import rules
from early_warnings.querysets import RegularReportQuerySet


class RegularPlan(models.Model):
    """Which reports are made: for each unit of a kind, monthly or quarterly. The desk is a row of `EscalationRule`."""

    class Period(models.TextChoices):
        MONTH = rules.Period.MONTH, _("monthly")
        QUARTER = rules.Period.QUARTER, _("quarterly")

    period = models.CharField(_("period"), max_length=8, choices=Period)
    unit_kind = models.CharField(_("for each"), max_length=12, choices=OrgUnit.Kind)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("regular report to make")
        verbose_name_plural = _("regular reports to make")
        constraints = [models.UniqueConstraint(fields=["period", "unit_kind"], name="one_plan_a_period_and_kind")]

    def __str__(self) -> str:
        return f"{self.get_period_display()} {self.get_unit_kind_display()}"


@pghistory.track()
class RegularReport(models.Model):
    """One unit's report of one month or quarter. `figures` are those of the day it was made, whatever changes later.

    Signed, it is frozen: the database refuses to change or delete it. `fingerprint` is the SHA-256 of what was signed.
    """

    period = models.CharField(_("period"), max_length=8, choices=RegularPlan.Period)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="regular_reports", verbose_name=_("unit"))
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    figures = models.JSONField(_("figures"))
    made_at = models.DateTimeField(_("made"))
    duty = models.ForeignKey(Duty, models.PROTECT, null=True, related_name="+", verbose_name=_("duty"))
    comment = models.TextField(_("What the figures say"), blank=True, max_length=2000)
    outlook = models.TextField(_("What will be done"), blank=True, max_length=2000)
    commented_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    commented_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("signed by"))
    signed_as = models.CharField(_("in the role of"), max_length=32, choices=Post.Role, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True)

    objects = RegularReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("regular report")
        verbose_name_plural = _("regular reports")
        ordering = ["-first", "unit__path"]
        constraints = [
            models.UniqueConstraint(fields=["period", "unit", "first"], name="one_report_a_unit_and_period"),
            models.CheckConstraint(
                condition=Q(comment="", commented_at=None)
                | (~Q(comment="") & Q(commented_at__isnull=False, commented_by__isnull=False)),
                name="comment_says_whose",
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None, fingerprint="")
                | (
                    Q(signed_at__isnull=False, signed_by__isnull=False, fingerprint__regex=r"^[0-9a-f]{64}$")
                    & ~Q(comment="")
                    & Q(commented_at__isnull=False)
                ),
                name="signed_after_commented",
            ),
        ]
        indexes = [models.Index(fields=["-first", "unit"], name="regular_newest")]
        triggers = [
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__signed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """`CB-2026Q3-0007`, `CB-202610-0012`."""
        quarter = self.period == RegularPlan.Period.QUARTER
        when = f"{self.first.year}Q{(self.first.month + 2) // 3}" if quarter else f"{self.first:%Y%m}"
        return f"CB-{when}-{self.pk:04d}"

    @property
    def step(self) -> rules.Step:
        """Made, commented, signed: in this order only."""
        if self.signed_at is not None:
            return rules.Step.SIGNED
        return rules.Step.COMMENTED if self.commented_at is not None else rules.Step.MADE
