"""Reports as one may see them, and the figures that homes and the board show."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, models
from django.db.models import Case, Count, F, Q, When, Window
from django.db.models.functions import TruncMonth

from accounts.querysets import ScopedQuerySet, Viewer, customers_of, units_of

if TYPE_CHECKING:
    from accounts.models import Person


class EarlyWarningQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Reports about customers in one's scope, and those that one must act on oneself."""
        if person.scope.everything:
            return self
        return self.filter(customers_of(person, "customer__") | Q(duty__owner_id__in=person.scope.own))

    def open(self) -> Self:
        return self.exclude(state="closed")

    def owed_by(self, person: Person) -> Self:
        """Reports that this person, or somebody they stand in for, must move on now."""
        return self.open().filter(duty__owner_id__in=person.scope.own).order_by("duty__next_due_at", "pk")

    def of_customer(self, customer_id: int) -> Self:
        """A customer's reports, the newest first, with what its page says of them."""
        return self.filter(customer_id=customer_id).select_related("duty__owner").order_by("-opened_on", "-pk")

    def count_by_unit(self) -> Any:
        """Open reports by unit and level, in one query."""
        return (
            self.open()
            .order_by()
            .values("customer__unit_id", unit_name=F("customer__unit__name"), unit_path=F("customer__unit__path"))
            .annotate(breach=Count("pk", filter=Q(level="breach")), near=Count("pk", filter=Q(level="near")))
        )

    def opened_by_month(self, since: date) -> Any:
        """Reports opened and closed since a day, by month of opening, in one query."""
        return (
            self.filter(opened_on__gte=since)
            .order_by()
            .values(month=TruncMonth("opened_on"))
            .annotate(opened=Count("pk"), closed=Count("pk", filter=Q(state="closed")))
            .order_by("month")
        )

    def on_map(self, most: int = 2000) -> Any:
        """Places of open reports, breaches first, so many at most."""
        return (
            self.open()
            .filter(customer__latitude__isnull=False)
            .order_by("level", "-pk")
            .values(
                "pk", "level", "customer__name", latitude=F("customer__latitude"), longitude=F("customer__longitude")
            )[:most]
        )


class UnitWarningQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Warnings about units under the person's posts, and those they owe."""
        if person.scope.everything:
            return self
        return self.filter(units_of(person, "unit__") | Q(duty__owner_id__in=person.scope.own))

    def open(self) -> Self:
        return self.exclude(state="closed")


class StormQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Storms of units under the person's posts, and those they owe."""
        if person.scope.everything:
            return self
        return self.filter(units_of(person, "unit__") | Q(duty__owner_id__in=person.scope.own))


class RegularReportQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Viewer) -> Self:
        """Regular reports of units under the person's posts, and those they are to sign."""
        if person.scope.everything:
            return self
        return self.filter(units_of(person, "unit__") | Q(duty__owner_id__in=person.scope.own))


class ThroughWarningQuerySet(ScopedQuerySet[Any]):
    """For what hangs on a report: its signs and measures."""

    to_customer = "warning__customer__"


#: Signs that came back within their line stand after the others.
_BACK_LAST = Case(When(level="back", then=1), default=0)


class SignQuerySet(ThroughWarningQuerySet):
    def worst_first(self) -> Self:
        """Signs over their line before those that came back; the first one leads the report."""
        return self.select_related("indicator").order_by(_BACK_LAST, "worst", "indicator__position")

    def leading(self) -> Self:
        """One sign of each report, the first of `worst_first`, with how many there are as `among`."""
        return (
            self.annotate(among=Window(Count("pk"), partition_by="warning"))
            .order_by("warning_id", _BACK_LAST, "worst", "indicator__position")
            .distinct("warning_id")
        )


def stuck_reports(*, overdue: datetime, today: date, most: int) -> list[tuple[str, date, int, str, str]]:
    """Open reports that will not move by themselves: kind, day of opening, key, name, and why, in one query.

    `A`: no duty keeps it. `B`: its deadline lies before `overdue` and it did not climb. `C`: it should have woken.
    `D`: its measures should have been judged.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STUCK, {"overdue": overdue, "today": today, "most": most})
        return list(cursor.fetchall())


_WHY = """
    CASE WHEN d.id IS NULL OR d.state = 'closed' THEN 'A'
        WHEN d.next_due_at < %(overdue)s THEN 'B'
        WHEN w.suppressed_until < %(today)s::date - 1 THEN 'C'
        WHEN w.state = 'measures' AND NOT EXISTS (
                SELECT 1 FROM warnings_measure m JOIN warnings_indicator i ON i.id = m.indicator_id
                WHERE m.{key} = w.id AND (m.done_at IS NULL OR m.verdict <> ''
                    OR (m.done_at AT TIME ZONE 'Asia/Shanghai')::date + i.remeasure_days + 5 >= %(today)s::date))
            AND EXISTS (SELECT 1 FROM warnings_measure m WHERE m.{key} = w.id AND m.verdict = ''
                AND m.indicator_id IS NOT NULL)
        THEN 'D' END
"""
_STUCK = f"""
    SELECT * FROM (
        SELECT 'JB' AS kind, w.opened_on, w.id, c.name, {_WHY.format(key="warning_id")} AS why
        FROM warnings_earlywarning w JOIN accounts_customer c ON c.id = w.customer_id
        LEFT JOIN duties_duty d ON d.id = w.duty_id WHERE w.state <> 'closed'
        UNION ALL
        SELECT 'ZB', w.opened_on, w.id, u.name, {_WHY.format(key="unit_warning_id")}
        FROM warnings_unitwarning w JOIN accounts_orgunit u ON u.id = w.unit_id
        LEFT JOIN duties_duty d ON d.id = w.duty_id WHERE w.state <> 'closed') report
    WHERE why IS NOT NULL ORDER BY opened_on, id LIMIT %(most)s
"""
