"""Customers: entering, changing, classifying (CUS-1…5)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import ClassChange, Customer, GroupClientFile, Person, RetailerFile, SensitiveRead
from accounts.services.organisation import initials_of, pinyin_of


@transaction.atomic
def create_customer(*, file: dict[str, Any] | None = None, **fields: Any) -> Customer:
    """Enter a customer with its file; classes given here are its first ones, later ones need `change_class`."""
    customer = Customer(**fields)
    customer.pinyin, customer.initials = pinyin_of(customer.name), initials_of(customer.name)
    customer.save()
    model = RetailerFile if customer.kind == Customer.Kind.RETAILER else GroupClientFile
    model.objects.create(customer=customer, **(file or {}))
    return customer


#: What `edit_customer` leaves alone: classes (CUS-5) and the account manager (ORG-5) have services of their own.
_NOT_BY_EDIT = frozenset({"tier", "service_class", "importance", "account_manager", "kind", "code"})


@transaction.atomic
def edit_customer(*, customer: Customer, fields: dict[str, Any], file: dict[str, Any]) -> None:
    """Correct a customer and its file; what is not given stays.

    Raises ValueError for a class, the account manager, the kind or the code: none of them changes by an edit (CUS-5).
    """
    if refused := _NOT_BY_EDIT & fields.keys():
        raise ValueError(f"{', '.join(sorted(refused))}: not by an edit")
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    for name, value in fields.items():
        setattr(locked, name, value)
    if "name" in fields:
        locked.pinyin, locked.initials = pinyin_of(locked.name), initials_of(locked.name)
    locked.save(update_fields=[*fields, "pinyin", "initials"])
    if file:
        kept = locked.retailer_file if locked.kind == Customer.Kind.RETAILER else locked.group_file
        for name, value in file.items():
            setattr(kept, name, value)
        kept.save(update_fields=list(file))


@transaction.atomic
def reveal(*, customer: Customer, field: str, by: Person, now: datetime) -> str:
    """Show a masked field, and note who saw it (ALL-5). Raises ValueError for a field that is not masked."""
    name = SensitiveRead.Field(field)
    SensitiveRead.objects.create(customer=customer, person=by, field=name, read_at=now)
    value: str = getattr(customer, name.value)
    return value


@transaction.atomic
def change_class(
    *,
    customer: Customer,
    kind: str,
    value: str | int,
    approval_reference: str,
    evidence: str,
    by: Person,
    now: datetime,
) -> ClassChange | None:
    """Change the visit tier, service class or importance by an approved request (CUS-5, S0).

    Returns None if the customer has that class already. Raises ValueError without a reference or evidence; the database
    refuses every other way.
    """
    if not approval_reference.strip() or not evidence.strip():
        raise ValueError("a class changes only by an approved request with its evidence (CUS-5)")
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    field = ClassChange.Kind(kind).value
    old = getattr(locked, field)
    if str(old) == str(value):
        return None
    change = ClassChange.objects.create(
        customer=locked,
        kind=field,
        old_value=str(old),
        new_value=str(value),
        approval_reference=approval_reference.strip(),
        evidence=evidence.strip(),
        approved_by=by,
        changed_at=now,
    )
    setattr(locked, field, value)
    locked.save(update_fields=[field])
    setattr(customer, field, value)
    return change
