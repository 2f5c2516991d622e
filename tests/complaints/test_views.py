"""The pages: the list, registering, the record with its one next step, the causes."""

from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from accounts import clock
from accounts.clock import shift
from complaints.models import Complaint
from complaints.views.lists import TABS, export_columns
from duties import services as duties
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory, advance

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
        customer=company.a.customer, gravity="major", subject="=1+1", now=datetime(2026, 11, 20, 9, 5, tzinfo=CHINA)
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


# Registering


FILLED = {
    "channel": "phone",
    "reported_by_name": "何顺生",
    "reported_by_phone": "13800006620",
    "subject": "送货少了一箱",
    "text": "单子上有，货里没有。",
    "gravity": "general",
}


def test_registering_leads_to_the_record(company: Company, client: Client) -> None:
    client.force_login(company.a.account_manager)
    answer = client.post("/complaints/new/", {**FILLED, "customer": company.a.customer.pk}, follow=True)
    complaint = Complaint.objects.get()
    assert answer.redirect_chain == [(f"/complaints/{complaint.pk}/", 302)]
    assert [str(message) for message in answer.context["messages"]] == [
        f"{complaint.number} 已登记，已通知城东销售经理。"
    ]
    assert (complaint.customer, complaint.registered_by) == (company.a.customer, company.a.account_manager)


def test_nobody_registers_for_a_customer_they_do_not_see(company: Company, client: Client) -> None:
    client.force_login(company.a.sales_manager)
    answer = client.post("/complaints/new/", {**FILLED, "customer": company.b.customer.pk})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"customer": ["该客户不在您的范围内。"]}
    assert list(answer.context["customers"]) == []
    assert Complaint.objects.count() == 0


def test_what_was_typed_comes_back_with_the_error_beside_it(company: Company, client: Client) -> None:
    client.force_login(company.a.sales_manager)
    answer = client.post("/complaints/new/", {**FILLED, "customer": company.a.customer.pk, "text": " "})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["text"]
    assert list(answer.context["customers"]) == [company.a.customer]
    assert 'value="送货少了一箱"' in answer.content.decode()


def test_the_customer_may_be_chosen_beforehand(company: Company, client: Client) -> None:
    client.force_login(company.a.sales_manager)
    assert list(client.get(f"/complaints/new/?customer={company.a.customer.pk}").context["customers"]) == [
        company.a.customer
    ]
    assert list(client.get(f"/complaints/new/?customer={company.b.customer.pk}").context["customers"]) == []
    assert list(client.get("/complaints/new/?customer=x").context["customers"]) == []


def test_suggestions_are_few_and_ones_own(company: Company, client: Client) -> None:
    for _ in range(10):
        CustomerFactory(unit=company.a.unit)
    client.force_login(company.a.sales_manager)
    found = client.get("/complaints/new/customers/?find=heshun").context["customers"]
    assert len(found) == 8
    assert {customer.unit for customer in found} == {company.a.unit}
    assert list(client.get("/complaints/new/customers/?find=h").context["customers"]) == []
    assert list(client.get("/complaints/new/customers/?find=B-1").context["customers"]) == []


# The record


STEPS = {
    "registered": ("assigned", {"to": "…", "text": "尽快"}),
    "assigned": ("investigated", {"text": "少装一箱"}),
    "investigated": ("instructed", {"text": "当天补货"}),
    "instructed": ("handled", {"text": "已补"}),
    "handled": ("told", {"told_at": "…", "how": "phone", "customer_said": "好"}),
    "told": ("closed", {"cause": "product", "text": ""}),
}


def test_the_whole_course_by_the_pages(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, gravity="major")
    now = timezone.localtime(clock.now())
    for before, (step, data) in STEPS.items():
        complaint.refresh_from_db()
        assert complaint.step == before
        filled = {
            **data,
            **({"to": company.a.account_manager.pk} if "to" in data else {}),
            **({"told_at": f"{now:%Y-%m-%dT%H:%M}"} if "told_at" in data else {}),
        }
        client.force_login(complaint.duty.owner)
        page = client.get(f"/complaints/{complaint.pk}/")
        assert set(data) == set(page.context["step_form"].fields) - {"told_by"}
        assert client.post(f"/complaints/{complaint.pk}/{step}/", filled).status_code == 302
    complaint.refresh_from_db()
    assert (complaint.step, complaint.cause, complaint.customer_said) == ("closed", "product", "好")
    page = client.get(f"/complaints/{complaint.pk}/")
    assert (page.status_code, page.context["step_form"], page.context["course"].get("holder")) == (200, None, None)


@pytest.mark.parametrize("step", ["registered", "assigned", "investigated", "handled"])
@pytest.mark.parametrize("data", [{}, {"cause": "product"}])
def test_closing_without_feedback_is_refused_in_the_page(
    company: Company, client: Client, step: str, data: dict[str, str]
) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=step)
    client.force_login(complaint.duty.owner)
    answer = client.post(f"/complaints/{complaint.pk}/closed/", data)
    assert answer.status_code == 409
    assert answer.context["refusal"] == ["不能结案：尚未向客户反馈（CMP-3）。"]
    assert "不能结案：尚未向客户反馈（CMP-3）。" in answer.content.decode()
    complaint.refresh_from_db()
    assert complaint.step == step


def test_the_refusal_speaks_the_readers_language(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="handled")
    client.force_login(company.a.sales_manager)
    answer = client.post(f"/complaints/{complaint.pk}/closed/", headers={"accept-language": "en"})
    assert answer.context["refusal"] == ["The complaint cannot be closed: the customer has not been told yet (CMP-3)."]


