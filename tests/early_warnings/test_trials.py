"""Tried on the past: what it counts equals a plain count, nothing of it stays, a kill goes on (WRN-8)."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from early_warnings import services
from early_warnings.models import EarlyWarning, Indicator, Sign, Threshold, Trial, TrialMonth
from early_warnings.rules import months_back
from early_warnings.rules.truth import Bought, came_true, months_ahead
from early_warnings.services import Refused
from early_warnings.services.trying import running

from accounts import clock
from accounts.models import Customer
from tests.early_warnings.cases import LAST_MONTH, MONDAY, months
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.early_warnings import draft

ONE = Fraction(1)


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:
    clock.shift(MONDAY - clock.now())


def bought(before: list[int], after: list[int]) -> Bought:
    return Bought([Fraction(each) for each in before], [Fraction(each) for each in after])


STEADY = bought([100] * 24, [100] * 3)


@pytest.mark.parametrize(
    ("own", "market", "true", "ahead"),
    [
        (bought([10] * 24, [10] * 3), STEADY, False, 3),
        (bought([10] * 24, [4, 4, 4]), STEADY, True, 1),
        (bought([10] * 24, [5, 5, 5]), STEADY, False, 3),  # half is not less than half
        (bought([10] * 24, [10, 4, 0]), STEADY, True, 2),
        (bought([10] * 23 + [3], [3, 3, 3]), STEADY, True, 0),  # it was there already when flagged
        (bought([10] * 24, [4, 4, 4]), bought([100] * 24, [40] * 3), False, 3),  # everybody bought less
        # Its own season: the same months last year were as low.
        (bought([10] * 12 + [3, 3, 3] + [13] * 9, [3, 3, 3]), STEADY, False, 1),
    ],
)
def test_what_counts_as_come_true(own: Bought, market: Bought, true: bool, ahead: int) -> None:
    assert (came_true(own, market), months_ahead(own, market)) == (true, ahead)


@pytest.fixture
def market(company: Company) -> dict[Customer, list[int]]:
    """Thirty shops with three years of months drawn by chance, some of which stop, pause, or have closed since."""
    rng, drawn = Random(7), {}
    for number in range(30):
        level = rng.randint(20, 200)
        quantities = [max(0, round(level * rng.uniform(0.6, 1.4))) for _ in range(34)]
        turn = rng.randint(20, 33)
        if number % 3 == 0:
            quantities[turn:] = [round(each * rng.uniform(0, 0.5)) for each in quantities[turn:]]
        if number % 7 == 0:
            quantities[turn:] = [0] * (34 - turn)
        customer = CustomerFactory(unit=company.a.unit, status="closed" if number == 21 else "active")
        months(customer, quantities)
        drawn[customer] = quantities
    return drawn


def plain(drawn: dict[Customer, list[int]], at: int, breach: Fraction) -> tuple[set[int], dict[int, tuple[bool, int]]]:
    """Who is flagged at a month by "a month against the three before", and what came of everybody judged."""
    flagged, own = set(), {}
    for customer, quantities in drawn.items():
        base = sum(quantities[at - 3 : at])
        gave_up = customer.status == "closed" and not any(quantities[at - 2 : at + 1])
        if base and not gave_up and Fraction(quantities[at] * 3, base) <= breach:
            flagged.add(customer.pk)
        own[customer.pk] = bought(quantities[at - 23 : at + 1], quantities[at + 1 : at + 4])
    judged = {pk: each for pk, each in own.items() if each.is_judged}
    columns = [[*each.before, *each.after] for each in judged.values()]
    sums = [sum(column, Fraction(0)) for column in zip(*columns, strict=True)]
    everybody = Bought(sums[:24], sums[24:])
    return flagged, {pk: (came_true(each, everybody), months_ahead(each, everybody)) for pk, each in judged.items()}


def test_each_month_is_counted_as_by_hand(company: Company, market: dict[Customer, list[int]]) -> None:
    made = draft(by=company.general_manager, line=("0.5", "0.6"))
    trial = services.ask_trial(indicator=made, months=8, by=company.general_manager, now=MONDAY)
    assert services.run_trials(now=MONDAY) == 1
    trial.refresh_from_db()
    assert (trial.state, trial.months.count()) == ("done", 24)
    places = range(25, 34)
    for before, at in pairwise(places):
        month = months_back(LAST_MONTH, 33 - at)
        row = TrialMonth.objects.get(trial=trial, month=month, whose="alone")
        flagged_before, _ = plain(market, before, Fraction(6, 10))
        flagged, came = plain(market, at, Fraction(6, 10)) if at <= 30 else (plain(market, 30, ONE)[0], {})
        if at > 30:
            assert (row.judged, row.true) == (None, None)
            continue
        new = flagged - flagged_before
        known = {pk: came[pk] for pk in new if pk in came}
        true = [ahead for is_true, ahead in known.values() if is_true]
        assert (row.standing, row.raised, row.desks) == (
            len(flagged), len(new), {"customer_officer": len(new)} if new else {},
        )  # fmt: skip
        assert (row.judged, row.true, row.early, row.lead) == (
            len(known), len(true), sum(1 for each in true if each), sum(true),
        )  # fmt: skip
        assert (row.population, row.troubled) == (len(came), sum(1 for is_true, _ in came.values() if is_true))
        assert row.found == sum(1 for pk in flagged if came.get(pk, (False, 0))[0])
    assert (EarlyWarning.objects.count(), Sign.objects.count()) == (0, 0)


def test_the_set_with_it_leaves_out_what_it_replaces(company: Company, market: dict[Customer, list[int]]) -> None:
    live = Indicator.objects.get(key="fallen-against-months")
    Indicator.objects.exclude(pk=live.pk).update(valid_until=date(2020, 1, 1))
    never = services.propose_change(indicator=live, by=company.general_manager, now=MONDAY)
    Threshold.objects.filter(indicator=never).update(breach=-1, near=-1)
    trial = services.ask_trial(indicator=never, months=6, by=company.general_manager, now=MONDAY)
    services.run_trials(now=MONDAY)
    present, alone, together = services.told(trial=trial)
    assert (sum(present.raised) > 0, sum(alone.raised), sum(together.raised)) == (True, 0, 0)


def test_a_killed_trial_goes_on_where_it_was(
    company: Company, market: dict[Customer, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = draft(by=company.general_manager, line=("0.5", "0.6"))
    whole = services.ask_trial(indicator=made, months=6, by=company.general_manager, now=MONDAY)
    services.run_trials(now=MONDAY)
    trial = services.ask_trial(indicator=made, months=6, by=company.general_manager, now=MONDAY)
    assert services.ask_trial(indicator=made, months=12, by=company.general_manager, now=MONDAY) == trial
    done, carry_on = [], running._try_month

    def killed(trial: Trial, sets: object, month: date, **how: object) -> None:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(month)
        carry_on(trial, sets, month, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "_try_month", killed)
    with pytest.raises(KeyboardInterrupt):
        services.run_trials(now=MONDAY)
    monkeypatch.undo()
    assert services.run_trials(now=MONDAY) == 0  # its lease runs
    assert services.run_trials(now=MONDAY + timedelta(minutes=11)) == 1
    fields = ("month", "whose", "raised", "standing", "judged", "true", "lead", "desks")
    assert list(trial.months.values_list(*fields)) == list(whole.months.values_list(*fields))


def test_a_trial_that_kills_its_workers_is_given_up(company: Company, market: dict[Customer, list[int]]) -> None:
    made = draft(by=company.general_manager)
    trial = services.ask_trial(indicator=made, months=6, by=company.general_manager, now=MONDAY)
    Trial.objects.filter(pk=trial.pk).update(state="running", attempts=3, leased_until=MONDAY - timedelta(minutes=1))
    assert services.run_trials(now=MONDAY) == 0
    trial.refresh_from_db()
    assert (trial.state, trial.finished_at) == ("failed", MONDAY)


def test_units_are_tried_too(company: Company, market: dict[Customer, list[int]]) -> None:
    of = Indicator.objects.get(key="fallen-against-months")
    made = draft(by=company.general_manager, line=("2", "1"), family="total", measure="", of_indicator=of)
    trial = services.ask_trial(indicator=made, months=6, by=company.general_manager, now=MONDAY)
    services.run_trials(now=MONDAY)
    alone = services.told(trial=trial)[1]
    assert (len(alone.months), alone.judged, set(alone.desks) <= {"branch_general_manager"}) == (6, 0, True)
    assert sum(alone.standing) > 0


def test_nothing_to_try_on(company: Company) -> None:
    made = draft(by=company.general_manager)
    with pytest.raises(Refused):
        services.ask_trial(indicator=made, months=6, by=company.general_manager, now=MONDAY)
    months(company.a.customer, (1, 1, 1, 1))
    trial = services.ask_trial(indicator=made, months=6, by=company.general_manager, now=MONDAY)
    assert (trial.first_month, trial.last_month) == (LAST_MONTH, LAST_MONTH)


def test_the_page_shows_progress_then_the_answer(
    company: Company, market: dict[Customer, list[int]], client: Client
) -> None:
    made = draft(by=company.general_manager, line=("0.5", "0.6"))
    client.force_login(company.general_manager)
    assert client.post(f"/warnings/indicators/{made.pk}/try/", {"months": "6"}).status_code == 302
    trial = Trial.objects.get()
    page = client.get(f"/warnings/trials/{trial.pk}/")
    assert (page.context["so_far"], page.context["total"], "delay:2s" in page.content.decode()) == (0, 6, True)
    services.run_trials(now=MONDAY)
    page = client.get(f"/warnings/trials/{trial.pk}/")
    assert (len(page.context["told"]), "delay:2s" in page.content.decode()) == (3, False)


def test_the_database_keeps_a_trial_whole(company: Company, market: dict[Customer, list[int]]) -> None:
    made = draft(by=company.general_manager)
    trial = services.ask_trial(indicator=made, months=6, by=company.general_manager, now=MONDAY)
    for change in ({"state": "done"}, {"last_month": date(2020, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Trial.objects.filter(pk=trial.pk).update(**change)
    with pytest.raises(IntegrityError, match="trial_month_adds_up"), transaction.atomic():
        TrialMonth.objects.create(
            trial=trial, month=LAST_MONTH, whose="alone", raised=1, standing=1, judged=1, true=2, early=0, lead=0
        )
    with (
        pytest.raises(IntegrityError, match="one_trial_at_a_time"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO warnings_trial (indicator_id, asked_by_id, asked_at, state, first_month, last_month, lines,"
            " attempts, milliseconds) SELECT indicator_id, asked_by_id, asked_at, 'waiting', first_month, last_month,"
            " lines, 0, 0 FROM warnings_trial"
        )
