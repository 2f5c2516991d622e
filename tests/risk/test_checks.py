"""Pre-trip checks: the last one of the day decides, a failed one is somebody's repair (RSK-1)."""

import uuid
from collections.abc import Sequence
from datetime import date

import pytest
from django.db import IntegrityError, InternalError, transaction

from duties.services import open_duty_of
from risk.models import PreTripCheck, Repair
from risk.rules import may_ride
from risk.services import close_repair, record_check
from risk.services.checks import NoUnit
from tests.factories.accounts import PersonFactory
from tests.factories.company import Company
from tests.factories.visits import MONDAY, PreTripCheckFactory, at


@pytest.mark.parametrize(("failed", "may"), [(None, False), ([], True), (["helmet"], False)])
def test_who_may_ride(failed: Sequence[str] | None, may: bool) -> None:
    assert may_ride(failed) is may


def test_a_failed_item_opens_a_repair_with_a_duty(company: Company) -> None:
    person = company.a.account_manager
    check = record_check(key=uuid.uuid4(), person=person, failed=["brakes"], remark=" 后刹偏软 ", now=at(8, 22))
    assert (check.day, check.passed, check.remark, check.unit) == (MONDAY, False, "后刹偏软", company.a.unit)
    duty = open_duty_of("risk.repair", check.repair.pk)
    assert duty is not None
    # nobody holds the support department's post: the sales manager answers, and the vacancy is said
    assert (duty.owner, duty.vacant) == (company.a.sales_manager, True)
    assert duty.details == {"person": person.name, "items": ["brakes"], "remark": "后刹偏软"}


def test_a_passed_check_opens_nothing(company: Company) -> None:
    check = record_check(key=uuid.uuid4(), person=company.a.account_manager, failed=[], now=at(8, 22))
    assert (check.passed, Repair.objects.count()) == (True, 0)


def test_sent_twice_it_is_one_check(company: Company) -> None:
    key = uuid.uuid4()
    first = record_check(key=key, person=company.a.account_manager, failed=["gloves"], now=at(8, 22))
    second = record_check(key=key, person=company.a.account_manager, failed=["gloves"], now=at(8, 23))
    assert (first.pk, PreTripCheck.objects.count(), Repair.objects.count()) == (second.pk, 1, 1)


def test_the_last_check_of_the_day_decides(company: Company) -> None:
    person = company.a.account_manager
    PreTripCheckFactory(person=person, failed=["tyres"], checked_at=at(8))
    later = PreTripCheckFactory(person=person, checked_at=at(9))
    PreTripCheckFactory(person=person, day=date(2026, 11, 24), failed=["tyres"])
    PreTripCheckFactory(person=company.a.account_managers[1], failed=["tyres"], checked_at=at(10))
    assert PreTripCheck.objects.deciding(person.pk, MONDAY).get() == later


def test_a_repair_is_closed_once_with_its_duty(company: Company) -> None:
    check = record_check(key=uuid.uuid4(), person=company.a.account_manager, failed=["brakes"], now=at(8, 22))
    done = close_repair(repair=check.repair, outcome="换刹车片", by=company.a.sales_manager, now=at(11))
    again = close_repair(repair=check.repair, outcome="别的", by=company.a.general_manager, now=at(12))
    assert (done.outcome, again.outcome, again.done_by) == ("换刹车片", "换刹车片", company.a.sales_manager)
    assert open_duty_of("risk.repair", check.repair.pk) is None


def test_somebody_without_a_post_is_told_so(db: None) -> None:
    with pytest.raises(NoUnit):
        record_check(key=uuid.uuid4(), person=PersonFactory(), failed=[], now=at(8))


def test_checks_are_kept_as_they_were(company: Company) -> None:
    check = PreTripCheckFactory(person=company.a.account_manager)
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        PreTripCheck.objects.update(failed=["tyres"])
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        check.delete()


def test_only_known_items_fail(company: Company) -> None:
    with pytest.raises(IntegrityError, match="checked_items_known"), transaction.atomic():
        PreTripCheckFactory(person=company.a.account_manager, failed=["courage"])


def test_a_finished_repair_says_how(company: Company) -> None:
    record_check(key=uuid.uuid4(), person=company.a.account_manager, failed=["brakes"], now=at(8))
    with pytest.raises(IntegrityError, match="finished_repair_says_how"), transaction.atomic():
        Repair.objects.update(done_at=at(9))


def test_checks_are_seen_by_those_above(company: Company) -> None:
    PreTripCheckFactory(person=company.a.account_manager, unit=company.a.unit)
    seen = [
        PreTripCheck.objects.visible_to(person).count()
        for person in (company.a.account_manager, company.a.sales_manager, company.b.sales_manager)
    ]
    assert seen == [1, 1, 0]
