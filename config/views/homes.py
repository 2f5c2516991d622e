"""Each person's home: first what they owe, then today, then figures (FACE)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import clock
from accounts.models import Person
from accounts.rules import OWN_CUSTOMERS_ONLY, Role
from accounts.views.asking import person_of
from config import rules
from config.menu import address
from config.overview import days, months, owed, units, warned
from config.overview.months import Change, Months
from config.templatetags.zhoudao import language

#: Roles that look at several branches.
DIRECTORS = frozenset(
    {
        Role.GENERAL_MANAGER,
        Role.DEPUTY_GENERAL_MANAGER,
        Role.DEPUTY_MANAGER_IN_CHARGE,
        Role.REGION_MANAGER,
        Role.MARKETING_DIRECTOR,
        Role.MARKETING_MANAGER,
        Role.ADMINISTRATOR,
    }
)


def home(request: HttpRequest) -> HttpResponse:
    """The widest of one's posts decides which home it is."""
    person = person_of(request)
    if person.is_superuser or person.roles & DIRECTORS:
        return director(request, person)
    if person.roles - OWN_CUSTOMERS_ONLY:
        return supervisor(request, person)
    if person.roles:
        return manager(request, person)
    return render(request, "config/homes/nobody.html")


def director(request: HttpRequest, person: Person) -> HttpResponse:
    """Totals, trends, the branches' day, vacancies."""
    now = clock.of(request)
    today = timezone.localdate(now)
    shown = units.Units.load(person, today, months.last_whole_month(today))
    shown.add(days.by_unit(person, today, now), "customer__unit_id")
    warned.add_to(shown, person)
    sales = months.of_units(person, today)
    kept = owed.promises(person, now)
    context = {
        "now": now,
        "today": today,
        "owed": owed.owed(person, most=6),
        "rows": [(row, day_of(row)) for row in shown.rows],
        "total": day_of_all(shown),
        "units": shown,
        "figures": [*sales_figures(sales), *promise_figures(kept)],
        "warned": warnings_by_unit(shown),
        "warnings_address": address("warnings:list"),
        "map": warned.on_map(person),
        "legend": [("over", _("breach")), ("near", _("near breach"))],
        "chart": trend(sales),
    }
    return render(request, "config/homes/director.html", context)


def supervisor(request: HttpRequest, person: Person) -> HttpResponse:
    """What climbed to me, my people's day, what is overdue."""
    now = clock.of(request)
    today = timezone.localdate(now)
    sales = months.of_units(person, today)
    context = {
        "now": now,
        "today": today,
        "owed": owed.owed(person),
        "people": days.by_person(person, today, now),
        "waiting": days.longest_waiting(person, today),
        "late": owed.late_elsewhere(person, now),
        "reports": warned.latest(person, language()),
        "figures": [*sales_figures(sales), *promise_figures(owed.promises(person, now))],
    }
    return render(request, "config/homes/supervisor.html", context)


def manager(request: HttpRequest, person: Person) -> HttpResponse:
    """Today's plan, what I owe, my customers that wait."""
    now = clock.of(request)
    today = timezone.localdate(now)
    context = {
        "now": now,
        "today": today,
        "owed": owed.owed(person),
        "day": days.own(person, today, now),
        "waiting": days.longest_waiting(person, today),
        "reports": warned.latest(person, language()),
        "figures": sales_figures(months.of_own_customers(person, today)),
    }
    return render(request, "config/homes/manager.html", context)


def day_of(row: units.Row) -> days.Progress:
    return days.Progress(*(row.figures[name] for name in ("planned", "done", "skipped", "expected")))


def day_of_all(shown: units.Units) -> days.Progress:
    return days.Progress(*(shown.total(name) for name in ("planned", "done", "skipped", "expected")))


