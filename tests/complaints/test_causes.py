"""The causes by month (CMP-6)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from complaints.models import Complaint
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory, advance

CHINA = ZoneInfo("Asia/Shanghai")


def closed_on(company: Company, branch: str, day: datetime, cause: str) -> Complaint:
    complaint = ComplaintFactory(customer=getattr(company, branch).customer, now=day)
    return advance(complaint, to="closed", now=day, cause=cause)


def test_causes_by_month_and_every_number_opens_its_list(company: Company, client: Client) -> None:
    today = timezone.localdate(clock.now())
    this_month = datetime(today.year, today.month, 1, 0, 30, tzinfo=CHINA)
    four_months_ago = (this_month - timedelta(days=100)).replace(day=1)
    for day, cause in [(this_month, "policy"), (this_month, "policy"), (four_months_ago, "product")]:
        closed_on(company, "a", day, cause)
    closed_on(company, "b", this_month, "policy")
    client.force_login(company.a.sales_manager)
    page = client.get("/complaints/causes/")
    rows = {row["cause"]: row for row in page.context["rows"]}
    assert (rows["policy"]["trend"].latest, rows["policy"]["trend"].before, rows["policy"]["trend"].rising) == (
        2,
        0,
        True,
    )
    assert (rows["product"]["trend"].latest, rows["product"]["trend"].before) == (0, 1)
    assert page.context["total"]["trend"].total == 3
    for row in (rows["policy"], rows["product"], page.context["total"]):
        for number, address in [
            *row["cells"],
            (row["trend"].latest, row["latest_url"]),
            (row["trend"].before, row["before_url"]),
            (row["trend"].total, row["all_url"]),
        ]:
            assert client.get(address).context["page"].paginator.count == number


def test_the_causes_take_seven_queries(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    closed_on(company, "a", clock.now(), "policy")
    client.force_login(company.a.sales_manager)
    client.get("/complaints/")
    with django_assert_num_queries(7):
        client.get("/complaints/causes/")
