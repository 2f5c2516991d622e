"""The course of a report: acknowledged, measures, outcome (WRN-5, S4). Each act locks the report's row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import OrgUnit, Person
from duties import kinds
from duties import services as duties
from duties.calendar import WorkCalendar
from duties.models import Duty
from early_warnings import rules
from early_warnings.models import EarlyWarning, Measure, ReportEvent, Sign, UnitWarning
from early_warnings.services.refusing import Refused

MEASURE = "warning.measure"
#: Working minutes after the last measure's day in which its effect is judged.
JUDGE_WITHIN = 450
#: A follow-up visit names the measures in so many characters.
REASON_MOST = 120

Report = EarlyWarning | UnitWarning


@dataclass(frozen=True, slots=True)
class Proposal:
    """A measure as proposed: what, who, by when, with which effect."""

    what: str
    who: Person
    by_when: date
    expected: str = ""
    way: str = Measure.Way.OTHER


@transaction.atomic
def acknowledge(*, report: Report, by: Person, now: datetime) -> Report:
    """Say that one has read it. The deadline for measures stays. Raises Refused."""
    fresh = lock_for(report, by, rules.Act.ACKNOWLEDGE)
    fresh.state = rules.State.ACKNOWLEDGED
    fresh.save(update_fields=["state"])
    duties.acknowledge(duty=duty_of(fresh), by=by, now=now)
    note(fresh, ReportEvent.What.ACKNOWLEDGED, by=by, now=now)
    return fresh


@transaction.atomic
def propose(*, report: Report, proposals: Sequence[Proposal], by: Person, now: datetime) -> list[Measure]:
    """Propose measures; the report then waits for them until a working day after the last one's day (WRN-5).

    Each measure becomes a duty of whoever is to do it; the customer gets a follow-up visit (VIS-12). Raises Refused.
    """
    fresh = lock_for(report, by, rules.Act.PROPOSE)
    if not proposals:
        raise Refused(_("Propose at least one measure (WRN-5)."))
    today = timezone.localdate(now)
    for each in proposals:
        if not each.what.strip():
            raise Refused(_("Say what is to be done."), "what")
        if each.by_when < today:
            raise Refused(_("The day of a measure cannot lie in the past."), "by_when")
    customer = fresh.customer if isinstance(fresh, EarlyWarning) else None
    indicator_id, value = _leading(fresh)
    measures = Measure.objects.bulk_create(
        Measure(
            warning=fresh if isinstance(fresh, EarlyWarning) else None,
            unit_warning=fresh if isinstance(fresh, UnitWarning) else None,
            what=each.what.strip(),
            who=each.who,
            by_when=each.by_when,
            expected=each.expected.strip(),
            proposed_by=by,
            proposed_at=now,
            way=each.way,
            indicator_id=indicator_id,
            value_before=value,
        )
        for each in proposals
    )
    fresh.state = rules.State.MEASURES
    fresh.suppressed_until, fresh.suppressed_because, fresh.suppressed_by = None, "", None
    fresh.save(update_fields=["state", "suppressed_until", "suppressed_because", "suppressed_by"])
    calendar = WorkCalendar.load()
    last = max(_all_days(fresh))
    duties.acknowledge(
        duty=duty_of(fresh), by=by, now=now, due_at=calendar.add_working_minutes(evening(last), JUDGE_WITHIN)
    )
    for measure in measures:
        _owe(measure, fresh, by=by, now=now)
    words = "；".join(each.what for each in measures)
    if customer is not None:
        duties.open_duty(
            kind=kinds.VISIT_FOLLOW_UP,
            subject_id=customer.pk,
            unit=customer.unit,
            customer=customer,
            details={"reason": words[:REASON_MOST]},
            now=now,
            by=by,
        )
    note(fresh, ReportEvent.What.PROPOSED, by=by, now=now, text=words)
    return measures


@transaction.atomic
def finish_measure(*, measure: Measure, by: Person, now: datetime) -> Measure:
    """The measure is done; its effect is measured by a later evaluation. Raises Refused if it was done already."""
    fresh: Measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if fresh.done_at is not None:
        raise Refused(_("This measure is done already."))
    duty = duties.open_duty_of(MEASURE, fresh.pk)
    report = fresh.report
    own = by.scope.own
    if fresh.who_id not in own and not (duty and duties.may_act(duty=duty, person=by)) and not _may_act(report, by):
        raise Refused(_("This measure is another person's to do."))
    fresh.done_at, fresh.done_by = now, by
    fresh.save(update_fields=["done_at", "done_by"])
    if duty is not None:
        duties.close(duty=duty, by=by, now=now, outcome=fresh.what)
    note(report, ReportEvent.What.DONE, by=by, now=now, text=fresh.what)
    _wait_for_effect(report, by=by, now=now)
    return fresh


def _wait_for_effect(report: Report, *, by: Person, now: datetime) -> None:
    """When all is done, the report waits until the effect was measured, and a working day more for the outcome."""
    measures = list(report.measures.select_related("indicator"))
    if report.state != rules.State.MEASURES or any(each.done_at is None for each in measures):
        return
    days = max(each.indicator.remeasure_days if each.indicator else 0 for each in measures)
    due = WorkCalendar.load().add_working_minutes(evening(timezone.localdate(now) + timedelta(days=days)), JUDGE_WITHIN)
    duties.set_deadline(duty=duty_of(report), due_at=due, by=by, now=now)


@transaction.atomic
def close(*, report: Report, outcome: str, conclusion: str, by: Person, now: datetime) -> Report:
    """End a report with its outcome: recovered, lost or accepted (WRN-5). Raises Refused, as the database would."""
    fresh = lock_for(report, by, rules.Act.CLOSE)
    if outcome not in fresh.Outcome.values:
        raise Refused(_("Say what came of it: recovered, lost or accepted (WRN-5)."), "outcome")
    if not conclusion.strip():
        raise Refused(_("Say in words what came of it."), "conclusion")
    fresh.state, fresh.outcome, fresh.conclusion = rules.State.CLOSED, outcome, conclusion.strip()
    fresh.closed_at, fresh.closed_by = now, by
    fresh.quiet_until = rules.quiet_until(outcome, timezone.localdate(now))
    fresh.save(update_fields=["state", "outcome", "conclusion", "closed_at", "closed_by", "quiet_until"])
    for measure in fresh.measures.filter(done_at=None):
        if (duty := duties.open_duty_of(MEASURE, measure.pk)) is not None:
            duties.close(duty=duty, by=by, now=now, outcome=outcome)
    duties.close(duty=duty_of(fresh), by=by, now=now, outcome=outcome)
    note(fresh, ReportEvent.What.CLOSED, by=by, now=now, text=fresh.conclusion)
    return fresh


def visible_measures(*, person: Person) -> QuerySet[Measure]:
    """Measures of reports that this person may see (ORG-4)."""
    return Measure.objects.filter(
        Q(warning__in=EarlyWarning.objects.visible_to(person))
        | Q(unit_warning__in=UnitWarning.objects.visible_to(person))
    ).select_related("warning", "unit_warning")


def lock_for(report: Report, by: Person, act: rules.Act) -> Report:
    """The report's row, locked, if this person may do this now."""
    fresh: Report = type(report).objects.select_for_update(of=("self",)).select_related("duty").get(pk=report.pk)
    if act not in rules.ACTS[rules.State(fresh.state)]:
        if fresh.state == rules.State.CLOSED:
            raise Refused(_("This report was closed in the meantime."))
        if act is rules.Act.CLOSE:
            raise Refused(_("Propose measures first: a report does not end without them (WRN-5)."))
        raise Refused(_("This was done in the meantime."))
    if not _may_act(fresh, by):
        raise Refused(_("This report is another person's to act on."))
    return fresh


