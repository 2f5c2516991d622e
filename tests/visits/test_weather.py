"""A gale at ten (VIS-9): later stops become calls, nobody else's day changes, the debt is gone in five working days."""

import uuid
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import Person
from accounts.services.organisation import record_absence
from duties.calendar import WorkCalendar
from duties.models import Notice
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Branch, Company
from tests.factories.visits import CHINA, MONDAY, DayPlanFactory, PlanStopFactory, PreTripCheckFactory, at
from tests.visits.test_cap import cap
from visits.models import DayPlan, PlanStop, VisitClock, WeatherAlert, WeatherDebt, WeatherTold
from visits.rules.weather import spread
from visits.services import Log, Refused, log_visit, refresh_clocks, weather
from visits.services.drafting import Search
from visits.services.planning import plan_day, replan

SEARCH = Search(seed=1, iterations=40)
TEN = at(10)
START = (30.6586, 104.0648)


def place(person: Person) -> Person:
    person.start_latitude, person.start_longitude = START
    person.save()
    return person


def shops(branch: Branch, manager: Person, count: int) -> None:
    for step in range(count):
        CustomerFactory(
            unit=branch.unit,
            account_manager=manager,
            tier=1 + step % 5,
            latitude=START[0] + 0.004 * (step % 4),
            longitude=START[1] + 0.004 * (step // 4),
        )


def gale(company: Company, *, now: datetime = TEN, hours: int = 8, **fields: object) -> WeatherAlert:
    values: dict[str, object] = {
        "identifier": f"hand-{uuid.uuid4()}",
        "source": "hand",
        "kind": "gale",
        "headline": "大风黄色预警",
        "units": [company.a.unit],
        "starts_at": at(10),
        "ends_at": at(10) + timedelta(hours=hours),
        "by": company.a.sales_manager,
        "now": now,
    }
    return weather.declare(**{**values, **fields})  # type: ignore[arg-type]


def rows(person: Person) -> list[tuple[object, ...]]:
    stops = PlanStop.objects.filter(plan__person=person, plan__date=MONDAY).order_by("sequence")
    return list(stops.values_list("customer", "mode", "mode_cause", "arrive_at", "metres", "state"))


def visit(stop: PlanStop, moment: datetime, mode: str = "on_site") -> None:
    log_visit(
        key=uuid.uuid4(),
        person=stop.plan.person,
        customer=stop.customer,
        now=moment + timedelta(minutes=12),
        mode=mode,
        started_at=moment,
        ended_at=moment + timedelta(minutes=10),
        log=Log(acts=["visit"]),
    )


@pytest.fixture
def planned(company: Company) -> Company:
    """Monday is planned for a manager of branch A and one of branch B, eighteen shops each."""
    for branch in (company.a, company.b):
        manager = place(branch.account_manager)
        shops(branch, manager, 18)
    refresh_clocks(on=MONDAY)
    for branch in (company.a, company.b):
        PreTripCheckFactory(person=branch.account_manager, unit=branch.unit)
        plan_day(person=branch.account_manager, on=MONDAY, now=at(2), search=SEARCH)
    return company


def test_a_gale_at_ten_and_the_week_after(planned: Company) -> None:
    mine, other = planned.a.account_manager, planned.b.account_manager
    stops = list(PlanStop.objects.filter(plan__date=MONDAY, plan__person=mine).order_by("sequence"))
    for stop in stops:  # what lies before ten is done
        if stop.leave_at <= at(10):
            visit(stop, stop.arrive_at)
    done = PlanStop.objects.filter(plan__date=MONDAY, plan__person=mine, state="done").count()
    before_of_other = rows(other)
    assert 0 < done < len(stops)

    alert = gale(planned)

    # Later stops are calls, one after the other, without any way; what was done stays done.
    after = list(PlanStop.objects.filter(plan__date=MONDAY, plan__person=mine).order_by("sequence"))
    assert {(stop.mode, stop.planned_mode, stop.mode_cause) for stop in after if stop.state == "planned"} == {
        ("phone", "on_site", "weather")
    }
    left = [stop for stop in after if stop.state == "planned"]
    assert len(left) == len(stops) - done
    assert all(stop.metres == 0 and stop.ride_minutes == 0 for stop in left)
    assert all(first.leave_at <= second.arrive_at for first, second in pairwise(left))
    assert left[0].arrive_at >= at(10)
    # Nobody else's plan changes.
    assert rows(other) == before_of_other
    # Everybody concerned is told once, however often it is looked at again.
    weather.turn_all(now=at(10, 5))
    told = Notice.objects.filter(matter="weather", channel="inbox").values_list("recipient", "details__stops")
    assert sorted(told) == sorted([(mine.pk, len(left)), (planned.a.sales_manager.pk, len(left))])
    # The debt is spread over five working days, and no day takes more than its share.
    debts = WeatherDebt.objects.filter(alert=alert)
    assert set(debts.values_list("customer", flat=True)) == {stop.customer_id for stop in left}
    days = sorted(set(debts.values_list("to_visit_on", flat=True)))
    assert days[0] == date(2026, 11, 24)
    assert days[-1] <= date(2026, 11, 30)
    # The calls are made; they keep no promise of a visit.
    for stop in left:
        visit(stop, stop.arrive_at, mode=stop.mode)
    assert debts.owed().count() == len(left)
    overdue = VisitClock.objects.filter(role="account_manager", customer__in=[stop.customer_id for stop in left])
    assert set(overdue.values_list("last_visit_on", flat=True)) == {None}

    # Five working days later it is gone, and no day was fuller than a day may be.
    for day in WorkCalendar.load().working_days(date(2026, 11, 24), date(2026, 11, 30)):
        refresh_clocks(on=day)
        PreTripCheckFactory(person=mine, unit=planned.a.unit, day=day, checked_at=at(8, day=day))
        plan = plan_day(person=mine, on=day, now=at(2, day=day), search=SEARCH)
        assert plan.minutes <= 300
        for stop in plan.stops.select_related("customer", "plan").order_by("sequence"):
            visit(stop, stop.arrive_at, mode=stop.mode)
    assert debts.owed().count() == 0


def test_what_lies_after_the_gale_is_ridden_then(planned: Company) -> None:
    gale(planned, hours=2)
    mine = planned.a.account_manager
    later = PlanStop.objects.filter(plan__date=MONDAY, plan__person=mine, mode="on_site", arrive_at__gte=at(12))
    called = PlanStop.objects.filter(plan__date=MONDAY, plan__person=mine, mode="phone")
    assert later.exists()
    assert called.exists()
    first = PlanStop.objects.filter(plan__date=MONDAY, plan__person=mine).order_by("sequence").first()
    assert first is not None
    assert (first.mode, first.arrive_at < at(10)) == ("on_site", False)  # laid out anew from ten on


def test_a_shop_without_a_phone_is_met_online(company: Company) -> None:
    shop = CustomerFactory(unit=company.a.unit, account_manager=company.a.account_manager, phone="")
    PlanStopFactory(plan=DayPlanFactory(person=company.a.account_manager), customer=shop, arrive_at=at(11))
    gale(company)
    assert PlanStop.objects.get().mode == "online"


def test_plans_made_after_the_alert_are_turned_too(planned: Company) -> None:
    mine = planned.a.account_manager
    alert = gale(planned)
    plan = DayPlan.objects.get(person=mine, date=MONDAY)
    replan(plan=plan, by=mine, now=at(11), search=SEARCH)
    assert PlanStop.objects.filter(plan=plan, mode="on_site").exists()
    weather.turn_all(now=at(11, 1))
    assert not PlanStop.objects.filter(plan=plan, mode="on_site").exists()
    assert WeatherTold.objects.filter(alert=alert).count() == 2
    assert Notice.objects.filter(matter="weather", channel="inbox").count() == 2


def test_lifted_calls_are_visits_again(planned: Company) -> None:
    mine = planned.a.account_manager
    before = [(customer, mode) for customer, mode, *_rest in rows(mine)]
    alert = gale(planned, now=at(7))
    assert weather.lift(alert=alert, by=planned.a.sales_manager, now=at(7, 30)) > 0
    assert [(customer, mode) for customer, mode, *_rest in rows(mine)] == before
    assert WeatherDebt.objects.count() == 0
    assert weather.lift(alert=alert, by=planned.a.sales_manager, now=at(8)) == 0
    assert weather.turn(alert=alert, now=at(8)) == 0


def test_debts_of_those_away_wait_until_they_are_back(planned: Company) -> None:
    mine = planned.a.account_manager
    record_absence(person=mine, starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 27), reason="培训")
    alert = gale(planned)
    assert set(WeatherDebt.objects.filter(alert=alert).values_list("to_visit_on", flat=True)) == {date(2026, 11, 30)}


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"units": []}, "units"), ({"ends_at": at(9)}, "ends_at"), ({"now": at(20)}, "ends_at")],
)
def test_an_alert_that_makes_no_sense_is_refused(company: Company, fields: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        gale(company, **fields)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_the_same_identifier_is_the_same_alert(company: Company) -> None:
    assert gale(company, identifier="x").pk == gale(company, identifier="x", headline="另一条").pk
    with pytest.raises(IntegrityError), transaction.atomic():
        WeatherAlert.objects.create(
            identifier="x", source="cap", kind="gale", starts_at=at(1), ends_at=at(2), made_at=at(1)
        )


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [({"ends_at": at(1)}, "weather_lasts"), ({"state": "lifted"}, "lifted_weather_says_when")],
)
def test_the_database_refuses(company: Company, fields: dict[str, object], constraint: str) -> None:
    gale(company)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        WeatherAlert.objects.update(**fields)


