"""The score card where people see it: a customer's card, the list's column, the API (WRN-1, WRN-7)."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from early_warnings import services
from early_warnings.models import CustomerScore, Threshold
from early_warnings.services.scoring import shown

from accounts.models import Customer, MonthlyFact
from accounts.services.facts import ensure_partitions
from tests.early_warnings.cases import MONDAY, report_about, steady_market
from tests.early_warnings.test_scoring import MONTHS, TODAY, buy
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company


@pytest.fixture
def shops(company: Company) -> list[Customer]:
    """The first falls, the second buys as ever, the third is new."""
    ensure_partitions(months=MONTHS)
    found = CustomerFactory.create_batch(3, unit=company.a.unit, account_manager=company.a.account_manager)
    buy(found[0], {0: 300, 1: 500, 2: 500})
    buy(found[1], {})
    buy(found[2], {}, months=2)
    services.score_customers(on=TODAY, now=MONDAY)
    return found


def test_the_card_adds_up_to_the_score(shops: list[Customer]) -> None:
    card = shown(customer=shops[0], on=TODAY)
    assert card is not None
    kept = CustomerScore.objects.get(customer=shops[0])
    assert card.total == sum(line.points for line in card.lines) == kept.total
    assert [line.points for line in card.lines if line.points] == [points for points in kept.points if points]
    assert len(card.lines) == 10
    assert card.course == [*kept.before[::-1], kept.total]


def test_the_band_that_counted_stands_out(shops: list[Customer]) -> None:
    card = shown(customer=shops[0], on=TODAY)
    assert card is not None
    for line in card.lines:
        assert [band.points for band in line.bands if band.counted] == [line.points] * bool(line.points)
    half = next(line for line in card.lines if line.label.startswith(("近半年", "Half")))
    assert (half.value, half.points) == ("0.717", 4)


@pytest.mark.parametrize(("beyond", "level"), [(0, "breach"), (1, "near"), (5, None)])
def test_the_line_that_counts_is_shown(shops: list[Customer], beyond: int, level: str | None) -> None:
    total = CustomerScore.objects.get(customer=shops[0]).total
    Threshold.objects.filter(indicator__key="score-card").update(breach=total + beyond, near=total + beyond - 3)
    card = shown(customer=shops[0], on=TODAY)
    assert card is not None
    assert card.threshold is not None
    assert card.level == level


def test_who_is_not_judged_has_no_card(shops: list[Customer], company: Company, client: Client) -> None:
    assert shown(customer=shops[2], on=TODAY) is None
    client.force_login(company.a.account_manager)
    assert client.get(reverse("warnings:score", args=[shops[2].pk])).content.strip() == b""


def test_the_fragment_takes_few_queries(
    shops: list[Customer], company: Company, client: Client, django_assert_num_queries: object
) -> None:
    client.force_login(company.a.account_manager)
    with django_assert_num_queries(11):  # type: ignore[operator]  # four of them are every page's
        page = client.get(reverse("warnings:score", args=[shops[0].pk]))
    assert str(CustomerScore.objects.get(customer=shops[0]).total) in page.content.decode()


def test_the_list_is_ordered_by_the_score(shops: list[Customer], company: Company, client: Client) -> None:
    """Who has none comes last, up or down."""
    client.force_login(company.a.account_manager)
    wanted = sorted(shops[:2], key=lambda shop: CustomerScore.objects.get(customer=shop).total)
    for sort, expected in (("score", wanted), ("-score", wanted[::-1])):
        page = client.get("/customers/", {"sort": sort})
        found = [row.pk for row in page.context["rows"]]
        assert found[:2] == [shop.pk for shop in expected]
        assert shops[2].pk in found[2:]


def test_the_api_gives_the_points_by_question(shops: list[Customer], company: Company, client: Client) -> None:
    client.force_login(company.a.account_manager)
    found = client.get(reverse("scores-list")).json()["results"]
    assert [each["customer"] for each in found] == [
        each.pk for each in CustomerScore.objects.filter(customer__in=shops).order_by("-total").only("pk")
    ]
    assert sum(found[0]["points"].values()) == found[0]["total"]
    assert client.get(reverse("scores-list"), {"total__gte": found[0]["total"]}).json()["count"] == 1


def test_a_report_carries_the_score(company: Company, client: Client) -> None:
    ensure_partitions(months=MONTHS)
    steady_market(company.b)
    report = report_about(company.a.customer)
    client.force_login(company.a.general_manager)
    assert client.get(reverse("warnings-detail", args=[report.pk])).json()["score"] is None
    MonthlyFact.objects.filter(customer=company.a.customer).delete()
    buy(company.a.customer, {0: 300})
    services.score_customers(on=TODAY, now=MONDAY)
    sent = client.get(reverse("warnings-detail", args=[report.pk])).json()["score"]
    assert sent["total"] == CustomerScore.objects.get(customer=company.a.customer).total
    assert Decimal(sent["points"]["half_year"]) >= 0
