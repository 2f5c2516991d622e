"""The list of complaints: what it shows, its tabs, filters and orders, its export."""

from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from accounts import clock
from accounts.clock import shift
from complaints.views.lists import TABS, export_columns
from duties import services as duties
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory

CHINA = ZoneInfo("Asia/Shanghai")


def numbers(client: Client, query: str = "") -> list[str]:
    """The numbers of the complaints that the list shows, in its order."""
    return [each.number for each in client.get(f"/complaints/{query}").context["page"]]


def test_the_list_shows_what_one_may_see(company: Company, client: Client) -> None:
    mine = ComplaintFactory(customer=company.a.customer)
    ComplaintFactory(customer=company.b.customer)
    for person in (company.a.sales_manager, company.a.account_manager):
        client.force_login(person)
        assert numbers(client) == [mine.number]
        assert numbers(client, "?view=all") == [mine.number]
    client.force_login(company.a.account_managers[1])
    assert numbers(client, "?view=all") == []


def test_tabs(company: Company, client: Client) -> None:
    closed = ComplaintFactory(customer=company.a.customer, step="closed")
    late = ComplaintFactory(customer=company.a.customer)
    shift(timedelta(days=10))
    duties.sweep()
    fresh = ComplaintFactory(customer=company.a.customer)
    handled = ComplaintFactory(customer=company.a.customer, step="assigned")
    client.force_login(company.a.sales_manager)
    assert numbers(client, "?view=mine") == [fresh.number]
    assert set(numbers(client)) == {late.number, fresh.number, handled.number}
    assert numbers(client, "?view=overdue") == [late.number]
    assert set(numbers(client, "?view=all")) == {closed.number, late.number, fresh.number, handled.number}
    counts = {view["label"]: view["count"] for view in client.get("/complaints/").context["views"]}
    assert list(counts.values()) == [1, 3, 1, None]
    assert [view["url"] for view in client.get("/complaints/").context["views"]] == [f"?view={tab}" for tab in TABS]


def test_what_is_past_its_deadline_is_overdue_before_the_sweep_has_seen_it(company: Company, client: Client) -> None:
    late = ComplaintFactory(customer=company.a.customer)
    shift(timedelta(days=10))
    client.force_login(company.a.sales_manager)
    assert numbers(client, "?view=overdue") == [late.number]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?gravity=major", ["major"]),
        ("?step=assigned", ["assigned"]),
        ("?channel=letter", ["letter"]),
        ("?q=系统扣款", ["letter"]),
        ("?q=HESHUN", ["letter", "assigned", "major"]),
        ("?q=A-2", ["letter"]),
        ("?q=A-2+扣款", ["letter"]),
        ("?q=A-2+少货", []),
        ("?q=赵老板", ["major"]),
        ("?gravity=nonsense&step=x", ["letter", "assigned", "major"]),
        ("?sort=registered", ["major", "assigned", "letter"]),
        ("?sort=-registered", ["letter", "assigned", "major"]),
        ("?page=99", ["letter", "assigned", "major"]),
    ],
)
def test_filters_search_and_order(company: Company, client: Client, query: str, expected: list[str]) -> None:
    now = clock.now()
    made = {
        "major": ComplaintFactory(
            customer=company.a.customer, gravity="major", reported_by_name="赵老板", now=now - timedelta(hours=3)
        ),
        "assigned": ComplaintFactory(customer=company.a.customer, step="assigned", now=now - timedelta(hours=2)),
        "letter": ComplaintFactory(
            customer=company.a.customers[1], channel="letter", subject="订货系统扣款两次", now=now - timedelta(hours=1)
        ),
    }
    names = {complaint.number: name for name, complaint in made.items()}
    client.force_login(company.a.sales_manager)
    both = "" if "sort" in query else "&sort=-registered"
    assert [names[number] for number in numbers(client, query + both)] == expected


def test_a_number_finds_its_complaint(company: Company, client: Client) -> None:
    first, _second = (ComplaintFactory(customer=company.a.customer) for _ in range(2))
    client.force_login(company.a.sales_manager)
    assert numbers(client, f"?q={first.number.lower()}") == [first.number]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("view", ["open", "all"])
def test_the_list_takes_eight_queries(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int, view: str
) -> None:
    for _ in range(rows):
        ComplaintFactory(customer=company.a.customer, step="assigned")
    client.force_login(company.a.sales_manager)
    client.get("/complaints/")
    with django_assert_num_queries(8):
        answer = client.get("/complaints/", {"view": view})
    assert len(answer.context["page"]) == rows


def test_the_list_stays_small(company: Company, client: Client) -> None:
    """A full page of 50 rows in under 60 KB: the bar is 150 KB with everything around it."""
    for _ in range(50):
        ComplaintFactory(customer=company.a.customer)
    client.force_login(company.a.sales_manager)
    assert len(client.get("/complaints/").content) < 60_000


def sheet(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_export_holds_what_the_list_shows(company: Company, client: Client) -> None:
    ComplaintFactory(customer=company.a.customer, step="assigned")
    major = ComplaintFactory(
        customer=company.a.customer,
        gravity="major",
        subject="=1+1",
        now=datetime(2026, 11, 20, 9, 5, tzinfo=CHINA),
    )
    ComplaintFactory(customer=company.b.customer, gravity="major")
    client.force_login(company.a.sales_manager)
    answer = client.get("/complaints/export/?gravity=major")
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    heads, *lines = sheet(answer.content)
    assert len(lines) == 1
    row = dict(zip(heads, lines[0], strict=True))
    assert (row["编号"], row["事由"], row["客户编码"], row["现由谁办"], row["登记时间"]) == (
        major.number,
        "=1+1",
        "A-1",
        "主管副经理",
        datetime(2026, 11, 20, 9, 5),  # noqa: DTZ001 Excel knows no zones
    )


def test_the_export_keeps_the_columns_that_are_shown(company: Company, client: Client) -> None:
    client.force_login(company.a.sales_manager)
    (heads,) = sheet(client.get("/complaints/export/?columns=about,step").content)
    assert heads == [column.title for column in export_columns() if column.head in {"about", "step", ""}]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_export_takes_five_queries(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for _ in range(rows):
        ComplaintFactory(customer=company.a.customer)
    client.force_login(company.a.sales_manager)
    with django_assert_num_queries(5):
        client.get("/complaints/export/")
