"""The score card by order days over the whole company, against the rules that score a file (WRN-1, WRN-8)."""

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from early_warnings import rules, services
from early_warnings.models import CustomerScore, EarlyWarning, ScoreCard, ScoreNote, Scoring, Threshold
from early_warnings.rules.score import BY_DAYS, BY_MONTHS, Asked, Card, History, MonthFacts, answers
from early_warnings.rules.score import OrderDay as Day
from early_warnings.rules.score.questions import OF_DAYS, OF_MONTHS
from early_warnings.services.scoring import card_of, card_on, shown
from early_warnings.services.seeing.following import follow

from accounts.models import Customer, MonthlyFact, OrderDay
from accounts.services.facts import ORDERS, ensure_partitions
from tests.early_warnings.cases import MONDAY
from tests.early_warnings.test_scoring import EVERY_QUESTION, MONTHS, OCTOBER, TODAY, as_data, buy, score, totals
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company

END = date(2026, 10, 31)
FIRST = MONTHS[-1]
EVERY_DAY_QUESTION: Card = tuple(
    Asked(question, low=((0.5, 2), (1, 1)), high=((2, 3), (1.25, 2))) for question in OF_DAYS
)


@pytest.fixture
def shops(company: Company) -> list[Customer]:
    ensure_partitions(months=MONTHS)
    ensure_partitions(months=[*MONTHS, TODAY], tables=ORDERS)
    return CustomerFactory.create_batch(3, unit=company.a.unit)


def order(customer: Customer, *, every: int = 7, until: date = END, days: int = 400) -> None:
    """The same order every few days, backwards from a day."""
    OrderDay.objects.bulk_create(
        OrderDay(customer=customer, day=until - timedelta(days=back), amount=Decimal(250), items=5)
        for back in range(0, days, every)
    )


def _ordered(by: random.Random) -> list[Day]:
    """Steady, uneven, silent, new or rare; some days are nothing but returns, some orders alike to the cent."""
    every, uneven = by.choice([1, 3, 7, 14, 30, 61]), by.choice([0, 0.3, 1.5])
    usual, noise = by.choice([25, 700.25, 4321.9]), by.choice([0, 0.5])
    day, last = FIRST + timedelta(days=by.choice([0, 5, 350])), END - timedelta(days=by.choice([0, 0, 3, 20, 70]))
    found = []
    while day <= last + timedelta(days=35 * by.choice([0, 0, 0, 1])):
        amount = round(usual * (1 + noise * (by.random() - 0.5)), 2)
        how = by.choice(["bought"] * 14 + ["nothing", "returned"])
        amount = {"bought": amount, "nothing": 0.0, "returned": -round(usual / 20, 2)}[how]
        found.append(Day(day, amount, by.randint(0, 12)))
        day += timedelta(days=max(1, round(every * (1 + uneven * (by.random() - 0.5)))))
    return found


def _random_shops(count: int, company: Company, by: random.Random) -> dict[int, History]:
    """What each ordered, in months and, if they are known, in days; one in eight months' days is missing for some."""
    found = {}
    for customer in CustomerFactory.create_batch(count, unit=company.a.unit):
        days = _ordered(by)
        of_month: defaultdict[date, list[Day]] = defaultdict(list)
        for each in days:
            of_month[each.day.replace(day=1)].append(each)
        months = {
            month: MonthFacts(round(sum(each.amount for each in of), 2), len(of), max(each.items for each in of))
            for month, of in of_month.items()
            if month <= OCTOBER
        }
        known = by.choice(["all", "all", "all", "none", "some"])
        if known != "all":
            days = [] if known == "none" else [each for each in days if each.day.month != by.randint(1, 8)]
        found[customer.pk] = History(months, sorted(days, key=lambda each: each.day), FIRST)
    MonthlyFact.objects.bulk_create(
        MonthlyFact(customer_id=pk, month=month, amount=Decimal(str(row.amount)), orders=row.orders, items=row.items)
        for pk, past in found.items()
        for month, row in past.months.items()
    )
    unsorted = [(pk, each) for pk, past in found.items() for each in past.days]
    by.shuffle(unsorted)
    OrderDay.objects.bulk_create(
        OrderDay(customer_id=pk, day=each.day, amount=Decimal(str(each.amount)), items=each.items)
        for pk, each in unsorted
    )
    return {
        pk: History(past.months, [each for each in past.days if each.amount > 0], FIRST) for pk, past in found.items()
    }


