"""What named people changed in customers' records: classes by approved requests (CUS-5), and corrections (ALL-1).

The services and triggers record it as of now; afterwards it is dated back to the day of which it tells.
"""

from datetime import datetime, timedelta

import numpy as np
import pghistory
from django.db import connection

from accounts.models import ClassChange, Customer
from accounts.rules import Role
from accounts.services.customers import change_class
from config.demo import names
from config.demo.book import Book

#: Changes and corrections for each thousand customers, and at most so many: each goes its own way through the services.
A_THOUSAND, MOST = 14, 240
EVIDENCE = (
    "近三个月订购量月均高出本级下限两成，回款正常。",
    "连续六个月低于本级中位数，库存偏高。",
    "新增门面一间，客流与销量同步上升。",
    "配合终端建设，信用等级提升，影响力评分第一档。",
    "周边拆迁，销量腰斩，拜访频次相应下调。",
)
_TRACKED = ("customer", "retailerfile", "groupclientfile", "contact", "contract")


def write_changes(book: Book) -> None:
    """Date back what entered the customers, then let people change and correct some."""
    entered = book.shape.at(book.shape.month_starts[0], 9 * 60)
    with connection.cursor() as cursor:
        for table in _TRACKED:
            cursor.execute(f"UPDATE accounts_{table}event SET pgh_created_at = %s", [entered])  # noqa: S608
    rng = book.shape.rng("changes")
    for number, (customer, at) in enumerate(_days(book, rng), start=1):
        _change_class(book, customer, at, number, rng.random(3).tolist())
    phones = iter(names.phone(rng, MOST))
    for customer, at in _days(book, rng):
        _correct(book, customer, at, next(phones))


def _days(book: Book, rng: np.random.Generator) -> list[tuple[Customer, datetime]]:
    """Customers, and moments of working days in the past, in the order of time."""
    count = min(MOST, max(2, len(book.customers) * A_THOUSAND // 1000))
    places = rng.choice(len(book.customers), min(count, len(book.customers)), replace=False)
    span = max(4.0, book.shape.past_days * 2.5)
    moments = []
    for place, ago in zip(places, sorted(rng.uniform(2, span, len(places)), reverse=True), strict=True):
        minutes = int(rng.integers(5, 380))
        at = book.calendar.add_working_minutes(book.shape.now - timedelta(days=float(ago)), minutes)
        if at < book.shape.now:
            moments.append((book.customers[int(place)], at))
    return moments


def _change_class(book: Book, customer: Customer, at: datetime, number: int, chance: list[float]) -> None:
    """One step up or down in visit tier or service class, approved by the branch's head."""
    approver = book.holder(Role.BRANCH_GENERAL_MANAGER, customer.unit) or book.holder(
        Role.GENERAL_MANAGER, customer.unit
    )
    if approver is None:
        return
    tier = chance[0] < 0.6
    kind, old, lowest = ("tier", customer.tier, 5) if tier else ("service_class", customer.service_class, 3)
    new = old - 1 if (chance[1] < 0.6 and old > 1) or old == lowest else old + 1
    with pghistory.context(user=approver):
        change_class(
            customer=customer,
            kind=ClassChange.Kind(kind),
            value=new,
            approval_reference=f"A-{at:%y%m}-{number:03d}",
            evidence=EVIDENCE[int(chance[2] * len(EVIDENCE))],
            by=book.people[approver],
            now=at,
        )
    _date_back(customer, at)


def _correct(book: Book, customer: Customer, at: datetime, phone: str) -> None:
    """The customer's manager notes a second phone."""
    with pghistory.context(user=customer.account_manager_id):
        Customer.objects.filter(pk=customer.pk).update(second_phone=phone)
    _date_back(customer, at)


def _date_back(customer: Customer, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_customerevent SET pgh_created_at = %s"
            " WHERE pgh_obj_id = %s AND pgh_label = 'update' AND pgh_created_at = now()",
            [at, customer.pk],
        )
