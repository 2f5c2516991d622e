"""News that customers are to be told once, and a person's own words for the next visit (VIS-5)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Customer, OrgUnit, Person
from accounts.rules import units_upward
from visits.models import Explained, News, OwnWords, Visit
from visits.services.refusal import Refused


@transaction.atomic
def announce(
    *,
    kind: str,
    title: str,
    starts_on: date,
    ends_on: date,
    unit: OrgUnit,
    by: Person,
    now: datetime,
    text: str = "",
    tiers: Sequence[int] = (),
) -> News:
    """Let the customers of a unit be told something on their next visits within these days.

    Raises Refused if it would end before it begins.
    """
    if ends_on < starts_on:
        raise Refused(_("It must not end before it begins."), "ends_on")
    return News.objects.create(
        kind=kind,
        title=title.strip(),
        text=text.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        tiers=sorted(set(tiers)),
        unit=unit,
        made_by=by,
        made_at=now,
    )


@transaction.atomic
def withdraw(*, notice: News, now: datetime) -> None:
    """Nobody is told any more; who was told stays on record. A second time changes nothing."""
    News.objects.filter(pk=notice.pk, withdrawn_at=None).update(withdrawn_at=now)


def to_explain(*, customers: Iterable[Customer], on: date) -> dict[int, list[News]]:
    """What is still to be explained to each of these customers, the oldest first; two queries. Units must be loaded."""
    shops = list(customers)
    units = {unit for shop in shops for unit in units_upward(shop.unit.path)}
    notices = list(News.objects.in_force(on).filter(unit_id__in=units).order_by("starts_on", "pk"))
    if not notices:
        return {}
    told = set(Explained.objects.filter(notice__in=notices, customer__in=shops).values_list("notice_id", "customer_id"))
    found: dict[int, list[News]] = {}
    for shop in shops:
        above = set(units_upward(shop.unit.path))
        mine = [
            notice
            for notice in notices
            if notice.unit_id in above
            and (not notice.tiers or shop.tier in notice.tiers)
            and (notice.pk, shop.pk) not in told
        ]
        if mine:
            found[shop.pk] = mine
    return found


@transaction.atomic
def mark_explained(*, notice: News, customer: Customer, by: Person, now: datetime) -> None:
    """The customer knows; twice is once.

    Raises Refused if the notice is not for this customer.
    """
    if notice.unit_id not in units_upward(customer.unit.path) or (notice.tiers and customer.tier not in notice.tiers):
        raise Refused(_("This notice is not for this customer."))
    Explained.objects.bulk_create([Explained(notice=notice, customer=customer, by=by, at=now)], ignore_conflicts=True)


@transaction.atomic
def write_words(*, customer: Customer, person: Person, goal: str, bring: str, now: datetime) -> OwnWords | None:
    """Keep what one wants of the next visit and what one will bring; without words they are taken away."""
    goal, bring = goal.strip()[:120], bring.strip()[:200]
    if not goal and not bring:
        OwnWords.objects.filter(customer=customer, person=person).delete()
        return None
    words, _created = OwnWords.objects.update_or_create(
        customer=customer, person=person, defaults={"goal": goal, "bring": bring, "written_at": now}
    )
    return words


def words_of(*, person: Person, customers: Sequence[int]) -> dict[int, OwnWords]:
    """A person's words for these customers, by customer; those written before the last visit have been used up."""
    since = Visit.objects.done().filter(
        customer=OuterRef("customer"), person=OuterRef("person"), ended_at__gt=OuterRef("written_at")
    )
    found = OwnWords.objects.filter(person=person, customer__in=customers).filter(~Exists(since))
    return {words.customer_id: words for words in found}