def duty_of(report: Report) -> Duty:
    """The duty that keeps a report moving: every report has one from its first night on."""
    if report.duty is None:
        raise LookupError(f"report {report} was never sent to a desk")
    return report.duty


def _may_act(report: Report, by: Person) -> bool:
    return report.duty is not None and duties.may_act(duty=report.duty, person=by)


def _leading(report: Report) -> tuple[int | None, Decimal | None]:
    """The indicator by which the effect of a measure will be told, and its value now: the worst sign's."""
    if isinstance(report, UnitWarning):
        return report.indicator_id, report.value
    sign = Sign.objects.filter(warning=report).order_by("worst", "indicator__position").first()
    return (sign.indicator_id, sign.value) if sign else (None, None)


def _all_days(report: Report) -> list[date]:
    return list(report.measures.filter(done_at=None).values_list("by_when", flat=True))


def evening(day: date) -> datetime:
    """The end of the working day: until then a day's promise may be kept."""
    return timezone.make_aware(datetime.combine(day, time(17, 0)))


def _owe(measure: Measure, report: Report, *, by: Person, now: datetime) -> None:
    customer = report.customer if isinstance(report, EarlyWarning) else None
    unit: OrgUnit = report.customer.unit if isinstance(report, EarlyWarning) else report.unit
    duties.open_duty(
        kind=MEASURE,
        subject_id=measure.pk,
        unit=unit,
        customer=customer,
        details={"customer": customer.name if customer else unit.name, "what": measure.what},
        owner=measure.who,
        due_at=max(evening(measure.by_when), now + timedelta(hours=1)),
        now=now,
        by=by,
    )


def note(report: Report, what: ReportEvent.What, *, by: Person | None, now: datetime, text: str = "") -> None:
    """Write down for good what happened to a report."""
    key = "warning" if isinstance(report, EarlyWarning) else "unit_warning"
    ReportEvent.objects.create(**{key: report}, what=what, by=by, text=text[:300], at=now)