@pytest.mark.parametrize("missing", ["told_at", "how", "customer_said"])
def test_feedback_without_all_of_it_comes_back(company: Company, client: Client, missing: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="handled")
    client.force_login(company.a.account_manager)
    now = timezone.localtime(clock.now())
    data = {"told_at": f"{now:%Y-%m-%dT%H:%M}", "how": "phone", "customer_said": "好", missing: ""}
    answer = client.post(f"/complaints/{complaint.pk}/told/", data)
    assert answer.status_code == 422
    assert list(answer.context["step_form"].errors) == [missing]


def test_feedback_from_tomorrow_is_refused_beside_its_field(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="handled")
    client.force_login(company.a.account_manager)
    later = timezone.localtime(clock.now()) + timedelta(days=1)
    data = {"told_at": f"{later:%Y-%m-%dT%H:%M}", "how": "phone", "customer_said": "好"}
    answer = client.post(f"/complaints/{complaint.pk}/told/", data)
    assert (answer.status_code, answer.context["step_form"].errors) == (422, {"told_at": ["反馈时间不能晚于现在。"]})


def test_who_comes_too_late_keeps_their_words(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned")
    advance(complaint, to="investigated")
    client.force_login(company.a.account_manager)
    answer = client.post(f"/complaints/{complaint.pk}/investigated/", {"text": "我也查到了"})
    assert answer.status_code == 409
    assert answer.context["refusal"] == ["城东客户经理一已办过这一步，未作改动。"]
    assert answer.context["typed"] == "我也查到了"
    assert "我也查到了" in answer.content.decode()


def test_who_does_not_owe_the_step_sees_no_form_and_is_refused(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned")
    client.force_login(company.a.general_manager)
    page = client.get(f"/complaints/{complaint.pk}/")
    assert (page.context["step_form"], page.context["reassign_form"]) == (None, None)
    answer = client.post(f"/complaints/{complaint.pk}/investigated/", {"text": "越权"})
    assert (answer.status_code, answer.context["refusal"]) == (409, ["这一步由城东客户经理一办理。"])


def test_only_who_acts_sees_the_phone_whole(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned", reported_by_phone="13912345678")
    client.force_login(company.a.account_manager)
    assert "13912345678" in client.get(f"/complaints/{complaint.pk}/").content.decode()
    client.force_login(company.a.general_manager)
    content = client.get(f"/complaints/{complaint.pk}/").content.decode()
    assert "13912345678" not in content
    assert "139****5678" in content


def test_the_course_names_the_holder_the_deadline_and_whom_it_climbs_to(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer)
    client.force_login(company.a.sales_manager)
    course = client.get(f"/complaints/{complaint.pk}/").context["course"]
    assert (course["holder"], course["due"], course["climbs_to"]) == (
        "城东销售经理 分支机构销售经理",
        complaint.duty.next_due_at,
        "城东总经理 分支机构总经理",
    )
    assert [(str(step["title"]), step.get("active", False)) for step in course["steps"]] == [
        ("登记", False),
        ("指派", True),
        ("调查", False),
        ("处理", False),
        ("反馈", False),
        ("结案", False),
    ]


def test_the_history_tells_of_climbing_too(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer)
    shift(timedelta(days=1))
    duties.sweep()
    client.force_login(company.a.sales_manager)
    events = client.get(f"/complaints/{complaint.pk}/").context["events"]
    assert [event["text"] for event in events] == [
        "逾期，上升至城东总经理（分支机构总经理）",
        "城东客户经理一登记投诉",
    ]


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("reader", ["sales_manager", "general_manager"])
def test_the_record_takes_eleven_queries(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries, steps: int, reader: str
) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=["", "registered", "", "investigated"][steps])
    client.force_login(getattr(company.a, reader))
    client.get("/complaints/")
    with django_assert_num_queries(11):
        client.get(f"/complaints/{complaint.pk}/")


def test_the_look_beside_the_list(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="investigated")
    client.force_login(company.a.sales_manager)
    client.get("/complaints/")
    with django_assert_num_queries(6):
        answer = client.get(f"/complaints/{complaint.pk}/look/")
    assert [step.act for step in answer.context["steps"]] == ["investigated", "assigned", "registered"]


def test_giving_it_to_somebody_else(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned")
    client.force_login(company.a.sales_manager)
    address = f"/complaints/{complaint.pk}/hand-over/"
    assert client.post(address, {"to": company.b.account_manager.pk}).status_code == 422
    assert client.post(address, {"to": company.a.customer_officer.pk, "text": "请假"}).status_code == 302
    complaint.refresh_from_db()
    assert complaint.handler == company.a.customer_officer
    client.force_login(company.a.general_manager)
    assert client.post(address, {"to": company.a.account_manager.pk}).status_code == 409


def test_making_it_major_and_general_again(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned")
    address = f"/complaints/{complaint.pk}/gravity/"
    client.force_login(company.a.sales_manager)
    assert client.post(address, {"text": ""}).status_code == 422
    assert client.post(address, {"text": "三家都有"}).status_code == 302
    assert client.post(address, {"text": "算了"}).status_code == 409
    client.force_login(company.deputy_in_charge)
    assert client.post(address, {"text": "不算"}).status_code == 302
    complaint.refresh_from_db()
    assert complaint.gravity == "general"


def test_an_unknown_step_does_not_exist(company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer)
    client.force_login(company.a.sales_manager)
    assert client.post(f"/complaints/{complaint.pk}/registered/").status_code == 404
    assert client.get(f"/complaints/{complaint.pk}/assigned/").status_code == 405


# The causes


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


def test_the_causes_take_six_queries(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    closed_on(company, "a", clock.now(), "policy")
    client.force_login(company.a.sales_manager)
    client.get("/complaints/")
    with django_assert_num_queries(6):
        client.get("/complaints/causes/")
