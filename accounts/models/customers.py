"""Customers and their files (CUS-1, CUS-2), and the history of their classes (CUS-3, CUS-5)."""

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
from accounts.querysets import CustomerQuerySet, Moment, ScopedQuerySet


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
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="customers", verbose_name=_("unit"))
    account_manager = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="customers", verbose_name=_("account manager")
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
            models.Index(fields=["relationship_manager"], name="customer_relationship"),
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

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="class_changes")
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


@pghistory.track()
class RetailerFile(models.Model):
    """A retailer's file 客户档案 (CUS-2, S0 S1)."""

    class Sex(models.TextChoices):
        MALE = "m", _("male")
        FEMALE = "f", _("female")

    class Education(models.TextChoices):
        PRIMARY = "primary", _("primary school")
        MIDDLE = "middle", _("middle school")
        HIGH = "high", _("high school")
        COLLEGE = "college", _("college or higher")

    class Format(models.TextChoices):
        GROCERY = "Z", _("grocery")
        CONVENIENCE = "B", _("convenience")
        SUPERMARKET = "S", _("supermarket")
        MALL = "N", _("mall")
        SPIRITS = "Y", _("tobacco and spirits")
        LEISURE = "F", _("leisure")
        OTHER = "Q", _("other")

    class Market(models.TextChoices):
        URBAN = "C", _("urban")
        RURAL = "X", _("rural")

    class Credit(models.TextChoices):
        AAA = "AAA", "AAA"
        AA = "AA", "AA"
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        D = "D", "D"

    class Temper(models.TextChoices):
        EVEN = "even", _("even-tempered")
        HASTY = "hasty", _("hasty")
        SLOW = "slow", _("slow to decide")
        PROUD = "proud", _("minds being respected")
        WARY = "wary", _("wary")

    customer = models.OneToOneField(Customer, models.CASCADE, related_name="retailer_file", primary_key=True)
    owner_name = models.CharField(_("owner"), max_length=60, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    ethnicity = models.CharField(_("ethnicity"), max_length=20, blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    education = models.CharField(_("education"), max_length=10, choices=Education, blank=True)
    family_members = models.CharField(_("family members"), max_length=200, blank=True)
    shop_staff = models.CharField(_("shop staff"), max_length=200, blank=True)
    interests = models.CharField(_("interests"), max_length=200, blank=True)
    shop_area = models.PositiveIntegerField(_("shop area, m²"), null=True, blank=True)
    main_brands = models.CharField(_("main brands"), max_length=200, blank=True)
    sales_structure = models.CharField(_("sales structure"), max_length=200, blank=True)
    cooperation = models.CharField(_("cooperation"), max_length=200, blank=True)
    support = models.CharField(_("support"), max_length=200, blank=True)
    needs = models.CharField(_("needs"), max_length=200, blank=True)
    licence_number = models.CharField(_("licence no."), max_length=30, blank=True)
    licence_issued_on = models.DateField(_("issue date"), null=True, blank=True)
    licence_expires_on = models.DateField(_("valid until"), null=True, blank=True)
    shop_format = models.CharField(_("shop format"), max_length=1, choices=Format, blank=True)
    market_type = models.CharField(_("market type"), max_length=1, choices=Market, blank=True)
    size_class = models.PositiveSmallIntegerField(_("size class"), null=True, blank=True)
    supply_grade = models.PositiveSmallIntegerField(_("supply grade"), null=True, blank=True)
    credit_level = models.CharField(_("credit level"), max_length=3, choices=Credit, blank=True)
    order_weekday = models.PositiveSmallIntegerField(_("order day"), null=True, blank=True)
    temper = models.CharField(_("temperament"), max_length=8, choices=Temper, blank=True)
    temper_advice = models.CharField(_("the way of talking that suits"), max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("retailer's file")
        indexes = [
            models.Index(fields=["licence_expires_on"], name="retailer_licence"),
            models.Index(fields=["shop_format"], name="retailer_format"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(size_class=None) | Q(size_class__range=(1, 3)), name="size_class_known"),
            models.CheckConstraint(
                condition=Q(supply_grade=None) | Q(supply_grade__range=(1, 30)), name="supply_grade_known"
            ),
            models.CheckConstraint(
                condition=Q(order_weekday=None) | Q(order_weekday__range=(1, 7)), name="order_weekday_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer)


@pghistory.track()
class GroupClientFile(models.Model):
    """A group client's file (CUS-2, S3 S4); its decision chain is `Contact`, its contracts are `Contract`."""

    customer = models.OneToOneField(Customer, models.CASCADE, related_name="group_file", primary_key=True)
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    products_in_use = models.CharField(_("products in use"), max_length=300, blank=True)
    competitors = models.CharField(_("competitors"), max_length=300, blank=True)
    needs = models.CharField(_("needs"), max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("group client's file")

    def __str__(self) -> str:
        return str(self.customer)


@pghistory.track()
class Contact(models.Model):
    """Somebody in a group client's decision chain."""

    class Part(models.TextChoices):
        DECIDES = "decides", _("decides")
        INFLUENCES = "influences", _("influences")
        USES = "uses", _("uses")
        BUYS = "buys", _("buys")

    class Stance(models.TextChoices):
        FOR = "for", _("for us")
        NEUTRAL = "neutral", _("neutral")
        AGAINST = "against", _("against us")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=60)
    title = models.CharField(_("title"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    part = models.CharField(_("part in the decision"), max_length=10, choices=Part)
    influence = models.PositiveSmallIntegerField(_("influence, 1 to 5"), default=3)
    stance = models.CharField(_("stance"), max_length=8, choices=Stance, default=Stance.NEUTRAL)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        constraints = [models.CheckConstraint(condition=Q(influence__range=(1, 5)), name="influence_known")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Contract(models.Model):
    """A group client's contract."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contracts")
    number = models.CharField(_("number"), max_length=40, unique=True)
    subject = models.CharField(_("subject"), max_length=120)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    amount = models.DecimalField(_("amount, yuan"), max_digits=14, decimal_places=2)
    recorded_at = models.DateTimeField(db_default=Moment(), editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="contract_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"
