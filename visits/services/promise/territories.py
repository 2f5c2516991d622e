"""Territories drawn up, applied and dropped: customers change hands in one statement, with their history (ORG-5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Customer, OrgUnit, Person
from accounts.rules import Role
from accounts.services.transfers import transfer_customers
from duties.services import settle_transfers
from visits.models import Territory, TerritoryMove
from visits.rules import mending
from visits.services.promise.proposing import Hands, Proposal, Shop, shops_of
from visits.services.promise.reading import Load, Month, Terms
from visits.services.refusal import Refused

#: Territories of so many people are drawn at once.
PEOPLE_MOST = 60


def draw_fair(found: Sequence[Load], terms: Terms, month: Month) -> Proposal | None:
    """Even and compact territories for these managers, customers kept where they are as far as possible.

    None if there is nobody to share with, or nothing to gain.
    """
    ready = [load for load in found if load.days]
    shops = shops_of([load.person_id for load in ready])
    placed = [shop for shop in shops if shop.x is not None]
    if len(ready) < 2 or len(placed) < len(ready):
        return None
    index = {load.person_id: at for at, load in enumerate(ready)}
    owner = mending.share_out(
        np.array([(shop.x, shop.y) for shop in placed], dtype=np.float64),
        np.array([_minutes_of(shop, terms, month) for shop in placed]),
        np.array([index[shop.manager_id] for shop in placed]),
        np.array([float(load.minutes_there_are(terms)) for load in ready]),
    )
    hands = Hands(found, shops, terms, month)
    for shop, at in zip(placed, owner, strict=True):
        taker = ready[int(at)]
        if taker.person_id != shop.manager_id:
            hands.move(shop, shop.manager_id, taker.person_id)
    if not hands.moves:
        return None
    then = [hands.loads[load.person_id] for load in found]
    return Proposal(
        kind="fair",
        before={load.person_id: load.work(terms, month).minutes for load in found},
        after={load.person_id: load.work(terms, month).minutes for load in then},
        over_before=[load for load in found if load.is_over(terms, month)],
        over_after=[load for load in then if load.is_over(terms, month)],
        moves=hands.moves,
        loads_after=then,
    )


def _minutes_of(shop: Shop, terms: Terms, month: Month) -> float:
    """What one customer takes in a month, rides aside."""
    cell = terms.of_role(Role.ACCOUNT_MANAGER).get(shop.tier)
    visits = month.length / cell.days if cell is not None else 1.0
    by_phone = cell.phone_percent / 100 if cell is not None else 0.0
    return visits * ((1 - by_phone) * terms.pace.service_minutes[shop.tier - 1] + by_phone * terms.pace.call_minutes)


@transaction.atomic
def keep_proposal(
    *,
    unit: OrgUnit,
    aim: str,
    proposal: Proposal,
    found: Sequence[Load],
    terms: Terms,
    month: Month,
    by: Person,
    now: datetime,
) -> Territory:
    """Write a proposal of moves down, to be looked at and decided."""
    territory: Territory = Territory.objects.create(
        unit=unit,
        aim=aim,
        month=month.first,
        figures=_figures(proposal, found, terms),
        made_by=by,
        made_at=now,
    )
    TerritoryMove.objects.bulk_create(
        [
            TerritoryMove(
                territory=territory, customer_id=move.customer_id, giver_id=move.giver_id, taker_id=move.taker_id
            )
            for move in proposal.moves
        ],
        batch_size=2000,
    )
    return territory


def _figures(proposal: Proposal, found: Sequence[Load], terms: Terms) -> list[dict[str, Any]]:
    """Each person's month before and after: hours, hours there are, customers, how far apart they lie."""
    touched = {pk for move in proposal.moves for pk in (move.giver_id, move.taker_id)}
    then: Mapping[int, Load] = {load.person_id: load for load in proposal.loads_after}
    return [
        {
            "person": load.person_id,
            "name": load.name,
            "before": round(proposal.before[load.person_id] / 60, 1),
            "after": round(proposal.after[load.person_id] / 60, 1),
            "hours": round(load.minutes_there_are(terms) / 60, 1),
            "customers": round(load.customers),
            "customers_after": round(then[load.person_id].customers),
            "km": round(load.ground.reach, 2),
            "km_after": round(then[load.person_id].ground.reach, 2),
        }
        for load in found
        if proposal.kind == "fair" or load.person_id in touched
    ]


@transaction.atomic
def apply_territory(*, territory: Territory, by: Person, now: datetime) -> Territory:
    """Let the customers change hands; those who moved elsewhere meanwhile stay there. Open work moves along.

    Raises Refused for a proposal that is decided already, and for one whose customers have all moved elsewhere.
    """
    locked = _open(territory)
    moves = (
        locked.moves.filter(customer__status=Customer.Status.ACTIVE)
        .order_by("taker_id", "customer_id")
        .values_list("taker_id", "customer_id", "giver_id", "customer__account_manager_id")
    )
    fresh = [(taker, customer) for taker, customer, giver, has in moves if has == giver]
    if not fresh:
        raise Refused(_("These customers have all moved elsewhere since: nothing is left of the proposal."))
    takers = Person.objects.filter(is_active=True).in_bulk({taker for taker, _customer in fresh})
    for taker_id, group in groupby(fresh, key=lambda each: each[0]):
        if taker_id not in takers:
            raise Refused(_("Somebody who was to take customers has left. Draw it up again."))
        transfer_customers(
            customers=[customer for _taker, customer in group],
            to=takers[taker_id],
            by=by,
            now=now,
            reason=str(locked),
        )
    settle_transfers(now=now)
    return _settle(locked, Territory.State.APPLIED, by, now)


@transaction.atomic
def drop_territory(*, territory: Territory, by: Person, now: datetime) -> Territory:
    """Leave everything as it is. Raises Refused for a proposal that is decided already."""
    return _settle(_open(territory), Territory.State.DROPPED, by, now)


def _open(territory: Territory) -> Territory:
    locked: Territory = Territory.objects.select_for_update(of=("self",)).select_related("unit").get(pk=territory.pk)
    if locked.state != Territory.State.OPEN:
        raise Refused(_("This proposal is decided already."))
    return locked


def _settle(territory: Territory, state: str, by: Person, now: datetime) -> Territory:
    territory.state, territory.settled_by, territory.settled_at = state, by, now
    territory.save(update_fields=["state", "settled_by", "settled_at"])
    return territory
