"""The vehicle's pre-trip check of a day (RSK-1, S0)."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit, Person
from risk.querysets import PreTripCheckQuerySet
from risk.rules import Item


class Items(models.TextChoices):
    """What is looked at before riding."""

    TYRES = Item.TYRES, _("tyre pressure")
    BRAKES = Item.BRAKES, _("brakes")
    LIGHTS = Item.LIGHTS, _("lights")
    STEERING = Item.STEERING, _("steering")
    HELMET = Item.HELMET, _("helmet")
    GLOVES = Item.GLOVES, _("gloves")
    KNEE_PADS = Item.KNEE_PADS, _("knee pads")


class PreTripCheck(models.Model):
    """One check by one person, never changed. After a repair it is done again: the last one of the day decides."""

    key = models.UUIDField(_("key"), unique=True)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="pre_trip_checks", verbose_name=_("person"), db_index=False
    )
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    day = models.DateField(_("day"))
    checked_at = models.DateTimeField(_("checked"))
    failed = ArrayField(
        models.CharField(max_length=10, choices=Items), verbose_name=_("failed items"), default=list, blank=True
    )
    remark = models.CharField(_("wrong with it"), max_length=200, blank=True)

    objects = PreTripCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("pre-trip check")
        verbose_name_plural = _("pre-trip checks")
        constraints = [
            models.CheckConstraint(
                condition=Q(failed__contained_by=[str(item) for item in Item]), name="checked_items_known"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "day", "-checked_at"], name="pre_trip_check_day"),
            models.Index(fields=["-checked_at", "-id"], name="pre_trip_check_recent"),
        ]
        triggers = [pgtrigger.Protect(name="keep", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person} {self.day}"

    @property
    def passed(self) -> bool:
        return not self.failed


@pghistory.track()
class Repair(models.Model):
    """What a failed check asks for: somebody mends it and says how. Its duty is `risk.repair`."""

    check_failed = models.OneToOneField(PreTripCheck, models.PROTECT, related_name="repair", verbose_name=_("check"))
    opened_at = models.DateTimeField(_("reported"))
    done_at = models.DateTimeField(_("mended"), null=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("mended by"))
    outcome = models.CharField(_("how it was mended"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("repair")
        verbose_name_plural = _("repairs")
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, outcome="")
                | Q(done_at__isnull=False, done_by__isnull=False) & ~Q(outcome=""),
                name="finished_repair_says_how",
            ),
        ]

    def __str__(self) -> str:
        return str(self.check_failed)
