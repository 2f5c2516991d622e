"""Urgent reports 紧急报告, the signs in them, and the measures they come back with (WRN-3, WRN-5)."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Customer, OrgUnit, Person
from duties.models import Duty
from early_warnings import rules
from early_warnings.models.indicators import Indicator
from early_warnings.models.storms import Storm
from early_warnings.querysets import (
    EarlyWarningQuerySet,
    SignQuerySet,
    ThroughWarningQuerySet,
    UnitWarningQuerySet,
)

_CLOSED_WITH_OUTCOME = ~Q(state="closed") | (
    Q(outcome__in=["recovered", "lost", "accepted"], closed_at__isnull=False, closed_by__isnull=False)
    & ~Q(conclusion="")
)

#: Suppressed by whom, until when and why, or not at all.
_SUPPRESSED_WHOLE = Q(suppressed_until=None, suppressed_by=None, suppressed_because="") | (
    Q(suppressed_until__isnull=False, suppressed_by__isnull=False) & ~Q(suppressed_because="")
)

#: A report neither runs on measures nor closes before one was proposed (WRN-5), whatever path is tried.
_MEASURE_PROPOSED = """
    IF NOT EXISTS (SELECT 1 FROM warnings_measure WHERE {column} = NEW.id) THEN
        RAISE EXCEPTION 'WRN-5: a report needs a measure first' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


def _measure_first(column: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="measure_first",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
        condition=pgtrigger.Q(new__state__in=["measures", "closed"])
        & pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
        func=_MEASURE_PROPOSED.format(column=column),
    )


class Course(models.Model):
    """What reports about customers and about units have in common."""

    class State(models.TextChoices):
        OPEN = rules.State.OPEN, _("waiting for measures")
        ACKNOWLEDGED = rules.State.ACKNOWLEDGED, _("acknowledged")
        MEASURES = rules.State.MEASURES, _("measures running")
        CLOSED = rules.State.CLOSED, pgettext_lazy("report", "closed")

    class Level(models.TextChoices):
        BREACH = rules.Level.BREACH, _("breach")
        NEAR = rules.Level.NEAR, _("near breach")

    class Outcome(models.TextChoices):
        RECOVERED = "recovered", _("recovered")
        LOST = "lost", _("lost")
        ACCEPTED = "accepted", _("accepted")

    level = models.CharField(_("level"), max_length=6, choices=Level)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    opened_on = models.DateField(_("opened on"))
    duty = models.ForeignKey(Duty, models.PROTECT, null=True, related_name="+", verbose_name=_("duty"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    conclusion = models.CharField(_("what came of it"), max_length=300, blank=True)
    closed_at = models.DateTimeField(pgettext_lazy("report", "closed"), null=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by"))
    quiet_until = models.DateField(_("the same signs stay quiet until"), null=True)
    above_again_on = models.DateField(_("back within the line since"), null=True)
    suppressed_until = models.DateField(_("suppressed until"), null=True)
    suppressed_because = models.CharField(
        pgettext_lazy("suppression", "reason"), max_length=200, blank=True, db_default=""
    )
    suppressed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("suppressed by")
    )

    class Meta:
        abstract = True


@pghistory.track()
class EarlyWarning(Course):
    """The urgent report of a customer: one until it is resolved, every new sign is added to it (WRN-3)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="early_warnings", verbose_name=_("customer"))
    importance = models.CharField(_("importance when it opened"), max_length=10, choices=Customer.Importance)
    storm = models.ForeignKey(Storm, models.PROTECT, null=True, related_name="reports", verbose_name=_("storm"))

    objects = EarlyWarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("urgent report")
        verbose_name_plural = _("urgent reports")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=~Q(state="closed"), name="one_open_report_a_customer"
            ),
            models.CheckConstraint(condition=_CLOSED_WITH_OUTCOME, name="report_closes_with_outcome"),
            models.CheckConstraint(condition=Q(level__in=["breach", "near"]), name="report_level_known"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "acknowledged", "measures", "closed"]), name="report_state_known"
            ),
            models.CheckConstraint(condition=_SUPPRESSED_WHOLE, name="report_suppressed_whole"),
        ]
        indexes = [
            models.Index(fields=["customer", "-opened_on"], name="report_customer"),
            models.Index(fields=["level", "-opened_on"], condition=~Q(state="closed"), name="report_open"),
            models.Index(fields=["-opened_on", "-id"], name="report_opened"),
            models.Index(fields=["duty"], name="report_duty"),
            models.Index(fields=["storm"], condition=Q(storm__isnull=False), name="report_storm"),
        ]
        triggers = [_measure_first("warning_id")]

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

    warning = models.ForeignKey(EarlyWarning, models.CASCADE, related_name="signs")
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


@pghistory.track()
class UnitWarning(Course):
    """A total or ratio of a unit over its line (WRN-2): one open a unit and indicator, to its manager (WRN-4)."""

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="unit_warnings", verbose_name=_("unit"))
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator"))
    month = models.DateField(_("last whole month"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    counted = models.PositiveIntegerField(_("customers counted"))
    among = models.PositiveIntegerField(_("among customers"))
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
            models.CheckConstraint(condition=_CLOSED_WITH_OUTCOME, name="unit_warning_closes_with_outcome"),
            models.CheckConstraint(condition=_SUPPRESSED_WHOLE, name="unit_warning_suppressed_whole"),
        ]
        indexes = [models.Index(fields=["-opened_on", "-id"], name="unit_warning_opened")]
        triggers = [_measure_first("unit_warning_id")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"ZB-{self.opened_on:%y%m}-{self.pk:04d}"


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
    indicator = models.ForeignKey(Indicator, models.PROTECT, null=True, related_name="+")
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

    warning = models.ForeignKey(EarlyWarning, models.PROTECT, null=True, related_name="history")
    unit_warning = models.ForeignKey(UnitWarning, models.PROTECT, null=True, related_name="history")
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
