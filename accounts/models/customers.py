"""Customers (CUS-1) and the history of their classes (CUS-3, CUS-5)."""

from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import OrgUnit, Person
from accounts.querysets import CustomerQuerySet, ScopedQuerySet


def _twice(*fields: str) -> Func:
    """Every character twice: see `CustomerQuerySet.search`."""
    joined = Concat(*[part for field in fields for part in (F(field), Value(" "))], output_field=models.TextField())
    return Func(
        Lower(joined),
        Value("(.)"),
        Value(r"\1\1"),
        Value("g"),
        function="regexp_replace",
        output_field=models.TextField(),
    )


_CLASS_CHANGE_RECORDED = """
    IF NOT EXISTS (
        SELECT 1 FROM accounts_classchange
        WHERE customer_id = NEW.id AND transaction_id = txid_current()
        AND (kind, old_value, new_value) IN (
            SELECT * FROM (VALUES ('tier', OLD.tier::text, NEW.tier::text),
                ('service_class', OLD.service_class::text, NEW.service_class::text),
                ('importance', OLD.importance, NEW.importance)) AS changed(kind, before, after)
            WHERE before <> after)
        HAVING count(*) >= (OLD.tier <> NEW.tier)::int + (OLD.service_class <> NEW.service_class)::int
            + (OLD.importance <> NEW.importance)::int
    ) THEN RAISE EXCEPTION 'CUS-5: a class changes only by an approved request' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


@pghistory.track(exclude=["search_text"])
class Customer(models.Model):
    """A retailer or a group client (CUS-1, S3). Positions are WGS-84."""

    class Kind(models.TextChoices):
        RETAILER = "retailer", _("retailer")
        GROUP = "group", _("group client")

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        CLOSED = "closed", _("closed")

    class Importance(models.TextChoices):
        CORE = "core", _("core")
        IMPORTANT = "important", _("important")
        LARGE = "large", _("large")
        GENERAL = "general", _("general")

    class Tier(models.IntegerChoices):
        ONE = 1, _("tier 1")
        TWO = 2, _("tier 2")
        THREE = 3, _("tier 3")
        FOUR = 4, _("tier 4")
        FIVE = 5, _("tier 5")

    class ServiceClass(models.IntegerChoices):
        ONE = 1, _("class 1")
        TWO = 2, _("class 2")
        THREE = 3, _("class 3")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    code = models.CharField(_("customer code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    pinyin = models.CharField(max_length=300, blank=True, editable=False)
    initials = models.CharField(max_length=60, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="customers", verbose_name=_("unit"), db_index=False)
    account_manager = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("account manager"),
        db_index=False,
    )
    relationship_manager = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="relationships",
        verbose_name=_("relationship manager"),
    )
    tier = models.PositiveSmallIntegerField(_("visit tier"), choices=Tier, default=Tier.FIVE)
    service_class = models.PositiveSmallIntegerField(
        _("service class"), choices=ServiceClass, default=ServiceClass.THREE
    )
    importance = models.CharField(_("importance"), max_length=10, choices=Importance, default=Importance.GENERAL)
    address = models.CharField(_("address"), max_length=200, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    second_phone = models.CharField(_("second phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    opens_at = models.TimeField(_("opens at"), null=True, blank=True)
    closes_at = models.TimeField(_("closes at"), null=True, blank=True)
    closed_weekdays = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("closed on (1 Monday … 7 Sunday)"), default=list, blank=True
    )
    since = models.DateField(_("customer since"), null=True, blank=True)
    search_text = models.GeneratedField(
        expression=_twice("code", "name", "pinyin", "initials", "phone", "second_phone"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="customer_search"),
            models.Index(fields=["unit", "status"], name="customer_unit"),
            models.Index(fields=["account_manager", "status"], name="customer_account_manager"),
            models.Index(fields=["tier", "code"], name="customer_tier"),
            models.Index(fields=["importance", "code"], name="customer_importance"),
            models.Index(fields=["pinyin", "id"], name="customer_pinyin"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(tier__range=(1, 5)), name="customer_tier_known"),
            models.CheckConstraint(condition=Q(service_class__range=(1, 3)), name="customer_service_class_known"),
            models.CheckConstraint(
                condition=Q(importance__in=["core", "important", "large", "general"]), name="customer_importance_known"
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="customer_position_whole",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="class_change_recorded",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
                    "tier", "service_class", "importance"
                ),
                condition=pgtrigger.AnyChange("tier", "service_class", "importance"),
                func=_CLASS_CHANGE_RECORDED,
            )
        ]

    def __str__(self) -> str:
        return self.name


class ClassChange(models.Model):
    """A change of a class, by an approved request with its evidence (CUS-5, S0). Written before the customer's row."""

    class Kind(models.TextChoices):
        TIER = "tier", _("visit tier")
        SERVICE_CLASS = "service_class", _("service class")
        IMPORTANCE = "importance", _("importance")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="class_changes", db_index=False)
    kind = models.CharField(max_length=14, choices=Kind)
    old_value = models.CharField(max_length=10)
    new_value = models.CharField(max_length=10)
    approval_reference = models.CharField(_("approved request"), max_length=60)
    evidence = models.TextField(_("evidence"))
    approved_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    transaction_id = models.BigIntegerField(db_default=Func(function="txid_current"), editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["customer", "-changed_at"], name="class_change_customer")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(approval_reference="") & ~Q(evidence=""), name="class_change_has_evidence"
            ),
            models.CheckConstraint(condition=~Q(old_value=F("new_value")), name="class_change_changes"),
        ]
        triggers = [pgtrigger.Protect(name="keep", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.customer} {self.kind} {self.old_value} → {self.new_value}"


#: The values of each class with their words.
CLASS_CHOICES: dict[str, list[tuple[Any, Any]]] = {
    ClassChange.Kind.TIER: Customer.Tier.choices,
    ClassChange.Kind.SERVICE_CLASS: Customer.ServiceClass.choices,
    ClassChange.Kind.IMPORTANCE: Customer.Importance.choices,
}
