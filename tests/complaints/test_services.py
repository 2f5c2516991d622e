"""The steps as services: who is told and owes what, what is refused, and what is written (CMP-1…3, CMP-6)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from accounts.clock import shift
from accounts.models import Person
from accounts.services.organisation import record_absence
from complaints import services
from complaints.models import Complaint, ComplaintStep
from complaints.services import Refused
from duties import services as duties
from duties.models import Duty, DutyEvent, Notice
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory, advance

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def _english() -> None:
    with translation.override("en"):
        yield


def told(complaint: Complaint) -> set[tuple[str, str]]:
    return set(Notice.objects.filter(duty=complaint.duty).values_list("recipient__name", "channel"))


def test_registering_numbers_records_and_lets_the_sales_manager_know_at_once(company: Company) -> None:
    complaint = services.register(
        customer=company.a.customer,
        channel="phone",
        reported_by_name=" 何顺生 ",
        reported_by_phone="13800006620",
        subject="送货少了一箱",
        text="单子上有，货里没有。",
        by=company.a.account_manager,
        now=MONDAY,
    )
    complaint.refresh_from_db()
    assert complaint.number.startswith("TS-2611-")
    assert (complaint.step, complaint.gravity, complaint.reported_by_name) == ("registered", "general", "何顺生")
    assert complaint.duty is not None
    assert (complaint.duty.kind, complaint.duty.owner, complaint.duty.next_due_at) == (
        "complaint.assign",
        company.a.sales_manager,
        MONDAY.replace(hour=11),
    )
    assert told(complaint) == {("城东销售经理", "inbox")}
    assert list(complaint.steps.values_list("act", "by", "at", "deadline")) == [
        ("registered", company.a.account_manager.pk, MONDAY, None)
    ]


def test_numbers_run_on(company: Company) -> None:
    first, second = (ComplaintFactory(customer=company.a.customer, now=MONDAY) for _ in range(2))
    assert int(second.number.rpartition("-")[2]) == int(first.number.rpartition("-")[2]) + 1


def test_a_major_one_goes_to_the_deputy_in_charge_and_the_sales_manager_still_knows(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, gravity="major", now=MONDAY)
    assert complaint.duty.owner == company.deputy_in_charge
    assert told(complaint) == {("主管副经理", "inbox"), ("城东销售经理", "inbox")}


def test_an_absent_sales_managers_delegate_is_told(company: Company) -> None:
    record_absence(
        person=company.a.sales_manager,
        delegate=company.a.customer_officer,
        starts_on=MONDAY.date(),
        ends_on=MONDAY.date(),
    )
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    assert complaint.duty.owner == company.a.customer_officer


@pytest.mark.parametrize("missing", ["reported_by_name", "subject", "text"])
def test_a_complaint_is_registered_whole(company: Company, missing: str) -> None:
    with pytest.raises(Refused) as refused:
        ComplaintFactory(customer=company.a.customer, **{missing: "  "})
    assert refused.value.field == missing
    assert Complaint.objects.count() == 0


@pytest.mark.parametrize(
    ("gravity", "expected"),
    [
        (
            "general",
            [
                ("complaint.assign", "城东销售经理"),
                ("complaint.investigate", "城东客户经理一"),
                ("complaint.handle", "城东客户经理一"),
                ("complaint.tell", "城东客户经理一"),
                ("complaint.close", "城东销售经理"),
                ("visit.follow_up", "城东客户经理一"),
            ],
        ),
        (
            "major",
            [
                ("complaint.assign", "主管副经理"),
                ("complaint.investigate", "城东客户经理一"),
                ("complaint.instruct", "主管副经理"),
                ("complaint.handle", "城东客户经理一"),
                ("complaint.tell", "城东客户经理一"),
                ("complaint.close", "主管副经理"),
                ("visit.follow_up", "城东客户经理一"),
            ],
        ),
    ],
)
def test_the_whole_course_is_owed_by_the_right_people(
    company: Company, gravity: str, expected: list[tuple[str, str]]
) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, gravity=gravity, step="closed", now=MONDAY)
    complaint.refresh_from_db()
    assert list(Duty.objects.order_by("pk").values_list("kind", "owner__name")) == expected
    assert set(Duty.objects.exclude(kind="visit.follow_up").values_list("state", flat=True)) == {"closed"}
    assert (complaint.duty, complaint.cause, complaint.closed_at) == (None, "product", MONDAY)
    assert list(complaint.steps.order_by("pk").values_list("act", flat=True)) == [
        "registered",
        "assigned",
        "investigated",
        *(["instructed"] if gravity == "major" else []),
        "handled",
        "told",
        "closed",
    ]


def test_closing_asks_for_a_follow_up_visit(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="closed", now=MONDAY)
    visit = Duty.objects.open().get()
    assert (visit.kind, visit.subject_id, visit.customer_id, visit.owner) == (
        "visit.follow_up",
        complaint.customer_id,
        complaint.customer_id,
        company.a.account_manager,
    )
    assert visit.details == {"reason": f"{complaint.number} {complaint.subject}"}


def test_each_step_keeps_its_deadline_and_says_whether_it_was_late(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    late = MONDAY + timedelta(hours=3)
    complaint = services.assign(complaint=complaint, to=company.a.account_manager, by=company.a.sales_manager, now=late)
    complaint = services.investigate(
        complaint=complaint, text="少装一箱。", by=company.a.account_manager, now=late + timedelta(hours=2)
    )
    steps = {step.act: step for step in complaint.steps.all()}
    assert (steps["assigned"].deadline, steps["assigned"].late) == (MONDAY.replace(hour=11), True)
    assert steps["assigned"].to == company.a.account_manager
    two_working_days_on = datetime(2026, 11, 25, 12, 0, tzinfo=CHINA)
    assert (steps["investigated"].deadline, steps["investigated"].late) == (two_working_days_on, False)


def test_feedback_is_kept_whole(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="handled", now=MONDAY)
    told_at = MONDAY + timedelta(hours=1)
    complaint = services.tell_customer(
        complaint=complaint,
        told_at=told_at,
        how="visit",
        customer_said=" 货到了就行。 ",
        told_by=company.a.sales_manager,
        by=company.a.account_manager,
        now=MONDAY + timedelta(hours=2),
    )
    complaint.refresh_from_db()
    assert (complaint.told_at, complaint.told_by, complaint.told_how, complaint.customer_said) == (
        told_at,
        company.a.sales_manager,
        "visit",
        "货到了就行。",
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"how": ""}, "how"),
        ({"how": "pigeon"}, "how"),
        ({"customer_said": " \n "}, "customer_said"),
        ({"told_at": MONDAY + timedelta(minutes=1)}, "told_at"),
        ({"told_at": MONDAY - timedelta(minutes=1)}, "told_at"),
    ],
)
def test_feedback_is_refused_unless_whole(company: Company, changed: dict[str, object], field: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="handled", now=MONDAY)
    values = {"told_at": MONDAY, "how": "phone", "customer_said": "好。", **changed}
    with pytest.raises(Refused) as refused:
        services.tell_customer(complaint=complaint, by=company.a.account_manager, now=MONDAY, **values)
    assert refused.value.field == field
    complaint.refresh_from_db()
    assert complaint.step == "handled"


Act = Callable[[Complaint, Person], Complaint]
ACTS: dict[str, Act] = {
    "assigned": lambda complaint, by: services.assign(complaint=complaint, to=by, by=by, now=MONDAY),
    "investigated": lambda complaint, by: services.investigate(complaint=complaint, text="查。", by=by, now=MONDAY),
    "instructed": lambda complaint, by: services.instruct(complaint=complaint, text="批。", by=by, now=MONDAY),
    "handled": lambda complaint, by: services.handle(complaint=complaint, text="办。", by=by, now=MONDAY),
    "told": lambda complaint, by: services.tell_customer(
        complaint=complaint, told_at=MONDAY, how="phone", customer_said="好。", by=by, now=MONDAY
    ),
    "closed": lambda complaint, by: services.close(complaint=complaint, cause="policy", by=by, now=MONDAY),
}


@pytest.mark.parametrize("gravity", ["general", "major"])
@pytest.mark.parametrize("at", ["registered", "assigned", "investigated", "handled", "told", "closed"])
def test_only_the_step_that_is_owed_can_be_taken(company: Company, gravity: str, at: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, gravity=gravity, step=at, now=MONDAY)
    owner = complaint.duty.owner if complaint.duty else company.a.sales_manager
    for step, act in ACTS.items():
        if step == complaint.next_step:
            continue
        with pytest.raises(Refused):
            act(complaint, owner)
        complaint.refresh_from_db()
        assert complaint.step == at, step


def test_closing_before_telling_says_why(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="handled", now=MONDAY)
    with pytest.raises(Refused) as refused:
        services.close(complaint=complaint, cause="product", by=company.a.sales_manager, now=MONDAY)
    assert str(refused.value) == "The complaint cannot be closed: the customer has not been told yet (CMP-3)."


def test_closing_names_the_cause(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="told", now=MONDAY)
    with pytest.raises(Refused) as refused:
        services.close(complaint=complaint, cause="", by=company.a.sales_manager, now=MONDAY)
    assert (str(refused.value), refused.value.field) == ("Name the cause (CMP-6).", "cause")


@pytest.mark.parametrize("step", ["investigated", "instructed", "handled"])
def test_a_step_needs_words(company: Company, step: str) -> None:
    before = {"investigated": "assigned", "instructed": "investigated", "handled": "instructed"}[step]
    complaint = ComplaintFactory(customer=company.a.customer, gravity="major", step=before, now=MONDAY)
    act = {"investigated": services.investigate, "instructed": services.instruct, "handled": services.handle}[step]
    with pytest.raises(Refused) as refused:
        act(complaint=complaint, text=" ", by=complaint.duty.owner, now=MONDAY)
    assert refused.value.field == "text"


def test_only_who_owes_the_step_takes_it(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    for person in (company.a.account_manager, company.a.general_manager, company.b.sales_manager):
        assert services.rights(complaint=complaint, person=person).act is False
        with pytest.raises(Refused) as refused:
            services.assign(complaint=complaint, to=person, by=person, now=MONDAY)
        assert str(refused.value) == "This step is 城东销售经理's."


def test_who_let_it_climb_may_still_act(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer)
    shift(timedelta(days=30))
    duties.sweep()
    complaint.refresh_from_db()
    assert services.rights(complaint=complaint, person=company.a.sales_manager).act is True
    assert services.rights(complaint=complaint, person=company.a.general_manager).act is True


def test_becoming_major_brings_it_to_the_deputy_in_charge(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="investigated", now=MONDAY)
    complaint = services.change_gravity(
        complaint=complaint, gravity="major", text="三家店都少货。", by=company.a.account_manager, now=MONDAY
    )
    complaint.refresh_from_db()
    assert complaint.gravity == "major"
    assert (complaint.duty.kind, complaint.duty.owner) == ("complaint.instruct", company.deputy_in_charge)
    assert told(complaint) == {("主管副经理", "inbox"), ("城东销售经理", "inbox")}
    assert list(Duty.objects.open().values_list("kind", flat=True)) == ["complaint.instruct"]
    assert complaint.steps.order_by("-pk").values_list("act", "text").first() == ("made_major", "三家店都少货。")


def test_becoming_major_while_investigated_keeps_the_handler_and_tells_the_deputy(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned", now=MONDAY)
    complaint = services.change_gravity(
        complaint=complaint, gravity="major", text="要上报。", by=company.a.sales_manager, now=MONDAY
    )
    assert (complaint.duty.kind, complaint.duty.owner) == ("complaint.investigate", company.a.account_manager)
    assert ("主管副经理", "inbox") in told(complaint)


def test_only_the_deputy_in_charge_makes_it_general_again(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, gravity="major", step="assigned", now=MONDAY)
    with pytest.raises(Refused):
        services.change_gravity(
            complaint=complaint, gravity="general", text="不大。", by=company.a.account_manager, now=MONDAY
        )
    complaint = services.change_gravity(
        complaint=complaint, gravity="general", text="不大。", by=company.deputy_in_charge, now=MONDAY
    )
    assert complaint.gravity == "general"


@pytest.mark.parametrize(
    ("step", "gravity", "text"),
    [
        ("assigned", "general", "又"),
        ("assigned", "major", "  "),
        ("handled", "major", "晚了"),
        ("closed", "major", "晚了"),
    ],
)
def test_a_change_of_gravity_is_refused(company: Company, step: str, gravity: str, text: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=step, now=MONDAY)
    with pytest.raises(Refused):
        services.change_gravity(
            complaint=complaint, gravity=gravity, text=text, by=company.deputy_in_charge, now=MONDAY
        )
    complaint.refresh_from_db()
    assert complaint.gravity == "general"


def test_giving_it_to_somebody_else_keeps_the_deadline(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned", now=MONDAY)
    due_at = complaint.duty.next_due_at
    complaint = services.reassign(
        complaint=complaint,
        to=company.a.customer_officer,
        by=company.a.sales_manager,
        now=MONDAY + timedelta(hours=4),
        text="小王请假。",
    )
    complaint.refresh_from_db()
    assert (complaint.handler, complaint.duty.owner, complaint.duty.next_due_at) == (
        company.a.customer_officer,
        company.a.customer_officer,
        due_at,
    )
    complaint = advance(complaint, to="handled", now=MONDAY)
    assert complaint.duty.owner == company.a.customer_officer
    assert DutyEvent.objects.filter(act="handed_over").count() == 1


def test_what_was_handed_over_in_the_inbox_stays_with_them(company: Company) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned", now=MONDAY)
    duties.hand_over(duty=complaint.duty, to=company.a.customer_officer, by=company.a.account_manager, now=MONDAY)
    complaint.refresh_from_db()
    complaint = advance(complaint, to="handled", now=MONDAY)
    assert (complaint.handler, complaint.duty.owner) == (company.a.customer_officer, company.a.customer_officer)


@pytest.mark.parametrize("step", ["registered", "told", "closed"])
def test_there_is_nothing_to_give_before_and_after_the_handler_owes(company: Company, step: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=step, now=MONDAY)
    with pytest.raises(Refused):
        services.reassign(complaint=complaint, to=company.a.customer_officer, by=company.a.sales_manager, now=MONDAY)


def test_a_customer_without_account_manager(company: Company) -> None:
    """Nobody is named: the sales manager stands in for the vacancy (ORG-3)."""
    orphan = CustomerFactory(unit=company.a.unit, account_manager=None)
    complaint = ComplaintFactory(customer=orphan, step="closed", now=MONDAY)
    assert ComplaintStep.objects.filter(complaint=complaint, to=company.a.sales_manager).count() == 1


def test_a_vacant_sales_manager_is_seen(company: Company) -> None:
    company.a.sales_manager.posts.update(ends_on=MONDAY.date() - timedelta(days=1))
    complaint = ComplaintFactory(customer=company.a.customer, now=MONDAY)
    assert (complaint.duty.owner, complaint.duty.vacant) == (company.a.general_manager, True)
