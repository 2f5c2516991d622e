"""Handing customers to another account manager (ORG-5). The floor above reads the rows and moves the open work."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.models import Customer, CustomerTransfer, Person


@transaction.atomic
def transfer_customers(
    *, customers: Iterable[int], to: Person, by: Person | None, now: datetime, reason: str = ""
) -> list[CustomerTransfer]:
    """Give customers, by their ids, to an account manager; one transfer for each manager they come from.

    Customers that the person has already are left alone. The history stays: who had whom, from when, why.
    """
    ids = sorted(set(customers))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_customer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [ids])
        source = "SELECT unnest(%s::bigint[]) AS customer_id, %s::bigint AS account_manager_id"
        transfers = note_transfers(cursor, source=source, params=[ids, to.pk], by=by, now=now, reason=reason)
    Customer.objects.filter(transferred__transfer__in=transfers).update(account_manager=to)
    return list(CustomerTransfer.objects.filter(pk__in=transfers).order_by("pk"))


def note_transfers(
    cursor: CursorWrapper,
    *,
    source: str,
    by: Person | None,
    now: datetime,
    params: Sequence[Any] = (),
    reason: str = "",
) -> list[int]:
    """Write down which customers will go from whom to whom, before it is done; returns the transfers' ids.

    `source` is SQL that gives `customer_id` and the new `account_manager_id`; rows without a change are left out.
    """
    moving = (
        f"SELECT c.id, c.account_manager_id AS gives, s.account_manager_id AS takes FROM ({source}) s"
        " JOIN accounts_customer c ON c.id = s.customer_id"
        " WHERE s.account_manager_id IS NOT NULL AND c.account_manager_id IS DISTINCT FROM s.account_manager_id"
    )
    cursor.execute(
        f"WITH moving AS MATERIALIZED ({moving}), noted AS ("
        " INSERT INTO accounts_customertransfer (from_person_id, to_person_id, moved_by_id, moved_at, reason)"
        " SELECT DISTINCT gives, takes, %s::bigint, %s::timestamptz, %s FROM moving"
        " RETURNING id, from_person_id, to_person_id)"
        " INSERT INTO accounts_transferredcustomer (transfer_id, customer_id)"
        " SELECT noted.id, moving.id FROM moving JOIN noted"
        " ON noted.from_person_id IS NOT DISTINCT FROM moving.gives AND noted.to_person_id = moving.takes"
        " RETURNING transfer_id",
        [*params, by.pk if by else None, now, reason],
    )
    return sorted({transfer for (transfer,) in cursor.fetchall()})
