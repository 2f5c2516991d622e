"""The ladder as pure rules: whose turn it is when a deadline passes (CMP-3, WRN-5)."""

from collections.abc import Callable

import pytest

from accounts.rules import Responsible, Role, role_chain
from duties.rules import Holding, Step, climb, step_at

AM, SM, GM = Role.ACCOUNT_MANAGER, Role.BRANCH_SALES_MANAGER, Role.BRANCH_GENERAL_MANAGER
DIRECTOR, REGION, DEPUTY, TOP = (
    Role.MARKETING_DIRECTOR,
    Role.REGION_MANAGER,
    Role.DEPUTY_GENERAL_MANAGER,
    Role.GENERAL_MANAGER,
)
STEPS = [Step(1, AM, 900), Step(2, SM, 450), Step(3, GM, 225)]


def people(holders: dict[Role, int]) -> Callable[[Role], Responsible | None]:
    """Who answers in a role; a role without holder goes up as ORG-3 says."""

    def find(role: Role) -> Responsible | None:
        for each in role_chain(role):
            if each in holders:
                return Responsible(holders[each], each, vacant=each != role, delegated=False)
        return None

    return find


FULL = {AM: 1, SM: 2, GM: 3, DIRECTOR: 4, REGION: 5, DEPUTY: 6, TOP: 7}


def without(*roles: Role) -> dict[Role, int]:
    return {role: person for role, person in FULL.items() if role not in roles}


@pytest.mark.parametrize(
    ("level", "limit"),
    [(1, 900), (2, 450), (3, 225), (4, 225), (99, 225)],
)
def test_past_the_last_step_the_last_repeats(level: int, limit: int) -> None:
    assert step_at(STEPS, level).limit_minutes == limit


def test_a_level_between_two_steps_takes_the_next() -> None:
    assert step_at([Step(1, AM, 900), Step(5, GM, 225)], 2) == Step(5, GM, 225)


def test_a_rule_without_steps_has_no_step() -> None:
    with pytest.raises(ValueError, match="at least one step"):
        step_at([], 1)


@pytest.mark.parametrize(
    ("name", "held", "holders", "expected"),
    [
        ("to the next level", Holding(1, AM, 1), FULL, (Holding(2, SM, 2), 450)),
        ("to the last level", Holding(2, SM, 2), FULL, (Holding(3, GM, 3), 225)),
        ("past the rule, to the role above", Holding(3, GM, 3), FULL, (Holding(4, DIRECTOR, 4), 225)),
        ("on above the rule", Holding(4, DIRECTOR, 4), FULL, (Holding(5, REGION, 5), 225)),
        ("the top is asked again", Holding(7, TOP, 7), FULL, (Holding(8, TOP, 7), 225)),
        ("a vacant level goes up", Holding(1, AM, 1), without(SM), (Holding(2, GM, 3, vacant=True), 450)),
        (
            "a vacant level whose stand-in holds it already is passed over",
            Holding(2, GM, 3, vacant=True),
            without(SM),
            (Holding(4, DIRECTOR, 4), 225),
        ),
        (
            "one person at two levels is asked once",
            Holding(1, AM, 1),
            {**FULL, SM: 1},
            (Holding(3, GM, 3), 225),
        ),
        (
            "one person at all levels: the role above",
            Holding(1, AM, 1),
            {**FULL, SM: 1, GM: 1},
            (Holding(4, DIRECTOR, 4), 225),
        ),
        (
            "the roles above are passed over too",
            Holding(3, GM, 3),
            {**FULL, DIRECTOR: 3, REGION: 3},
            (Holding(4, DEPUTY, 6), 225),
        ),
        ("handed to the next one above already", Holding(1, AM, 2), FULL, (Holding(3, GM, 3), 225)),
        ("nobody above", Holding(3, GM, 3), {GM: 3}, (Holding(4, GM, 3), 225)),
        ("nobody at all", Holding(1, AM, 1), {}, (Holding(4, AM, 1), 225)),
    ],
)
def test_climbing(name: str, held: Holding, holders: dict[Role, int], expected: tuple[Holding, int]) -> None:
    assert climb(STEPS, held, people(holders)) == expected


def test_a_rule_without_steps_still_climbs() -> None:
    assert climb([], Holding(1, AM, 1), people(FULL)) == (Holding(2, SM, 2), 450)


def test_steps_in_any_order() -> None:
    assert climb(list(reversed(STEPS)), Holding(1, AM, 1), people(FULL)) == (Holding(2, SM, 2), 450)


@pytest.mark.parametrize(
    "holders",
    [FULL, without(SM), without(TOP), without(SM, GM, REGION), {GM: 3}, {**FULL, SM: 1}, {**FULL, SM: 1, GM: 1}],
)
def test_a_duty_ends_at_one_person_and_never_goes_in_circles(holders: dict[Role, int]) -> None:
    held, seen = Holding(1, AM, 1), [1]
    for _ in range(12):
        held, _limit = climb(STEPS, held, people(holders))
        if held.owner_id != seen[-1]:
            assert held.owner_id not in seen
            seen.append(held.owner_id)
    assert seen == sorted(seen)
    assert held.owner_id == max({1, *holders.values()})
