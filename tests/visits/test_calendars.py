"""A calendar to subscribe to (RFC 5545), read by another parser; the day sheet; a route as a drawing."""

from datetime import timedelta

import pytest
import vobject
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Person
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.visits import DayPlanFactory, PlanStopFactory
from visits.models import CalendarKey, DayPlan, PlanStop
from visits.reasons import to_bring
from visits.rules.sketch import sketch
from visits.services.calendars import calendar_of, make_calendar_key, person_of_key, revoke_calendar_key


@pytest.fixture
def manager(company: Company) -> Person:
    return company.a.account_manager


@pytest.fixture
def stops(company: Company, manager: Person) -> list[PlanStop]:
    """Today's visit, a call tomorrow that is still a draft, a skipped one, and one long ago."""
    today = clock.today()
    shop = CustomerFactory(
        name="和顺，烟酒；店", address="滨江大道 12 号, 一层", unit=company.a.unit, account_manager=manager
    )
    plan = DayPlanFactory(person=manager, date=today)
    draft = DayPlanFactory(person=manager, date=today + timedelta(days=1), state=DayPlan.State.DRAFT)
    old = DayPlanFactory(person=manager, date=today - timedelta(days=15))
    return [
        PlanStopFactory(plan=plan, customer=shop),
        PlanStopFactory(
            plan=plan, customer=company.a.customer, state="skipped", skip_reason="closed", acted_at=clock.now()
        ),
        PlanStopFactory(plan=draft, customer=shop, mode="phone", planned_mode="phone"),
        PlanStopFactory(plan=old, customer=shop),
    ]


def events(body: bytes) -> list[vobject.base.Component]:
    return list(vobject.readOne(body.decode()).vevent_list)


def test_another_program_reads_the_visits(manager: Person, stops: list[PlanStop]) -> None:
    first, call = events(calendar_of(manager, clock.today()))
    assert first.summary.value == "和顺，烟酒；店"
    assert first.location.value == "滨江大道 12 号, 一层"
    assert (first.dtstart.value, first.dtend.value) == (stops[0].arrive_at, stops[0].leave_at)
    assert (first.status.value, call.status.value) == ("CONFIRMED", "TENTATIVE")
    assert call.summary.value.endswith("和顺，烟酒；店")
    assert not hasattr(call, "location")
    assert len({first.uid.value, call.uid.value}) == 2
    assert stops[0].customer.phone not in calendar_of(manager, clock.today()).decode()


def test_the_uid_stays_when_a_visit_is_planned_anew(manager: Person, stops: list[PlanStop]) -> None:
    before = [event.uid.value for event in events(calendar_of(manager, clock.today()))]
    for stop in stops:
        fields = {"plan": stop.plan, "customer": stop.customer, "state": stop.state}
        extra = {"skip_reason": stop.skip_reason, "acted_at": stop.acted_at, "mode": stop.mode}
        extra["sequence"] = stop.sequence
        stop.delete()
        PlanStopFactory(**fields, **extra, planned_mode=stop.planned_mode)
    assert [event.uid.value for event in events(calendar_of(manager, clock.today()))] == before


def test_the_address_is_made_replaced_and_taken_back(manager: Person, stops: list[PlanStop], client: Client) -> None:
    client.force_login(manager)
    address = client.post(reverse("visits:calendar")).context["address"]
    reader = Client()  # nobody signed in
    answer = reader.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert len(events(answer.content)) == 2
    assert CalendarKey.objects.get().digest not in address
    newer = client.post("/api/calendar/").json()["address"]
    assert (reader.get(address).status_code, reader.get(newer).status_code) == (404, 200)
    client.post(reverse("visits:calendar"), {"revoke": "1"})
    assert reader.get(newer).status_code == 404
    token = make_calendar_key(person=manager, now=clock.now())
    assert person_of_key(token) == manager
    Person.objects.filter(pk=manager.pk).update(is_active=False)
    assert person_of_key(token) is None
    assert client.get(reverse("visits:calendar-feed", args=["x"])).status_code == 404


def test_one_key_at_a_time(manager: Person) -> None:
    make_calendar_key(person=manager, now=clock.now())
    with pytest.raises(IntegrityError, match="one_calendar_key_a_person_at_a_time"), transaction.atomic():
        CalendarKey.objects.create(person=manager, digest="x", made_at=clock.now())
    assert revoke_calendar_key(person=manager, now=clock.now()) == 1


def test_the_feed_takes_one_query_for_any_number(
    manager: Person, stops: list[PlanStop], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    today = clock.today()
    with django_assert_num_queries(1):
        calendar_of(manager, today)


# The day on paper


def test_the_sheet_says_what_to_bring(manager: Person, stops: list[PlanStop], client: Client, company: Company) -> None:
    PlanStop.objects.filter(pk=stops[0].pk).update(
        reasons=[
            {"code": "promised", "reason": "促销海报两张", "on": ""},
            {"code": "licence", "expires_on": "2026-12-01"},
        ]
    )
    client.force_login(manager)
    page = client.get(reverse("visits:sheet", args=[stops[0].plan_id]))
    (shown,) = page.context["stops"]
    assert [len(shown.bring), "促销海报两张" in shown.bring[0]] == [2, True]
    assert shown.customer.phone in page.content.decode()
    client.force_login(company.a.sales_manager)
    assert shown.customer.phone not in client.get(reverse("visits:sheet", args=[stops[0].plan_id])).content.decode()


def test_what_to_bring() -> None:
    assert to_bring([{"code": "due", "tier": 1, "due_on": "2026-11-23"}, {"code": "promised"}]) == []
    assert len(to_bring([{"code": "order_tomorrow"}, {"code": "overstocked", "ratio": 4.0}])) == 2


def test_a_route_is_drawn_north_up() -> None:
    drawn = sketch([(30.0, 104.0, 1), (30.1, 104.0, 2)], (30.0, 104.1), width=700, height=260)
    assert drawn is not None
    (x1, y1, one), (x2, y2, two) = drawn.points
    assert (one, two, x1 == x2, y2 < y1) == (1, 2, True, True)
    assert drawn.start is not None
    assert drawn.start[0] > x1
    assert len(drawn.line.split()) == 3
    assert sketch([], None, width=1, height=1) is None
