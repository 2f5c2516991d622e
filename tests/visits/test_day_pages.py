"""The field's day: what it shows, how few queries it takes, what one does to it."""

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Customer, Person
from risk.models import PreTripCheck
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company, signed_in
from tests.visits.field import day_of, passed
from visits.models import DayPlan, PlanOmission, PlanStop


@pytest.mark.parametrize("stops", [1, 3])
def test_the_day_takes_the_same_queries(
    company: Company,
    manager: Person,
    today: date,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    stops: int,
) -> None:
    plan = day_of(manager, today, stops, company.a.unit)
    for _ in range(stops):
        left = CustomerFactory(account_manager=manager, unit=company.a.unit)
        PlanOmission.objects.create(plan=plan, customer=left, reason="no_capacity")
    with django_assert_num_queries(10):
        answer = client.get(reverse("visits:day"))
    assert answer.status_code == 200
    assert len(answer.context["day"].stops) == stops


def test_the_day_shows_where_to_next_and_why(company: Company, manager: Person, today: date, client: Client) -> None:
    plan = day_of(manager, today, 2, company.a.unit)
    answer = client.get(reverse("visits:day"))
    first = plan.stops.first()
    assert first is not None
    assert answer.context["day"].next == first
    assert [why.text for why in answer.context["day"].next.why] == ["三级，超期 2 天没去"]
    assert reverse("visits:gate") in answer.content.decode()  # nobody has looked at the vehicle yet
    passed(manager, company, today)
    assert reverse("visits:arrive", args=[first.customer_id]) in client.get(reverse("visits:day")).content.decode()


def test_nearest_first(company: Company, manager: Person, today: date, client: Client) -> None:
    plan = day_of(manager, today, 3, company.a.unit)
    manager.start_latitude, manager.start_longitude = 30.6586, 104.0648
    manager.save()
    for stop, north in zip(plan.stops.all(), (0.03, 0.01, 0.02), strict=True):
        Customer.objects.filter(pk=stop.customer_id).update(latitude=30.6586 + north)
    shown = client.get(reverse("visits:day"), {"order": "near"}).context["day"]
    assert [stop.sequence for stop in shown.left] == [2, 3, 1]
    assert shown.left[0].away == 1112


def test_somebody_who_leads_is_sent_to_the_team(company: Company, client: Client) -> None:
    answer = signed_in(client, company.a.sales_manager).get(reverse("visits:day"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("visits:team"))


def test_a_day_without_a_plan_says_so(company: Company, manager: Person, client: Client) -> None:
    answer = client.get(reverse("visits:day"))
    assert (answer.status_code, answer.context["day"].plan) == (200, None)
    assert client.get("/visits/day/2026-13-45/").status_code == 404


def test_a_stop_is_skipped_and_taken_back(company: Company, manager: Person, today: date, client: Client) -> None:
    stop = day_of(manager, today, 1, company.a.unit).stops.get()
    assert client.get(reverse("visits:skip", args=[stop.pk])).status_code == 200
    assert client.post(reverse("visits:skip", args=[stop.pk]), {"reason": "other"}).status_code == 422
    answer = client.post(reverse("visits:skip", args=[stop.pk]), {"reason": "closed"})
    stop.refresh_from_db()
    assert (answer["Location"], stop.state, stop.skip_reason) == (reverse("visits:day"), "skipped", "closed")
    client.post(reverse("visits:take-back", args=[stop.pk]))
    stop.refresh_from_db()
    assert stop.state == "planned"


def test_a_supervisor_sees_a_stop_but_does_not_skip_it(company: Company, today: date, client: Client) -> None:
    stop = day_of(company.a.account_manager, today, 1, company.a.unit).stops.get()
    answer = signed_in(client, company.a.sales_manager).post(
        reverse("visits:skip", args=[stop.pk]), {"reason": "closed"}
    )
    stop.refresh_from_db()
    assert (answer.status_code, stop.state) == (409, "planned")


def test_a_customer_is_found_and_added(company: Company, manager: Person, today: date, client: Client) -> None:
    day_of(manager, today, 1, company.a.unit)
    wanted = CustomerFactory(account_manager=manager, unit=company.a.unit, name="柳溪顺达烟酒店")
    found = client.get(reverse("visits:add", args=[today]), {"q": "柳溪"}).context["found"]
    assert list(found) == [wanted]
    client.post(reverse("visits:add-customer", args=[today, wanted.pk]))
    client.post(reverse("visits:add-customer", args=[today, wanted.pk]))
    assert PlanStop.objects.filter(customer=wanted).count() == 1


def test_a_day_is_planned_again_on_demand(company: Company, manager: Person, client: Client) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    answer = client.post(reverse("visits:plan-again", args=[tomorrow]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("visits:day-on", args=[tomorrow]))
    plan = DayPlan.objects.get(person=manager, date=tomorrow)
    assert (plan.state, [stop.customer for stop in plan.stops.all()]) == ("made", [company.a.customer])


def test_a_day_that_is_over_is_not_planned(company: Company, manager: Person, client: Client) -> None:
    yesterday = clock.today() - timedelta(days=1)
    page = client.get(reverse("visits:day-on", args=[yesterday])).content.decode()
    assert (reverse("visits:plan-again", args=[yesterday]) in page, "这一天没有计划" in page) == (False, True)
    client.post(reverse("visits:plan-again", args=[yesterday]))
    assert not DayPlan.objects.exists()


def _checked(**failed: str) -> dict[str, str]:
    items = ("tyres", "brakes", "lights", "steering", "helmet", "gloves", "knee_pads")
    return {"key": str(uuid.uuid4()), **{item: failed.get(item, "ok") for item in items}}


def test_the_gate_opens_after_a_whole_check(company: Company, manager: Person, today: date, client: Client) -> None:
    plan = day_of(manager, today, 2, company.a.unit)
    assert client.get(reverse("visits:gate")).status_code == 200
    partly = _checked()
    del partly["helmet"]
    assert client.post(reverse("visits:gate"), partly).status_code == 422
    assert client.post(reverse("visits:gate"), _checked())["Location"] == reverse("visits:day")
    plan.refresh_from_db()
    assert (PreTripCheck.objects.get().passed, plan.started_at is not None) == (True, True)


def test_a_failed_check_stops_the_rides(company: Company, manager: Person, today: date, client: Client) -> None:
    plan = day_of(manager, today, 2, company.a.unit)
    client.post(reverse("visits:gate"), _checked(brakes="bad") | {"remark": "后刹偏软"})
    check = PreTripCheck.objects.get()
    assert (check.failed, check.remark, check.repair.done_at) == (["brakes"], "后刹偏软", None)
    assert set(plan.stops.values_list("mode", "mode_cause")) == {("phone", "check")}


def test_a_person_sees_the_pages_in_their_language(company: Company, manager: Person, client: Client) -> None:
    client.cookies["django_language"] = "en"
    Person.objects.filter(pk=manager.pk).update(language="en")
    assert "This day has no plan yet" in client.get(reverse("visits:day")).content.decode()
