"""The course of a complaint, as tables."""

import pytest

from complaints.rules import COURSE, DUTY_KINDS, GRAVITY_OPEN, Gravity, Step, next_step, phone_matches, transitions


@pytest.mark.parametrize(
    ("gravity", "step", "expected"),
    [
        ("general", "registered", "assigned"),
        ("general", "assigned", "investigated"),
        ("general", "investigated", "handled"),
        ("general", "handled", "told"),
        ("general", "told", "closed"),
        ("general", "closed", None),
        ("major", "registered", "assigned"),
        ("major", "assigned", "investigated"),
        ("major", "investigated", "instructed"),
        ("major", "instructed", "handled"),
        ("major", "handled", "told"),
        ("major", "told", "closed"),
        ("major", "closed", None),
    ],
)
def test_next_step(gravity: str, step: str, expected: str | None) -> None:
    assert next_step(gravity, step) == expected


def test_every_course_tells_the_customer_just_before_it_closes() -> None:
    assert [course[-2:] for course in COURSE.values()] == [(Step.TOLD, Step.CLOSED)] * 2


def test_closing_is_reached_only_from_telling() -> None:
    assert [(gravity, before) for gravity, before, after in transitions() if after == "closed"] == [
        ("general", "told"),
        ("major", "told"),
    ]


def test_every_step_but_the_first_is_owed_by_a_kind_of_duty() -> None:
    assert set(DUTY_KINDS) == set(Step) - {Step.REGISTERED}


def test_gravity_is_open_only_at_steps_that_both_courses_know() -> None:
    """Else `next_step` of a complaint that changes would not be defined."""
    assert [step for step in GRAVITY_OPEN if any(step not in COURSE[gravity] for gravity in Gravity)] == []


@pytest.mark.parametrize(
    ("phone", "last_four", "expected"),
    [
        ("138 0000 6620", "6620", True),
        ("13800006620", "6621", False),
        ("13800006620", "620", False),
        ("13800006620", "06620", False),
        ("620", "620", False),
        ("", "", False),
    ],
)
def test_phone_matches(phone: str, last_four: str, expected: bool) -> None:
    assert phone_matches(phone, last_four) is expected
