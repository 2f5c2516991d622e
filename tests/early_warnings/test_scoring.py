"""The score card over the whole company: one pass of SQL against the rules that score a file (WRN-1, WRN-8)."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from early_warnings import rules, services
from early_warnings.models import CustomerScore, EarlyWarning, ScoreBand, ScoreCard, ScoreNote, Scoring, Threshold
from early_warnings.rules.score import BY_MONTHS, Asked, Card, History, MonthFacts, answers
from early_warnings.rules.score.questions import OF_MONTHS
from early_warnings.services.months import ranges
from early_warnings.services.scoring import card_of, card_on

from accounts.models import Customer, FileImport, MonthlyFact
from accounts.services.facts import ensure_partitions
from tests.early_warnings.cases import MONDAY
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company

OCTOBER = date(2026, 10, 1)
MONTHS = [rules.months_back(OCTOBER, back) for back in range(26)]
TODAY = MONDAY.date()
EVERY_QUESTION: Card = tuple(
    Asked(question, low=((0.5, 2), (1, 1)), high=((2, 3), (1.25, 2))) for question in OF_MONTHS
)


@pytest.fixture
def shops(company: Company) -> list[Customer]:
    """The fixture's own retailers buy nothing; each test brings its own."""
    ensure_partitions(months=MONTHS)
    return CustomerFactory.create_batch(3, unit=company.a.unit)


def buy(customer: Customer, amounts: dict[int, float], *, usual: float = 1000, months: int = 26) -> None:
    """Facts of so many months until October; `amounts` by how many months before, None for a month without a row."""
    for back in range(months):
        amount = amounts.get(back, usual)
        MonthlyFact.objects.update_or_create(
            customer=customer,
            month=rules.months_back(OCTOBER, back),
            defaults={"quantity": amount / 10, "amount": Decimal(str(amount)), "orders": 4, "items": 20},
        )


def score() -> Scoring | None:
    return services.score_customers(on=TODAY, now=MONDAY, months_before=0)


def totals() -> dict[int, int]:
    return dict(CustomerScore.objects.values_list("customer_id", "total"))


def _random_shops(count: int, company: Company, by: random.Random) -> dict[int, dict[date, MonthFacts]]:
    """Steady, falling, irregular, new, gone, with returns; some with zeros, some with months missing."""
    customers = CustomerFactory.create_batch(count, unit=company.a.unit)
    found: dict[int, dict[date, MonthFacts]] = {}
    for customer in customers:
        usual, age = by.choice([30, 700.25, 4321.9, 60_000]), by.choice([2, 12, 13, 18, 26, 26, 26])
        noise, falls = by.choice([0, 0.02, 0.3, 0.9]), by.choice([0, 0, 0.2, 0.7])
        months = {}
        for back in range(age):
            how = by.choice(["bought"] * 14 + ["missing", "zero", "returned"])
            if how == "missing":
                continue
            amount = round(usual * (1 + noise * (by.random() - 0.5)) * (1 - falls * (back < 3)), 2)
            amount = {"bought": amount, "zero": 0.0, "returned": -round(usual / 20, 2)}[how]
            orders = by.randint(0, 9) if amount > 0 else 0
            months[MONTHS[back]] = MonthFacts(amount, orders, by.randint(0, 40) if orders else 0)
        found[customer.pk] = months
    MonthlyFact.objects.bulk_create(
        MonthlyFact(customer_id=pk, month=month, amount=Decimal(str(row.amount)), orders=row.orders, items=row.items)
        for pk, months in found.items()
        for month, row in months.items()
    )
    return found


def as_data(card: Card, kind: str = "months") -> ScoreCard:
    """The same card as rows."""
    version = ScoreCard.objects.create(kind=kind, valid_from=date(2020, 1, 1), made_at=MONDAY)
    ScoreBand.objects.bulk_create(
        ScoreBand(card=version, question=each.key, end=end, cut=Decimal(str(cut)), points=points)
        for each in card
        for end, bands in (("low", each.low), ("high", each.high))
        for cut, points in bands
    )
    return version


@pytest.mark.parametrize(("card", "seed"), [(BY_MONTHS, 1), (BY_MONTHS, 2), (EVERY_QUESTION, 3)])
def test_sql_gives_the_points_that_the_rules_give(company: Company, card: Card, seed: int) -> None:
    """Four hundred customers: every question's points, question by question."""
    ensure_partitions(months=MONTHS)
    if card is not BY_MONTHS:
        as_data(card)
    bought = _random_shops(400, company, random.Random(seed))
    score()
    market: dict[date, float] = {}
    for months in bought.values():
        for month, row in months.items():
            market[month] = market.get(month, 0.0) + row.amount
    market = {month: round(amount, 2) for month, amount in market.items()}
    expected = {}
    for pk, months in bought.items():
        past = History(months, known_from=MONTHS[-1])
        if sum(each > 0 for each in past.amounts(OCTOBER, 14)) < 12:
            continue
        points = {each.key: each.points for each in answers(card, past, OCTOBER, market)}
        expected[pk] = [points.get(question.__name__, 0) for question in OF_MONTHS]
    assert len(expected) > 150  # the others bought in fewer than 12 of 15 months
    found = {each.pk: each for each in CustomerScore.objects.all()}
    assert {pk: each.points for pk, each in found.items()} == expected
    assert {pk: each.total for pk, each in found.items()} == {pk: sum(points) for pk, points in expected.items()}


@pytest.mark.usefixtures("company")
def test_the_shipped_version_is_the_card_of_the_files() -> None:
    version = card_on(TODAY)
    assert version is not None
    assert card_of(version) == tuple(sorted(BY_MONTHS, key=lambda each: OF_MONTHS.index(each.ask)))


