"""Fair territories lie ready for the branch whose managers have the most uneven work, for a director to decide."""

from collections.abc import Sequence

from accounts.models import OrgUnit, Person, Post
from accounts.rules import Role
from config.demo.shape import Shape
from duties.calendar import WorkCalendar
from visits.models import Territory
from visits.services import promise
from visits.services.promise.territories import PEOPLE_MOST


def draw_territories(shape: Shape) -> None:
    """Draw them up by the service that people use (ORG-5); nothing where they are as even as they get."""
    terms, month = promise.Terms.load(), promise.Month.after(shape.today, WorkCalendar.load())

    def loads_of(branch: OrgUnit) -> list[promise.Load]:
        held = Post.objects.held_on(shape.today).filter(
            role=Role.ACCOUNT_MANAGER, unit__path__startswith=branch.path, person__is_active=True
        )
        people = Person.objects.filter(pk__in=held.values("person"))[:PEOPLE_MOST]
        return promise.loads(people, role=Role.ACCOUNT_MANAGER, month=month, on=shape.today, terms=terms)

    def unevenness(found: Sequence[promise.Load]) -> float:
        shares = [load.share(terms, month) or 0.0 for load in found]
        return max(shares, default=0.0) - min(shares, default=0.0)

    branches = OrgUnit.objects.filter(kind=OrgUnit.Kind.BRANCH).order_by("code")
    unit, found = max(((each, loads_of(each)) for each in branches), key=lambda pair: unevenness(pair[1]))
    proposal = promise.draw_fair(found, terms, month)
    if proposal is not None:
        promise.keep_proposal(
            unit=unit,
            aim=Territory.Aim.FAIR,
            proposal=proposal,
            found=found,
            terms=terms,
            month=month,
            by=Person.objects.filter(posts__role=Role.MARKETING_DIRECTOR, is_active=True).order_by("pk")[0],
            now=shape.now,
        )
