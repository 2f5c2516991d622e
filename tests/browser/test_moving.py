"""A stop is dragged, its effect shows, it is saved with a reason and undone; by mouse and by keys (VIS-4)."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts import clock
from accounts.models import Person
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.visits import DayPlanFactory, PlanStopFactory
from visits.models import DayPlan, DayRule, PlanChange, PlanStop

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True)]

SignIn = Callable[[Person], None]


@pytest.fixture
def plan(company: Company) -> DayPlan:
    """Tomorrow's plan with three shops along a street, and a draft of the day after with one."""
    DayRule.objects.get_or_create(pk=1)  # a test before this one may have emptied the tables
    manager = company.a.account_manager
    manager.start_latitude, manager.start_longitude = 30.65, 104.05
    manager.save()
    first = DayPlanFactory(person=manager, date=clock.today() + timedelta(days=1))
    second = DayPlanFactory(person=manager, date=clock.today() + timedelta(days=2), state=DayPlan.State.DRAFT)
    for day, steps in ((first, (1, 2, 3)), (second, (4,))):
        for step in steps:
            shop = CustomerFactory(
                name=f"{step}号店",
                unit=company.a.unit,
                account_manager=manager,
                latitude=30.65,
                longitude=104.05 + 0.01 * step,
            )
            PlanStopFactory(plan=day, customer=shop)
    return first


def names(plan: DayPlan) -> list[str]:
    stops = PlanStop.objects.filter(plan=plan, state="planned").order_by("sequence")
    return list(stops.values_list("customer__name", flat=True))


def drag(page: Page, source: str, target: str) -> None:
    """Take a stop by its grip to just below another."""
    grip = page.locator("[data-stop]", has_text=source).locator(".v-grip")
    start = grip.bounding_box()
    end = page.locator("[data-stop]", has_text=target).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 12, start["y"] + 40, steps=4)
    page.mouse.move(end["x"] + 60, end["y"] + end["height"] - 4, steps=10)
    page.mouse.up()


def test_a_stop_is_dragged_weighed_saved_and_undone(
    page: Page, sign_in: SignIn, company: Company, plan: DayPlan
) -> None:
    sign_in(company.a.account_manager)
    page.goto(f"/visits/plans/{plan.pk}/change/")
    expect(page.locator("[data-save]")).to_be_disabled()
    before = int(page.locator("[data-effect] dd").first.inner_text().split()[0])

    drag(page, "1号店", "3号店")
    ride = page.locator("[data-ride]")
    expect(ride).to_be_visible()
    assert int(ride.inner_text()) > before
    assert names(plan) == ["1号店", "2号店", "3号店"]  # only weighed so far
    page.locator("select[name=reason]").select_option("customer")
    page.locator("[data-save]").click()
    toast = page.locator(".zd-toast")
    expect(toast).to_have_count(1)
    assert names(plan) == ["2号店", "3号店", "1号店"]
    expect(page.locator("[aria-labelledby=changes]")).to_contain_text("1号店")

    toast.locator("form button").click()
    page.wait_for_load_state()
    assert names(plan) == ["1号店", "2号店", "3号店"]
    assert PlanChange.objects.get().undone_at is not None


def test_keys_move_a_stop_to_the_next_day(page: Page, sign_in: SignIn, company: Company, plan: DayPlan) -> None:
    sign_in(company.a.account_manager)
    page.goto(f"/visits/plans/{plan.pk}/change/")
    grip = page.locator("[data-stop]", has_text="3号店").locator(".v-grip")
    grip.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-plan]").nth(1).locator("[data-stop]")).to_have_count(2)
    expect(page.locator("[data-ride]")).to_be_visible()
    page.locator("[data-discard]").click()
    expect(page.locator("[data-plan]").nth(1).locator("[data-stop]")).to_have_count(1)
    grip.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    arrangement = json.loads(page.locator("input[name=arrangement]").input_value())
    assert [len(stops) for stops in arrangement.values()] == [2, 2]
    page.locator("select[name=reason]").select_option("meeting")
    page.locator("[data-save]").click()
    expect(page.locator(".zd-toast")).to_have_count(1)
    later = DayPlan.objects.get(person=plan.person, state=DayPlan.State.DRAFT)
    assert names(later) == ["3号店", "4号店"]
