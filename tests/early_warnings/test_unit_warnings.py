"""Totals and ratios of units (WRN-2)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from early_warnings.models import Indicator, Threshold, UnitWarning
from early_warnings.rules import months_back

from accounts.models import Customer, OrgUnit
from tests.early_warnings.cases import FALLEN, LAST_MONTH, MONDAY, evaluate, later, months, whats
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory, OrgUnitFactory
from tests.factories.company import Company

TODAY = MONDAY.date()


def silent(company: Company, days: int, *, unit: OrgUnit | None = None) -> Customer:
    """Ordered once a week all year until so many days before the end of October."""
    customer = CustomerFactory(unit=unit or company.a.unit)
    until = date(2026, 10, 31) - timedelta(days=days)
    for back in range(12):
        month = months_back(LAST_MONTH, back)
        if month <= until:
            last = min(until, months_back(month, -1) - timedelta(days=1))
            MonthlyFactFactory(customer=customer, month=month, quantity=5, orders=4, last_order_on=last)
    return customer


def lines(key: str, breach: str, near: str, **fields: object) -> None:
    Threshold.objects.update_or_create(
        indicator=Indicator.objects.get(key=key), defaults={"breach": Decimal(breach), "near": Decimal(near)}, **fields
    )


def test_a_total_counts_who_stopped_within_a_month(company: Company, market: list[Customer]) -> None:
    """The line of silence is 3.25 usual gaps, four weeks at least: one crossed it lately, the other long ago."""
    lines("customers-silent", "2", "1")
    silent(company, 45)
    silent(company, 120)
    silent(company, 10)
    evaluate()
    warning = UnitWarning.objects.get()
    assert (warning.unit, warning.counted, warning.value, warning.level) == (
        company.a.unit,
        1,
        Decimal("1.0000"),
        "near",
    )
    assert (warning.duty.owner, warning.among) == (company.a.general_manager, 5)
    silent(company, 50)
    evaluate(later(1))
    evaluate(later(2))
    warning.refresh_from_db()
    assert (warning.counted, warning.level, whats(warning)) == (2, "breach", ["raised", "worse"])


def test_a_unit_back_within_its_line_says_so(company: Company, market: list[Customer]) -> None:
    lines("customers-silent", "2", "1")
    customer = silent(company, 45)
    evaluate()
    Customer.objects.filter(pk=customer.pk).update(status="closed")
    evaluate(later(1))
    evaluate(later(2))
    warning = UnitWarning.objects.get()
    assert (warning.state, warning.above_again_on, whats(warning)) == (
        "open",
        TODAY + timedelta(days=1),
        ["raised", "back"],
    )


@pytest.mark.parametrize(("falling", "level"), [(1, None), (2, "near"), (3, "breach")])
def test_a_ratio_is_the_share_of_the_upper_tiers(
    company: Company, market: list[Customer], falling: int, level: str | None
) -> None:
    """Of ten customers of tier 1 and 2; a falling one of tier 3 does not count."""
    lines("upper-tiers-falling", "0.3", "0.2")
    for number in range(10):
        customer = CustomerFactory(unit=company.a.unit, tier=1 + number % 2)
        months(customer, FALLEN if number < falling else (100,) * 4)
    months(CustomerFactory(unit=company.a.unit, tier=3), FALLEN)
    evaluate()
    found = UnitWarning.objects.filter(indicator__family="ratio")
    assert [(each.level, each.counted, each.among) for each in found] == ([(level, falling, 10)] if level else [])


def test_a_ratio_of_a_handful_is_none(company: Company, market: list[Customer]) -> None:
    for _ in range(9):
        months(CustomerFactory(unit=company.a.unit, tier=1), FALLEN)
    evaluate()
    assert not UnitWarning.objects.filter(indicator__family="ratio").exists()


def test_the_units_own_line_wins_over_the_companys(company: Company, market: list[Customer]) -> None:
    lines("customers-silent", "1", "1")
    lines("customers-silent", "9", "8", unit=company.a.unit)
    silent(company, 45)
    silent(company, 45, unit=company.b.unit)
    evaluate()
    assert [warning.unit for warning in UnitWarning.objects.all()] == [company.b.unit]


def test_customers_of_stations_count_for_their_branch(company: Company, market: list[Customer]) -> None:
    lines("customers-silent", "1", "1")
    station = OrgUnitFactory(parent=company.a.unit, kind=OrgUnit.Kind.STATION)
    silent(company, 45, unit=station)
    evaluate()
    assert UnitWarning.objects.get().unit == company.a.unit
