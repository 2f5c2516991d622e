"""Stops moved by hand: the effect before it is saved, the reason kept, the undoing (VIS-4)."""

import json
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.visits import MONDAY, DayPlanFactory, PlanStopFactory, VisitFactory, at
from visits.models import DayPlan, PlanChange, PlanStop
from visits.rules.rearranging import as_arrangement, moved_in
from visits.services import Refused, moving, refresh_clocks
from visits.services.drafting import Search
from visits.services.planning import plan_day

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], set()),
        ([1, 2, 3, 4], [4, 1, 2, 3], {4}),
        ([1, 2, 3, 4], [2, 3, 4, 1], {1}),
        ([1, 2, 3], [3, 2, 1], {2, 3}),
        ([], [], set()),
    ],
)
def test_the_fewest_moved(before: list[int], after: list[int], moved: set[int]) -> None:
    assert len(moved_in(before, after)) == len(moved)
    if len(moved) == 1:
        assert moved_in(before, after) == moved


@pytest.mark.parametrize("value", [None, [1], {"a": [1]}, {"1": 2}, {"1": ["x"]}])
def test_what_is_no_arrangement(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 any words
        as_arrangement(value)
    assert as_arrangement({"1": ["2", 3]}) == {1: [2, 3]}


@pytest.fixture
def manager(company: Company) -> Person:
    person = company.a.account_manager
    person.start_latitude, person.start_longitude = 30.65, 104.05
    person.save()
    return person


@pytest.fixture
def week(company: Company, manager: Person) -> tuple[DayPlan, DayPlan]:
    """Monday with three shops along a street from west to east, in that order; Tuesday's draft with one."""
    monday = DayPlanFactory(person=manager)
    tuesday = DayPlanFactory(person=manager, date=TUESDAY, state=DayPlan.State.DRAFT)
    for plan, steps in ((monday, (1, 2, 3)), (tuesday, (4,))):
        for step in steps:
            shop = CustomerFactory(
                name=f"{step}号店",
                unit=company.a.unit,
                account_manager=manager,
                tier=3,
                latitude=30.65,
                longitude=104.05 + 0.01 * step,
            )
            VisitFactory(customer=shop, visited_on=date(2026, 11, 8))  # due on the Monday
            PlanStopFactory(plan=plan, customer=shop)
    refresh_clocks(on=MONDAY)
    return monday, tuesday


def order(plan: DayPlan) -> list[int]:
    return list(plan.stops.filter(state="planned").order_by("sequence").values_list("pk", flat=True))


def test_a_worse_order_rides_longer(manager: Person, week: tuple[DayPlan, DayPlan]) -> None:
    monday, _tuesday = week
    one, two, three = order(monday)
    same = moving.weigh(plan=monday, arrangement={monday.pk: [one, two, three]}, now=at(8))
    assert same.before == same.after
    worse = moving.weigh(plan=monday, arrangement={monday.pk: [three, one, two]}, now=at(8))
    # West to east 3 steps; to the third, back to the first and on to the second 3 + 2 + 1.
    assert worse.after.metres - worse.before.metres == pytest.approx(3 * 956 * 1.3, abs=20)
    assert worse.ride_change > 0
    assert order(monday) == [one, two, three]  # nothing is written


def test_moved_to_tomorrow_the_promise_is_late(manager: Person, week: tuple[DayPlan, DayPlan]) -> None:
    monday, tuesday = week
    one, two, three = order(monday)
    wanted = {monday.pk: [one, two], tuesday.pk: [three, *order(tuesday)]}
    effect = moving.weigh(plan=monday, arrangement=wanted, now=at(8))
    assert (effect.before.kept - effect.after.kept, [stop.pk for stop in effect.broken if stop.pk == three]) == (
        1,
        [three],
    )
    change = moving.rearrange(plan=monday, arrangement=wanted, reason="customer", by=manager, now=at(8))
    assert change is not None
    stop = PlanStop.objects.get(pk=three)
    assert (stop.plan, stop.sequence, stop.added_by) == (tuesday, 1, manager)
    assert [(each["what"], each["name"], each["to"]) for each in change.moved] == [("day", "3号店", "2026-11-24")]
    monday.refresh_from_db()
    assert monday.state == DayPlan.State.FROZEN
    assert [each.sequence for each in monday.stops.order_by("sequence")] == [1, 2]


def test_it_keeps_that_day_when_the_night_plans_anew(manager: Person, week: tuple[DayPlan, DayPlan]) -> None:
    monday, tuesday = week
    one, two, three = order(monday)
    customer = PlanStop.objects.get(pk=three).customer
    wanted = {monday.pk: [one, two], tuesday.pk: [three, *order(tuesday)]}
    moving.rearrange(plan=monday, arrangement=wanted, reason="customer", by=manager, now=at(8))
    plan_day(person=manager, on=TUESDAY, now=at(2, day=TUESDAY), search=Search(seed=1, iterations=40))
    assert PlanStop.objects.get(customer=customer).plan.date == TUESDAY


def test_dropped_it_is_skipped_with_the_reason_and_comes_back(manager: Person, week: tuple[DayPlan, DayPlan]) -> None:
    monday, _tuesday = week
    one, two, three = order(monday)
    before = list(monday.stops.order_by("pk").values())
    change = moving.rearrange(
        plan=monday, arrangement={monday.pk: [three, one]}, reason="other", note="店主住院", by=manager, now=at(8)
    )
    assert change is not None
    dropped = PlanStop.objects.get(pk=two)
    assert (dropped.state, dropped.skip_reason, dropped.note) == ("skipped", "other", "店主住院")
    assert order(monday) == [three, one]
    moving.undo_change(change=change, by=manager, now=at(9))
    assert list(monday.stops.order_by("pk").values()) == before
    assert moving.undo_change(change=change, by=manager, now=at(9)).undone_at == at(9)


def test_what_went_on_cannot_be_undone(manager: Person, week: tuple[DayPlan, DayPlan]) -> None:
    monday, _tuesday = week
    one, two, three = order(monday)
    first = moving.rearrange(
        plan=monday, arrangement={monday.pk: [two, one, three]}, reason="way", by=manager, now=at(8)
    )
    second = moving.rearrange(
        plan=monday, arrangement={monday.pk: [three, two, one]}, reason="way", by=manager, now=at(8, 5)
    )
    assert first is not None
    assert second is not None
    with pytest.raises(Refused):
        moving.undo_change(change=first, by=manager, now=at(9))
    PlanStop.objects.filter(pk=three).update(state="done", acted_at=at(9))
    with pytest.raises(Refused):
        moving.undo_change(change=second, by=manager, now=at(9, 30))


@pytest.mark.parametrize(
    ("reason", "note", "field"), [("", "", "reason"), ("bored", "", "reason"), ("other", " ", "note")]
)
def test_without_a_reason_nothing_moves(
    manager: Person, week: tuple[DayPlan, DayPlan], reason: str, note: str, field: str
) -> None:
    monday, _tuesday = week
    with pytest.raises(Refused) as refused:
        moving.rearrange(
            plan=monday, arrangement={monday.pk: order(monday)[::-1]}, reason=reason, note=note, by=manager, now=at(8)
        )
    assert refused.value.field == field


def test_what_cannot_be_is_refused(company: Company, manager: Person, week: tuple[DayPlan, DayPlan]) -> None:
    monday, tuesday = week
    one, two, three = order(monday)
    elsewhere = DayPlanFactory(person=company.b.account_manager)
    twin = PlanStopFactory(plan=tuesday, customer=PlanStop.objects.get(pk=one).customer)
    for wanted in (
        {elsewhere.pk: [one]},
        {monday.pk: [one, one, two, three]},
        {monday.pk: [one, two, three, 0]},
        {monday.pk: [two, three], tuesday.pk: [one, twin.pk]},
    ):
        with pytest.raises(Refused):
            moving.rearrange(plan=monday, arrangement=wanted, reason="way", by=manager, now=at(8))
    with pytest.raises(Refused):
        moving.rearrange(
            plan=monday, arrangement={monday.pk: [two, one, three]}, reason="way", by=company.a.sales_manager, now=at(8)
        )
    same = {monday.pk: [one, two, three]}
    assert moving.rearrange(plan=monday, arrangement=same, reason="way", by=manager, now=at(8)) is None


def test_another_reason_is_explained(manager: Person, week: tuple[DayPlan, DayPlan]) -> None:
    with pytest.raises(IntegrityError, match="another_change_is_explained"), transaction.atomic():
        PlanChange.objects.create(plan=week[0], by=manager, at=at(8), reason="other")


def test_the_page_weighs_saves_and_undoes(
    company: Company, manager: Person, week: tuple[DayPlan, DayPlan], client: Client
) -> None:
    monday, _tuesday = week
    one, two, three = order(monday)
    client.force_login(manager)
    assert client.get(reverse("visits:change", args=[monday.pk])).status_code == 200
    sent = {"arrangement": json.dumps({monday.pk: [three, one, two]}), "reason": "", "note": ""}
    weighed = client.post(reverse("visits:change-effect", args=[monday.pk]), sent)
    assert weighed.context["effect"].ride_change > 0
    assert client.post(reverse("visits:change", args=[monday.pk]), sent).status_code == 422
    assert client.post(reverse("visits:change", args=[monday.pk]), sent | {"reason": "way"}).status_code == 302
    assert order(monday) == [three, one, two]
    # The supervisor sees what moved and why, and changes nothing.
    client.force_login(company.a.sales_manager)
    page = client.get(reverse("visits:plan", args=[monday.pk]))
    assert [(each.reason, each.by) for each in page.context["history"]] == [("way", manager)]
    assert not page.context["may_change"]
    assert client.get(reverse("visits:change", args=[monday.pk])).status_code == 404
    undo = reverse("visits:change-undo", args=[PlanChange.objects.get().pk])
    client.post(undo)
    assert order(monday) == [three, one, two]
    client.force_login(manager)
    client.post(undo)
    assert order(monday) == [one, two, three]


def test_the_api_weighs_moves_and_undoes(
    company: Company, manager: Person, week: tuple[DayPlan, DayPlan], client: Client
) -> None:
    monday, _tuesday = week
    one, two, three = order(monday)
    client.force_login(manager)
    sent = {"plan": monday.pk, "arrangement": {str(monday.pk): [three, one, two]}, "reason": "urgent"}
    dry = client.post("/api/plan-changes/", sent | {"dry_run": True}, content_type="application/json")
    assert (dry.status_code, dry.json()["change"], order(monday)) == (200, None, [one, two, three])
    made = client.post("/api/plan-changes/", sent, content_type="application/json")
    assert (made.status_code, order(monday)) == (201, [three, one, two])
    wrong = sent | {"arrangement": {str(monday.pk): [three, three]}}
    assert client.post("/api/plan-changes/", wrong, content_type="application/json").status_code == 409
    assert (
        client.post("/api/plan-changes/", sent | {"arrangement": 1}, content_type="application/json").status_code == 400
    )
    assert client.post(f"/api/plan-changes/{made.json()['change']}/undo/").json()["undone_at"]
    assert order(monday) == [one, two, three]
    client.force_login(company.a.sales_manager)
    assert client.post("/api/plan-changes/", sent, content_type="application/json").status_code == 403
