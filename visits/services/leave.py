"""Who is away on the days of a plan, who stands in for whom, and which customers that moves (ORG-3)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Q

from accounts.models import Absence, Person
from visits.services.candidates import Prospect
from visits.services.drafting import Frame, Known


@dataclass(frozen=True, slots=True)
class Leave:
    """Absences as far as one person's days are concerned.

    `away` says by day off who stands in, "" if nobody does; `standing_in` by absent manager on which days this person
    does; a delegate who is away too stands in for nobody.
    """

    away: Mapping[date, str] = field(default_factory=dict)
    standing_in: Mapping[int, Collection[date]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)

    def share(
        self, prospects: Sequence[Prospect], known: Known, frames: Sequence[Frame]
    ) -> tuple[list[Prospect], Known]:
        """Leave out whom an absent manager keeps, and mark whom a delegate sees to."""
        handed, mine = set(), []
        with_delegate = [day for day, delegate in self.away.items() if delegate]
        for prospect in prospects:
            manager = prospect.row["account_manager_id"]
            if manager in self.standing_in:
                if not falls_due(prospect, frames, self.standing_in[manager]):
                    continue
            elif with_delegate and falls_due(prospect, frames, with_delegate):
                handed.add(prospect.customer_id)
            mine.append(prospect)
        return mine, replace(known, handed=frozenset(handed), standing_in=self.standing_in)


def falls_due(prospect: Prospect, frames: Sequence[Frame], days: Collection[date]) -> bool:
    """Whether a promise has to be kept on one of these days: so a delegate's share and the manager's never overlap.

    What was owed before the first planned day belongs to it.
    """
    concerned = [frame for frame in frames if frame.on in days]
    if not concerned:
        return False
    first = date.min if concerned[0].on == frames[0].on else concerned[0].on
    until = concerned[-1].following
    dates = (prospect.row["due_on"], prospect.promised_on)
    return any(day is not None and first <= day < until for day in dates)


def leave_of(person: Person, days: Sequence[date]) -> Leave:
    """Absences between the first and the last day that touch a person's plans, in one query."""
    absences = list(
        Absence.objects.filter(starts_on__lte=days[-1], ends_on__gte=days[0])
        .filter(Q(person=person) | Q(delegate=person))
        .select_related("person", "delegate")
        .order_by("created_at")
    )
    away: dict[date, str] = {}
    for absence in absences:
        if absence.person_id == person.pk:
            away |= dict.fromkeys(_within(absence, days), str(absence.delegate or ""))
    standing_in: dict[int, set[date]] = {}
    names = {}
    for absence in absences:
        free = [day for day in _within(absence, days) if day not in away]
        if absence.person_id != person.pk and absence.person.is_active and free:
            standing_in.setdefault(absence.person_id, set()).update(free)
            names[absence.person_id] = str(absence.person)
    return Leave(away, standing_in, names)


def _within(absence: Absence, days: Sequence[date]) -> list[date]:
    return [day for day in days if absence.starts_on <= day <= absence.ends_on]
