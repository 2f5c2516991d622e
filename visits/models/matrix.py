"""How often a customer is visited by whom (VIS-1), the clock that counts it, and the rule of a working day (VIS-4)."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Customer, Post
from visits.querysets import VisitClockQuerySet
from visits.rules import Interval, Unit


def _shipped_service_minutes() -> list[int]:
    return [20, 15, 15, 10, 10]


@pghistory.track()
class VisitInterval(models.Model):
    """One cell of the visit matrix: the longest time between visits by a role to customers of a tier (VIS-1, S4)."""

    class Units(models.TextChoices):
        DAY = Unit.DAY, _("days")
        WEEK = Unit.WEEK, _("weeks")
        HALF_MONTH = Unit.HALF_MONTH, _("half months")
        MONTH = Unit.MONTH, _("months")

    class ByPhone(models.IntegerChoices):
        """How many of a hundred promised visits are calls: where hours are short, a call is better than nothing."""

        NONE = 0, _("in the shop")
        HALF = 50, _("every other one by phone")
        ALL = 100, _("by phone")

    tier = models.PositiveSmallIntegerField(_("visit tier"), choices=Customer.Tier)
    role = models.CharField(_("role"), max_length=32, choices=Post.Role)
    number = models.PositiveSmallIntegerField(_("how many"))
    unit = models.CharField(_("unit"), max_length=10, choices=Units)
    phone_percent = models.PositiveSmallIntegerField(_("by phone"), choices=ByPhone, default=ByPhone.NONE, db_default=0)

    class Meta:
        verbose_name = _("visit interval")
        verbose_name_plural = _("visit matrix")
        ordering = ["tier", "role"]
        constraints = [
            models.UniqueConstraint(fields=["tier", "role"], name="one_interval_a_tier_and_role"),
            models.CheckConstraint(condition=Q(number__gt=0), name="interval_lasts"),
            models.CheckConstraint(
                condition=Q(unit__in=["day", "week", "half_month", "month"]), name="interval_unit_known"
            ),
            models.CheckConstraint(condition=Q(tier__range=(1, 5)), name="interval_tier_known"),
            models.CheckConstraint(condition=Q(phone_percent__in=[0, 50, 100]), name="interval_phone_share_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} · {self.get_role_display()}: {self.in_words}"

    @property
    def interval(self) -> Interval:
        return Interval(self.number, Unit(self.unit))

    @property
    def in_words(self) -> str:
        """“3 days”, “half a month”, “1 year”, in the reader's language."""
        number = self.number
        match Unit(self.unit):
            case Unit.DAY:
                return ngettext("%(n)d day", "%(n)d days", number) % {"n": number}
            case Unit.WEEK:
                return ngettext("%(n)d week", "%(n)d weeks", number) % {"n": number}
            case Unit.HALF_MONTH:
                return str(_("half a month")) if number == 1 else _("%(n)d half months") % {"n": number}
            case Unit.MONTH if number == 6:
                return str(_("half a year"))
            case Unit.MONTH if number % 12 == 0:
                return ngettext("%(n)d year", "%(n)d years", number // 12) % {"n": number // 12}
            case _unit:
                return ngettext("%(n)d month", "%(n)d months", number) % {"n": number}


class VisitClock(models.Model):
    """When a customer was last visited by a role, and when the next visit is due (VIS-1). Kept by `services.clocks`.

    One never visited is due from the day on which the clock began.
    """

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="visit_clocks", verbose_name=_("customer"), db_index=False
    )
    role = models.CharField(_("role"), max_length=32, choices=Post.Role)
    started_on = models.DateField(_("counted from"))
    last_visit_on = models.DateField(_("last visit"), null=True)
    due_on = models.DateField(_("due"))
    by_phone = models.BooleanField(_("next one by phone"), default=False, db_default=False)

    objects = VisitClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit clock")
        verbose_name_plural = _("visit clocks")
        constraints = [
            models.UniqueConstraint(fields=["customer", "role"], name="one_clock_a_customer_and_role"),
            models.CheckConstraint(
                condition=Q(last_visit_on=None) | Q(due_on__gt=F("last_visit_on")), name="due_after_last_visit"
            ),
        ]
        indexes = [models.Index(fields=["role", "due_on", "customer"], name="clock_due")]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_role_display()}: {self.due_on}"


@pghistory.track()
class DayRule(models.Model):
    """What may be planned into a working day (VIS-4). One row; the shipped values are the trade's."""

    fixed_percent = models.PositiveSmallIntegerField(
        _("share of the day for planned visits, %"),
        default=60,
        help_text=_("The rest is kept free for a manager's own purposeful visits."),
    )
    market_minutes = models.PositiveSmallIntegerField(
        _("in the market at least, minutes"),
        default=300,
        help_text=_("Riding and visiting, even if the share is smaller."),
    )
    leaders_percent = models.PositiveSmallIntegerField(
        _("share of a leader's day for visits, %"),
        default=30,
        db_default=30,
        help_text=_("Those who lead visit too; by this their hours are counted."),
    )
    stops_most = models.PositiveSmallIntegerField(_("visits on site at most"), default=30)
    service_minutes = ArrayField(
        models.PositiveSmallIntegerField(),
        size=5,
        verbose_name=_("minutes a visit, tier 1 to 5"),
        default=_shipped_service_minutes,
    )
    call_minutes = models.PositiveSmallIntegerField(_("minutes a phone call"), default=6)
    calls_most = models.PositiveSmallIntegerField(_("planned phone calls at most"), default=10)
    ahead_days = models.PositiveSmallIntegerField(
        _("days ahead"), default=3, help_text=_("A visit may be made so early when it lies on the way.")
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("working days planned together"),
        default=5,
        help_text=_("The first is the day's plan, the others are drafts."),
    )
    speed_kmh = models.PositiveSmallIntegerField(
        _("speed, km/h"), default=20, help_text=_("An e-bike in town rides 20.")
    )
    road_factor = models.FloatField(
        _("road factor"), default=1.3, help_text=_("Metres by road for each metre as the crow flies.")
    )

    class Meta:
        verbose_name = _("rule of the day")
        verbose_name_plural = _("rule of the day")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_day_rule"),
            models.CheckConstraint(condition=Q(fixed_percent__range=(1, 100)), name="fixed_share_is_a_share"),
            models.CheckConstraint(condition=Q(leaders_percent__range=(1, 100)), name="leaders_share_is_a_share"),
            models.CheckConstraint(condition=Q(speed_kmh__gt=0) & Q(road_factor__gte=1), name="rider_moves"),
            models.CheckConstraint(condition=Q(horizon_days__range=(1, 30)), name="horizon_is_within_a_month"),
            models.CheckConstraint(condition=Q(service_minutes__len=5), name="service_minutes_for_five_tiers"),
        ]

    def __str__(self) -> str:
        return str(_("rule of the day"))
