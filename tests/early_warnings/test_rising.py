"""When a cause of complaints rises, and which unit is told: the rule as tables (CMP-6)."""

from decimal import Decimal
from math import comb

import pytest
from early_warnings.rules import rising
from early_warnings.rules.rising import Counts, Days

YEAR = Days(recent=91, before=365)


@pytest.mark.parametrize(("months", "days"), [(1, 30), (3, 91), (6, 182), (12, 365)])
def test_months_in_days(months: int, days: int) -> None:
    assert rising.days_of(months) == days


@pytest.mark.parametrize(
    ("recent", "before", "expected", "times"),
    [
        (14, 21, "5.2", "2.6923"),
        (20, 40, "10.0", "2.0000"),
        (6, 0, "0.0", "6.0000"),  # less than one expected counts as one
        (6, 3, "0.7", "6.0000"),
        (0, 21, "5.2", "0.0000"),
    ],
)
def test_expected_and_times(recent: int, before: int, expected: str, times: str) -> None:
    assert rising.expected(before, YEAR) == Decimal(expected)
    assert rising.times(Counts(recent, before), YEAR) == Decimal(times)


@pytest.mark.parametrize(("recent", "before"), [(0, 0), (1, 0), (6, 0), (6, 12), (14, 21), (30, 120), (3, 40)])
def test_chance_is_the_tail_of_the_binomial_distribution(recent: int, before: int) -> None:
    """Against the plain sum with whole binomial coefficients."""
    share, together = 91 / 456, recent + before
    plain = sum(
        comb(together, number) * share**number * (1 - share) ** (together - number)
        for number in range(recent, together + 1)
    )
    assert rising.chance(Counts(recent, before), YEAR) == pytest.approx(plain, rel=1e-9)


def test_chance_of_very_many_is_quick_and_still_a_chance() -> None:
    assert rising.chance(Counts(25_000, 100_000), YEAR) == pytest.approx(0.5, abs=0.4)
    assert rising.chance(Counts(40_000, 100_000), YEAR) < 1e-9


@pytest.mark.parametrize(
    ("recent", "before", "days", "expected"),
    [
        (15, 21, YEAR, True),
        (6, 2, YEAR, True),
        (5, 0, YEAR, False),  # fewer than six say nothing
        (6, 9, YEAR, False),  # 2.7 times as many, but chance brings so many more often than once in 200 times
        (9, 15, YEAR, False),
        (12, 15, YEAR, True),
        (140, 400, YEAR, False),  # more than chance, but 1.4 times only
        (150, 380, YEAR, True),
        (14, 21, Days(91, 91), False),  # fewer than before
        (14, 2, Days(91, 91), True),
        (14, 0, Days(91, 90), False),  # the time before is not known long enough
        (14, 0, Days(91, 0), False),
    ],
)
def test_a_cause_rises(recent: int, before: int, days: Days, *, expected: bool) -> None:
    assert rising.rises(Counts(recent, before), days, least=Decimal(6), line=Decimal("1.5")) == expected


def test_a_unit_has_the_complaints_of_the_units_below() -> None:
    own = {"/1/2/4/": Counts(3, 1), "/1/2/": Counts(1, 1), "/1/3/": Counts(2, 2)}
    assert rising.whole(own) == {
        "/1/2/4/": Counts(3, 1),
        "/1/2/": Counts(4, 2),
        "/1/3/": Counts(2, 2),
        "/1/": Counts(6, 4),
    }


CALM, RISEN = Counts(5, 20), Counts(16, 20)


@pytest.mark.parametrize(
    ("own", "already", "told"),
    [
        ({"/1/2/4/": CALM, "/1/2/5/": CALM, "/1/3/": CALM}, [], []),
        ({"/1/2/4/": RISEN, "/1/2/5/": CALM, "/1/3/": CALM}, [], ["/1/2/4/"]),  # the lowest, not those above
        ({"/1/2/4/": RISEN, "/1/2/5/": RISEN, "/1/3/": CALM}, [], ["/1/2/4/", "/1/2/5/"]),
        # Too few in each station, enough in the branch: the branch, and not the company.
        ({"/1/2/4/": Counts(5, 4), "/1/2/5/": Counts(5, 4), "/1/3/": CALM}, [], ["/1/2/"]),
        # A branch rises, and the rest of the company does too.
        ({"/1/2/": RISEN, "/1/3/": Counts(5, 4), "/1/4/": Counts(5, 4)}, [], ["/1/2/", "/1/"]),
        # A unit whose warning is open is told already, and so are those above it.
        ({"/1/2/4/": RISEN, "/1/2/5/": CALM}, ["/1/2/4/"], []),
        # A branch whose warning is open: the station where it sits is told as soon as it shows there.
        ({"/1/2/4/": RISEN, "/1/2/5/": CALM}, ["/1/2/"], ["/1/2/4/"]),
    ],
)
def test_the_lowest_unit_where_it_shows_is_told(own: dict[str, Counts], already: list[str], told: list[str]) -> None:
    def rise(path: str, counts: Counts) -> bool:
        return rising.rises(counts, YEAR, least=Decimal(6), line=Decimal("1.5"))

    assert rising.told(own, rise, already) == told


def test_the_rest_rises_but_the_whole_does_not() -> None:
    """A station that has far fewer than before hides its branch's rise: the branch's own figure must rise too."""
    own = {"/1/2/4/": Counts(10, 8), "/1/2/5/": Counts(6, 200)}
    rise = {("/1/2/4/", Counts(10, 8)), ("/1/2/", Counts(6, 200)), ("/1/", Counts(6, 200))}
    assert rising.told(own, lambda path, counts: (path, counts) in rise, []) == ["/1/2/4/"]
