"""Indicators and their lines as data, never code (WRN-1, S4), and the nights on which they were evaluated."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, OrgUnit, Person
from early_warnings import rules

#: Nothing is live that could never be crossed (WRN-1), whatever path is tried.
_HAS_A_LINE = """
    IF NOT EXISTS (SELECT 1 FROM warnings_threshold WHERE indicator_id = NEW.id) THEN
        RAISE EXCEPTION 'WRN-1: an indicator needs a line before it is live' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class Indicator(models.Model):
    """What is measured, over which months, compared with what (WRN-1, WRN-2).

    A draft raises nothing: it is tried on the past, then put live from a day on (WRN-8); one that `replaces` another
    ends it the day before.

    `measure` and `base_measure` name entries of `early_warnings.measures`. `least_base` is the floor under which a
    customer's base is too small to mean anything, in the measure's unit a month. With `against_market` the value is
    divided by the same comparison over all customers of the kind, so that a season is not mistaken for a fall. For
    total and ratio indicators `of_indicator` names the customer indicator whose breaches are counted in a unit, among
    the customers of tiers up to `of_tiers`. A cause of complaints is told as `rules.rising` says: `least_base` is then
    the least number of complaints in the period, and its lines are times the number expected.
    """

    class Family(models.TextChoices):
        CUSTOMER = rules.Family.CUSTOMER, _("each customer")
        TOTAL = rules.Family.TOTAL, _("total of a unit")
        RATIO = rules.Family.RATIO, _("ratio in a unit")
        CAUSE = rules.Family.CAUSE, _("cause of complaints in a unit")

    class Comparison(models.TextChoices):
        ABSOLUTE = rules.Comparison.ABSOLUTE, _("as it is")
        BEFORE = rules.Comparison.BEFORE, _("against the months before")
        MOVING = rules.Comparison.MOVING, _("against the moving average")
        LAST_YEAR = rules.Comparison.LAST_YEAR, _("against the same months last year")
        SEASON = rules.Comparison.SEASON, _("against the own season")
        SHARE = rules.Comparison.SHARE, _("as a share of another measure")
        RATIO = rules.Comparison.RATIO, _("for one of another measure")
        RANK = rules.Comparison.RANK, _("rank among customers of the same tier")
        DAYS_SINCE = rules.Comparison.DAYS_SINCE, _("days since")
        OWN_GAP = rules.Comparison.OWN_GAP, _("in the customer's own usual gaps")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("indicator", "draft")
        LIVE = "live", pgettext_lazy("indicator", "live")

    key = models.SlugField(_("key"), unique=True)
    state = models.CharField(_("state"), max_length=5, choices=State, default=State.LIVE, db_default=State.LIVE)
    why = models.CharField(_("what it is for"), max_length=300, blank=True, db_default="")
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("replaces")
    )
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(null=True)
    live_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("put live by"))
    live_at = models.DateTimeField(null=True)
    name_zh = models.CharField(_("name, Chinese"), max_length=60)
    name_en = models.CharField(_("name, English"), max_length=60)
    family = models.CharField(_("family"), max_length=10, choices=Family, default=Family.CUSTOMER)
    customer_kind = models.CharField(_("only for"), max_length=10, choices=Customer.Kind, blank=True)
    measure = models.CharField(_("measure"), max_length=30, blank=True)
    comparison = models.CharField(_("comparison"), max_length=10, choices=Comparison, default=Comparison.ABSOLUTE)
    base_measure = models.CharField(_("measure of the whole"), max_length=30, blank=True)
    period = models.PositiveSmallIntegerField(_("period, months"), default=1)
    base_period = models.PositiveSmallIntegerField(_("months before"), default=3)
    least_base = models.DecimalField(_("floor of the base"), max_digits=12, decimal_places=2, default=0)
    against_market = models.BooleanField(_("against the whole market's movement"), default=False)
    falling = models.BooleanField(_("small is bad"), default=True)
    of_indicator = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("counts breaches of")
    )
    of_tiers = models.PositiveSmallIntegerField(_("among tiers up to"), null=True, blank=True)
    fresh_days = models.PositiveSmallIntegerField(
        _("only those that crossed within, days"),
        null=True,
        blank=True,
        help_text=_("For a figure that grows by one a day: counts only customers whose breach is so young."),
    )
    remeasure_days = models.PositiveSmallIntegerField(_("effect measured after, days"), default=28)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("last valid day"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["position", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period__range=(1, 12), base_period__range=(1, 12)), name="indicator_period"
            ),
            models.CheckConstraint(
                condition=(Q(family__in=["customer", "cause"]) & ~Q(measure="") & Q(of_indicator=None))
                | (Q(family__in=["total", "ratio"]) & Q(of_indicator__isnull=False)),
                name="indicator_measures_or_counts",
            ),
            models.CheckConstraint(
                condition=~Q(comparison__in=["share", "ratio"]) | ~Q(base_measure=""),
                name="indicator_share_has_a_whole",
            ),
            models.CheckConstraint(condition=Q(state__in=["draft", "live"]), name="indicator_state_known"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=models.F("valid_from")),
                name="indicator_ends_after_it_begins",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="has_a_line",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__state="live", old__state="draft"),
                func=_HAS_A_LINE,
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


