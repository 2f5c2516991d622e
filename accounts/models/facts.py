"""Monthly facts and order days of each customer (CUS-8), in a partition a month; `services.facts` makes these."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Customer
from accounts.models.organisation import Person
from accounts.querysets import OrderDayQuerySet, ScopedQuerySet


class MonthlyFact(models.Model):
    """What one customer bought, paid, returned and held in one month. `month` is its first day.

    Quantities are cartons 条 for retailers; money is yuan. A month without a row is a month without a purchase.
    For group clients `amount` is revenue.
    """

    pk = models.CompositePrimaryKey("month", "customer_id")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="facts", db_index=False)
    month = models.DateField(_("month"))
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=2, default=0)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=0)
    orders = models.PositiveIntegerField(_("orders"), default=0)
    items = models.PositiveIntegerField(_("different items"), default=0)
    received = models.DecimalField(_("received"), max_digits=14, decimal_places=2, default=0)
    receivable = models.DecimalField(_("receivable"), max_digits=14, decimal_places=2, default=0)
    overdue = models.DecimalField(_("overdue"), max_digits=14, decimal_places=2, default=0)
    returned = models.DecimalField(_("returned quantity"), max_digits=14, decimal_places=2, default=0)
    stock = models.DecimalField(_("stock at month-end"), max_digits=14, decimal_places=2, null=True)
    agreed = models.DecimalField(_("agreed sales volume"), max_digits=14, decimal_places=2, null=True)
    online_orders = models.PositiveIntegerField(_("orders online"), default=0)
    late_deliveries = models.PositiveIntegerField(_("late deliveries"), default=0)
    last_order_on = models.DateField(_("last order"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly fact")
        verbose_name_plural = _("monthly facts")
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="fact_month_is_first_day"),
            models.CheckConstraint(condition=Q(overdue__lte=models.F("receivable")), name="overdue_within_receivable"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.month:%Y-%m}"


class MonthlyProductFact(models.Model):
    """The same month by brand (retailers) or product (group clients)."""

    pk = models.CompositePrimaryKey("month", "customer_id", "product")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="product_facts", db_index=False)
    month = models.DateField(_("month"))
    product = models.CharField(_("brand or product"), max_length=60)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=2, default=0)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly fact by product")
        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="product_fact_month_is_first_day")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.month:%Y-%m} {self.product}"


class OrderDay(models.Model):
    """What one customer ordered on one day; several orders of a day are one row.

    `amount` is yuan, less what came back that day: where it is not above zero, nothing was ordered that day
    (`OrderDayQuerySet.with_orders`). `items` are different items, those of several orders added up. A day without a
    row is one without an order.
    """

    pk = models.CompositePrimaryKey("customer_id", "day")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="order_days", db_index=False)
    day = models.DateField(_("day"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=0)
    items = models.PositiveIntegerField(_("different items"), default=0)

    objects = OrderDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("order day")
        verbose_name_plural = _("order days")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day:%Y-%m-%d}"


class FileImport(models.Model):
    """One import of a file, kept as evidence: who, when, which file, what changed."""

    class Kind(models.TextChoices):
        CUSTOMERS = "customers", _("customers")
        FACTS = "facts", _("monthly facts")
        PRODUCT_FACTS = "product_facts", _("monthly facts by product")
        ORDERS = "orders", _("orders by day")

    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(_("rows"))
    created = models.PositiveIntegerField(_("created"))
    changed = models.PositiveIntegerField(_("changed"))
    unchanged = models.PositiveIntegerField(_("unchanged"))
    first_month = models.DateField(null=True)
    last_month = models.DateField(null=True)
    imported_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    imported_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["-imported_at"], name="import_recent")]

    def __str__(self) -> str:
        return f"{self.file_name} {self.imported_at:%Y-%m-%d %H:%M}"
