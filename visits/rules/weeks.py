"""A month at a glance: visits that fall due in each week, against what its working days hold. Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from visits.rules.intervals import Unit, due_date


@dataclass(frozen=True, slots=True)
class Week:
    """A week from its Monday, or from today: visits falling due, `late` of them before it, and room for visits."""

    begins: date
    working_days: int
    due: int
    late: int
    room: int

    @property
    def share(self) -> float:
        """How full it is; 1 is just full."""
        return self.due / self.room if self.room else float(self.due > 0)

    @property
    def over(self) -> int:
        """Visits that find no room."""
        return max(0, self.due - self.room)


def weeks_ahead(
    on: date, working: Sequence[date], clocks: Iterable[tuple[date, int, Unit | str]], *, count: int, room_a_day: int
) -> list[Week]:
    """The weeks from that day on, if every visit is made on its due day.

    `working` are the working days in them; `clocks` are due dates with their intervals. What is overdue falls into the
    first week. A promise of less than a week falls due several times in it.
    """
    monday = on - timedelta(days=on.weekday())
    begins = [max(on, monday + timedelta(weeks=number)) for number in range(count)]
    end = monday + timedelta(weeks=count)
    due, late = [0] * count, [0] * count
    for first, number, unit in clocks:
        falls = max(first, on)
        late[0] += first < on
        while falls < end:
            due[(falls - monday).days // 7] += 1
            falls = due_date(falls, number, unit)
    worked = [0] * count
    for day in working:
        if on <= day < end:
            worked[(day - monday).days // 7] += 1
    return [
        Week(begins[number], worked[number], due[number], late[number], worked[number] * room_a_day)
        for number in range(count)
    ]
