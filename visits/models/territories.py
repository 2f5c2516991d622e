"""A proposal to move customers between managers (VIS, ORG-5): drawn up, looked at, then applied or dropped."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, OrgUnit, Person
from visits.querysets import TerritoryQuerySet


@pghistory.track()
class Territory(models.Model):
    """Which customers of a unit should go from whom to whom. `figures` hold each person's month before and after."""

    class Aim(models.TextChoices):
        RELIEF = "relief", _("relieve those who are over")
        FAIR = "fair", _("fair and compact territories")

    class State(models.TextChoices):
        OPEN = "open", _("proposed")
        APPLIED = "applied", _("applied")
        DROPPED = "dropped", _("dropped")

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name=_("unit"), db_index=False)
    aim = models.CharField(_("aim"), max_length=8, choices=Aim)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    month = models.DateField(_("month it was counted for"))
    figures = models.JSONField(_("figures"), default=list)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("drawn up by"))
    made_at = models.DateTimeField(_("drawn up"))
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"))
    settled_at = models.DateTimeField(_("decided"), null=True)

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("territory proposal")
        verbose_name_plural = _("territory proposals")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["unit", "-made_at"], name="territory_unit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None, settled_by=None)
                | Q(state__in=["applied", "dropped"], settled_at__isnull=False, settled_by__isnull=False),
                name="settled_territory_says_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_aim_display()}"


class TerritoryMove(models.Model):
    """One customer who would change hands."""

    territory = models.ForeignKey(Territory, models.CASCADE, related_name="moves", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    giver = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("from"))
    taker = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("to"))

    class Meta:
        verbose_name = _("move of a customer")
        verbose_name_plural = _("moves of customers")
        constraints = [
            models.UniqueConstraint(fields=["territory", "customer"], name="one_move_a_territory_and_customer"),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="move_changes_hands"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.giver_id} → {self.taker_id}"
