"""As a user: a warning that nobody takes up climbs and ends with an outcome; a complaint ends with an answer."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts import clock
from accounts.models import Customer, Person
from accounts.services.customers import change_class
from complaints.models import Complaint
from duties.models import Duty
from tests.factories.accounts import MonthlyFactFactory
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory, advance

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True)]

SignIn = Callable[[Person], None]


def past_the_deadline(duty: Duty) -> None:
    """Let the time of a duty run out, and let the engine run as cron would."""
    duty.refresh_from_db()
    clock.shift(duty.next_due_at - clock.now() + timedelta(minutes=1))
    call_command("sweep")
    duty.refresh_from_db()


# A warning


@pytest.fixture
def fallen(company: Company) -> Customer:
    """An important shop of branch A that ordered a tenth last month, among shops that ordered as ever."""
    shop = company.a.customer
    change_class(
        customer=shop,
        kind="importance",
        value="important",
        approval_reference="A-1",
        evidence="月均 200 条",
        by=company.a.general_manager,
        now=clock.now(),
    )
    month = clock.today().replace(day=1)
    for back in range(6):
        month = (month - timedelta(days=1)).replace(day=1)
        for customer in (*company.a.customers, *company.b.customers):
            quantity = 20 if customer == shop and back == 0 else 200
            last_order = month + timedelta(days=27)
            MonthlyFactFactory(customer=customer, month=month, quantity=quantity, last_order_on=last_order)
    return shop


def test_a_warning_that_is_not_taken_up_climbs_and_ends_with_an_outcome(
    page: Page, sign_in: SignIn, company: Company, fallen: Customer
) -> None:
    call_command("evaluate_warnings")
    duty = Duty.objects.get(kind="warning.report")

    # The marketing director sees it, and does nothing; nobody else has it to do.
    sign_in(company.marketing_director)
    page.goto(reverse("duties:inbox"))
    row = page.locator("tbody tr", has_text=fallen.name)
    expect(row).to_have_count(1)
    sign_in(company.deputy_general_manager)
    page.goto(reverse("duties:inbox"))
    expect(page.locator("main")).not_to_contain_text(fallen.name)

    # After the limit it is the deputy general manager's.
    past_the_deadline(duty)
    assert (duty.owner, duty.level) == (company.deputy_general_manager, 2)
    page.goto(reverse("duties:inbox"))
    expect(row).to_contain_text("营销总监")
    page.goto(f"/warnings/{duty.subject_id}/")
    expect(page.locator("h1")).to_have_text(fallen.name)
    expect(page.locator(".zd-strip")).to_contain_text("副总经理")

    # They acknowledge and propose a measure.
    what = page.locator("[data-line] input[name$=what]").first
    what.fill("上门盘库，滞销换顺销")
    page.locator("[data-line] select[name$=who]").first.select_option(str(company.a.account_manager.pk))
    page.locator("[data-line] input[name$=by_when]").first.fill((clock.today() + timedelta(days=7)).isoformat())
    page.locator("#propose form button.btn-primary").click()
    expect(page.locator("#measures")).to_contain_text("上门盘库，滞销换顺销")
    assert Duty.objects.open().filter(kind="warning.measure").get().owner == company.a.account_manager

    # The account manager does it; the deputy general manager says what came of it.
    sign_in(company.a.account_manager)
    page.goto(f"/warnings/{duty.subject_id}/")
    page.locator("#measures form button").click()
    expect(page.locator("#measures form")).to_have_count(0)
    sign_in(company.deputy_general_manager)
    page.goto(f"/warnings/{duty.subject_id}/")
    page.locator("#close input[value=recovered]").check()
    page.locator("#close textarea").fill("换货后恢复订购")
    page.locator("#close button.btn-primary").click()
    expect(page.locator("[aria-labelledby=outcome-title]")).to_contain_text("换货后恢复订购")
    duty.refresh_from_db()
    assert duty.state == Duty.State.CLOSED


# A complaint


@pytest.mark.usefixtures("complaints_let_go")
def test_a_complaint_from_the_first_word_to_the_answer(page: Page, sign_in: SignIn, company: Company) -> None:
    shop, manager, sales_manager = company.a.customer, company.a.account_manager, company.a.sales_manager

    # The account manager registers it; the shop is found while typing.
    sign_in(manager)
    page.goto("/complaints/new/")
    page.locator("#find-customer").press_sequentially(shop.name[-3:])
    page.locator("#customers label", has_text=shop.name).click()
    page.fill("#id_reported_by_name", "何顺生")
    page.fill("#id_subject", "送货少了一箱")
    page.fill("#id_text", "单子上有，货里没有。")
    page.click("main button.btn-primary")
    expect(page.locator("h1")).to_have_text("送货少了一箱")
    complaint = Complaint.objects.get()
    record = f"/complaints/{complaint.pk}/"

    # The sales manager does nothing, it climbs, and they mend it all the same.
    past_the_deadline(complaint.duty)
    sign_in(sales_manager)
    page.goto(record)
    expect(page.locator(".zd-strip")).to_contain_text("城东总经理")
    page.locator("#next button.btn-primary").click()
    expect(page.locator("#zd-toasts")).to_contain_text("城东客户经理一")

    # Closing without an answer is refused, by a page that stood open since as by any other way.
    client = Client()
    client.force_login(sales_manager)
    refused = client.post(f"{record}closed/", {"cause": "product"})
    assert refused.status_code == 409
    complaint.refresh_from_db()
    assert complaint.step == "assigned"

    # Investigated, handled, told.
    sign_in(manager)
    page.goto(record)
    for words in ("仓库少装一箱", "当天补货"):
        page.locator("#next textarea").fill(words)
        page.locator("#next button.btn-primary").click()
        expect(page.locator("[aria-labelledby=done-title]")).to_contain_text(words)
    page.locator("#next button.btn-primary").click()
    expect(page.locator("#next .invalid-feedback")).to_have_count(2)
    page.locator("#next input[value=phone]").check()
    page.locator("#next textarea").fill("收到了，下次注意")
    page.locator("#next button.btn-primary").click()
    expect(page.locator("[aria-labelledby=told-title]")).to_contain_text("收到了，下次注意")
    expect(page.locator("#next")).to_have_count(0)

    # The sales manager names the cause and closes; a visit follows.
    sign_in(sales_manager)
    page.goto(record)
    page.locator("#next input[value=sales_staff]").check()
    page.locator("#next button.btn-primary").click()
    expect(page.locator(".zd-head .zd-state")).to_have_text("已结案")
    assert Duty.objects.open().get().kind == "visit.follow_up"
    page.goto("/complaints/?view=all")
    expect(page.locator("#list tbody tr")).to_have_count(1)


@pytest.mark.usefixtures("complaints_let_go")
def test_a_refusal_keeps_what_was_typed(page: Page, sign_in: SignIn, company: Company) -> None:
    """Two people have the same step open: the second one is told who was first, and loses no word."""
    complaint = ComplaintFactory(customer=company.a.customer, step="assigned")
    sign_in(company.a.account_manager)
    page.goto(f"/complaints/{complaint.pk}/")
    page.locator("#next textarea").fill("我也查到了")
    advance(complaint, to="investigated")
    page.locator("#next button.btn-primary").click()
    expect(page.locator(".zd-refusal")).to_contain_text("已办过这一步")
    expect(page.locator("main")).to_contain_text(re.compile("我也查到了"))


@pytest.mark.usefixtures("complaints_let_go")
def test_a_customer_files_and_follows_without_signing_in(page: Page, company: Company) -> None:
    page.goto("/complaints/public/")
    page.fill("#id_code", company.a.customer.code)
    page.fill("#id_name", "何顺生")
    page.fill("#id_phone", "13800006620")
    page.fill("#id_subject", "少货")
    page.fill("#id_text", "少一箱")
    page.click("button.btn-primary")
    number = Complaint.objects.get().number
    expect(page.locator(".zd-gate-box")).to_contain_text(number)
    page.click("a.btn-primary")
    expect(page.locator("#id_number")).to_have_value(number)
    page.fill("#id_last_four", "6620")
    page.click("button.btn-primary")
    expect(page.locator(".zd-facts")).to_contain_text("已收到")
