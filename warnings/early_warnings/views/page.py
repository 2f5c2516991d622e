"""What the page of a report shows: why, who holds it until when, measures, what came of them (WRN-5, WRN-7)."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Value
from django.db.models.functions import JSONObject, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Customer, OrgUnit, Person, Post
from accounts.services.responsibility import possible_doers, posts_around
from accounts.views.asking import person_of
from duties import services as duties
from duties.models import Duty
from early_warnings import rules
from early_warnings.forms import CloseForm, SuppressForm, measure_forms
from early_warnings.models import EarlyWarning, Measure, ReportEvent, Sign, Threshold, UnitWarning
from early_warnings.services import reading, wording
from early_warnings.views import causes

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
        signs = list(self.report.signs.worst_first().annotate(lines=ArraySubquery(_LINES)))
        for sign in signs:
            sign.reason = wording.reason(sign)
            sign.value_said = wording.value_of(sign.indicator, sign.value)
            sign.line_said = wording.value_of(sign.indicator, sign.line)
        return signs

    @cached_property
    def measures(self) -> list[Measure]:
        measures = list(self.report.measures.select_related("who", "indicator").only(*_MEASURE, *_named("who")))
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
        if duty is None or duty.state == Duty.State.CLOSED:
            return False
        return duties.may_act(duty=duty, person=self.person, held=getattr(self.report, "held", None))

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
            (_("Measured again"), at.get(ReportEvent.What.MEASURED), ()),
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

    @cached_property
    def history(self) -> list[ReportEvent]:
        return list(
            self.report.history.select_related("by", "indicator")
            .only(*_REPORT, "at", "what", "text", "indicator__name_zh", "indicator__name_en", *_named("by"))
            .order_by("-at", "-pk")[:100]
        )

    def events(self) -> list[dict[str, Any]]:
        return [{"at": each.at, "text": _sentence(each, self.report), "by": each.by or ""} for each in self.history]

    def chart(self) -> dict[str, Any] | None:
        """24 months of what is told of, last year beside it, and the lines as they were each month."""
        if self.customer is None or not self.signs:
            return None
        leading = self.signs[0]
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
        lines += self._lines(self.customer, months)
        return {
            "id": "months",
            "title": _("Ordered a month") if retailer else _("Revenue a month"),
            "unit": _("cartons") if retailer else _("yuan"),
            "x": [f"{month:%Y-%m}" for month in months.months],
            "lines": lines,
        }

    def _lines(self, customer: Customer, months: reading.Months) -> list[dict[str, Any]]:
        """Both lines of the leading fall, month by month, as the months before or a year before set them."""
        falls = (rules.Comparison.BEFORE, rules.Comparison.LAST_YEAR)
        signs = (each for each in self.signs if each.indicator.comparison in falls and each.indicator.falling)
        sign: Any = next(signs, None)
        if sign is None:
            return []
        line = rules.most_exact(
            [rules.Line(**each) for each in sign.lines],
            importance=customer.importance,
            tier=customer.tier,
            service_class=customer.service_class,
            unit_path=self.unit.path,
        )
        if line is None:
            return []
        before = sign.indicator.comparison == rules.Comparison.BEFORE
        bases = _floats(months.means_before if before else months.year_before)
        market = float(sign.market)
        return [
            {
                "name": name,
                "values": [None if base is None else round(base * float(share) * market, 1) for base in bases],
                "kind": kind,
            }
            for name, share, kind in ((_("Near"), line.near, "near"), (_("Breach line"), line.breach, "over"))
        ]

    def behind(self) -> list[Any]:
        """The customers that a unit's total or ratio counts."""
        if isinstance(self.report, EarlyWarning) or self.report.expected is not None:
            return []
        signs: list[Any] = list(reading.customers_behind(warning=self.report, person=self.person))
        for sign in signs:
            sign.reason = wording.reason(sign)
        return signs

    def measure_rows(self) -> Any:
        doers = possible_doers(self.posts)
        first = [{"who": doers[0].person_id}] if doers else []
        return measure_forms(None, posts=doers, today=timezone.localdate(self.now), initial=first)

    def _closing(self) -> CloseForm:
        """What the indicator said when it was measured again is proposed as the outcome; the holder decides."""
        verdicts = {each.verdict for each in self.measures}
        said = {Measure.Verdict.RECOVERED: "recovered", Measure.Verdict.LOST: "lost"}
        proposed = next((said[each] for each in said if each in verdicts), "")
        return CloseForm(initial={"outcome": proposed}, outcomes=self.report.outcomes)

    def _suppressing(self) -> SuppressForm | None:
        if rules.Act.SUPPRESS not in self.acts or self.report.suppressed_until is not None:
            return None
        return SuppressForm(today=timezone.localdate(self.now))

    def _act_url(self, act: str) -> str:
        prefix = "" if isinstance(self.report, EarlyWarning) else "unit-"
        return reverse(f"warnings:{prefix}{act}", args=[self.report.pk])

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
            "behind": self.behind(),
            "acts": self.acts,
            "may_act": self.may_act,
            "act_url": self.url,
            "proposing": self.measure_rows() if rules.Act.PROPOSE in self.acts else None,
            "closing": self._closing() if rules.Act.CLOSE in self.acts else None,
            "suppressing": self._suppressing(),
            "suppress_url": self._act_url("suppress"),
            **(causes.shown(self.report, self.person) if isinstance(self.report, UnitWarning) else {}),
            "now": self.now,
            "today": timezone.localdate(self.now),
            **self.bound,
        }
        return render(self.request, "early_warnings/report.html", context, status=status)


def _named(person: str) -> tuple[str, str]:
    """What a person's name is made of, for `only`: the other columns of each row cost more than the query."""
    return f"{person}__name", f"{person}__username"


#: The keys by which what hangs on a report is read.
_REPORT = ("warning", "unit_warning")

#: What a row of measures shows.
_MEASURE = (
    *_REPORT,
    *("way", "what", "by_when", "expected", "done_at", "measured_on", "verdict", "value_before", "value_after"),
    *(f"indicator__{name}" for name in ("family", "measure", "comparison", "remeasure_days")),
)

#: The lines of a sign's indicator, as `rules.Line` takes them.
_LINES = (
    Threshold.objects.filter(indicator=OuterRef("indicator"))
    .annotate(
        line=JSONObject(
            breach="breach",
            near="near",
            importance=NullIf("importance", Value("")),
            tier="tier",
            service_class="service_class",
            unit_path="unit__path",
        )
    )
    .values("line")
)


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
    ReportEvent.What.NOT_HELPED.value: gettext_lazy("Measures did not help; one level up"),
    ReportEvent.What.SUPPRESSED.value: gettext_lazy("Suppressed: %(text)s"),
    ReportEvent.What.LIFTED.value: gettext_lazy("Awake again"),
    ReportEvent.What.CLOSED.value: gettext_lazy("Closed: %(text)s"),
}


def _sentence(event: ReportEvent, report: Report) -> str:
    name = event.indicator or getattr(report, "indicator", None)
    return str(_SENTENCES[event.what]) % {"name": name or "", "text": event.text}
