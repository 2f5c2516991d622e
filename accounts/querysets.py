"""Scope in one place: what a person may see (ORG-4). Every page, API, export and count starts at `visible_to`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Protocol, Self, TypeVar

from django.db import models
from django.db.models import Case, Exists, F, FilteredRelation, Func, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, StrIndex

from accounts.rules import OWN_CUSTOMERS_ONLY, Scope

M = TypeVar("M", bound=models.Model)
#: The importances that a relationship manager looks after (CUS-7).
IMPORTANT = ("core", "important")
#: Orders have fallen when they are below this share of the months before.
FALLEN = Decimal("0.9")
_MONEY: models.DecimalField[Any, Any] = models.DecimalField(max_digits=16, decimal_places=2)


class Viewer(Protocol):
    """Whoever looks: a `Person`, without importing upward."""

    pk: int

    @property
    def scope(self) -> Scope: ...


def customers_of(person: Viewer, through: str = "") -> Q:
    """The one scope rule as a condition on a customer; `through` is the way to it, such as `customer__`.

    A person sees the customers of the units under their posts; one who is only an account manager or relationship
    manager, their own and those of people who delegated to them today.
    """
    scope = person.scope
    if scope.everything:
        return Q()
    seen = Q(**{f"{through}account_manager_id__in": scope.own}) | Q(
        **{f"{through}relationship_manager_id__in": scope.own}
    )
    for path in scope.paths:
        seen |= Q(**{f"{through}unit__path__startswith": path})
    return seen


def units_of(person: Viewer, through: str = "") -> Q:
    """Scope for what belongs to a unit and no customer: units under one's posts."""
    scope = person.scope
    if scope.everything:
        return Q()
    seen = Q(pk__in=[])
    for path in scope.paths:
        seen |= Q(**{f"{through}path__startswith": path})
    return seen


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that knows the way from its model to the customer (`""` for the customer itself)."""

    to_customer = "customer__"

    def visible_to(self, person: Viewer) -> Self:
        """What this person may see; the rest does not exist for them (ORG-4)."""
        return self.filter(customers_of(person, self.to_customer))


class OrderDayQuerySet(ScopedQuerySet[Any]):
    def with_orders(self) -> Self:
        """Days on which something was ordered: returns alone are no order."""
        return self.filter(amount__gt=0)


class CustomerQuerySet(ScopedQuerySet[Any]):
    to_customer = ""

    def search(self, text: str) -> Self:
        """Customers whose code, name, pinyin, initials or phone contains each word of the text.

        `search_text` holds every character twice, so that two Chinese characters make the three-character pieces that a
        trigram index can find.
        """
        found = self
        for word in text.lower().split():
            doubled = "".join(character * 2 for character in word)
            found = found.filter(search_text__contains=doubled)
        return found

    def without_relationship_manager(self) -> Self:
        """Core and important customers that nobody looks after yet (CUS-7, S4)."""
        return self.filter(importance__in=IMPORTANT, relationship_manager=None, status="active")

    def licence_ends_by(self, day: date) -> Self:
        """Active retailers whose licence ends on or before a day, or has ended."""
        return self.filter(retailer_file__licence_expires_on__lte=day, status="active")

    def in_unit(self, path: str) -> Self:
        """Customers of a unit and all below it."""
        return self.filter(unit__path__startswith=path)

    def with_trend(self, month: date) -> Self:
        """With `last`, what was bought in a month, and `before`, the mean of the three before (amounts for groups)."""
        months = [date(month.year - (month.month <= back), (month.month - back - 1) % 12 + 1, 1) for back in range(4)]
        joined = self.annotate(
            **{f"month_{n}": FilteredRelation("facts", condition=Q(facts__month=each)) for n, each in enumerate(months)}
        )
        last, *before = (
            Coalesce(
                Case(When(kind="group", then=f"month_{n}__amount"), default=f"month_{n}__quantity"),
                Decimal(),
                output_field=_MONEY,
            )
            for n in range(4)
        )
        return joined.annotate(last=last, before=(before[0] + before[1] + before[2]) / 3)

    def falling(self, month: date) -> Self:
        """Core and important customers who bought a tenth less in a month than in the mean of the three before."""
        return (
            self.filter(importance__in=IMPORTANT, status="active")
            .with_trend(month)
            .filter(last__lt=F("before") * FALLEN)
        )


class UnitQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Units under the person's posts, and for account managers the unit they work in."""
        scope = person.scope
        if scope.everything:
            return self
        return self.filter(units_of(person) | Q(pk__in=scope.home_units))

    def upward_from(self, path: str) -> Self:
        """The unit of the path and those above it."""
        return self.annotate(_at=StrIndex(Value(path), F("path"))).filter(_at=1)


class UnitMonthQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """The sums of units under one's posts; whoever sees only own customers adds those up instead."""
        return self if person.scope.everything else self.filter(units_of(person, "unit__"))


class PersonQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """People with a post under one's own posts, and oneself."""
        from_posts = self.model._meta.get_field("posts").related_model  # the post model, without importing upward
        scope = person.scope
        if scope.everything:
            return self
        under = Q(pk__in=[])
        for path in scope.paths:
            under |= Q(unit__path__startswith=path)
        posts = from_posts._default_manager.filter(under, person_id=OuterRef("pk"))
        return self.filter(Exists(posts) | Q(pk__in=scope.own))

    def around(self, person: Viewer) -> Self:
        """Whom a person may name as a delegate or a colleague: those they see, and those of the units they work in."""
        if person.scope.everything:
            return self
        from_posts = self.model._meta.get_field("posts").related_model
        beside = from_posts._default_manager.filter(unit_id__in=person.scope.home_units, person_id=OuterRef("pk"))
        return self.filter(Q(pk__in=self.visible_to(person).values("pk")) | Exists(beside))

    def holding(self, role: str, on: Any) -> Self:
        """Active people who hold a role on a day."""
        held = Q(posts__role=role, posts__starts_on__lte=on) & (Q(posts__ends_on=None) | Q(posts__ends_on__gte=on))
        return self.filter(held, is_active=True).distinct()

    def named(self, text: str) -> Self:
        """People whose name contains each word, or whose pinyin or sign-in name begins with it."""
        found = self
        for word in text.replace("(", " ").replace(")", " ").split():
            found = found.filter(
                Q(name__contains=word) | Q(pinyin__startswith=word.lower()) | Q(username__startswith=word)
            )
        return found


class PostQuerySet(models.QuerySet[Any]):
    def held_on(self, on: date) -> Self:
        """Posts held on a day; the end date is the last day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)

    def wide(self) -> Self:
        """Posts that show the whole unit, not only one's own customers."""
        return self.exclude(role__in=[str(role) for role in OWN_CUSTOMERS_ONLY])

    def visible_to(self, person: Viewer) -> Self:
        return self.filter(units_of(person, "unit__") | Q(person_id=person.pk)) if not person.scope.everything else self


class TransferQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Transfers of customers in one's scope, and those one gave, took or made."""
        scope = person.scope
        if scope.everything:
            return self
        customer = self.model._meta.get_field("customers").related_model  # without importing upward
        seen = customer._default_manager.visible_to(person).filter(transfers=OuterRef("pk"))
        own = Q(from_person_id__in=scope.own) | Q(to_person_id__in=scope.own) | Q(moved_by_id=person.pk)
        return self.filter(own | Exists(seen))

    def to_settle(self) -> Self:
        """Those whose open work has not moved yet, the oldest first."""
        return self.filter(settled_at=None).order_by("moved_at", "pk")


class AbsenceQuerySet(models.QuerySet[Any]):
    def on(self, on: date) -> Self:
        return self.filter(starts_on__lte=on, ends_on__gte=on)


class Today(Func):
    """The business date in China by the database's clock."""

    function = "zhoudao_today"
    output_field = models.DateField()


class Moment(Func):
    """The time by the database's clock, also as a column's default."""

    function = "zhoudao_now"
    output_field = models.DateTimeField()
    allowed_default = True
