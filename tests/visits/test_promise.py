"""Can the promise be kept? Who is over, what mends it, and the mending itself (VIS-1, VIS-4)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Customer, CustomerTransfer, Person
from accounts.services.organisation import record_absence
from duties.calendar import WorkCalendar
from duties.models import Notice
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.visits import DayPlanFactory, TerritoryFactory, VisitFactory, at
from visits.models import Territory, VisitClock, VisitInterval
from visits.services import Refused, promise, refresh_clocks, set_interval
from visits.services.drafting import Search
from visits.services.planning import plan_day
from visits.services.promise.reading import Load

ON = date(2026, 11, 23)


def month() -> promise.Month:
    """December 2026: 31 days, 23 of them worked."""
    return promise.Month.after(ON, WorkCalendar.load())


def loads(company: Company) -> list[Load]:
    people = Person.objects.filter(pk__in=[person.pk for person in company.a.account_managers])
    found = promise.loads(people, role="account_manager", month=month(), on=ON, terms=promise.Terms.load())
    return sorted(found, key=lambda load: load.person_id)


def crowd(company: Company, manager: Person, tiers: dict[int, int], east: float = 0.0) -> list[Customer]:
    """A line of shops from west to east, a few hundred metres apart; `east` in degrees."""
    made = []
    for tier, count in tiers.items():
        for _ in range(count):
            step = len(made)
            made.append(
                CustomerFactory(
                    unit=company.a.unit,
                    account_manager=manager,
                    tier=tier,
                    latitude=30.65 + 0.002 * (step % 5),
                    longitude=104.06 + 0.001 * step + east,
                )
            )
    return made


def test_hours_asked_and_there(company: Company) -> None:
    one, two = company.a.account_managers
    crowd(company, one, {1: 30})
    record_absence(person=two, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 4), reason="年休假")
    first, second = loads(company)
    assert (first.customers, second.customers) == (31, 1)
    assert (first.days, second.days) == (23, 19)
    terms = promise.Terms.load()
    assert first.minutes_there_are(terms) == 23 * 300
    work = first.work(terms, month())
    # 30 shops of tier 1 each third day of 31, and the one of tier 5 each 30 days.
    assert round(work.on_site, 3) == round(30 * 31 / 3 + max(31 / 30, 31 / 30.4), 3)
    assert [load.person_id for load in promise.over([first, second], terms, month())] == []


def test_the_past_says_how_the_ground_rides(company: Company) -> None:
    one, _two = company.a.account_managers
    crowd(company, one, {3: 20})
    before = loads(company)[0]
    for day in (9, 10, 11, 12, 13):
        DayPlanFactory(person=one, date=date(2026, 11, day), minutes=240, ride_minutes=100)
    after = loads(company)[0]
    assert before.riding == 1.0
    assert after.riding == 2.5  # ten times the estimate, and no more than two and a half is believed


def test_a_month_without_hours_is_over(company: Company) -> None:
    one = company.a.account_manager
    record_absence(person=one, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31), reason="病假")
    load = loads(company)[0]
    assert load.share(promise.Terms.load(), month()) is None
    assert load.is_over(promise.Terms.load(), month())


def test_leaders_visit_the_customers_of_their_unit(company: Company) -> None:
    people = Person.objects.filter(pk__in=[company.a.sales_manager.pk, company.b.sales_manager.pk])
    found = promise.loads(people, role="branch_sales_manager", month=month(), on=ON, terms=promise.Terms.load())
    assert [(load.person_id, load.customers) for load in found] == [
        (company.a.sales_manager.pk, 2),
        (company.b.sales_manager.pk, 2),
    ]
    assert found[0].minutes_there_are(promise.Terms.load()) == 23 * 135  # 30 % of 450 minutes


def test_queries_do_not_grow_with_people(company: Company, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    everybody = Person.objects.all()
    when, terms = month(), promise.Terms.load()
    for chosen in (everybody.filter(pk=company.a.account_manager.pk), everybody):
        with django_assert_num_queries(2):
            promise.loads(chosen, role="account_manager", month=when, on=ON, terms=terms)


@pytest.fixture
def overloaded(company: Company) -> Company:
    """The first manager of branch A has twice what fits, their neighbour next door has room."""
    one, two = company.a.account_managers
    crowd(company, one, {1: 34, 3: 10})
    crowd(company, two, {3: 10}, east=0.05)
    return company


def test_the_best_proposal_moves_customers_at_the_border(overloaded: Company) -> None:
    one, two = overloaded.a.account_managers
    terms, found = promise.Terms.load(), loads(overloaded)
    assert [load.person_id for load in promise.over(found, terms, month())] == [one.pk]
    ways = promise.propose(found, terms, month())
    best = ways[0]
    assert (best.kind, best.mends, {move.taker_id for move in best.moves}) == ("move", True, {two.pk})
    assert best.after[one.pk] <= 23 * 300 < best.before[one.pk]
    assert best.after[two.pk] <= 23 * 300
    # What is said is what is: the same customers with the other manager give the same hours.
    Customer.objects.filter(pk__in=[move.customer_id for move in best.moves]).update(account_manager=two)
    then = {load.person_id: load.work(terms, month()).minutes for load in loads(overloaded)}
    assert {pk: round(minutes, 3) for pk, minutes in then.items()} == {
        pk: round(minutes, 3) for pk, minutes in best.after.items()
    }
    # Those that move lie nearer to the neighbour than those that stay.
    moved = {move.customer_id for move in best.moves}
    mine = Customer.objects.filter(code__in=Customer.objects.filter(pk__in=moved).values("code"))
    assert min(mine.values_list("longitude", flat=True)) > 104.06


@pytest.mark.parametrize("kind", ["phone", "fewer"])
def test_a_changed_cell_does_what_was_said(overloaded: Company, kind: str) -> None:
    one = overloaded.a.account_manager
    way = next(way for way in promise.propose(loads(overloaded), promise.Terms.load(), month()) if way.kind == kind)
    cell = way.interval
    assert cell is not None
    set_interval(
        tier=cell.tier, role=cell.role, number=cell.number, unit=cell.unit, phone_percent=cell.phone_percent, on=ON
    )
    then = {load.person_id: load.work(promise.Terms.load(), month()).minutes for load in loads(overloaded)}
    assert round(then[one.pk], 6) == round(way.after[one.pk], 6)
    assert way.visits_lost > 0


def test_nothing_is_proposed_where_nobody_is_over(company: Company) -> None:
    assert promise.propose(loads(company), promise.Terms.load(), month()) == []


def test_every_other_visit_by_phone(company: Company) -> None:
    """The planner keeps to it: after a visit in the shop a call, after the call a visit."""
    customer, manager = company.a.customer, company.a.account_manager
    set_interval(tier=customer.tier, role="account_manager", number=3, unit="day", phone_percent=50, on=ON)
    clock_ = VisitClock.objects.get(customer=customer, role="account_manager")
    assert not clock_.by_phone
    VisitFactory(customer=customer, visited_on=date(2026, 11, 16), mode="on_site")
    refresh_clocks(on=ON)
    clock_.refresh_from_db()
    assert clock_.by_phone
    search = Search(seed=1, iterations=20)
    plan = plan_day(person=manager, on=ON, now=at(2), search=search)
    assert list(plan.stops.values_list("mode", "planned_mode")) == [("phone", "phone")]
    VisitFactory(customer=customer, visited_on=date(2026, 11, 20), mode="phone")
    refresh_clocks(on=ON)
    plan = plan_day(person=manager, on=ON, now=at(2), search=search)
    assert list(plan.stops.values_list("mode", flat=True)) == ["on_site"]


def test_the_share_by_phone_is_one_of_three(company: Company) -> None:
    with pytest.raises(IntegrityError, match="interval_phone_share_known"), transaction.atomic():
        VisitInterval.objects.update(phone_percent=30)


def drawn(company: Company, aim: str = "relief") -> Territory:
    found, terms = loads(company), promise.Terms.load()
    proposal = (
        promise.propose(found, terms, month())[0] if aim == "relief" else promise.draw_fair(found, terms, month())
    )
    assert proposal is not None
    return promise.keep_proposal(
        unit=company.a.unit,
        aim=aim,
        proposal=proposal,
        found=found,
        terms=terms,
        month=month(),
        by=company.a.general_manager,
        now=at(9),
    )


def test_applied_it_mends_and_tells(overloaded: Company) -> None:
    one, two = overloaded.a.account_managers
    territory = drawn(overloaded)
    count = territory.moves.count()
    applied = promise.apply_territory(territory=territory, by=overloaded.a.general_manager, now=at(10))
    assert (applied.state, applied.settled_by) == ("applied", overloaded.a.general_manager)
    assert promise.over(loads(overloaded), promise.Terms.load(), month()) == []
    transfer = CustomerTransfer.objects.get()
    assert (transfer.from_person, transfer.to_person, transfer.lines.count()) == (one, two, count)
    told = Notice.objects.filter(channel="inbox").values_list("recipient", "matter", "details__customers")
    assert set(told) == {(one.pk, "customers_went", count), (two.pk, "customers_came", count)}
    with pytest.raises(Refused):
        promise.apply_territory(territory=territory, by=overloaded.a.general_manager, now=at(11))
    with pytest.raises(Refused):
        promise.drop_territory(territory=territory, by=overloaded.a.general_manager, now=at(11))


def test_customers_that_moved_elsewhere_meanwhile_stay_there(overloaded: Company) -> None:
    territory = drawn(overloaded)
    other = overloaded.b.account_manager
    first = territory.moves.order_by("pk").first()
    assert first is not None
    Customer.objects.filter(pk=first.customer_id).update(account_manager=other)
    promise.apply_territory(territory=territory, by=overloaded.a.general_manager, now=at(10))
    assert Customer.objects.get(pk=first.customer_id).account_manager == other
    Customer.objects.filter(pk__in=territory.moves.values("customer")).update(account_manager=other)
    again = TerritoryFactory(unit=overloaded.a.unit)
    with pytest.raises(Refused):
        promise.apply_territory(territory=again, by=overloaded.a.general_manager, now=at(10))


def test_dropped_nothing_changes(overloaded: Company) -> None:
    territory = drawn(overloaded)
    before = dict(Customer.objects.values_list("pk", "account_manager"))
    assert promise.drop_territory(territory=territory, by=overloaded.a.general_manager, now=at(10)).state == "dropped"
    assert dict(Customer.objects.values_list("pk", "account_manager")) == before


def test_fair_territories_are_even_and_keep_most_customers(overloaded: Company) -> None:
    found, terms = loads(overloaded), promise.Terms.load()
    proposal = promise.draw_fair(found, terms, month())
    assert proposal is not None
    before = sorted(proposal.before.values())
    after = sorted(proposal.after.values())
    assert after[-1] / after[0] < 1.25 < before[-1] / before[0]
    assert len(proposal.moves) < sum(load.customers for load in found) / 2
    assert drawn(overloaded, "fair").figures[0]["customers"] == 45


def test_alone_nobody_shares(company: Company) -> None:
    only = loads(company)[:1]
    assert promise.draw_fair(only, promise.Terms.load(), month()) is None


def test_a_settled_territory_says_who(company: Company) -> None:
    with pytest.raises(IntegrityError, match="settled_territory_says_who"), transaction.atomic():
        TerritoryFactory(unit=company.a.unit, state="applied")


@pytest.fixture
def desk(client: Client, overloaded: Company) -> Client:
    client.force_login(overloaded.a.general_manager)
    return client


def test_the_page_shows_who_is_over_and_a_click_mends_it(desk: Client, overloaded: Company) -> None:
    page = desk.get(reverse("visits:promise"))
    assert [row.load.person_id for row in page.context["shown"].over] == [overloaded.a.account_manager.pk]
    assert page.context["proposals"][0]["kind"] == "move"
    sent = desk.post(reverse("visits:promise-mend"), {"kind": "move", "role": "account_manager"}, follow=True)
    territory = Territory.objects.get()
    assert sent.redirect_chain == [(reverse("visits:territory", args=[territory.pk]), 302)]
    assert sent.context["count"] == territory.moves.count()
    desk.post(reverse("visits:territory-decide", args=[territory.pk]), {"decision": "apply"})
    assert desk.get(reverse("visits:promise")).context["shown"].over == []


def test_only_who_sets_the_matrix_applies_a_cell(desk: Client, overloaded: Company, client: Client) -> None:
    cell = {"kind": "fewer", "role": "account_manager", "tier": 1, "number": 1, "every": "week", "phone_percent": 0}
    assert desk.post(reverse("visits:promise-mend"), cell).status_code == 403
    client.force_login(overloaded.general_manager)
    assert client.post(reverse("visits:promise-mend"), cell).status_code == 302
    set_cell = VisitInterval.objects.get(tier=1, role="account_manager")
    assert (set_cell.number, set_cell.unit) == (1, "week")
    assert client.post(reverse("visits:promise-mend"), cell | {"tier": 9}).status_code == 404


def test_an_account_manager_moves_nobody(client: Client, overloaded: Company) -> None:
    client.force_login(overloaded.a.account_manager)
    page = client.get(reverse("visits:promise"))
    assert [row.load.person_id for row in page.context["shown"].rows] == [overloaded.a.account_manager.pk]
    assert page.context["proposals"] == []
    move = {"kind": "move", "role": "account_manager"}
    assert client.post(reverse("visits:promise-mend"), move).status_code == 403
    assert client.get(reverse("visits:territories")).status_code == 403
    draw = {"unit": overloaded.a.unit.pk}
    assert client.post(reverse("visits:territory-draw"), draw).status_code == 403


def test_another_matrix_is_tried_before_it_is_set(client: Client, overloaded: Company) -> None:
    client.force_login(overloaded.general_manager)
    page = client.get(reverse("visits:matrix"))
    sent = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    sent |= {name: page.context["rule"][name].value() for name in page.context["rule"].fields}
    sent["service_minutes"] = "20,15,15,10,10"
    sent |= {"number-1-account_manager": 1, "unit-1-account_manager": "week", "try": "1"}
    tried = client.post(reverse("visits:matrix"), sent)
    mine = tried.context["tried"]["roles"][0]
    assert (tried.status_code, mine["over"]) == (200, (1, 0))
    assert mine["hours"][1] < mine["hours"][0]
    assert VisitInterval.objects.get(tier=1, role="account_manager").unit == "day"
    del sent["try"]
    assert client.post(reverse("visits:matrix"), sent).status_code == 302
    assert VisitInterval.objects.get(tier=1, role="account_manager").unit == "week"


def test_what_a_transfer_and_a_tier_would_do(desk: Client, overloaded: Company) -> None:
    one, two = overloaded.a.account_managers
    customer = Customer.objects.filter(account_manager=one, tier=1).first()
    assert customer is not None
    address = reverse("visits:what-if")
    moved = desk.get(address, {"customer": customer.pk, "to": f"{two.name} ({two.username})"}).context["changes"]
    assert {(was.load.person_id, was.asked > then.asked) for was, then in moved} == {(one.pk, True), (two.pk, False)}
    lower = desk.get(address, {"customer": customer.pk, "change": "tier:3"}).context["changes"]
    assert [(was.load.person_id, was.asked > then.asked) for was, then in lower] == [(one.pk, True)]
    assert desk.get(address, {"customer": customer.pk, "change": "importance:core"}).context["changes"] == []
    assert desk.get(address, {"customer": overloaded.b.customer.pk, "change": "tier:3"}).context["changes"] == []


def test_the_api_does_the_same(desk: Client, overloaded: Company) -> None:
    over = [row["person"] for row in desk.get("/api/promise/").json() if row["over"]]
    assert over == [overloaded.a.account_manager.pk]
    ways = desk.get("/api/promise/proposals/", {"unit": overloaded.a.unit.pk}).json()
    assert (ways[0]["kind"], ways[0]["mends"]) == ("move", True)
    made = desk.post("/api/territories/", {"unit": overloaded.a.unit.pk, "aim": "relief"}).json()
    assert len(made["moves"]) == len(ways[0]["moves"])
    assert desk.post(f"/api/territories/{made['id']}/apply/").json()["state"] == "applied"
    assert desk.post(f"/api/territories/{made['id']}/drop/").status_code == 409
    assert [row for row in desk.get("/api/promise/").json() if row["over"]] == []
    assert desk.post("/api/territories/", {"unit": overloaded.b.unit.pk}).status_code == 400
    assert clock.today()


def test_pages_keep_their_queries(
    desk: Client, overloaded: Company, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    desk.get(reverse("visits:promise"))
    with django_assert_num_queries(12):
        desk.get(reverse("visits:promise"))
