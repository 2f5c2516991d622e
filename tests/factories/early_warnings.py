"""Reports for tests, written as an evaluation would write them, and sent to their desks by the service of duties."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import factory
from early_warnings import services
from early_warnings.models import (
    EarlyWarning,
    Indicator,
    Measure,
    RegularReport,
    ReportEvent,
    Sign,
    Storm,
    Threshold,
    Trial,
    UnitWarning,
)
from early_warnings.rules import Period
from early_warnings.services import Proposal
from factory.django import DjangoModelFactory

from accounts.models import Person
from duties import services as duties
from tests.factories.accounts import CustomerFactory

CHINA = ZoneInfo("Asia/Shanghai")
#: A Monday, worked.
MONDAY = date(2026, 11, 23)
OCTOBER = date(2026, 10, 1)


def at(hour: int = 9, minute: int = 0, day: date = MONDAY) -> datetime:
    """A moment in China."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


class EarlyWarningFactory(DjangoModelFactory):
    """An open report with one sign: orders fallen to 45 %. The company needs people (the fixture `company` has).

    `indicator="silence"`, `value=…` make another sign; `signs=False` none.
    """

    class Meta:
        model = EarlyWarning

    customer = factory.SubFactory(CustomerFactory)
    level = EarlyWarning.Level.BREACH
    opened_on = MONDAY

    @classmethod
    def _create(
        cls,
        model_class: type[EarlyWarning],
        *args: Any,
        indicator: str = "fallen-against-months",
        value: str = "0.4500",
        now: datetime | None = None,
        **fields: Any,
    ) -> EarlyWarning:
        customer, opened_on = fields["customer"], fields["opened_on"]
        now = now or at(5, 40, opened_on)
        report: EarlyWarning = model_class.objects.create(importance=customer.importance, **fields)
        Sign.objects.create(
            warning=report,
            indicator=Indicator.objects.get(key=indicator),
            level=report.level,
            worst=report.level,
            month=OCTOBER,
            first_value=Decimal(value),
            value=Decimal(value),
            recent=Decimal(45),
            base=Decimal(100),
            line=Decimal("0.600"),
            first_seen_on=opened_on,
            last_seen_on=opened_on,
        )
        ReportEvent.objects.create(warning=report, what=ReportEvent.What.RAISED, at=now)
        report.duty = duties.open_duty(
            kind="warning.report",
            subject_id=report.pk,
            unit=customer.unit,
            customer=customer,
            variant=customer.importance,
            details={"number": report.number, "customer": customer.name},
            now=now,
        )
        report.save(update_fields=["duty"])
        return report


class UnitWarningFactory(DjangoModelFactory):
    """An open warning about a unit: 18 customers stopped; `unit=…` is needed."""

    class Meta:
        model = UnitWarning

    level = UnitWarning.Level.BREACH
    opened_on = MONDAY
    month = OCTOBER
    value = Decimal("18.0000")
    counted = 18
    among = 240
    line = Decimal("15.000")
    last_seen_on = MONDAY

    @classmethod
    def _create(
        cls, model_class: type[UnitWarning], *args: Any, indicator: str = "customers-silent", **fields: Any
    ) -> UnitWarning:
        now = at(5, 40, fields["opened_on"])
        warning: UnitWarning = model_class.objects.create(indicator=Indicator.objects.get(key=indicator), **fields)
        ReportEvent.objects.create(unit_warning=warning, what=ReportEvent.What.RAISED, at=now)
        warning.duty = duties.open_duty(
            kind="warning.unit",
            subject_id=warning.pk,
            unit=warning.unit,
            details={
                "number": warning.number,
                "unit": warning.unit.name,
                "counted": warning.counted,
                "among": warning.among,
            },
            now=now,
        )
        warning.save(update_fields=["duty"])
        return warning


def propose(report: EarlyWarning | UnitWarning, *, now: datetime | None = None, **fields: Any) -> Measure:
    """One measure, proposed by whoever owes the report; done by the same person within three days unless said."""
    assert report.duty is not None
    owner = report.duty.owner
    values = {"what": "上门盘库", "who": owner, "by_when": date(2026, 11, 26), "way": "stock", **fields}
    return services.propose(report=report, proposals=[Proposal(**values)], by=owner, now=now or at())[0]


class RegularReportFactory(DjangoModelFactory):
    """Last month's report of a unit, made with today's figures and sent to its desk; `unit=…` is needed."""

    class Meta:
        model = RegularReport

    @classmethod
    def _create(cls, model_class: type[RegularReport], *args: Any, **fields: Any) -> RegularReport:
        values = {"period": Period.MONTH, "first": OCTOBER, "last": date(2026, 10, 31), "now": at(), **fields}
        report = services.make_report(**values)
        assert report is not None
        return report


class StormFactory(DjangoModelFactory):
    """A storm of three new reports; `unit=…` is needed."""

    class Meta:
        model = Storm

    on = MONDAY
    count = 3
    least = 3

    @classmethod
    def _create(cls, model_class: type[Storm], *args: Any, **fields: Any) -> Storm:
        storm: Storm = model_class.objects.create(**fields)
        details = {"unit": storm.unit.name, "count": storm.count}
        storm.duty = duties.open_duty(
            kind="warning.storm", subject_id=storm.pk, unit=storm.unit, details=details, now=at()
        )
        storm.save(update_fields=["duty"])
        return storm


def draft(*, by: Person, line: tuple[str, str] | None = ("0.4", "0.5"), **fields: Any) -> Indicator:
    """A draft: cartons of a month against the three before; `line` is breach and near, None for no line yet."""
    values = {
        "name_zh": "试行指标",
        "name_en": "draft indicator",
        "measure": "quantity",
        "comparison": "before",
        **fields,
    }
    made = services.make_draft(indicator=Indicator(**values), by=by, now=at())
    if line is not None:
        breach, near = (Decimal(each) for each in line)
        services.set_line(line=Threshold(indicator=made, breach=breach, near=near), by=by, now=at())
    return made


class TrialFactory(DjangoModelFactory):
    """A trial of a new draft that waits; `asked_by=…` is needed."""

    class Meta:
        model = Trial

    asked_at = at()
    first_month = OCTOBER
    last_month = OCTOBER

    @classmethod
    def _create(cls, model_class: type[Trial], *args: Any, **fields: Any) -> Trial:
        tried = draft(by=fields["asked_by"])
        return model_class.objects.create(indicator=tried, **fields)
