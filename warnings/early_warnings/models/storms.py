"""Storms: many new reports of one unit in one night are told in one message with a list (WRN-3)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit
from duties.models import Duty
from early_warnings.querysets import StormQuerySet


class StormLine(models.Model):
    """From how many new reports of one night on a unit has a storm; without a unit, for all that have no own line."""

    unit = models.OneToOneField(
        OrgUnit, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("unit and those below")
    )
    least = models.PositiveIntegerField(_("new reports in one night"))

    class Meta:
        verbose_name = _("storm line")
        verbose_name_plural = _("storm lines")
        constraints = [
            models.CheckConstraint(condition=Q(least__gte=2), name="storm_is_of_many"),
            models.UniqueConstraint(fields=["unit"], name="one_storm_line_a_unit", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.unit or '–'}: {self.least}"


class Storm(models.Model):
    """The new reports of one unit and night, gathered: one duty, to share them out or to see what is behind them."""

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="storms", verbose_name=_("unit"), db_index=False)
    on = models.DateField(_("business date"))
    count = models.PositiveIntegerField(_("new reports"))
    least = models.PositiveIntegerField(_("line"))
    duty = models.ForeignKey(Duty, models.PROTECT, null=True, related_name="+", verbose_name=_("duty"))

    objects = StormQuerySet.as_manager()

    class Meta:
        verbose_name = _("storm")
        verbose_name_plural = _("storms")
        constraints = [models.UniqueConstraint(fields=["unit", "on"], name="one_storm_a_unit_and_night")]

    def __str__(self) -> str:
        return f"{self.unit} {self.on}"
