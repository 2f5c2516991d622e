"""Pre-trip checks of each morning, and the repairs that failed ones asked for (RSK-1)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from accounts.rules import Role
from config.demo.book import Book
from config.demo.promises import Promises
from config.demo.rounds import BEGINS
from config.demo.visited import write_rows
from risk.models import PreTripCheck, Repair
from risk.services.checks import REPAIR

#: Of a thousand checks so many find something.
FAILING = 12
FAULTS = (("tyres", "后胎气压不足"), ("brakes", "前刹车偏软"), ("lights", "右转向灯不亮"), ("helmet", "头盔扣带断了"))


class Checks:
    """Collects checks and repairs, and writes each table at once."""

    def __init__(self, book: Book, promises: Promises, when: str = "past") -> None:
        self.book, self.promises = book, promises
        self.rng = book.shape.rng(f"checks-{when}")
        self._checks: list[PreTripCheck] = []
        self._repairs: list[Repair] = []

    def before_riding(self, person_id: int, day: date) -> PreTripCheck | None:
        """The check that let somebody ride: what failed is mended first, and checked again. None if not yet."""
        shape = self.book.shape
        at = shape.at(day, BEGINS - float(self.rng.uniform(8, 32)))
        fails, which, minutes = self.rng.random(3).tolist()
        if at > shape.now:
            return None
        if fails * 1000 > FAILING:
            return self._check(person_id, day, at)
        repair = Repair(check_failed=self._check(person_id, day, at, FAULTS[int(which * len(FAULTS))]), opened_at=at)
        self._repairs.append(repair)
        mended = at + timedelta(minutes=9 + 15 * minutes)
        if mended > shape.now:
            return None
        unit = self.book.units[self._unit_of(person_id)]
        repair.done_at, repair.outcome = mended, "已修好，试骑正常"
        repair.done_by_id = self.book.holder(Role.SUPPORT_OFFICER, unit) or person_id
        return self._check(person_id, day, mended + timedelta(minutes=3))

    def write(self) -> None:
        """Write what was collected; each repair is a duty."""
        write_rows(self._checks)
        write_rows(self._repairs, "check_failed")
        for repair in self._repairs:
            check = repair.check_failed
            self.promises.make(
                kind=REPAIR,
                subject_id=repair.pk,
                unit=self.book.units[check.unit_id],
                opened_at=repair.opened_at,
                details={
                    "person": str(self.book.people[check.person_id]),
                    "items": check.failed,
                    "remark": check.remark,
                },
                opened_by=check.person_id,
                closed_at=repair.done_at,
                outcome=repair.outcome,
            )
        self._checks, self._repairs = [], []

    def _check(self, person_id: int, day: date, at: datetime, fault: tuple[str, str] | None = None) -> PreTripCheck:
        check = PreTripCheck(
            key=UUID(bytes=self.rng.bytes(16), version=4),
            person_id=person_id,
            unit_id=self._unit_of(person_id),
            day=day,
            checked_at=at,
            failed=[fault[0]] if fault else [],
            remark=fault[1] if fault else "",
        )
        self._checks.append(check)
        return check

    def _unit_of(self, person_id: int) -> int:
        """The unit that somebody works in: that of their customers."""
        return self.book.customers[int(self.book.of_manager[person_id][0])].unit_id
