"""Who read what is not for everybody's eyes, kept for good (ALL-5)."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Customer
from accounts.models.organisation import Person
from accounts.querysets import ScopedQuerySet


class SensitiveRead(models.Model):
    """One look at a masked field of a customer."""

    class Field(models.TextChoices):
        PHONE = "phone", _("phone")
        SECOND_PHONE = "second_phone", _("second phone")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="sensitive_reads", verbose_name=_("customer"), db_index=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("read by"))
    field = models.CharField(_("field"), max_length=20, choices=Field)
    read_at = models.DateTimeField(_("read at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("look at a masked field")
        verbose_name_plural = _("looks at masked fields")
        indexes = [models.Index(fields=["customer", "-read_at"], name="sensitive_read_customer")]
        triggers = [pgtrigger.Protect(name="keep", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person} {self.field} {self.customer}"
