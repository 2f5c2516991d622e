"""Which pages `pages.py` asks for: each kind, as the person who sees most, with the busiest records."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Page:
    """A page as somebody opens it; `path` finds its address in the loaded company, None if it has no such record."""

    name: str
    kind: str
    who: str
    path: Callable[[], str | None]


def to(name: str, *args: object, query: str = "") -> Callable[[], str | None]:
    """The address of a page by its name, found when it is asked for."""
    from django.urls import NoReverseMatch, reverse

    def path() -> str | None:
        try:
            return reverse(name, args=args) + query
        except NoReverseMatch:
            return None

    return path


def of(name: str, found: "Model | None") -> Callable[[], str | None]:
    """The address of a record's page; none without the record."""
    return to(name, found.pk) if found is not None else lambda: None


def pages() -> list[Page]:
    """The pages that are measured, with the busiest records of the company."""
    return [*lists(), *customers(), *records()]


def lists() -> list[Page]:
    """Homes and lists, first pages and deep ones."""
    return [
        *(Page("home", "home", who, to("home")) for who in ("manager01", "supervisor", "director", "admin")),
        Page("customers", "list", "director", to("accounts:customers")),
        Page("customers, core", "list", "director", to("accounts:customers", query="?importance=core")),
        Page("customers, tier 3", "list", "director", to("accounts:customers", query="?tier=3")),
        Page("customers, 烟酒", "list", "director", to("accounts:customers", query="?q=烟酒")),
        Page("customers, page 40", "list", "director", to("accounts:customers", query="?page=40")),
        Page("customers", "list", "supervisor", to("accounts:customers")),
        Page("customers", "list", "manager01", to("accounts:customers")),
        Page("customers' counts", "other", "director", to("accounts:customer-counts")),
        Page("search 和顺", "list", "director", to("search", query="?q=和顺")),
        Page("warnings", "list", "director", to("warnings:list")),
        Page("warnings about units", "list", "director", to("warnings:units")),
        Page("indicators", "list", "director", to("warnings:indicators")),
        Page("complaints", "list", "director", to("complaints:list")),
        Page("complaints", "list", "supervisor", to("complaints:list")),
        Page("causes of complaints", "list", "director", to("complaints:causes")),
        Page("inbox", "list", "director", to("duties:inbox")),
        Page("inbox", "list", "manager01", to("duties:inbox")),
        Page("visits", "list", "director", to("visits:list")),
        Page("visits due", "list", "supervisor", to("visits:due")),
        Page("problems", "list", "director", to("visits:problems")),
        Page("team's day", "list", "director", to("visits:team")),
        Page("my day", "list", "manager01", to("visits:day")),
        Page("organisation", "list", "director", to("accounts:organisation")),
        Page("absences", "list", "director", to("accounts:absences")),
        Page("health: a query for each check", "other", "admin", to("duties:health")),
        Page("API: customers", "list", "director", lambda: "/api/customers/"),
    ]


def customers() -> list[Page]:
    """The customers with the most to show: a core retailer with reports, a business client."""
    from accounts.models import Customer

    busiest = (
        Customer.objects.filter(importance__in=["core", "important"], kind="retailer", early_warnings__isnull=False)
        .order_by("tier", "code")
        .first()
    )
    group = Customer.objects.filter(kind="group").order_by("tier", "code").first()
    return [
        Page("customer, busiest", "record", "director", of("customer", busiest)),
        Page("customer's drawer", "record", "director", of("customer-drawer", busiest)),
        Page("business client", "record", "director", of("customer", group)),
    ]


def records() -> list[Page]:
    """The record of each kind that has gone furthest, or the newest."""
    from early_warnings.models import EarlyWarning, UnitWarning

    from complaints.models import Complaint
    from duties.models import Duty
    from visits.models import DayPlan, Problem, Visit

    warning = EarlyWarning.objects.filter(state="measures").order_by("-pk").first()
    plan = DayPlan.objects.filter(stops__isnull=False).order_by("-date", "person__username").first()
    step = Complaint.objects.exclude(step="closed").order_by("-pk").first()
    told = Complaint.objects.filter(step="closed").order_by("-pk").first()
    climbed = Duty.objects.filter(level__gt=1).order_by("-pk").first()
    return [
        Page("warning", "record", "director", of("warnings:warning", warning)),
        Page("unit warning", "record", "director", of("warnings:unit-warning", UnitWarning.objects.first())),
        Page("complaint, closed", "record", "director", of("complaints:complaint", told)),
        Page("complaint, open", "record", "director", of("complaints:complaint", step)),
        Page("duty", "record", "director", of("duties:duty", climbed)),
        Page("visit", "record", "director", of("visits:visit", Visit.objects.order_by("-pk").first())),
        Page("problem", "record", "director", of("visits:problem", Problem.objects.order_by("-pk").first())),
        Page("day plan", "record", "director", of("visits:plan", plan)),
    ]
