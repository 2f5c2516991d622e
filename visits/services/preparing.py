"""What one should know before entering a shop (VIS-5): a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Subquery

from accounts.models import Customer, MonthlyFact, Person, Post, RetailerFile
from accounts.rules import Role, units_upward
from duties import kinds
from duties.models import Duty
from visits.models import News, OwnWords, Visit, VisitClock
from visits.reasons import Why, goal_of, in_words, to_bring
from visits.rules import is_falling, is_overstocked, trend_lines
from visits.services.notices import to_explain, words_of

MONTHS = 12
_READ_MONTHS = 30  # two years, and a few months in case imports are late
_LINE = 20  # the height of a line of text in the drawing
#: Who may be asked to solve a problem, beside the visitor: the people around a customer's unit.
_HELPERS = (
    Role.ACCOUNT_MANAGER,
    Role.SUPPORT_OFFICER,
    Role.CUSTOMER_OFFICER,
    Role.BRANCH_SALES_MANAGER,
    Role.BRANCH_GENERAL_MANAGER,
)
_HELPERS_MOST = 40


@dataclass(frozen=True, slots=True)
class Trend:
    """Twelve months beside last year's: the drawing, the last month, and three months' share of last year's."""

    values: Sequence[float]
    before: Sequence[float]
    first: date
    last: date

    @property
    def drawing(self) -> tuple[str, str, tuple[float, float], tuple[float, float]]:
        return trend_lines(self.values, self.before, width=180, height=72)

    @property
    def labels(self) -> tuple[float, float]:
        """How high the two figures stand beside the lines' ends, never on each other."""
        _now, _then, (_x, now), (_x, then) = self.drawing
        if abs(now - then) >= _LINE:
            return now + 5, then + 5
        upper = min(max((now + then - _LINE) / 2, 10), 72 - _LINE)
        return (upper + 5, upper + _LINE + 5) if self.now >= self.then else (upper + _LINE + 5, upper + 5)

    @property
    def now(self) -> float:
        return self.values[-1]

    @property
    def then(self) -> float:
        return self.before[-1]

    @property
    def share(self) -> float | None:
        """Three months' sales as a share of the same months last year."""
        before = sum(self.before[-3:])
        return sum(self.values[-3:]) / before if before else None

    @property
    def falls(self) -> bool:
        return is_falling(self.share)


@dataclass(frozen=True, slots=True)
class Matter:
    """An open duty about the customer, as it reads."""

    text: str
    owner: str
    due_at: Any
    url: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """The card in front of a visit."""

    goal: str
    reasons: Sequence[Why]
    trend: Trend | None
    stock: float | None
    stock_ratio: float | None
    matters: Sequence[Matter]
    last_visits: Sequence[Visit]
    file: RetailerFile | None
    clock: VisitClock | None
    news: Sequence[News] = ()
    words: OwnWords | None = None
    bring: Sequence[str] = ()

    @property
    def last_on(self) -> date | None:
        """When somebody in the visitor's role was there last."""
        return self.clock.last_visit_on if self.clock else None

    @property
    def due_on(self) -> date | None:
        """When the matrix wants the next visit in that role."""
        return self.clock.due_on if self.clock else None

    @property
    def is_overstocked(self) -> bool:
        return is_overstocked(self.stock_ratio)


def prepare(
    *, customer: Customer, role: str, reasons: Sequence[Mapping[str, Any]], on: date, visitor: Person | None = None
) -> Preparation:
    """Everything for the card of one customer; with a visitor also their own words and what is to be explained."""
    words = words_of(person=visitor, customers=[customer.pk]).get(customer.pk) if visitor is not None else None
    trend, stock = _trend(customer, on)
    monthly = sum(trend.values[-3:]) / 3 if trend else 0
    clock = VisitClock.objects.filter(customer=customer, role=role).first()
    return Preparation(
        goal=words.goal if words is not None and words.goal else goal_of(reasons),
        reasons=in_words(reasons),
        trend=trend,
        stock=stock,
        stock_ratio=stock / monthly if stock is not None and monthly else None,
        matters=_matters(customer),
        last_visits=list(Visit.objects.done().latest_of(customer, 3)),
        file=getattr(customer, "retailer_file", None),
        clock=clock,
        news=to_explain(customers=[customer], on=on).get(customer.pk, ()) if visitor is not None else (),
        words=words,
        bring=[*([words.bring] if words is not None and words.bring else []), *to_bring(reasons)],
    )


def _trend(customer: Customer, on: date) -> tuple[Trend | None, float | None]:
    """The months end with the last one that was imported for anybody: later ones are unknown, not empty."""
    this_month = on.replace(day=1)
    latest_of_all = MonthlyFact.objects.filter(month__lt=this_month).order_by("-month").values("month")[:1]
    facts = {
        fact.month: fact
        for fact in MonthlyFact.objects.filter(
            customer=customer, month__lt=this_month, month__gte=_before(this_month, _READ_MONTHS)
        )
        .annotate(latest=Subquery(latest_of_all))
        .only("month", "customer", "quantity", "amount", "stock")
    }
    if not facts:
        return None, None
    latest: date = next(iter(facts.values())).latest
    months = [_before(latest, back) for back in range(2 * MONTHS - 1, -1, -1)]
    measure = "quantity" if customer.kind == Customer.Kind.RETAILER else "amount"
    values = [float(getattr(facts[month], measure)) if month in facts else 0.0 for month in months]
    stock = facts[latest].stock if latest in facts else None
    trend = Trend(values[MONTHS:], values[:MONTHS], first=months[MONTHS], last=latest)
    return trend, float(stock) if stock is not None else None


def _before(month: date, back: int) -> date:
    number = month.year * 12 + month.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def _matters(customer: Customer) -> list[Matter]:
    found = []
    for duty in Duty.objects.open().filter(customer=customer).select_related("owner").order_by("next_due_at")[:4]:
        kind = kinds.get(duty.kind)
        found.append(Matter(kind.describe(duty.details), str(duty.owner), duty.next_due_at, kind.url(duty.subject_id)))
    return found


def helpers(*, customer: Customer, visitor: Person, on: date) -> list[Person]:
    """Whom a visitor may ask to solve a problem: themselves, then those who work around the customer's unit."""
    posts = (
        Post.objects.held_on(on)
        .filter(unit_id__in=units_upward(customer.unit.path), role__in=_HELPERS, person__is_active=True)
        .exclude(person=visitor)
        .select_related("person")
        .order_by("-unit__path", "role", "person__pinyin")[:_HELPERS_MOST]
    )
    return [visitor, *{post.person_id: post.person for post in posts}.values()]
