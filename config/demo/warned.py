"""Warnings of the past: raised by the real evaluation on its own days, then acted upon, measured, closed (WRN-3…5)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone
from early_warnings.models import EarlyWarning, Measure, ReportEvent, UnitWarning
from early_warnings.rules import quiet_until
from early_warnings.services.course import JUDGE_WITHIN, MEASURE

from accounts.rules import Role
from accounts.services.copying import Numbers, copy_objects, update_objects
from config.demo.book import Book
from config.demo.evaluated import evaluate_on, evaluation_days, look_at_tables, stand_today
from config.demo.follow_ups import FollowUps
from config.demo.promises import Promises
from config.demo.warning_words import (
    CAUSE_CONCLUSIONS,
    CAUSE_MEASURES,
    CONCLUSIONS,
    MEASURES,
    UNIT_CONCLUSIONS,
    UNIT_MEASURES,
)
from duties.models import Duty

Report = EarlyWarning | UnitWarning
#: The effect of a measure is told by the evaluation so many days later, as the indicators have it.
REMEASURE_DAYS = 28

#: The night's evaluation, minutes after midnight.
NIGHT = 5 * 60 + 40
#: Of a hundred reports so many get quick measures, and wait until the effect was measured.
PATIENT = 62
#: Within so many days of their proposal such measures are done; those against a rising cause may take a month.
MEASURED_WITHIN = {False: 15, True: 35}
#: How people act on reports: so many at once, so many after it has climbed; the rest wait for days.
AT_ONCE, CLIMBED = 0.8, 0.94
#: What comes of a report, by how the customer stands today: well again, still in trouble, silent.
OUTCOMES = ("recovered", "accepted", "lost")
OUTCOME_CHANCE = {"well": (0.85, 0.15, 0.0), "troubled": (0.06, 0.94, 0.0), "silent": (0.04, 0.3, 0.66)}
EVENING = 17 * 60


def write_warnings(book: Book, promises: Promises, follow_ups: FollowUps) -> None:
    """Evaluate on past days and today; between them, people act."""
    story = _Story(book, promises, follow_ups)
    for day in evaluation_days(book):
        look_at_tables()
        now = book.shape.at(day, NIGHT)
        story.close_until(now)
        evaluate_on(day, now)
        story.go_on(day)
    story.close_until(book.shape.now)
    look_at_tables()
    evaluate_on(book.shape.today, book.shape.now)
    story.finish()


class _Story:
    """What became of each report, in the order of its evaluation."""

    def __init__(self, book: Book, promises: Promises, follow_ups: FollowUps) -> None:
        self.book, self.promises, self.follow_ups = book, promises, follow_ups
        self.rng = book.shape.rng("warnings")
        self._numbers = Numbers("warnings_measure", 200)
        self._stands = stand_today(book)
        self._evaluated = evaluation_days(book)
        self._closing: list[Report] = []
        self._events: list[ReportEvent] = []

    def go_on(self, day: date) -> None:
        """Act on the reports that were raised on a day."""
        seen = {"state": EarlyWarning.State.OPEN, "opened_on": day}
        customers = EarlyWarning.objects.filter(**seen).select_related("customer__unit", "duty")
        units = UnitWarning.objects.filter(**seen).select_related("unit", "duty", "indicator")
        signs = self._leading_signs()
        moved: dict[type[Report], list[Report]] = {EarlyWarning: [], UnitWarning: []}
        measures: list[Measure] = []
        for report in [*customers.order_by("pk"), *units.order_by("pk")]:
            of_unit = (report.indicator_id, report.value) if isinstance(report, UnitWarning) else None
            made = self._act(report, of_unit or signs.get(report.pk))
            if made is not None:
                moved[type(report)].append(report)
                measures += made
        copy_objects(measures)  # first: a report does not get to its measures without any
        for rows in moved.values():
            update_objects(rows, ["state"])
        self.promises.write()

    def close_until(self, moment: datetime) -> None:
        """Write the closings that had happened by a moment."""
        for kind in (EarlyWarning, UnitWarning):
            rows = [each for each in self._closing if isinstance(each, kind) and (each.closed_at or moment) <= moment]
            for row in rows:
                row.state = row.State.CLOSED
            update_objects(rows, ["state", "outcome", "conclusion", "closed_at", "closed_by", "quiet_until"])
        self._closing = [each for each in self._closing if each.state != "closed"]

    def finish(self) -> None:
        """Write what people did, and let most of them have read what they were told."""
        self._events.sort(key=lambda event: event.at)
        copy_objects(self._events)
        with connection.cursor() as cursor:
            cursor.execute(_READ, {"now": self.book.shape.now})

    def _act(self, report: Report, sign: tuple[int, Decimal] | None) -> list[Measure] | None:
        """One report from its desk to its end or to now; its measures, or None if nobody has acted yet."""
        duty = report.duty
        if duty is None or duty.next_due_at is None:
            return None
        duty.customer = report.customer if isinstance(report, EarlyWarning) else None  # read already
        duty.unit = report.customer.unit if isinstance(report, EarlyWarning) else report.unit
        now, calendar = self.book.shape.now, self.book.calendar
        limit = calendar.working_minutes_between(duty.opened_at, duty.next_due_at)
        acts_at = calendar.add_working_minutes(duty.opened_at, max(20, int(limit * self._patience())))
        self.promises.adopt(duty)
        if acts_at >= now:
            self.promises.climb(duty, until=now)
            return None
        if self.rng.random() < 0.7:
            self.promises.acknowledge(duty, acts_at)
            report.state = report.State.ACKNOWLEDGED
            self._tell(report, ReportEvent.What.ACKNOWLEDGED, duty.owner_id, acts_at)
        proposes_at = calendar.add_working_minutes(acts_at, int(self.rng.integers(15, 400)))
        if proposes_at >= now:
            self.promises.climb(duty, until=now)
            return []
        return self._propose(report, duty, proposes_at, sign)

    def _patience(self) -> float:
        """When somebody acts, in parts of the first limit."""
        chance = self.rng.random()
        if chance < AT_ONCE:
            return float(self.rng.uniform(0.05, 0.9))
        return float(self.rng.uniform(1.1, 1.8) if chance < CLIMBED else self.rng.uniform(1.9, 3.0))

    def _propose(self, report: Report, duty: Duty, at: datetime, sign: tuple[int, Decimal] | None) -> list[Measure]:
        calendar, now = self.book.calendar, self.book.shape.now
        self.promises.climb(duty, until=at)
        by = duty.owner_id
        rising = _rising(report)
        patient = self.rng.random() * 100 < PATIENT or rising
        wait = report.indicator.remeasure_days if isinstance(report, UnitWarning) else REMEASURE_DAYS
        within = MEASURED_WITHIN[rising]
        measured = self._next_measuring(timezone.localdate(at), wait, within) if patient else None
        latest = measured - timedelta(days=wait) if measured else None
        measures = self._measures(report, by, at, sign, latest=latest)
        report.state = report.State.MEASURES
        last = max(measure.by_when for measure in measures)
        due = calendar.add_working_minutes(self.book.shape.at(last, EVENING), JUDGE_WITHIN)
        self.promises.acknowledge(duty, at, due_at=due)
        words = "；".join(measure.what for measure in measures)
        self._tell(report, ReportEvent.What.PROPOSED, by, at, words)
        if isinstance(report, EarlyWarning):
            self.follow_ups.ask(report.customer, at, words, by)
        for measure in measures:
            self._do(report, measure, promptly=measured is not None)
        done = [measure.done_at for measure in measures if measure.done_at]
        if len(done) < len(measures):
            self.promises.climb(duty, until=now)
            return measures
        all_done = max(done)
        judged = timezone.localdate(all_done) + timedelta(days=wait)
        due = calendar.add_working_minutes(self.book.shape.at(judged, EVENING), JUDGE_WITHIN)
        self.promises.extend(duty, all_done, due, measures[-1].who_id)
        minutes = int(self.rng.integers(20, 380))
        closes = calendar.add_working_minutes(all_done, 200 + 6 * minutes)
        if measured is not None:
            closes = calendar.add_working_minutes(self.book.shape.at(measured, 500), minutes)
        if closes < now and (measured is not None or not patient):
            self._close(report, duty, closes)
        else:
            self.promises.climb(duty, until=now)
        return measures

    def _next_measuring(self, on: date, wait: int, within: int) -> date | None:
        """The evaluation that can tell the effect of what is done within some days; None if it is still to come."""
        for day in self._evaluated:
            if on < day - timedelta(days=wait) <= on + timedelta(days=within):
                return day
        return None

    def _measures(
        self, report: Report, by: int, at: datetime, sign: tuple[int, Decimal] | None, *, latest: date | None
    ) -> list[Measure]:
        """One or two measures for those who are near the customer, by the day that lets them be measured in time."""
        about_customer = isinstance(report, EarlyWarning)
        words = MEASURES if about_customer else CAUSE_MEASURES if _rising(report) else UNIT_MEASURES
        count = 1 + int(self.rng.random() < 0.45)
        chosen = self.rng.choice(len(words), count, replace=False)
        measures = []
        for place in chosen:
            what, expected, way = words[int(place)]
            by_when = timezone.localdate(at) + timedelta(days=int(self.rng.integers(5, 21)))
            if latest is not None:
                by_when = latest
            measures.append(
                Measure(
                    pk=self._numbers.next(),
                    warning_id=report.pk if about_customer else None,
                    unit_warning_id=None if about_customer else report.pk,
                    way=way,
                    what=what,
                    who_id=self._who(report, by),
                    by_when=self._working_day(by_when),
                    expected=expected,
                    proposed_by_id=by,
                    proposed_at=at,
                    indicator_id=sign[0] if sign else None,
                    value_before=sign[1] if sign else None,
                )
            )
        return measures

    def _who(self, report: Report, by: int) -> int:
        if isinstance(report, UnitWarning):
            return self.book.holder(Role.BRANCH_SALES_MANAGER, report.unit) or by
        if self.rng.random() < 0.7 and report.customer.account_manager_id:
            return report.customer.account_manager_id
        return self.book.holder(Role.BRANCH_SALES_MANAGER, report.customer.unit) or by

    def _working_day(self, day: date) -> date:
        """The day itself, or the last working day before it."""
        calendar = self.book.calendar
        return day if calendar.is_working_day(day) else calendar.previous_working_day(day)

    def _do(self, report: Report, measure: Measure, *, promptly: bool) -> None:
        """Most measures are done before their day, some a little late."""
        shape = self.book.shape
        customer = report.customer if isinstance(report, EarlyWarning) else None
        unit = report.customer.unit if isinstance(report, EarlyWarning) else report.unit
        due = max(shape.at(measure.by_when, EVENING), measure.proposed_at + timedelta(hours=1))
        whole = self.book.calendar.working_minutes_between(measure.proposed_at, due)
        late = int(self.rng.integers(20, 640)) if self.rng.random() < 0.1 and not promptly else 0
        minutes = whole + late if late else int(whole * float(self.rng.uniform(0.25, 0.98)))
        done = self.book.calendar.add_working_minutes(measure.proposed_at, max(30, minutes))
        if done < shape.now:
            measure.done_at, measure.done_by_id = done, measure.who_id
            self._tell(report, ReportEvent.What.DONE, measure.who_id, done, measure.what)
        self.promises.make(
            kind=MEASURE,
            subject_id=measure.pk,
            unit=unit,
            customer=customer,
            details={"customer": customer.name if customer else unit.name, "what": measure.what},
            owner_id=measure.who_id,
            due_at=due,
            opened_at=measure.proposed_at,
            opened_by=measure.proposed_by_id,
            closed_at=measure.done_at,
            outcome=measure.what if measure.done_at else "",
        )

    def _close(self, report: Report, duty: Duty, at: datetime) -> None:
        stands = self._stands.get(report.customer_id, "well") if isinstance(report, EarlyWarning) else "well"
        outcome = OUTCOMES[int(self.rng.choice(3, p=OUTCOME_CHANCE[stands]))]
        words = CONCLUSIONS if isinstance(report, EarlyWarning) else UNIT_CONCLUSIONS
        if _rising(report):
            outcome, words = "recovered", CAUSE_CONCLUSIONS
        report.outcome, report.closed_at = outcome, at
        report.quiet_until = quiet_until(outcome, timezone.localdate(at))
        report.conclusion = words[outcome][int(self.rng.integers(0, len(words[outcome])))]
        self.promises.close(duty, at, outcome)
        report.closed_by_id = duty.owner_id
        self._tell(report, ReportEvent.What.CLOSED, report.closed_by_id, at, report.conclusion)
        self._closing.append(report)

    def _tell(self, report: Report, what: ReportEvent.What, by: int | None, at: datetime, text: str = "") -> None:
        about_customer = isinstance(report, EarlyWarning)
        self._events.append(
            ReportEvent(
                warning_id=report.pk if about_customer else None,
                unit_warning_id=None if about_customer else report.pk,
                what=what,
                by_id=by,
                text=text[:300],
                at=at,
            )
        )

    def _leading_signs(self) -> dict[int, tuple[int, Decimal]]:
        """The worst sign of each report: its indicator and value."""
        with connection.cursor() as cursor:
            cursor.execute(_LEADING)
            return {report: (indicator, value) for report, indicator, value in cursor.fetchall()}


def _rising(report: Report) -> bool:
    """Whether it is about a rising cause of complaints: these are answered soon, and their measures help."""
    return isinstance(report, UnitWarning) and report.expected is not None


_LEADING = """
SELECT DISTINCT ON (s.warning_id) s.warning_id, s.indicator_id, s.value
FROM warnings_sign s JOIN warnings_indicator i ON i.id = s.indicator_id
JOIN warnings_earlywarning w ON w.id = s.warning_id AND w.state = 'open'
ORDER BY s.warning_id, s.worst, i.position
"""
#: Notices that the evaluation wrote: nearly all older ones were read some time later.
_READ = """
UPDATE duties_notice n SET read_at = n.created_at + (30 + 7 * (n.id %% 97)) * interval '1 minute'
FROM duties_duty d
WHERE d.id = n.duty_id AND d.kind IN ('warning.report', 'warning.unit', 'warning.cause') AND n.read_at IS NULL
    AND n.created_at < %(now)s - interval '2 days' AND n.id %% 17 > 0
"""