def warnings_by_unit(shown: units.Units) -> dict[str, Any]:
    """Open reports for each thousand customers, most first; the mark is the whole company's share."""
    per_thousand = [
        (row, 1000 * (row.figures["breach"] + row.figures["near"]) / row.customers)
        for row in shown.rows
        if row.customers
    ]
    count = shown.total("breach") + shown.total("near")
    mean = 1000 * count / shown.customers if shown.customers else 0
    most = max([share for _row, share in per_thousand] + [mean]) * 1.1 or 1
    return {
        "count": count,
        "mean": mean,
        "rows": [
            {
                "unit": row.unit,
                "share": share,
                "breach": row.figures["breach"],
                "near": row.figures["near"],
                "breach_width": 100 * 1000 * row.figures["breach"] / row.customers / most,
                "near_width": 100 * 1000 * row.figures["near"] / row.customers / most,
                "mark": 100 * mean / most,
            }
            for row, share in sorted(per_thousand, key=lambda pair: -pair[1])
        ],
    }


def sales_figures(sales: Months) -> list[dict[str, Any]]:
    """Quantity, amount and overdue money of the last whole month, each with its comparison."""
    if not sales.known:
        return []
    name = rules.month(sales.last, language())
    cartons, money, debt = (sales.against_last_year(measure) for measure in ("quantity", "amount", "overdue"))
    link = address("accounts:customers")
    return [
        figure(_("Cartons ordered, %s") % name, cartons, _("cartons"), link),
        figure(_("Sales, %s") % name, money, _("yuan"), link),
        figure(_("Overdue, %s") % name, debt, _("yuan"), link, good=-1),
    ]


def figure(label: str, change: Change, unit: str, url: str, good: int = 1) -> dict[str, Any]:
    """A figure against the same month of last year; `good` is -1 where less is better."""
    value, before = (rules.amount(number, language()) for number in (change.now, change.before))
    share = change.share
    better = share is not None and share * good >= 0
    return {
        "label": label,
        "value": value.number,
        "unit": f"{value.scale}{unit}" if rules.is_chinese(language()) else f"{value.scale} {unit}".strip(),
        "change": rules.percent(abs(share), 1) if share is not None else "",
        "up": None if share is None else share >= 0,
        "tone": "done" if better else "near",
        "comparison": _("last year %s") % f"{before.number} {before.scale}".strip(),
        "url": url,
    }


def promise_figures(kept: owed.Promises) -> list[dict[str, Any]]:
    """Promises kept in the last 30 days, and open complaints."""
    figures = []
    if kept.share is not None:
        change = None if kept.share_before is None else kept.share - kept.share_before
        figures.append(
            {
                "label": _("Promises kept in time, 30 days"),
                "value": rules.number(kept.share * 100, 1),
                "unit": f"%，{kept.kept} / {kept.closed}"
                if rules.is_chinese(language())
                else f"%, {kept.kept} / {kept.closed}",
                "change": "" if change is None else _("%s points") % rules.number(abs(change) * 100, 1),
                "up": None if change is None else change >= 0,
                "tone": "done" if change is not None and change >= 0 else "near",
                "comparison": ""
                if kept.share_before is None
                else _("the 30 days before %s") % rules.percent(kept.share_before, 1),
                "url": address("duties:inbox"),
            }
        )
    figures.append(
        {
            "label": _("Open complaints"),
            "value": rules.number(kept.complaints),
            "unit": "",
            "change": ngettext("%d overdue", "%d overdue", kept.complaints_late) % kept.complaints_late,
            "up": None,
            "tone": "over" if kept.complaints_late else "",
            "comparison": "",
            "url": address("complaints:list"),
        }
    )
    return figures


def trend(sales: Months) -> dict[str, Any] | None:
    """The twelve months, last year's dashed."""
    if not sales.known:
        return None
    chinese = rules.is_chinese(language())
    unit, word = (10_000, _("10,000 cartons")) if chinese else (1_000, _("thousand cartons"))
    this_year, last_year = (months.scaled(sales.year("quantity", back), unit) for back in (0, 1))
    return {
        "id": "sales",
        "title": _("Cartons ordered a month"),
        "unit": word,
        "note": _("12 months, last year dashed"),
        "spoken": _("Cartons ordered a month: %(now)s %(unit)s in the last one, %(before)s a year before")
        % {"now": this_year[-1], "before": last_year[-1], "unit": word},
        "x": [rules.month(month, language()) for month in sales.labels()],
        "lines": [
            {"name": _("this year"), "values": this_year},
            {"name": _("last year"), "values": last_year, "kind": "ref"},
        ],
    }