def test_a_customer_owes_one_visit_to_an_alert(planned: Company) -> None:
    gale(planned)
    debt = WeatherDebt.objects.first()
    assert debt is not None
    debt.pk = None
    with pytest.raises(IntegrityError, match="one_debt_an_alert_and_customer"), transaction.atomic():
        debt.save(force_insert=True)
    told = WeatherTold.objects.first()
    assert told is not None
    told.pk = None
    with pytest.raises(IntegrityError, match="told_of_weather_once"), transaction.atomic():
        told.save(force_insert=True)


def test_debts_are_spread_evenly() -> None:
    days = [date(2026, 11, 24), date(2026, 11, 25)]
    assert spread("abc", days) == {"a": days[0], "b": days[0], "c": days[1]}
    assert spread("abc", []) == {}


# From a feed


@pytest.fixture
def on_the_map(planned: Company) -> Company:
    for unit, latitude in ((planned.a.unit, 30.65), (planned.b.unit, 35.0)):
        unit.latitude, unit.longitude = latitude, 104.06
        unit.save()
    return planned


def test_a_cap_alert_turns_the_stops_of_units_in_its_area(on_the_map: Company) -> None:
    (alert,) = weather.take_cap(text=cap(), now=at(9, 45))
    assert list(alert.units.all()) == [on_the_map.a.unit]
    assert alert.debts.exists()
    assert weather.take_cap(text=cap(), now=at(9, 50)) == [alert]
    assert weather.take_cap(text=cap(identifier="CMA-2", severity="Minor"), now=at(9, 50)) == []
    assert weather.take_cap(text=cap(identifier="CMA-3"), now=at(19)) == []
    # A cancellation lifts it.
    weather.take_cap(
        text=cap(identifier="CMA-4", message="Cancel", references="<references>cma,CMA-1,2026</references>"),
        now=at(9, 55),
    )
    alert.refresh_from_db()
    assert alert.state == "lifted"


