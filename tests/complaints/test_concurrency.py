"""Two people at once: the complaint's row decides; one acts, the other is told who did."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from accounts.clock import now
from accounts.rules import Role
from complaints import services
from complaints.models import Complaint, ComplaintStep, PublicUse
from complaints.services import Refused, UsedUp
from duties import services as duties
from duties.models import Duty
from tests.factories.accounts import OrgUnitFactory
from tests.factories.company import Branch, _branch, _holder
from tests.factories.complaints import ComplaintFactory

AtOnce = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def branch(own_database: str) -> Branch:
    """A branch in a database of its own, committed."""
    unit = OrgUnitFactory(code="CO")
    _holder(Role.GENERAL_MANAGER, unit, "总经理")
    return _branch(unit, "A", "城东")


def refused_or_done(act: Callable[[], Any]) -> Callable[[], str]:
    def run() -> str:
        with translation.override("en"):
            try:
                act()
            except Refused as refused:
                return str(refused)
            return "done"

    return run


def test_a_step_is_taken_once(branch: Branch, at_once: AtOnce) -> None:
    complaint = ComplaintFactory(customer=branch.customer, step="assigned")
    duties.hand_over(duty=complaint.duty, to=branch.customer_officer, by=branch.account_manager, now=now())
    acts = [
        refused_or_done(lambda by=by: services.investigate(complaint=complaint, text=by.name, by=by, now=now()))
        for by in (branch.account_manager, branch.customer_officer)
    ]
    answers = at_once(acts)
    taken = ComplaintStep.objects.get(complaint=complaint, act="investigated")
    assert sorted(answers) == ["done", f"{taken.by} has taken this step already. Nothing was changed."]
    assert list(Duty.objects.open().values_list("kind", flat=True)) == ["complaint.handle"]


def test_a_complaint_is_closed_once_and_one_visit_follows(branch: Branch, at_once: AtOnce) -> None:
    complaint = ComplaintFactory(customer=branch.customer, step="told")
    close = refused_or_done(
        lambda: services.close(complaint=complaint, cause="policy", by=branch.sales_manager, now=now())
    )
    taken = "城东销售经理 has taken this step already. Nothing was changed."
    assert sorted(at_once([close, close, close])) == ["done", taken, taken]
    assert Duty.objects.filter(kind="visit.follow_up").count() == 1


def test_acting_and_climbing_at_once_leave_one_duty(branch: Branch, at_once: AtOnce) -> None:
    complaint = ComplaintFactory(customer=branch.customer)
    Duty.objects.filter(pk=complaint.duty.pk).update(next_due_at=now())
    act = refused_or_done(
        lambda: services.assign(complaint=complaint, to=branch.account_manager, by=branch.sales_manager, now=now())
    )
    assert at_once([act, duties.sweep])[0] == "done"
    complaint.refresh_from_db()
    assert list(Duty.objects.open().values_list("kind", "owner")) == [
        ("complaint.investigate", branch.account_manager.pk)
    ]
    assert complaint.step == "assigned"


def test_numbers_are_never_given_twice(branch: Branch, at_once: AtOnce) -> None:
    at_once([lambda: [ComplaintFactory(customer=branch.customer) for _ in range(5)]] * 4)
    assert Complaint.objects.values("number").distinct().count() == 20


def test_the_limit_of_an_address_holds_against_many_at_once(branch: Branch, at_once: AtOnce) -> None:
    def use() -> int:
        done = 0
        for _ in range(5):
            try:
                services.count_use(purpose="file", address="10.0.0.1", on=date(2026, 11, 23))
            except UsedUp:
                continue
            done += 1
        return done

    assert sum(at_once([use] * 4)) == 10
    assert PublicUse.objects.get().times == 10