@pghistory.track()
class Threshold(models.Model):
    """The lines of an indicator: breach, and near-breach 面临突破; the most exact one for a customer wins (WRN-1)."""

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="thresholds", verbose_name=_("indicator"), db_index=False
    )
    importance = models.CharField(_("importance"), max_length=10, choices=Customer.Importance, blank=True)
    tier = models.PositiveSmallIntegerField(_("visit tier"), choices=Customer.Tier, null=True, blank=True)
    service_class = models.PositiveSmallIntegerField(
        _("service class"), choices=Customer.ServiceClass, null=True, blank=True
    )
    unit = models.ForeignKey(
        OrgUnit, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("unit and those below")
    )
    breach = models.DecimalField(_("breach line"), max_digits=12, decimal_places=3)
    near = models.DecimalField(_("near-breach line"), max_digits=12, decimal_places=3)

    class Meta:
        verbose_name = _("threshold")
        verbose_name_plural = _("thresholds")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "importance", "tier", "service_class", "unit"],
                name="one_line_for_the_same_customers",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.breach} / {self.near}"


class Movement(models.Model):
    """How all customers of a kind moved together in one month, for an indicator that is told against the market."""

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="movements", verbose_name=_("indicator"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Customer.Kind)
    month = models.DateField(_("month"))
    value = models.DecimalField(_("value"), max_digits=10, decimal_places=4)

    class Meta:
        verbose_name = _("movement of the market")
        constraints = [models.UniqueConstraint(fields=["indicator", "kind", "month"], name="a_month_moves_once")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.kind} {self.month:%Y-%m}"


class Evaluation(models.Model):
    """One evaluation of a business date (WRN-3): run twice, one result; missed, it is caught up."""

    on = models.DateField(_("business date"), unique=True)
    month = models.DateField(_("last whole month"), null=True)
    known_until = models.DateField(_("orders known until"), null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    imports = models.PositiveIntegerField(_("imports of facts seen"), default=0)
    customers = models.PositiveIntegerField(_("customers"), default=0)
    signs = models.PositiveIntegerField(_("signs"), default=0)
    opened = models.PositiveIntegerField(_("reports opened"), default=0)
    unit_opened = models.PositiveIntegerField(_("unit warnings opened"), default=0)
    statements = models.PositiveIntegerField(_("statements"), default=0)
    milliseconds = models.PositiveIntegerField(_("time, ms"), default=0)

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        ordering = ["-on"]

    def __str__(self) -> str:
        return str(self.on)


class Touched(models.Model):
    """A customer whose facts changed in a month, or, without a month, whose state or classes did; none is everybody.

    Written by triggers in the transaction of the change, one statement at a time, taken by the next evaluation, which
    reads what they name as it is then.
    """

    customer_id = models.BigIntegerField(null=True)
    month = models.DateField(null=True)
    #: Whether a row of facts came or went.
    moved = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("customer to be measured again")
        verbose_name_plural = _("customers to be measured again")

    def __str__(self) -> str:
        return str(self.customer_id)


class KeptBasis(models.Model):
    """What the rows of the unlogged table `warnings_basis` are: the plan that made them, and how many there are."""

    plan = models.TextField(default="")
    customers = models.PositiveIntegerField(_("customers"), default=0)

    class Meta:
        verbose_name = _("kept basis of the evaluation")
        verbose_name_plural = _("kept bases of the evaluation")

    def __str__(self) -> str:
        return f"{self.customers}"
