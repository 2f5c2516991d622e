"""Sums kept beside the facts, so that no page adds up millions of rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Customer
from accounts.models.organisation import OrgUnit
from accounts.querysets import UnitMonthQuerySet


class UnitMonth(models.Model):
    """What the customers that a unit has today bought in one month (CUS-8). Kept by `services.totals`.

    `customers` counts those with a fact in the month, `buyers` those of them that bought. Units as in `MonthlyFact`.
    """

    pk = models.CompositePrimaryKey("unit_id", "kind", "month")
    unit = models.ForeignKey(OrgUnit, models.CASCADE, related_name="months", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Customer.Kind)
    month = models.DateField(_("month"))
    customers = models.PositiveIntegerField(_("customers"))
    buyers = models.PositiveIntegerField(_("customers that bought"))
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=2)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    received = models.DecimalField(_("received"), max_digits=18, decimal_places=2)
    receivable = models.DecimalField(_("receivable"), max_digits=18, decimal_places=2)
    overdue = models.DecimalField(_("overdue"), max_digits=18, decimal_places=2)

    objects = UnitMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("month of a unit")
        verbose_name_plural = _("months of units")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month:%Y-%m}"
