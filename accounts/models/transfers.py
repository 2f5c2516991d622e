"""Customers handed from one account manager to another, kept for good (ORG-5)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Customer
from accounts.models.organisation import Person
from accounts.querysets import TransferQuerySet


class CustomerTransfer(models.Model):
    """Some customers that went from one account manager to another at one moment.

    `from_person` is empty for customers that nobody had. `settled_at` says when the open work moved along and both were
    told; until then the floor above still owes that.
    """

    from_person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="handed_over", verbose_name=_("from account manager")
    )
    to_person = models.ForeignKey(
        Person, models.PROTECT, related_name="taken_over", verbose_name=_("to account manager")
    )
    moved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("moved by"))
    moved_at = models.DateTimeField(_("moved at"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True, editable=False)
    customers = models.ManyToManyField(Customer, through="TransferredCustomer", related_name="transfers")

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer of customers")
        verbose_name_plural = _("transfers of customers")
        indexes = [models.Index(fields=["moved_at"], condition=Q(settled_at=None), name="transfer_to_settle")]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_person=None) | ~Q(from_person=F("to_person")), name="transfer_changes_the_manager"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="keep_as_it_was", exclude=["settled_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.from_person or '—'} → {self.to_person}"


class TransferredCustomer(models.Model):
    """One customer of a transfer."""

    transfer = models.ForeignKey(CustomerTransfer, models.PROTECT, related_name="lines", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="transferred")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["transfer", "customer"], name="transferred_once")]
        triggers = [pgtrigger.Protect(name="keep", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.customer} {self.transfer}"
