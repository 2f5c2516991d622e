"""An import brings the kept rows of those whom it touched up to date; the evaluation after it looks at them (WRN-3)."""

import io
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from early_warnings import services
from early_warnings.models import EarlyWarning, KeptBasis, Sign, Touched
from early_warnings.rules import months_back
from early_warnings.services.evaluation import keeping

from accounts.models import Customer, FileImport, MonthlyFact, OrgUnit
from accounts.services.imports import FACTS, import_file
from tests.early_warnings.cases import LAST_MONTH, MONDAY, deaths, evaluate, later, months, set_month, steady_market
from tests.early_warnings.test_keeping import imported, kept, rows
from tests.early_warnings.test_reading_again import change
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory, OrgUnitFactory, PersonFactory, PostFactory
from tests.factories.company import Company

TODAY = MONDAY.date()


@pytest.fixture
def market(company: Company) -> list[Customer]:
    found = steady_market(company.b)
    evaluate()
    return found


def renew(on: date = TODAY) -> bool:
    return services.renew_touched(on=on)


def renewed() -> set[int]:
    return {pk for (pk,) in rows("SELECT id FROM warnings_basis_few")}


def told() -> list[Any]:
    """What the evaluations have come to, whatever keys it was given."""
    reports = EarlyWarning.objects.order_by("customer").values_list("customer", "state", "level", "above_again_on")
    figures = ("level", "worst", "month", "first_value", "value", "recent", "base", "market", "line")
    signs = Sign.objects.order_by("warning__customer", "indicator")
    return [*reports, *signs.values_list("warning__customer", "indicator", *figures), renewed()]


def test_rows_are_renewed_by_the_import_and_told_by_the_evaluation(market: list[Customer]) -> None:
    fallen, steady, *_others = market
    set_month(fallen, LAST_MONTH, 30)
    set_month(steady, LAST_MONTH, 1001)
    assert renew()
    assert (renewed(), Touched.objects.count()) == ({fallen.pk, steady.pk}, 0)
    assert not EarlyWarning.objects.exists()
    by_the_import = kept()
    imported()
    services.evaluate_after_imports(now=MONDAY)
    assert [report.customer for report in EarlyWarning.objects.all()] == [fallen]
    assert (renewed(), kept()) == (set(), by_the_import)


@pytest.mark.parametrize("seed", range(6))
def test_renewed_or_not_an_evaluation_comes_to_the_same(company: Company, seed: int) -> None:
    dice = random.Random(seed)
    market = [*steady_market(company.b), *steady_market(company.a, 4)]
    evaluate()
    for _import in range(4):
        changes = [(dice.choice(market), dice.random()) for _ in range(dice.randint(1, 8))]
        with transaction.atomic():
            for customer, which in changes:
                _change_anything(customer, which)
            imported()
            services.evaluate_after_imports(now=MONDAY)
            at_once = [*told(), *kept()]
            transaction.set_rollback(True)
        for customer, which in changes:
            _change_anything(customer, which)
            assert renew()
        imported()
        services.evaluate_after_imports(now=MONDAY)
        assert [*told(), *kept()] == at_once


def _change_anything(customer: Customer, which: float) -> None:
    """Usually a month of theirs; some close, come back, or move."""
    if which < 0.2:
        Customer.objects.filter(pk=customer.pk).update(status="closed" if which < 0.1 else "active")
    elif which < 0.3:
        Customer.objects.filter(pk=customer.pk).update(unit=OrgUnit.objects.filter(kind="branch").latest("pk"))
    else:
        change(customer, random.Random(which))


def test_a_report_of_somebody_renewed_is_looked_at(company: Company, market: list[Customer]) -> None:
    fallen = market[0]
    set_month(fallen, LAST_MONTH, 30)
    evaluate()
    set_month(fallen, LAST_MONTH, 1000)
    assert renew()
    assert EarlyWarning.objects.get().above_again_on is None
    imported()
    services.evaluate_after_imports(now=MONDAY)
    assert EarlyWarning.objects.get().above_again_on == TODAY


