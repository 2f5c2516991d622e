"""The files kept of customers: retailers', group clients', contacts and contracts (CUS-2)."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Customer
from accounts.querysets import Moment, ScopedQuerySet


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
