"""What is done about a report, and everything that happened to it (WRN-5)."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Person
from early_warnings import rules
from early_warnings.models.indicators import Indicator
from early_warnings.models.reports import EarlyWarning, UnitWarning
from early_warnings.querysets import (
    ThroughWarningQuerySet,
)


@pghistory.track()
class Measure(models.Model):
    """What is done about it: what, who, by when, with which effect expected; measured again afterwards (WRN-5)."""

    warning = models.ForeignKey(EarlyWarning, models.PROTECT, null=True, related_name="measures")
    unit_warning = models.ForeignKey(UnitWarning, models.PROTECT, null=True, related_name="measures")

    class Way(models.TextChoices):
        """What is done, so that it can be told what helped in similar cases (WRN-7)."""

        VISIT = "visit", _("visit and talk")
        CALL = "call", pgettext_lazy("measure", "call")
        ORDER = "order", _("ordering advice before the order day")
        STOCK = "stock", _("count stock, exchange slow goods")
        DISPLAY = "display", _("display and promotion")
        SETTLE = "settle", _("settle open complaints and questions")
        PAYMENT = "payment", _("agree on payment")
        SUPPLY = "supply", _("look into supply and delivery")
        OTHER = "other", pgettext_lazy("measure", "something else")

    class Verdict(models.TextChoices):
        """What the indicator said when it was measured again."""

        RECOVERED = rules.Verdict.RECOVERED, _("recovered")
        NOT = rules.Verdict.NOT, pgettext_lazy("effect", "no effect")
        LOST = rules.Verdict.LOST, _("lost")

    way = models.CharField(_("way"), max_length=8, choices=Way, default=Way.OTHER)
    what = models.CharField(_("what is done"), max_length=200)
    who = models.ForeignKey(Person, models.PROTECT, related_name="measures", verbose_name=_("who"))
    by_when = models.DateField(_("by when"))
    expected = models.CharField(_("effect expected"), max_length=120, blank=True)
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    indicator = models.ForeignKey(Indicator, models.PROTECT, null=True, related_name="+", db_index=False)
    value_before = models.DecimalField(_("value before"), max_digits=14, decimal_places=4, null=True)
    value_after = models.DecimalField(_("value after"), max_digits=14, decimal_places=4, null=True)
    measured_on = models.DateField(_("measured"), null=True)
    verdict = models.CharField(_("effect"), max_length=10, choices=Verdict, blank=True, db_default="")

    objects = ThroughWarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["by_when", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="measure_says_what"),
            models.CheckConstraint(
                condition=Q(measured_on=None) | Q(done_at__isnull=False), name="measured_after_done"
            ),
            models.CheckConstraint(
                condition=Q(warning__isnull=False, unit_warning=None) | Q(warning=None, unit_warning__isnull=False),
                name="measure_is_about_one_report",
            ),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(verdict__in=["recovered", "not", "lost"], done_at__isnull=False),
                name="measure_judged_after_done",
            ),
        ]
        indexes = [
            models.Index(fields=["who", "by_when"], condition=Q(done_at=None), name="measure_to_do"),
            models.Index(fields=["indicator", "way"], name="measure_helped"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def report(self) -> "EarlyWarning | UnitWarning":
        """The one report that it is about, as a constraint says."""
        return self.warning or self.unit_warning  # type: ignore[return-value]


class ReportEvent(models.Model):
    """What happened to a report, kept for good: raised, signs, acknowledged, measures, closed."""

    class What(models.TextChoices):
        RAISED = "raised", _("raised")
        SIGN = "sign", _("sign added")
        WORSE = "worse", _("near breach became breach")
        BACK = "back", _("back within the line")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        PROPOSED = "proposed", _("measures proposed")
        DONE = "done", _("measure done")
        MEASURED = "measured", _("effect measured")
        NOT_HELPED = "not_helped", _("measures did not help")
        SUPPRESSED = "suppressed", pgettext_lazy("report", "suppressed")
        LIFTED = "lifted", _("suppression lifted")
        CLOSED = "closed", pgettext_lazy("report", "closed")

    warning = models.ForeignKey(EarlyWarning, models.PROTECT, null=True, related_name="history", db_index=False)
    unit_warning = models.ForeignKey(UnitWarning, models.PROTECT, null=True, related_name="history", db_index=False)
    what = models.CharField(max_length=12, choices=What)
    indicator = models.ForeignKey(Indicator, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=300, blank=True, db_default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["warning", "at"], name="report_event_course"),
            models.Index(fields=["unit_warning", "at"], name="unit_event_course"),
        ]
        triggers = [pgtrigger.Protect(name="keep", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"