def test_who_hardly_bought_is_not_judged(shops: list[Customer]) -> None:
    """Twelve of fifteen months are needed, and to be an active retailer."""
    enough, too_few, closed = shops
    buy(enough, {5: 0, 6: 0, 7: 0})
    buy(too_few, {5: 0, 6: 0, 7: 0, 8: 0})
    buy(closed, {})
    Customer.objects.filter(pk=closed.pk).update(status="closed")
    score()
    assert set(totals()) == {enough.pk}


def test_ranges_of_customers_give_the_same_points(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_partitions(months=MONTHS)
    _random_shops(60, company, random.Random(5))
    whole = score()
    monkeypatch.setattr(ranges, "LEAST", 0)
    again = services.score_customers(on=TODAY, now=MONDAY, months_before=0, again=True)
    assert whole is not None
    assert again is not None
    assert whole.changed > 20
    assert (again.everybody, again.customers, again.changed) == (True, whole.customers, 0)


def test_only_whom_an_import_touched_is_scored_again(shops: list[Customer]) -> None:
    for shop in shops:
        buy(shop, {})
    whole = score()
    assert whole is not None
    assert (whole.everybody, whole.customers, whole.changed) == (True, 3, 3)
    assert score() is None
    buy(shops[0], {0: 300}, months=1)
    CustomerScore.objects.filter(customer=shops[1]).update(total=99)  # would be set right, were it looked at
    again = score()
    assert again is not None
    assert (again.everybody, again.customers, again.changed) == (False, 1, 1)
    assert totals()[shops[1].pk] == 99
    assert totals()[shops[0].pk] > totals()[shops[2].pk]
    assert not ScoreNote.objects.exists()


def test_what_did_not_change_is_not_written(shops: list[Customer]) -> None:
    buy(shops[0], {})
    score()
    buy(shops[0], {0: 1000.01}, months=1)
    again = score()
    assert again is not None
    assert (again.customers, again.changed) == (1, 0)


def test_who_is_no_longer_judged_has_no_score(shops: list[Customer]) -> None:
    for shop in shops:
        buy(shop, {3: 0, 4: 0, 5: 0})
    score()
    MonthlyFact.objects.filter(customer=shops[0], month=MONTHS[0]).delete()
    score()
    assert set(totals()) == {shops[1].pk, shops[2].pk}


def test_a_month_later_the_total_joins_those_before(shops: list[Customer]) -> None:
    for back in (2, 1, 0):
        MonthlyFact.objects.filter(month__gt=MONTHS[back]).delete()
        for shop in shops:
            buy(shop, {0: 400} if shop == shops[0] else {})
        MonthlyFact.objects.filter(month__gt=MONTHS[back]).delete()
        on = rules.months_back(MONTHS[back], -1) + timedelta(days=4)
        services.score_customers(on=on, now=MONDAY, months_before=0)
    kept = CustomerScore.objects.get(customer=shops[1])
    assert (kept.month, len(kept.before)) == (OCTOBER, 2)


def test_the_first_scoring_tells_the_months_before_too(shops: list[Customer]) -> None:
    """Eleven months behind are needed for a question: of 26 months the last twelve are told."""
    for shop in shops:
        buy(shop, {})
    services.score_customers(on=TODAY, now=MONDAY)
    assert {len(each.before) for each in CustomerScore.objects.all()} == {11}
    assert Scoring.objects.count() == 12


def test_another_version_of_the_card_scores_everybody_again(shops: list[Customer]) -> None:
    buy(shops[0], {0: 100})
    score()
    version = ScoreCard.objects.create(valid_from=TODAY, made_at=MONDAY)
    ScoreBand.objects.create(card=version, question="month_to_year", end="low", cut=Decimal("0.5"), points=42)
    found = score()
    assert found is not None
    assert found.everybody
    assert totals() == {shops[0].pk: 42}
    assert CustomerScore.objects.get().before == []


def test_a_version_of_tomorrow_waits(shops: list[Customer]) -> None:
    buy(shops[0], {0: 100})
    score()
    ScoreCard.objects.create(valid_from=TODAY + timedelta(days=1), made_at=MONDAY)
    assert score() is None


def test_the_night_raises_a_report_by_the_card(shops: list[Customer]) -> None:
    """The shipped indicator holds the points against its lines; who is not judged is no case."""
    for shop in shops[1:]:
        buy(shop, {})
    buy(shops[0], {0: 300, 1: 500, 2: 500})
    FileImport.objects.create(kind="facts", file_name="f", sha256="0", rows=1, created=1, changed=0, unchanged=0,
                              imported_at=MONDAY)  # fmt: skip
    Threshold.objects.filter(indicator__key="score-card").update(breach=12, near=10)
    services.spend_night(on=TODAY, now=MONDAY)
    sign = EarlyWarning.objects.get(customer=shops[0]).signs.get(indicator__key="score-card")
    assert sign.value == totals()[shops[0].pk]
    assert sign.base is None


def test_points_are_whole_positive_and_once_a_cut(company: Company) -> None:
    version = card_on(TODAY)
    assert version is not None
    for values in ({"points": 0}, {"points": 100}, {"end": "odd"}, {"cut": Decimal("-1.8")}):
        fields = {"question": "month_fall", "end": "low", "cut": Decimal(-9), "points": 1} | values
        with pytest.raises(IntegrityError), transaction.atomic():
            ScoreBand.objects.create(card=version, **fields)


def test_the_facts_are_added_up_once(shops: list[Customer]) -> None:
    """All questions of all customers are answered from one pass over the months."""
    for shop in shops:
        buy(shop, {})
    statements: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        score()
    reading = [sql for sql in statements if f"accounts_monthlyfact m{OCTOBER:%Y%m}" in sql]
    assert [sql.count("JOIN accounts_monthlyfact") for sql in reading] == [24]
