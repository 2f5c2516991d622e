"""As a user: an indicator made in the page, tried on the past, put live; its first report, a measure, its effect."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.urls import reverse
from early_warnings.models import EarlyWarning, Indicator, Measure
from early_warnings.rules import months_back
from playwright.sync_api import Page, expect

from accounts import clock
from accounts.models import Customer, Person
from accounts.services.customers import change_class
from tests.factories.accounts import CustomerFactory, MonthlyFactFactory
from tests.factories.company import Company

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True)]

SignIn = Callable[[Person], None]
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
OCTOBER = date(2026, 10, 1)


def facts(customer: Customer, items: list[int], *, until: date = OCTOBER) -> None:
    """Months of a shop that orders as much as ever, of so many different items."""
    for back, count in enumerate(reversed(items)):
        month = months_back(until, back)
        MonthlyFactFactory(
            customer=customer, month=month, quantity=200, amount=40000, orders=4, items=count,
            last_order_on=month + timedelta(days=27),
        )  # fmt: skip


@pytest.fixture
def shops(company: Company) -> Customer:
    """Shops that order forty items each month; an important one orders ten since October."""
    clock.shift(MONDAY - clock.now())
    shop = company.a.customer
    change_class(
        customer=shop, kind="importance", value="important", approval_reference="A-1", evidence="月均 200 条",
        by=company.a.general_manager, now=clock.now(),
    )  # fmt: skip
    for other in CustomerFactory.create_batch(8, unit=company.b.unit, account_manager=company.b.account_manager):
        facts(other, [40] * 20)
    facts(shop, [40] * 19 + [10])
    Indicator.objects.exclude(family="x").update(valid_until=date(2026, 1, 1))  # only what is made here raises reports
    return shop


def make(page: Page) -> None:
    """A draft, data only; what is missing is said at its field."""
    page.goto("/warnings/indicators/")
    page.get_by_role("link", name="新建指标").click()
    page.fill("#id_name_zh", "品规数下降")
    page.fill("#id_name_en", "fewer items")
    page.select_option("#id_measure", "")
    page.select_option("#id_comparison", "before")
    expect(page.locator("#id_base_period")).to_be_visible()
    expect(page.locator("#id_of_indicator")).to_be_hidden()
    page.click("main button.btn-primary")
    expect(page.locator("#id_measure-error")).to_have_text("请选择衡量什么。")
    page.select_option("#id_measure", "items")
    page.check("#id_against_market")
    page.click("main button.btn-primary")
    expect(page.locator("h1")).to_have_text("品规数下降")
    expect(page.locator(".zd-head .zd-state")).to_have_text("草稿")


def give_lines(page: Page, hit_one: Customer) -> None:
    """A line for all, a looser one for important customers: the page says who would be hit, and which line decides."""
    for importance, near, breach in (("", "0.2", "0.1"), ("important", "0.7", "0.5")):
        page.select_option("#lines #id_importance", importance)
        page.fill("#lines #id_near", near)
        page.fill("#lines #id_breach", breach)
        page.locator("#lines form.zd-line-form button").click()
        expect(page.locator("#lines tbody tr")).to_have_count(1 if not importance else 2)
    hit = page.locator("#hits tbody tr")
    expect(hit).to_have_count(1)
    expect(hit).to_contain_text(hit_one.name)
    expect(hit).to_contain_text("重要")


def try_on_the_past(page: Page) -> None:
    """Nothing waits for the page."""
    page.locator("#past form button").click()
    expect(page.locator("#past [data-trial]")).to_contain_text("可以离开本页")
    call_command("try_indicators")
    expect(page.locator("#past table")).to_contain_text("每月新增报告", timeout=15000)
    expect(page.locator("#past")).to_contain_text("营销总监")


def propose_a_measure(page: Page, who: Person) -> None:
    """Who, by when."""
    page.locator("[data-line] input[name$=what]").first.fill("补齐缺货品规")
    page.locator("[data-line] select[name$=way]").first.select_option("stock")
    page.locator("[data-line] select[name$=who]").first.select_option(str(who.pk))
    page.locator("[data-line] input[name$=by_when]").first.fill("2026-11-27")
    page.locator("#propose form button.btn-primary").click()
    expect(page.locator("#measures")).to_contain_text("补齐缺货品规")


def read_the_effect_and_close(page: Page) -> None:
    """Measured again: recovered, and the outcome is proposed."""
    expect(page.locator("#measures")).to_contain_text("27% → 130%")
    expect(page.locator("#measures")).to_contain_text("挽回")
    expect(page.locator("#close input[value=recovered]")).to_be_checked()
    page.locator("#close textarea").fill("补货后品规恢复")
    page.locator("#close button.btn-primary").click()
    expect(page.locator("[aria-labelledby=outcome-title]")).to_contain_text("补货后品规恢复")


@pytest.mark.usefixtures("complaints_let_go")
def test_an_indicator_from_the_page_to_its_effect(
    page: Page, sign_in: SignIn, company: Company, shops: Customer
) -> None:
    sign_in(company.general_manager)
    make(page)
    give_lines(page, shops)
    try_on_the_past(page)

    # Put live from today; that night its first report comes to the desk of important customers.
    page.locator("#live button").click()
    expect(page.locator(".zd-head .zd-state")).to_have_text("启用中")
    call_command("evaluate_warnings")
    report = EarlyWarning.objects.get()
    assert (report.customer, report.duty.owner) == (shops, company.marketing_director)
    sign_in(company.marketing_director)
    page.goto(reverse("duties:inbox"))
    expect(page.locator("tbody tr", has_text=shops.name)).to_have_count(1)
    page.goto(f"/warnings/{report.pk}/")
    expect(page.locator("[aria-labelledby=why-title]")).to_contain_text("品规数下降")
    propose_a_measure(page, company.a.account_manager)
    sign_in(company.a.account_manager)
    page.goto(f"/warnings/{report.pk}/")
    page.locator("#measures form button").click()
    expect(page.locator("#measures form")).to_have_count(0)

    # Four weeks later the same indicator is measured again.
    clock.shift(timedelta(days=29))
    for customer in Customer.objects.filter(facts__month=OCTOBER):
        facts(customer, [40], until=date(2026, 11, 1))
    call_command("evaluate_warnings")
    assert Measure.objects.get().verdict == "recovered"
    sign_in(company.marketing_director)
    page.goto(f"/warnings/{report.pk}/")
    read_the_effect_and_close(page)
