"""The record of a complaint with its one next step."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.clock import shift
from duties import services as duties
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory, advance

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
    shift(complaint.duty.next_due_at - clock.now() + timedelta(minutes=1))
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