@pytest.mark.parametrize(
    ("cards", "seed"), [((BY_MONTHS, BY_DAYS), 1), ((BY_MONTHS, BY_DAYS), 2), ((EVERY_QUESTION, EVERY_DAY_QUESTION), 3)]
)
def test_sql_gives_the_points_that_the_rules_give(company: Company, cards: tuple[Card, Card], seed: int) -> None:
    """Each customer by their card, question by question."""
    ensure_partitions(months=MONTHS)
    ensure_partitions(months=[*MONTHS, TODAY, date(2026, 12, 1)], tables=ORDERS)
    if BY_DAYS not in cards:
        as_data(cards[0])
        as_data(cards[1], "days")
    bought = _random_shops(200, company, random.Random(seed))
    score()
    market: defaultdict[date, float] = defaultdict(float)
    for past in bought.values():
        for month, row in past.months.items():
            market[month] += row.amount
    market = defaultdict(float, {month: round(amount, 2) for month, amount in market.items()})
    expected = {}
    for pk, past in bought.items():
        if sum(each > 0 for each in past.amounts(OCTOBER, 14)) < 12:
            continue
        by_days = past.days_known(OCTOBER)
        points = {each.key: each.points for each in answers(cards[by_days], past, OCTOBER, market)}
        expected[pk] = [points.get(question.__name__, 0) for question in (OF_MONTHS, OF_DAYS)[by_days]]
    kept = {each.pk: each.points for each in CustomerScore.objects.all()}
    assert kept == expected
    kinds = [len(points) for points in kept.values()]
    assert min(kinds.count(len(OF_MONTHS)), kinds.count(len(OF_DAYS))) > 25


@pytest.mark.usefixtures("company")
def test_the_shipped_version_is_the_card_of_the_files() -> None:
    version = card_on(TODAY, "days")
    assert version is not None
    assert card_of(version) == tuple(sorted(BY_DAYS, key=lambda each: OF_DAYS.index(each.ask)))


def _kinds() -> dict[int, str]:
    return dict(CustomerScore.objects.values_list("customer_id", "card__kind"))


def test_whose_order_days_are_known_all_the_year_is_asked_by_days(shops: list[Customer]) -> None:
    for shop in shops:
        buy(shop, {})
    order(shops[0])
    order(shops[1], days=300)  # known since the beginning of the year only
    score()
    assert _kinds() == {shops[0].pk: "days", shops[1].pk: "months", shops[2].pk: "months"}


def test_until_the_last_week_is_known_nobody_seems_silent(shops: list[Customer]) -> None:
    """The order days of a month come later than its sums; once they do everybody is scored again."""
    for shop in shops:
        buy(shop, {})
        order(shop, until=date(2026, 10, 20))
    score()
    assert set(_kinds().values()) == {"months"}
    order(shops[0], until=date(2026, 10, 27), days=1)
    again = score()
    assert again is not None
    assert again.everybody
    assert set(_kinds().values()) == {"days"}


def test_order_days_that_change_note_the_customer(shops: list[Customer]) -> None:
    for shop in shops:
        buy(shop, {})
        order(shop)
    score()
    before = totals()
    OrderDay.objects.filter(customer=shops[0], day__gt=date(2026, 10, 3)).delete()
    again = score()
    assert again is not None
    assert (again.everybody, again.customers) == (False, 1)
    assert totals() == before | {shops[0].pk: totals()[shops[0].pk]}
    assert totals()[shops[0].pk] >= before[shops[0].pk] + 8  # silent for four weeks: 12 points instead of 4
    OrderDay.objects.filter(customer=shops[1], day=END).update(amount=Decimal(240))
    assert set(ScoreNote.objects.values_list("customer_id", flat=True)) == {shops[1].pk}