def test_a_night_looks_at_everybody_and_forgets_who_was_renewed(market: list[Customer]) -> None:
    set_month(market[0], LAST_MONTH, 30)
    assert renew()
    evaluate(later(1))
    assert (renewed(), EarlyWarning.objects.count()) == (set(), 1)


# What is left to the next evaluation


@pytest.fixture
def noted(market: list[Customer]) -> Iterator[Customer]:
    """Somebody's change, of which nothing may come before the next evaluation."""
    set_month(market[0], LAST_MONTH, 30)
    before = kept()
    yield market[0]
    assert (renewed(), Touched.objects.count(), kept()) == (set(), 1, before)
    evaluate(later(9))
    assert EarlyWarning.objects.get().customer == market[0]


def test_nothing_is_done_on_another_day(noted: Customer) -> None:
    assert not renew(TODAY + timedelta(days=1))
    assert not renew(TODAY - timedelta(days=1))


def test_nothing_is_done_for_very_many(noted: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "most_of", lambda _customers: 0)
    assert not renew()


def test_nothing_is_done_for_another_indicator(noted: Customer) -> None:
    KeptBasis.objects.update(plan="another")
    assert not renew()


def test_nothing_is_done_where_other_months_are_known_of(market: list[Customer]) -> None:
    for customer in market:
        MonthlyFactFactory(customer=customer, month=months_back(LAST_MONTH, -1), quantity=70, last_order_on=TODAY)
    assert not renew()
    assert Touched.objects.exists()


def test_nothing_is_done_before_the_first_evaluation(company: Company) -> None:
    months(company.a.customer, (100, 30))
    assert not renew()


def test_a_renewal_that_dies_leaves_the_notes(market: list[Customer]) -> None:
    set_month(market[0], LAST_MONTH, 30)
    CustomerFactory(unit=market[0].unit)
    before = kept()
    assert deaths(renew, lambda: kept() == before and Touched.objects.count() == 2 and not renewed(), every=1) > 15
    assert len(renewed()) == 2


def test_nothing_is_done_beside_an_evaluation(own_database: str, django_db_blocker: Any) -> None:
    """An import does not wait until everybody is evaluated."""
    with django_db_blocker.unblock():
        unit = OrgUnitFactory(kind=OrgUnit.Kind.COMPANY)
        PostFactory(person=PersonFactory(), role="general_manager", unit=unit)
        customer = CustomerFactory(unit=OrgUnitFactory(parent=unit))
        months(customer, (1000,) * 4)
        evaluate()
        set_month(customer, LAST_MONTH, 30)
        beside = connection.copy()
        with beside.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('early_warnings.evaluate'))")
        assert not renew()
        beside.close()
        assert renew()
        assert renewed() == {customer.pk}


# Through an import


def import_facts(text: str) -> None:
    import_file(kind=FACTS, source=io.BytesIO(text.encode()), name="facts.csv", by=None, now=MONDAY)


def test_a_file_of_facts_renews_whom_it_names(market: list[Customer], django_capture_on_commit_callbacks: Any) -> None:
    fallen = market[0]
    with django_capture_on_commit_callbacks(execute=True):
        import_facts(f"code,month,quantity\n{fallen.code},2026-10,30\n")
    assert (renewed(), Touched.objects.count()) == ({fallen.pk}, 0)
    services.spend_import(on=TODAY, now=MONDAY)
    assert EarlyWarning.objects.get().customer == fallen


def test_an_import_stands_where_the_renewal_fails(
    market: list[Customer], django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_asked: Any) -> bool:
        raise RuntimeError

    monkeypatch.setattr(services, "renew_touched", fail)
    with django_capture_on_commit_callbacks(execute=True):
        import_facts(f"code,month,quantity\n{market[0].code},2026-10,30\n")
    assert FileImport.objects.count() == Touched.objects.count() == 1
    assert MonthlyFact.objects.get(customer=market[0], month=LAST_MONTH).quantity == 30
