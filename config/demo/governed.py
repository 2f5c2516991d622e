"""What leaders do with warnings: a draft tried, reports signed and to sign, one that rests, a storm gathered."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pghistory
from django.db import connection
from django.utils.translation import override
from early_warnings import services
from early_warnings.models import EarlyWarning, Indicator, RegularPlan, StormLine, Threshold
from early_warnings.rules import Period, last_period
from early_warnings.services import seeing

from accounts.models import OrgUnit, Person
from accounts.rules import Role
from config.demo.book import Book

#: Who comments what, by the step of the hierarchy.
COMMENTS = {
    "company": (
        "本期紧急报告集中在订购下降和停订两类信号，核心、重要客户响应及时，一般客户处理偏慢，部分报告上升到分公司一级。",
        "下期重点：一般客户的报告在两个工作日内提出措施；逾期应收客户逐户商定还款。",
    ),
    "branch": (
        "本期新增报告与市场走势一致，盘库调换和上门面谈见效较好。",
        "对停订客户逐户走访，月底前复测一遍。",
    ),
}
RESTS_BECAUSE = "门前道路施工，施工期间停业，业主已电话确认"
MORNING = 9 * 60


def write_governance(book: Book) -> None:
    """By the services, as the people would have done it."""
    _judge_the_past()
    services.follow_up(on=book.shape.today, now=book.shape.now)
    _sign(book)
    _try(book)
    _rest(book)
    _storm(book)
    seeing.keep_movements(on=book.shape.today, most=13)


def _judge_the_past() -> None:
    """Closed reports were judged while they ran."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE warnings_measure m SET verdict = CASE w.outcome WHEN 'accepted' THEN 'not' ELSE w.outcome END"
            " FROM warnings_earlywarning w WHERE w.id = m.warning_id AND w.state = 'closed'"
            " AND m.measured_on IS NOT NULL AND m.done_at IS NOT NULL"
        )


def _sign(book: Book) -> None:
    """Each report of the last quarter and month was made in time and signed; the company's month waits."""
    shape, calendar = book.shape, book.calendar
    for plan in RegularPlan.objects.order_by("pk"):
        period = Period(plan.period)
        first, last = last_period(period, shape.today)
        if (shape.today - last).days > 100 or not EarlyWarning.objects.filter(opened_on__lte=last).exists():
            continue
        for unit in OrgUnit.objects.filter(kind=plan.unit_kind).order_by("path"):
            waits = plan.unit_kind == "company" and period is Period.MONTH
            made = calendar.previous_working_day(shape.today) if waits else calendar.next_working_day(last)
            _report(book, unit, period, (first, last), shape.at(made, MORNING), signed=not waits)


def _report(
    book: Book, unit: OrgUnit, period: Period, days: tuple[date, date], made: datetime, *, signed: bool
) -> None:
    report = services.make_report(unit=unit, period=period, first=days[0], last=days[1], now=made)
    at = made + timedelta(hours=5)
    if report is None or report.duty is None or not signed or at >= book.shape.now:
        return
    comment, outlook = COMMENTS["company" if unit.kind == "company" else "branch"]
    owner = report.duty.owner
    services.comment_report(report=report, comment=comment, outlook=outlook, by=owner, now=at)
    services.sign_report(report=report, by=owner, now=at)


def _try(book: Book) -> None:
    """A director's proposal: fewer items come before a stop. Tried on the year, not live yet."""
    director = _holder(book, Role.MARKETING_DIRECTOR)
    if director is None:
        return
    values = {
        "name_zh": "订购品规减少",
        "name_en": "fewer items ordered",
        "why": "品规减少往往先于停订：试一试能不能提前一两个月看到。",
        "customer_kind": "retailer",
        "measure": "items",
        "comparison": "before",
        "period": 1,
        "base_period": 3,
        "least_base": 5,
        "against_market": True,
        "remeasure_days": 28,
    }
    with pghistory.context(user=director.pk):
        _propose(director, values, book.shape.now)


def _propose(director: Person, values: Mapping[str, Any], now: datetime) -> None:
    draft = services.make_draft(indicator=Indicator(**values), by=director, now=now)
    for importance, breach, near in (("", "0.45", "0.55"), ("core", "0.65", "0.75")):
        line = Threshold(indicator=draft, importance=importance, breach=breach, near=near)
        services.set_line(line=line, by=director, now=now)
    try:
        services.ask_trial(indicator=draft, months=12, by=director, now=now)
    except services.Refused:
        return  # a company without enough months
    with override("zh-hans"):
        services.run_trials(now=now)


def _rest(book: Book) -> None:
    """One report whose reason is known and passes by itself."""
    waiting = EarlyWarning.objects.open().filter(
        state__in=["open", "acknowledged"], duty__next_due_at__gt=book.shape.now
    )
    report = waiting.select_related("duty__owner").order_by("-opened_on", "pk").first()
    if report is not None and report.duty is not None:
        until = book.shape.today + timedelta(days=24)
        services.suppress(report=report, until=until, because=RESTS_BECAUSE, by=report.duty.owner, now=book.shape.now)


def _storm(book: Book) -> None:
    """The branch with the most reports of today has a line of its own: its storm is gathered."""
    opened = EarlyWarning.objects.filter(opened_on=book.shape.today, storm=None).exclude(state="closed")
    paths = list(opened.values_list("customer__unit__path", flat=True))
    counts = {unit: sum(path.startswith(unit.path) for path in paths) for unit in OrgUnit.objects.filter(kind="branch")}
    worst = max(counts, key=lambda unit: counts[unit], default=None)
    if worst is not None and counts[worst] > 2:
        StormLine.objects.create(unit=worst, least=counts[worst])
        services.gather_storms(on=book.shape.today, now=book.shape.now)


def _holder(book: Book, role: Role) -> Person | None:
    root = OrgUnit.objects.get(parent=None)
    found = book.holder(role, root)
    return Person.objects.get(pk=found) if found else None