def test_no_note_is_taken_of_days_that_nobody_asks_of(shops: list[Customer]) -> None:
    """The running month is not scored yet, and what was years ago is not any more."""
    ensure_partitions(months=[date(2024, 1, 5)], tables=ORDERS)
    ScoreNote.objects.all().delete()
    order(shops[0], until=TODAY, days=1)
    order(shops[0], until=date(2024, 1, 5), days=1)
    assert not ScoreNote.objects.exists()
    order(shops[0], days=8)
    assert list(ScoreNote.objects.values_list("customer_id", flat=True)) == [shops[0].pk]


def test_totals_of_the_other_card_are_no_past(shops: list[Customer]) -> None:
    """The two cards do not count alike: a course is of one of them."""
    for shop in shops:
        buy(shop, {})
    services.score_customers(on=TODAY, now=MONDAY, months_before=3)
    order(shops[0])
    ScoreNote.objects.all().delete()
    score()
    before = {each.customer_id: len(each.before) for each in CustomerScore.objects.all()}
    assert before == {shops[0].pk: 0, shops[1].pk: 3, shops[2].pk: 3}


def test_the_card_that_is_shown_adds_up_to_the_score(shops: list[Customer]) -> None:
    buy(shops[0], {0: 300})
    order(shops[0], until=date(2026, 10, 1), days=400)
    order(shops[1])
    score()
    card = shown(customer=shops[0], on=TODAY)
    assert card is not None
    assert card.version.kind == "days"
    assert len(card.lines) == 14
    assert card.total == sum(line.points for line in card.lines) == totals()[shops[0].pk]
    assert (card.threshold.breach, card.threshold.near) == (24, 22)  # type: ignore[union-attr]
    followed = [each.indicator.measure for each in follow(customer=shops[0], on=TODAY)]
    assert [each for each in followed if each.startswith("score")] == ["score_by_days"]


def test_nobody_has_signs_of_both_cards(shops: list[Customer]) -> None:
    """Once the order days are known the sign by months counts as back, and the report stands by days."""
    for shop in shops[1:]:
        buy(shop, {})
    buy(shops[0], {0: 300, 1: 500, 2: 500})
    Threshold.objects.filter(indicator__key__startswith="score-card").update(breach=12, near=10)
    services.spend_night(on=TODAY, now=MONDAY)
    order(shops[0], until=date(2026, 10, 2))
    order(shops[1])
    services.spend_night(on=TODAY + timedelta(days=1), now=MONDAY + timedelta(days=1))
    report = EarlyWarning.objects.get(customer=shops[0])
    levels = dict(report.signs.filter(indicator__key__startswith="score").values_list("indicator__key", "level"))
    assert levels == {"score-card": "back", "score-card-days": "breach"}
    sign = report.signs.get(indicator__key="score-card-days")
    assert sign.value == totals()[shops[0].pk]


def test_another_version_by_days_scores_everybody_again(shops: list[Customer]) -> None:
    for shop in shops:
        buy(shop, {})
        order(shop)
    score()
    ScoreCard.objects.create(kind="days", valid_from=TODAY, made_at=MONDAY)
    again = score()
    assert again is not None
    assert again.everybody
    assert set(totals().values()) == {0}
    assert Scoring.objects.count() == 2


@pytest.mark.parametrize("back", [0, 5, 11])
def test_a_month_without_order_days_is_one_without_purchase(back: int) -> None:
    months = {rules.months_back(OCTOBER, each): MonthFacts(100, 4, 20) for each in range(24)}
    missing = rules.months_back(OCTOBER, back)
    days = [Day(each + timedelta(days=9), 25, 5) for each in sorted(months) if each != missing]
    assert not History(months, days, FIRST).days_known(OCTOBER)
    assert History(months | {missing: MonthFacts()}, days, FIRST).days_known(OCTOBER)
