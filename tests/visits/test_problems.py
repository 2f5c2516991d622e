"""Problems stay somebody's until they are solved (VIS-6)."""

import uuid
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from duties.services import open_duty_of, sweep
from tests.factories.company import Company
from tests.factories.visits import ProblemFactory, VisitFactory, at
from visits.models import Problem
from visits.services import Found, Refused, may_solve, report, solve


def found(company: Company, **fields: object) -> Problem:
    values = {"key": uuid.uuid4(), "what": "后仓受潮", "owner": company.a.sales_manager, "due_on": date(2026, 11, 25)}
    visit = VisitFactory(customer=company.a.customer)
    return report(visit=visit, found=Found(**(values | fields)), by=visit.person, now=at(9))  # type: ignore[arg-type]


def test_solving_a_problem_ends_its_duty(company: Company) -> None:
    problem = found(company)
    solved = solve(problem=problem, solution="换了货架", by=company.a.sales_manager, now=at(15))
    assert (solved.solved_at, solved.solved_by, solved.solution) == (at(15), company.a.sales_manager, "换了货架")
    assert open_duty_of("visit.problem", problem.pk) is None
    again = solve(problem=problem, solution="别的", by=company.a.sales_manager, now=at(16))
    assert again.solution == "换了货架"


@pytest.mark.parametrize(("fields", "field"), [({"what": " "}, "what"), ({"due_on": date(2026, 11, 22)}, "due_on")])
def test_a_problem_without_words_or_time_is_refused(company: Company, fields: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        found(company, **fields)
    assert refused.value.field == field


def test_who_may_solve(company: Company) -> None:
    problem = found(company)
    answers = {
        person.name: may_solve(problem=problem, person=person)
        for person in (company.a.sales_manager, company.a.account_manager, company.a.account_managers[1])
    }
    assert list(answers.values()) == [True, True, False]
    with pytest.raises(Refused):
        solve(problem=problem, solution="好了", by=company.b.sales_manager, now=at(15))


def test_whoever_it_climbed_to_may_solve(company: Company) -> None:
    problem = found(company, owner=company.a.account_manager, due_on=date(2026, 11, 23))
    assert may_solve(problem=problem, person=company.a.general_manager) is False
    duty = open_duty_of("visit.problem", problem.pk)
    assert duty is not None
    while duty is not None and duty.owner != company.a.general_manager:
        duty.next_due_at = at(9, day=date(2020, 1, 1))
        duty.save(update_fields=["next_due_at"])
        sweep()
        duty = open_duty_of("visit.problem", problem.pk)
    assert may_solve(problem=problem, person=company.a.general_manager) is True


def test_a_solution_needs_words(company: Company) -> None:
    problem = found(company)
    with pytest.raises(Refused) as refused:
        solve(problem=problem, solution=" ", by=company.a.sales_manager, now=at(15))
    assert refused.value.field == "solution"
    with pytest.raises(IntegrityError, match="solved_problem_says_how"), transaction.atomic():
        Problem.objects.update(solved_at=at(15))


def test_problems_are_seen_by_their_owner_everywhere(company: Company) -> None:
    ProblemFactory(visit=VisitFactory(customer=company.a.customer), owner=company.b.sales_manager)
    seen = [
        Problem.objects.visible_to(person).count()
        for person in (company.a.account_manager, company.b.sales_manager, company.b.general_manager)
    ]
    assert seen == [1, 1, 0]
