"""The page of a report: why, who holds it until when, measures, and what came of them (WRN-5, WRN-7)."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.models import Customer, OrgUnit, Person, Post
from accounts.services.responsibility import possible_doers, posts_around
from accounts.views.asking import person_of
from duties import services as duties
from duties.models import Duty
from early_warnings import rules, services
from early_warnings.forms import CloseForm, measure_forms
from early_warnings.models import EarlyWarning, Measure, ReportEvent, Sign, UnitWarning
from early_warnings.services import reading, wording

Report = EarlyWarning | UnitWarning


@dataclass
class Page:
    """One reading of a report for one person."""

    request: HttpRequest
    report: Report
    now: datetime
    bound: dict[str, Any] = field(default_factory=dict)

    @property
    def customer(self) -> Customer | None:
        return self.report.customer if isinstance(self.report, EarlyWarning) else None

    @property
    def unit(self) -> OrgUnit:
        return self.report.customer.unit if isinstance(self.report, EarlyWarning) else self.report.unit

    @property
    def person(self) -> Person:
        return person_of(self.request)

    @cached_property
    def signs(self) -> list[Sign]:
        if isinstance(self.report, UnitWarning):
            return []
        signs = list(self.report.signs.worst_first())
        for sign in signs:
            sign.reason = wording.reason(sign)
            sign.value_said = wording.value_of(sign.indicator, sign.value)
            sign.line_said = wording.value_of(sign.indicator, sign.line)
        return signs

    @cached_property
    def measures(self) -> list[Measure]:
        measures = list(self.report.measures.select_related("who", "indicator"))
        for each in measures:
            each.mine = each.done_at is None and (each.who_id in self.person.scope.own or self.may_act)
            if each.indicator and each.value_before is not None:
                each.before_said = wording.value_of(each.indicator, each.value_before)
                if each.value_after is not None:
                    each.after_said = wording.value_of(each.indicator, each.value_after)
        return measures

    @cached_property
    def posts(self) -> list[Post]:
        return posts_around(unit=self.unit, customer=self.customer, on=timezone.localdate(self.now))

    @cached_property
    def may_act(self) -> bool:
        duty = self.report.duty
        return duty is not None and duty.state != Duty.State.CLOSED and duties.may_act(duty=duty, person=self.person)

    @property
    def acts(self) -> tuple[rules.Act, ...]:
        return rules.ACTS[rules.State(self.report.state)] if self.may_act else ()

    @property
    def url(self) -> str:
        name = "warnings:warning" if isinstance(self.report, EarlyWarning) else "warnings:unit-warning"
        return reverse(name, args=[self.report.pk])

    def course(self) -> dict[str, Any]:
        """Raised, measures, outcome: who holds it, until when, whom it climbs to."""
        report, duty = self.report, self.report.duty
        at = {event.what: event.at for event in reversed(self.history)}
        titles = [
            (_("Raised"), at.get(ReportEvent.What.RAISED), ()),
            (_("Propose measures"), at.get(ReportEvent.What.PROPOSED), (rules.State.OPEN, rules.State.ACKNOWLEDGED)),
            (_("Carry out"), at.get(ReportEvent.What.DONE), (rules.State.MEASURES,)),
            (_("Measured again"), self._measured_at(), ()),
            (_("Outcome"), report.closed_at, ()),
        ]
        steps = [{"title": title, "at": moment, "active": report.state in states} for title, moment, states in titles]
        if duty is None or duty.state == Duty.State.CLOSED:
            return {"steps": steps}
        climbs = duties.next_holder(
            duty=duty,
            steps=getattr(self.report, "steps_ahead", None),
            unit=self.unit,
            customer=self.customer,
            posts=self.posts,
            now=self.now,
        )
        return {
            "steps": steps,
            "holder": f"{duty.owner} {duty.get_role_display()}",
            "since": duty.held_since,
            "due": duty.next_due_at,
            "climbs_at": duty.next_due_at,
            "climbs_to": str(climbs) if climbs else "",
        }

    def _measured_at(self) -> Any:
        return max((each.measured_on for each in self.measures if each.measured_on), default=None)

    @cached_property
    def history(self) -> list[ReportEvent]:
        return list(self.report.history.select_related("by", "indicator").order_by("-at", "-pk")[:100])

    def events(self) -> list[dict[str, Any]]:
        return [{"at": each.at, "text": _sentence(each, self.report), "by": each.by or ""} for each in self.history]

    def chart(self) -> dict[str, Any] | None:
        """24 months of what is told of, last year beside it, and the lines as they were each month."""
        if self.customer is None or not self.signs:
            return None
        leading = self.signs[0]
        falling = next((s for s in self.signs if s.indicator.comparison == rules.Comparison.BEFORE), None)
        months = reading.months_of(customer=self.customer, until=leading.month)
        retailer = self.customer.kind == Customer.Kind.RETAILER
        lines = [
            {
                "name": _("This shop") if retailer else _("This client"),
                "values": _floats(months.values),
                "kind": "main",
            },
            {"name": _("A year before"), "values": _floats(months.year_before), "kind": "ref"},
        ]
        if falling is not None:
            share = falling.line * falling.market
            lines.append(
                {
                    "name": _("Line"),
                    "values": [round(float(mean * share), 1) if mean else None for mean in months.means_before],
                    "kind": "over" if falling.level == EarlyWarning.Level.BREACH else "near",
                }
            )
        return {
            "id": "months",
            "title": _("Ordered a month") if retailer else _("Revenue a month"),
            "unit": _("cartons") if retailer else _("yuan"),
            "x": [f"{month:%Y-%m}" for month in months.months],
            "lines": lines,
        }

    def measure_rows(self) -> Any:
        doers = possible_doers(self.posts)
        first = [{"who": doers[0].person_id}] if doers else []
        return measure_forms(None, posts=doers, today=timezone.localdate(self.now), initial=first)

    def show(self, status: int = 200) -> HttpResponse:
        context = {
            "report": self.report,
            "customer": self.customer,
            "unit": self.unit,
            "signs": self.signs,
            "reason": wording.unit_reason(self.report) if isinstance(self.report, UnitWarning) else "",
            "measures": self.measures,
            "course": self.course(),
            "events": self.events(),
            "chart": self.chart(),
            "acts": self.acts,
            "may_act": self.may_act,
            "act_url": self.url,
            "proposing": self.measure_rows() if rules.Act.PROPOSE in self.acts else None,
            "closing": CloseForm() if rules.Act.CLOSE in self.acts else None,
            "now": self.now,
            "today": timezone.localdate(self.now),
            **self.bound,
        }
        return render(self.request, "early_warnings/report.html", context, status=status)


def _floats(values: list[Any]) -> list[float | None]:
    return [None if value is None else float(value) for value in values]


_SENTENCES = {
    ReportEvent.What.RAISED.value: gettext_lazy("Raised by the nightly evaluation"),
    ReportEvent.What.SIGN.value: gettext_lazy("Sign: %(name)s"),
    ReportEvent.What.WORSE.value: gettext_lazy("Now a breach: %(name)s"),
    ReportEvent.What.BACK.value: gettext_lazy("Back within all lines"),
    ReportEvent.What.ACKNOWLEDGED.value: gettext_lazy("Acknowledged"),
    ReportEvent.What.PROPOSED.value: gettext_lazy("Measures proposed: %(text)s"),
    ReportEvent.What.DONE.value: gettext_lazy("Measure done: %(text)s"),
    ReportEvent.What.MEASURED.value: gettext_lazy("Effect measured: %(name)s"),
    ReportEvent.What.CLOSED.value: gettext_lazy("Closed: %(text)s"),
}


def _sentence(event: ReportEvent, report: Report) -> str:
    name = event.indicator or getattr(report, "indicator", None)
    return str(_SENTENCES[event.what]) % {"name": name or "", "text": event.text}


def _page(request: HttpRequest, kind: type[Report], pk: int) -> Page:
    """The report if the person may see it, else 404 (ORG-4)."""
    related = ("customer__unit", "customer__account_manager") if kind is EarlyWarning else ("unit", "indicator")
    visible = kind.objects.visible_to(person_of(request)).select_related(*related, "duty__owner", "closed_by")
    visible = visible.annotate(steps_ahead=duties.steps_of("duty__rule_id"))
    return Page(request, get_object_or_404(visible, pk=pk), clock.of(request))


@require_GET
def warning(request: HttpRequest, pk: int) -> HttpResponse:
    """The urgent report of a customer."""
    return _page(request, EarlyWarning, pk).show()


@require_GET
def similar(request: HttpRequest, pk: int) -> HttpResponse:
    """What helped in similar cases; the page asks for it once it stands."""
    page = _page(request, EarlyWarning, pk)
    leading = page.signs[0] if page.signs else None
    context = {"similar": reading.similar_cases(sign=leading, customer=page.customer)}
    return render(request, "early_warnings/similar.html", context)


@require_GET
def unit_warning(request: HttpRequest, pk: int) -> HttpResponse:
    """The warning about a unit."""
    return _page(request, UnitWarning, pk).show()


@require_GET
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """A measure is shown on its report's page."""
    found = get_object_or_404(services.visible_measures(person=person_of(request)), pk=pk)
    report = found.report
    return redirect(f"{Page(request, report, clock.of(request)).url}#measures")


