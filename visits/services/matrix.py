"""The visit matrix as an administrator edits it (VIS-1): a changed cell moves the clocks at once."""

from datetime import date

from django.db import transaction

from accounts.models import Customer, Person
from accounts.rules import Role
from visits.models import VisitInterval
from visits.services.clocks import refresh_clocks


def may_set_matrix(person: Person) -> bool:
    """Administrators, and those who answer for the whole company."""
    return person.is_superuser or bool(person.roles & {Role.ADMINISTRATOR, Role.GENERAL_MANAGER})


@transaction.atomic
def set_interval(
    *, tier: int, role: str, number: int | None, unit: str, on: date, phone_percent: int | None = None
) -> VisitInterval | None:
    """Set a cell, or empty it without a number; due dates of that tier follow.

    `phone_percent` of the visits are calls; None leaves the share as it is. Returns the cell, None if it is empty now.
    """
    cell: VisitInterval | None = VisitInterval.objects.select_for_update().filter(tier=tier, role=role).first()
    if number is None:
        if cell is not None:
            cell.delete()
            _follow(tier, on)
        return None
    if cell is None:
        cell = VisitInterval(tier=tier, role=role)
    by_phone = cell.phone_percent if phone_percent is None else phone_percent
    if cell.pk is not None and (cell.number, cell.unit, cell.phone_percent) == (number, unit, by_phone):
        return cell
    cell.number, cell.unit, cell.phone_percent = number, unit, by_phone
    cell.save()
    _follow(tier, on)
    return cell


def _follow(tier: int, on: date) -> None:
    refresh_clocks(on=on, customers=Customer.objects.filter(tier=tier).values_list("pk", flat=True))
