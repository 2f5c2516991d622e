"""An overdue step climbs until someone acts, by the rules as shipped; the clock is moved, not mocked (CMP-3)."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.clock import now, shift
from complaints import services
from complaints.models import Complaint
from duties import services as duties
from duties.models import EscalationRule, Notice
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory, advance


def let_it_lapse(complaint: Complaint) -> str:
    """Move the clock past the deadline of the present level, sweep, and say who holds it now."""
    complaint.duty.refresh_from_db()
    shift(complaint.duty.next_due_at - now() + timedelta(minutes=1))
    assert duties.sweep() == 1
    complaint.duty.refresh_from_db()
    return complaint.duty.owner.name


LADDERS = {
    ("general", "registered"): [
        "城东销售经理", "城东总经理", "营销总监", "主管副经理", "总经理", "总经理",
    ],
    ("general", "assigned"): [
        "城东客户经理一", "城东销售经理", "城东总经理", "营销总监", "主管副经理", "总经理", "总经理",
    ],
    ("general", "handled"): [
        "城东客户经理一", "城东销售经理", "城东总经理", "营销总监", "主管副经理", "总经理", "总经理",
    ],
    ("general", "told"): ["城东销售经理", "城东总经理", "营销总监", "主管副经理", "总经理", "总经理"],
    ("major", "registered"): ["主管副经理", "副总经理", "总经理", "总经理"],
    ("major", "assigned"): ["城东客户经理一", "主管副经理", "副总经理", "总经理", "总经理"],
    ("major", "investigated"): ["主管副经理", "副总经理", "总经理", "总经理"],
    ("major", "instructed"): ["城东客户经理一", "主管副经理", "副总经理", "总经理", "总经理"],
    ("major", "told"): ["主管副经理", "副总经理", "总经理", "总经理"],
}  # fmt: skip


@pytest.mark.parametrize(("case", "ladder"), LADDERS.items())
def test_it_climbs_to_the_last_level_and_stays_asked(
    company: Company, case: tuple[str, str], ladder: list[str]
) -> None:
    gravity, step = case
    complaint = ComplaintFactory(customer=company.a.customer, gravity=gravity, step=step)
    assert [complaint.duty.owner.name, *(let_it_lapse(complaint) for _ in ladder[1:])] == ladder


def test_every_level_is_told_once(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer)
    for _ in range(4):
        let_it_lapse(complaint)
    duties.sweep()
    told = Notice.objects.filter(duty=complaint.duty, channel="inbox").order_by("pk")
    assert list(told.values_list("recipient__name", flat=True)) == [
        "城东销售经理", "城东总经理", "营销总监", "主管副经理", "总经理",
    ]  # fmt: skip


def test_a_handler_who_is_the_sales_manager_is_not_asked_twice(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned", handler=company.a.sales_manager)
    assert [complaint.duty.owner.name, let_it_lapse(complaint)] == ["城东销售经理", "城东总经理"]


def test_acting_stops_the_climb(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer)
    assert let_it_lapse(complaint) == "城东总经理"
    lapsed = complaint.duty
    complaint = services.assign(
        complaint=complaint, to=company.a.account_manager, by=company.a.general_manager, now=now()
    )
    lapsed.refresh_from_db()
    assert (lapsed.state, complaint.duty.owner, complaint.duty.level) == ("closed", company.a.account_manager, 1)
    assert complaint.steps.get(act="assigned").late is True


def test_the_page_says_whom_it_climbs_to_and_it_does(company: Company, client: Client) -> None:
    """What the course announces is what the engine does, at every level."""
    complaint = ComplaintFactory(customer=company.a.customer)
    client.force_login(company.general_manager)
    announced, came = [], []
    for _ in range(4):
        announced.append(client.get(f"/complaints/{complaint.pk}/").context["course"]["climbs_to"].split()[0])
        came.append(let_it_lapse(complaint))
    assert announced == came
    assert client.get(f"/complaints/{complaint.pk}/").context["course"]["climbs_to"] == ""


def test_each_step_of_each_course_has_its_rule(company: Company) -> None:
    """Each gravity has rules of its own: none falls back to a rule of the kind alone."""
    for gravity in ("general", "major"):
        complaint = ComplaintFactory(customer=company.a.customer, gravity=gravity)
        while complaint.duty is not None:
            assert (complaint.duty.rule.kind, complaint.duty.rule.variant) == (complaint.duty.kind, gravity)
            complaint = advance(complaint, to=complaint.next_step)
    assert EscalationRule.objects.filter(kind__startswith="complaint.").count() == 11
