"""The card's points in the editor: whole points from a day on, tried before they count (WRN-1, WRN-8)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from early_warnings import services
from early_warnings.models import CustomerScore, ScoreBand, ScoreCard, Scoring, Threshold
from early_warnings.services import scoring
from early_warnings.services.refusing import Refused
from early_warnings.services.scoring import Points

from accounts import clock
from accounts.models import Customer
from accounts.services.facts import ensure_partitions
from tests.early_warnings.cases import MONDAY
from tests.early_warnings.test_scoring import MONTHS, TODAY, buy
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company

TOMORROW = TODAY + timedelta(days=1)
ONE = [Points("half_year", "low", Decimal("0.75"), 9)]


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:
    clock.shift(MONDAY - clock.now())


@pytest.fixture
def admin(company: Company, client: Client) -> Client:
    client.force_login(company.general_manager)
    return client


@pytest.fixture
def shops(company: Company) -> list[Customer]:
    """The first bought half of what it bought half a year before."""
    ensure_partitions(months=MONTHS)
    found = CustomerFactory.create_batch(3, unit=company.a.unit)
    for shop in found:
        buy(shop, dict.fromkeys(range(6), 500) if shop == found[0] else {})
    services.score_customers(on=TODAY, now=MONDAY, months_before=0)
    return found


def typed(**changes: str) -> dict[str, Any]:
    """The smallest card."""
    return {
        "valid_from": TOMORROW.isoformat(),
        "why": "经验",
        "half_year-low-cut": ["0.75", "0.9", ""],
        "half_year-low-points": ["9", "2", ""],
    } | changes


def test_a_version_counts_from_its_day_on(admin: Client, shops: list[Customer], company: Company) -> None:
    answer = admin.post(reverse("warnings:make-card"), typed())
    assert answer.status_code == 302
    made = ScoreCard.objects.get(valid_from=TOMORROW)
    assert (made.why, made.made_by) == ("经验", company.general_manager)
    assert [(str(each.cut), each.points) for each in made.bands.all()] == [("0.750", 9), ("0.900", 2)]
    before = dict(CustomerScore.objects.values_list("customer_id", "total"))
    assert services.score_customers(on=TODAY, now=MONDAY) is None
    assert dict(CustomerScore.objects.values_list("customer_id", "total")) == before
    services.score_customers(on=TOMORROW, now=MONDAY + timedelta(days=1))
    totals = dict(CustomerScore.objects.values_list("customer_id", "total"))
    assert [totals[shop.pk] for shop in shops] == [9, 0, 0]
    assert made.events.count() == 1


def test_points_are_tried_and_nothing_stays(shops: list[Customer]) -> None:
    Threshold.objects.filter(indicator__key="score-card").update(breach=90, near=80)
    state = list(CustomerScore.objects.order_by("pk").values_list("pk", "total", "card"))
    points = [Points("half_year", "low", Decimal("0.75"), 95), Points("uneven_months", "low", Decimal("0.1"), 85)]
    before, after = scoring.try_card(kind="months", points=points, on=TODAY, now=MONDAY)
    assert (before.breach, before.near) == (0, 0)
    assert (after.breach, after.near) == (1, 2)
    assert list(CustomerScore.objects.order_by("pk").values_list("pk", "total", "card")) == state
    assert (ScoreCard.objects.count(), Scoring.objects.count()) == (2, 1)


def test_the_page_tries_what_was_typed(admin: Client, shops: list[Customer]) -> None:
    Threshold.objects.filter(indicator__key="score-card").update(breach=9, near=9)
    page = admin.post(reverse("warnings:make-card"), typed() | {"try": "1"})
    assert page.context["tried"][1].breach == 1
    assert 'value="0.75"' in page.content.decode()
    assert ScoreCard.objects.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"half_year-low-points": ["9", "9", ""]},  # further out must give more
        {"half_year-low-points": ["9", "100", ""]},
        {"half_year-low-points": ["9.5", "2", ""]},
        {"half_year-low-points": ["9", "", ""]},
        {"half_year-low-cut": ["0.75", "much", ""]},
        {"half_year-low-cut": ["0.75", "NaN", ""]},
        {"half_year-low-cut": ["0.75", "0.7501", ""]},
        {"half_year-low-cut": ["0.75", "0.75", ""]},
        {"half_year-low-cut": ["", "", ""], "half_year-low-points": ["", "", ""]},
        {"half_year-high-cut": ["0.8"], "half_year-high-points": ["3"]},  # both ends overlap
        {"valid_from": "yesterday"},
        {"valid_from": (TODAY - timedelta(days=1)).isoformat()},
        {"valid_from": "2012-01-01"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(admin: Client, changes: dict[str, Any]) -> None:
    page = admin.post(reverse("warnings:make-card"), typed() | changes)
    assert page.status_code == 422
    assert ScoreCard.objects.count() == 2


def test_a_day_has_one_version(company: Company) -> None:
    values: dict[str, Any] = {"why": "", "points": ONE, "by": company.general_manager, "now": MONDAY}
    for kind in ("months", "days"):
        scoring.make_card(kind=kind, valid_from=TOMORROW, **values)
        with pytest.raises(Refused):
            scoring.make_card(kind=kind, valid_from=TOMORROW, **values)


def test_only_a_version_ahead_is_taken_back(admin: Client, company: Company) -> None:
    shipped = ScoreCard.objects.get(kind="months")
    made = scoring.make_card(
        kind="months", valid_from=TOMORROW, why="", points=ONE, by=company.general_manager, now=MONDAY
    )
    for version in (shipped, made):
        admin.post(reverse("warnings:remove-card", args=[version.pk]))
    assert ScoreCard.objects.get(kind="months") == shipped


def test_the_card_by_order_days_is_read_and_changed_alike(admin: Client) -> None:
    page = admin.get(reverse("warnings:cards"), {"kind": "days"})
    assert len(page.context["questions"]) == 14
    assert [each.kind for each in page.context["versions"]] == ["days"]
    sent = typed() | {"silence-high-cut": ["2"], "silence-high-points": ["30"]}
    answer = admin.post(f"{reverse('warnings:make-card')}?kind=days", sent)
    made = ScoreCard.objects.get(valid_from=TOMORROW)
    assert answer["Location"] == f"{reverse('warnings:cards')}?version={made.pk}"
    assert (made.kind, made.bands.filter(question="silence").count()) == ("days", 1)


def test_everybody_reads_and_few_set(company: Company, client: Client) -> None:
    client.force_login(company.a.account_manager)
    page = client.get(reverse("warnings:cards"))
    assert len(page.context["questions"]) == 10
    assert reverse("warnings:make-card") not in page.content.decode()
    assert client.get(reverse("warnings:make-card")).status_code == 403
    assert client.post(reverse("warnings:make-card"), typed()).status_code == 403
    shipped = ScoreCard.objects.get(kind="months")
    assert client.post(reverse("warnings:remove-card", args=[shipped.pk])).status_code == 403


def test_the_api_does_the_same(admin: Client, company: Company) -> None:
    bands = [{"question": "half_year", "end": "low", "cut": "0.75", "points": 9}]
    sent = {"valid_from": TOMORROW.isoformat(), "why": "", "bands": bands}
    made = admin.post(reverse("score-cards-list"), sent, content_type="application/json")
    assert made.status_code == 201, made.content
    again = admin.post(reverse("score-cards-list"), sent, content_type="application/json")
    assert again.status_code == 409
    by_days = sent | {"kind": "days", "bands": [bands[0] | {"question": "silence"}]}
    assert admin.post(reverse("score-cards-list"), by_days, content_type="application/json").status_code == 201
    unknown = by_days | {"kind": "months"}  # days are not asked of by months
    assert admin.post(reverse("score-cards-list"), unknown, content_type="application/json").status_code == 400
    wrong = sent | {"bands": [bands[0] | {"points": 0}]}
    assert admin.post(reverse("score-cards-list"), wrong, content_type="application/json").status_code == 400
    assert admin.delete(reverse("score-cards-detail", args=[made.json()["id"]])).status_code == 204
    assert ScoreBand.objects.filter(card__valid_from=TOMORROW, card__kind="months").count() == 0
    admin.force_login(company.a.account_manager)
    assert admin.post(reverse("score-cards-list"), sent, content_type="application/json").status_code == 403
