"""The units that a home puts in rows, what their posts lack, and how many customers they have."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import OuterRef, Q, Subquery, Sum

from accounts.models import OrgUnit, Person, Post, UnitMonth

#: Posts without which a unit of that kind cannot do what the rules ask of it.
NEEDED: Mapping[str, tuple[str, ...]] = {
    OrgUnit.Kind.COMPANY: (Post.Role.GENERAL_MANAGER, Post.Role.MARKETING_DIRECTOR, Post.Role.DEPUTY_MANAGER_IN_CHARGE),
    OrgUnit.Kind.REGION: (Post.Role.REGION_MANAGER,),
    OrgUnit.Kind.BRANCH: (Post.Role.BRANCH_GENERAL_MANAGER, Post.Role.BRANCH_SALES_MANAGER, Post.Role.CUSTOMER_OFFICER),
}


@dataclass(slots=True)
class Row:
    """One unit of the home's tables, with what its parts add up to."""

    unit: OrgUnit
    customers: int = 0
    figures: Counter[str] = field(default_factory=Counter)
    vacant: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Vacancy:
    unit: OrgUnit
    role: str


@dataclass(slots=True)
class Units:
    """The units in scope, read once; `rows` are the branches, or what stands below a smaller scope."""

    rows: list[Row]
    vacancies: list[Vacancy]
    by_unit: dict[int, Row]

    @classmethod
    def load(cls, person: Person, today: date, month: date) -> Self:
        """One query; `month` is the one whose customers are counted."""
        held = Q(posts__starts_on__lte=today) & (Q(posts__ends_on=None) | Q(posts__ends_on__gte=today))
        customers = (
            UnitMonth.objects.filter(unit=OuterRef("pk"), month=month)
            .order_by()
            .values("unit")
            .annotate(number=Sum("customers"))
            .values("number")
        )
        units = list(
            OrgUnit.objects.visible_to(person)
            .annotate(
                held=ArrayAgg("posts__role", filter=held, distinct=True, default=[]),
                month_customers=Subquery(customers),
            )
            .order_by("path")
        )
        return cls._of(units)

    @classmethod
    def _of(cls, units: list[OrgUnit]) -> Self:
        rows = {unit.path: Row(unit) for unit in _shown(units)}
        by_unit: dict[int, Row] = {}
        vacancies = []
        for unit in units:
            row = next((rows[path] for path in _upward(unit.path) if path in rows), None)
            if row:
                by_unit[unit.pk] = row
                row.customers += unit.month_customers or 0  # type: ignore[attr-defined]
            for role in NEEDED.get(unit.kind, ()):
                if role not in unit.held:  # type: ignore[attr-defined]
                    vacancies.append(Vacancy(unit, str(Post.Role(role).label)))
                    if row:
                        row.vacant.append(str(Post.Role(role).label))
        return cls(list(rows.values()), vacancies, by_unit)

    def add(self, figures: Iterable[Mapping[str, int]], unit_field: str) -> None:
        """Add figures of single units to the rows they belong to."""
        for found in figures:
            row = self.by_unit.get(found[unit_field])
            if row:
                row.figures.update({name: value for name, value in found.items() if name != unit_field})

    def total(self, name: str) -> int:
        return sum(row.figures[name] for row in self.rows)

    @property
    def customers(self) -> int:
        return sum(row.customers for row in self.rows)


def _shown(units: list[OrgUnit]) -> list[OrgUnit]:
    """The branches; without any, the units just below the highest ones; without those, the highest themselves."""
    branches = [unit for unit in units if unit.kind == OrgUnit.Kind.BRANCH]
    if len(branches) > 1:
        return branches
    paths = {unit.path for unit in units}
    top = [unit for unit in units if not any(path in paths for path in _upward(unit.path)[1:])]
    below = [unit for unit in units if unit.parent_id in {each.pk for each in top}]
    return below or top


def _upward(path: str) -> list[str]:
    """`/1/12/` → `/1/12/`, `/1/`."""
    steps = path.strip("/").split("/")
    return ["/" + "/".join(steps[:length]) + "/" for length in range(len(steps), 0, -1)]