def test_a_unit_is_found_by_its_name_too(planned: Company) -> None:
    (alert,) = weather.take_cap(text=cap(area="城东一带", polygon="1,1 1,2 2,2 1,1"), now=at(9))
    assert list(alert.units.all()) == [planned.a.unit]


def test_the_command_takes_a_file(on_the_map: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "feed.xml"
    soon = clock.now().astimezone(CHINA) + timedelta(days=1)
    text = cap().replace("2026-11-23T18:00:00", f"{soon + timedelta(hours=8):%Y-%m-%dT%H:%M:%S}")
    file.write_text(
        f"<feed>{text.partition('?>')[2].replace('2026-11-23T10:00:00', f'{soon:%Y-%m-%dT%H:%M:%S}')}</feed>"
    )
    call_command("weather", file=file)
    assert capsys.readouterr().out == "大风橙色预警: 1 units, 0 visits put off\n"
    file.write_text("nonsense")
    with pytest.raises(CommandError):
        call_command("weather", file=file)


# Pages and API


def test_it_is_declared_and_lifted_on_the_page(planned: Company, client: Client) -> None:
    client.force_login(planned.a.sales_manager)
    begins = clock.now().astimezone(CHINA) + timedelta(hours=1)
    sent = {
        "kind": "gale",
        "headline": "大风",
        "units": [planned.a.unit.pk],
        "starts_at": f"{begins:%Y-%m-%dT%H:%M}",
        "ends_at": f"{begins + timedelta(hours=6):%Y-%m-%dT%H:%M}",
    }
    page = client.post(reverse("visits:weather"), sent, follow=True)
    alert = WeatherAlert.objects.get()
    assert page.redirect_chain == [(reverse("visits:weather-alert", args=[alert.pk]), 302)]
    assert page.context["may_lift"]
    client.post(reverse("visits:weather-lift", args=[alert.pk]))
    alert.refresh_from_db()
    assert (alert.state, alert.lifted_by) == ("lifted", planned.a.sales_manager)
    assert client.post(reverse("visits:weather"), {**sent, "units": [planned.b.unit.pk]}).status_code == 422
    assert client.post(reverse("visits:weather"), {**sent, "ends_at": sent["starts_at"]}).status_code == 409
    # An account manager sees it and declares nothing.
    client.force_login(planned.a.account_manager)
    assert client.get(reverse("visits:weather-alert", args=[alert.pk])).status_code == 200
    assert client.post(reverse("visits:weather"), sent).status_code == 403
    assert client.post(reverse("visits:weather-lift", args=[alert.pk])).status_code == 403
    client.force_login(planned.b.account_manager)
    assert client.get(reverse("visits:weather-alert", args=[alert.pk])).status_code == 404


def test_the_api_declares_once_and_lifts(planned: Company, client: Client) -> None:
    client.force_login(planned.a.sales_manager)
    begins = clock.now().astimezone(CHINA) + timedelta(hours=1)
    sent = {
        "identifier": "w-1",
        "kind": "snow",
        "units": [planned.a.unit.pk],
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=2)).isoformat(),
    }
    made = client.post("/api/weather-alerts/", sent, content_type="application/json")
    again = client.post("/api/weather-alerts/", sent, content_type="application/json")
    assert (made.status_code, made.json()["id"]) == (201, again.json()["id"])
    assert (
        client.post(
            "/api/weather-alerts/", sent | {"units": [planned.b.unit.pk]}, content_type="application/json"
        ).status_code
        == 400
    )
    assert client.post(f"/api/weather-alerts/{made.json()['id']}/lift/").json()["state"] == "lifted"
    assert client.post("/api/weather-alerts/cap/", {"text": cap()}).status_code == 403
    client.force_login(planned.general_manager)
    assert client.post("/api/weather-alerts/cap/", {"text": "x"}).status_code == 409