KINDS: dict[str, type[Report]] = {"report": EarlyWarning, "unit": UnitWarning}


@require_POST
def acknowledge(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Say that one has read it."""
    page = _page(request, KINDS[kind], pk)
    return _carry_out(page, lambda: services.acknowledge(report=page.report, by=person_of(request), now=page.now))


@require_POST
def propose(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Propose measures; what is missing comes back at its row, and nothing that was typed is lost."""
    page = _page(request, KINDS[kind], pk)
    rows = measure_forms(request.POST, posts=possible_doers(page.posts), today=timezone.localdate(page.now))
    if not rows.is_valid():
        page.bound["proposing"] = rows
        return page.show(status=422)
    proposals = [row.proposal() for row in rows if row.has_changed()]
    page.bound["proposing"] = rows
    return _carry_out(
        page,
        lambda: services.propose(report=page.report, proposals=proposals, by=person_of(request), now=page.now),
        _("Measures proposed. Each is now a duty of whoever is to do it."),
    )


@require_POST
def finish_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a measure as done."""
    found = get_object_or_404(services.visible_measures(person=person_of(request)), pk=pk)
    report = found.report
    page = _page(request, type(report), report.pk)
    return _carry_out(page, lambda: services.finish_measure(measure=found, by=person_of(request), now=page.now))


@require_POST
def close(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """End the report with its outcome."""
    page = _page(request, KINDS[kind], pk)
    form = CloseForm(request.POST)
    page.bound["closing"] = form
    if not form.is_valid():
        return page.show(status=422)
    return _carry_out(
        page,
        lambda: services.close(report=page.report, by=person_of(request), now=page.now, **form.cleaned_data),
        _("Closed."),
    )


def _carry_out(page: Page, act: Any, said: str = "") -> HttpResponse:
    """Do it and go back to the page; a refusal is shown there, with what was typed."""
    try:
        act()
    except (services.Refused, duties.AlreadyClosed) as refused:
        page.bound["refusal"] = str(refused) or _("This was done in the meantime.")
        return page.show(status=409)
    if said:
        messages.success(page.request, said)
    return redirect(page.url)
