"""The score card: questions as tables, the points, and the command on files that are not tidy."""

import csv
import gzip
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from early_warnings.rules import months_back
from early_warnings.rules.score import BY_DAYS, BY_MONTHS, History, MonthFacts, OrderDay, answers, questions, score

OCTOBER = date(2026, 10, 1)
MARKET = {months_back(OCTOBER, back): 1000.0 for back in range(36)}


def past(amounts: dict[int, float], *, items: dict[int, float] | None = None, days: tuple[int, ...] = ()) -> History:
    """A hundred a month for three years, but for the months so many before October; `days` before its end."""
    months = {
        months_back(OCTOBER, back): MonthFacts(amounts.get(back, 100.0), 4, (items or {}).get(back, 20.0))
        for back in range(36)
    }
    ordered = sorted(date(2026, 10, 31) - timedelta(days=before) for before in days)
    return History(months, [OrderDay(day, 25.0, 5.0) for day in ordered], months_back(OCTOBER, 35))


WEEKLY = tuple(range(0, 364, 7))


@pytest.mark.parametrize(
    ("question", "history", "expected"),
    [
        (questions.silence, past({}, days=WEEKLY), 0.0),
        (questions.silence, past({}, days=WEEKLY[3:]), 3.0),
        (questions.silence, past({}, days=(0, 40, 80)), None),
        (questions.usual_gap, past({}, days=(0, 10, 30, 60)), 20.0),
        (questions.uneven_gaps, past({}, days=WEEKLY), 0.0),
        (questions.month_fall, past({}), 0.0),
        (questions.month_fall, past({0: 50}), -10.0),
        (questions.quarter_to_last_year, past({0: 50, 1: 50, 2: 50}), 0.5),
        (questions.half_year, past({0: 0, 1: 0, 2: 0}), 0.5),
        (questions.year_to_year, past(dict.fromkeys(range(12), 40.0)), 0.4),
        (questions.uneven_months, past({}), 0.0),
        (questions.lowest_quarter, past({5: 0, 6: 0, 7: 0}), 0.0),
        (questions.orders_quarter, past({}), 1.0),
        (questions.orders_month, past({}), 4.0),
        (questions.items_trend, past({}), 0.0),
        (questions.items_to_lowest, past({}, items={0: 10, 4: 15, 9: 5}), 1.0),
        (questions.last_orders_items, past({}, days=WEEKLY), 1.0),
        (questions.last_orders_amount, past({}, days=WEEKLY), 1.0),
    ],
)
def test_what_a_question_comes_to(question: questions.Question, history: History, expected: float | None) -> None:
    found = question(history, OCTOBER, MARKET)
    assert found is expected if expected is None else found == pytest.approx(expected)


@pytest.mark.parametrize("card", [BY_DAYS, BY_MONTHS])
def test_a_new_customer_is_asked_nothing_and_has_no_points(card: tuple[object, ...]) -> None:
    new = History({OCTOBER: MonthFacts(90, 2, 9)}, (), OCTOBER)
    found = answers(card, new, OCTOBER, MARKET)  # type: ignore[arg-type]
    assert {each.value for each in found} - {2 / 12} <= {None}
    assert score(found) == 0


def test_the_score_is_its_points_added_up() -> None:
    found = answers(BY_DAYS, past({0: 20}, days=WEEKLY[4:]), OCTOBER, MARKET)
    points = {each.key: each.points for each in found if each.points}
    assert points == {
        "silence": 12,
        "month_fall": 7,
        "quarter_to_last_year": 1,
        "half_year": 1,
        "year_to_year": 1,
        "uneven_months": 3,
        "lowest_quarter": 3,
        "last_orders_items": 1,
    }
    assert score(found) == 29


@pytest.mark.parametrize("card", [BY_DAYS, BY_MONTHS])
def test_the_most_extreme_limits_come_first_and_give_most(card: tuple[object, ...]) -> None:
    for asked in card:
        for bands, sign in ((asked.low, 1), (asked.high, -1)):  # type: ignore[attr-defined]
            assert list(bands) == sorted(bands, key=lambda band: (sign * band[0], -band[1]))
            assert [points for _limit, points in bands] == sorted({points for _limit, points in bands}, reverse=True)


def test_nothing_later_than_the_month_is_known() -> None:
    """The same score in October whatever November brings."""
    before = past({3: 60}, days=WEEKLY)
    later = History(
        {**before.months, months_back(OCTOBER, -1): MonthFacts(999, 9, 99)},
        [*before.days, OrderDay(date(2026, 11, 3), 999, 99)],
        before.known_from,
    )
    market = MARKET | {months_back(OCTOBER, -1): 5000.0}
    assert answers(BY_DAYS, later, OCTOBER, market) == answers(BY_DAYS, before, OCTOBER, MARKET)


# The command


def rows_of(path: Path) -> list[list[str]]:
    with path.open() as file:
        return list(csv.reader(file))


FACTS = """customer,month,amount,orders,items
B,2026-03,-5,0,0
A,2026-02,"1,200.50",3,
A,2026-01,100,1,9
"""


def test_unsorted_files_with_gaps_and_returns_are_scored(tmp_path: Path) -> None:
    facts, out = tmp_path / "facts.csv", tmp_path / "scores.csv"
    facts.write_text("\ufeff" + FACTS, encoding="utf-8")
    call_command("score_customers", facts=facts, out=out)
    assert rows_of(out) == [
        ["customer", "month", "score"],
        ["A", "2026-01", "0"],
        ["A", "2026-02", "0"],
        ["A", "2026-03", "0"],
        ["B", "2026-03", "0"],
    ]


def test_gzipped_files_and_days_as_months(tmp_path: Path) -> None:
    facts, orders, out = tmp_path / "facts.csv.gz", tmp_path / "orders.csv", tmp_path / "scores.csv"
    months = [f"A,{months_back(OCTOBER, back)},{20 if back == 0 else 100},4,20\n" for back in range(36)]
    with gzip.open(facts, "wt") as file:
        file.writelines(["Customer,Month,Amount,Orders,Items,more\n", *reversed(months)])
    days = [f"A,{date(2026, 10, 31) - timedelta(days=before)},25,5\n" for before in WEEKLY[4:]]
    orders.write_text("".join(["customer,date,amount,items\n", *days]))
    call_command("score_customers", facts=facts, orders=orders, out=out, points=True)
    heading, *found = rows_of(out)
    assert heading == ["customer", "month", "score", *(each.key for each in BY_DAYS)]
    assert (len(found), found[-1][:4]) == (36, ["A", "2026-10-01", "27", "12"])


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("customer,month,amount,orders\nA,2026-01,1,1\n", "column items is missing"),
        (FACTS + "C,2026-13,1,1,1\n", "line 5: month is no month like 2026-10: 2026-13"),
        (FACTS + "C,2026-01,many,1,1\n", "line 5: amount is no number: many"),
        (FACTS + "C,2026-01,nan,1,1\n", "line 5: amount is no number: nan"),
        (FACTS + ",2026-01,1,1,1\n", "line 5: customer is empty"),
        ("customer,month,amount,orders,items\n", "no rows"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, wrong: str) -> None:
    facts = tmp_path / "facts.csv"
    facts.write_text(text)
    with pytest.raises(CommandError) as told:
        call_command("score_customers", facts=facts, out=tmp_path / "scores.csv")
    assert str(told.value) == f"{facts}: {wrong}"
    assert not (tmp_path / "scores.csv").exists()
