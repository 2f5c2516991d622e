"""Routes of customers, transfers, absences."""

from datetime import date
from io import BytesIO

from accounts import clock
from accounts.models import CustomerTransfer, Person
from accounts.services.customers import change_class
from accounts.services.imports import import_file
from accounts.services.organisation import record_absence
from accounts.services.transfers import transfer_customers
from accounts.services.uploads import keep_upload
from duties.services import settle_transfers
from tests.factories.company import Company
from tests.scope import Entry, NoObject, Object

LIST = NoObject("a list that begins at visible_to: tests/accounts/test_pages.py")


def customer(company: Company) -> dict[str, int]:
    return {"pk": company.b.customer.pk}


def transfer(company: Company) -> CustomerTransfer:
    now = clock.now()
    giver, taker = company.b.customers[0], company.b.account_managers[1]
    (moved,) = transfer_customers(customers=[giver.pk], to=taker, by=company.b.general_manager, now=now)
    settle_transfers(now=now)
    return moved


def absence(company: Company) -> dict[str, int]:
    on = date(2026, 12, 1)
    return {"pk": record_absence(person=company.b.account_manager, starts_on=on, ends_on=on).pk}


def class_changed(company: Company) -> dict[str, int]:
    change = change_class(
        customer=company.b.customer,
        kind="tier",
        value=1,
        approval_reference="A-1",
        evidence="…",
        by=company.b.general_manager,
        now=clock.now(),
    )
    assert change is not None
    return {"pk": change.pk}


def imported(company: Company) -> dict[str, int]:
    file = BytesIO(b"code,phone\nB-1,1\n")
    done = import_file(kind="customers", source=file, name="b.csv", by=company.b.customer_officer, now=clock.now())
    assert done.import_id is not None
    return {"pk": done.import_id}


def officer_of_b(company: Company) -> Person:
    return company.b.customer_officer


def uploaded(company: Company) -> dict[str, int]:
    kept = keep_upload(
        person=company.b.customer_officer,
        kind="customers",
        file_name="b.csv",
        content=b"code,phone\nB-1,1\n",
        options={},
        now=clock.now(),
    )
    return {"pk": kept.pk}


ENTRIES: dict[str, Entry] = {
    "accounts:customers": LIST,
    "accounts:customer-counts": LIST,
    "accounts:customers-export": LIST,
    "accounts:customer-new": NoObject("enters a new one; the units to choose from begin at visible_to"),
    "accounts:people": LIST,
    "accounts:import": NoObject("one's own imports, and a form"),
    "accounts:import-template": NoObject("an empty workbook"),
    "accounts:import-check": Object(uploaded, owner=officer_of_b),
    "accounts:import-confirm": Object(uploaded, method="post", owner=officer_of_b),
    "accounts:import-errors": Object(uploaded, owner=officer_of_b),
    "accounts:absences": LIST,
    "accounts:organisation": LIST,
    "search": LIST,
    "transfer-customers": NoObject("names its customers in the query: tests/accounts/test_transfers.py"),
    "customer": Object(customer),
    "customer-drawer": Object(customer),
    "customer-reveal": Object(lambda company: {**customer(company), "field": "phone"}, method="post"),
    "accounts:customer-edit": Object(customer),
    "accounts:customer-class": Object(customer),
    "accounts:absence-end": Object(absence, method="post", owner=lambda company: company.b.account_manager),
    "customers-list": LIST,
    "customers-detail": Object(customer),
    "facts-list": LIST,
    "order-days-list": LIST,
    "units-list": LIST,
    "units-detail": Object(lambda company: {"pk": company.b.unit.pk}),
    "posts-list": LIST,
    "posts-detail": Object(lambda company: {"pk": company.b.account_manager.posts.get().pk}),
    "class-changes-list": LIST,
    "class-changes-detail": Object(class_changed),
    "imports-list": LIST,
    "imports-detail": Object(imported, owner=lambda company: company.b.customer_officer),
    "transfer": Object(lambda company: {"pk": transfer(company).pk}),
}
