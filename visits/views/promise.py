"""Can we keep this promise? Hours asked against hours there are, and what would mend it (VIS-1, VIS-4)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.models import OrgUnit, Post
from accounts.rules import Deed, Role
from visits.forms import MendForm
from visits.models import Territory
from visits.services import may_set_matrix, promise, set_interval
from visits.views.picture import ROLES, Picture


def picture(request: HttpRequest) -> HttpResponse:
    """Who is asked for more than a month has, by unit and person, and what would mend it."""
    shown = Picture.asked(request)
    viewer = shown.viewer
    labels = dict(Post.Role.choices)
    leads = viewer.may(Deed.TRANSFER) or may_set_matrix(viewer)
    context = {
        "shown": shown,
        "chart": shown.chart(),
        "months": _months(shown.on),
        "roles": [(str(role), labels[str(role)]) for role in reversed(ROLES)],
        "proposals": [_said(each, shown) for each in shown.proposals] if leads and not shown.too_many else [],
        "may_move": viewer.may(Deed.TRANSFER),
        "may_set": may_set_matrix(viewer),
        "may_draw": viewer.may(Deed.TRANSFER) and shown.unit is not None and shown.role == Role.ACCOUNT_MANAGER,
        "hours": {
            "asked": sum(row.asked for row in shown.rows),
            "there_are": sum(row.there_are for row in shown.rows),
        },
    }
    return render(request, "visits/promise.html", context)


def _months(today: date) -> list[date]:
    first = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, first + 7)]


def _said(proposal: promise.Proposal, shown: Picture) -> dict[str, Any]:
    """A proposal in words, with what its button sends."""
    cell = proposal.interval
    if cell is None:
        words = ngettext(
            "Hand %(n)d customer at the border to a neighbour with room",
            "Hand %(n)d customers at the border to neighbours with room",
            len(proposal.moves),
        ) % {"n": len(proposal.moves)}
    elif proposal.kind == "phone":
        words = _("%(tier)s: %(how)s") % {
            "tier": cell.get_tier_display(),
            "how": cell.get_phone_percent_display(),
        }
    else:
        words = _("%(tier)s: a visit every %(interval)s") % {
            "tier": cell.get_tier_display(),
            "interval": cell.in_words,
        }
    return {
        "key": proposal.key,
        "kind": proposal.kind,
        "words": words,
        "hours": proposal.hours_saved,
        "lost": round(proposal.visits_lost),
        "mends": proposal.mends,
        "over_before": proposal.over_before,
        "over_after": proposal.over_after,
        "cell": cell,
        "changes": [
            (load.name, proposal.before[load.person_id] / 60, proposal.after[load.person_id] / 60)
            for load in proposal.over_before[:4]
        ],
    }


@require_POST
def mend(request: HttpRequest) -> HttpResponse:
    """Apply a proposal: the matrix's cell at once; moves are drawn up first, to be looked at on the map."""
    shown = Picture.asked(request)
    back = redirect(f"{reverse('visits:promise')}{shown.query}")
    if request.POST.get("kind") == "move":
        return _draw_up(request, shown) or back
    if not may_set_matrix(shown.viewer):
        raise PermissionDenied
    form = MendForm(request.POST)
    if not form.is_valid():
        raise Http404
    asked = form.cleaned_data
    set_interval(
        tier=asked["tier"],
        role=shown.role,
        number=asked["number"],
        unit=asked["every"],
        phone_percent=asked["phone_percent"],
        on=shown.on,
    )
    after = Picture(shown.viewer, shown.unit, shown.role, shown.month, shown.on)
    messages.success(request, _said_after(len(after.over)))
    return back


def _said_after(count: int) -> str:
    words = ngettext(
        "The matrix is set. %(n)d person is over now.", "The matrix is set. %(n)d people are over now.", count
    )
    return words % {"n": count} if count else _("The matrix is set. Nobody is over now.")


def _draw_up(request: HttpRequest, shown: Picture) -> HttpResponse | None:
    if not shown.viewer.may(Deed.TRANSFER):
        raise PermissionDenied
    move = next((each for each in shown.proposals if each.kind == "move"), None)
    if move is None:
        messages.info(request, _("Nobody is over, or no neighbour has room: nothing to move."))
        return None
    territory = promise.keep_proposal(
        unit=shown.unit or common_unit(move.touched),
        aim=Territory.Aim.RELIEF,
        proposal=move,
        found=shown.loads,
        terms=shown.terms,
        month=shown.month,
        by=shown.viewer,
        now=clock.of(request),
    )
    return redirect("visits:territory", territory.pk)


def common_unit(found: Sequence[promise.Load]) -> OrgUnit:
    """The lowest unit that holds all these people's."""
    paths = [unit.path for unit in OrgUnit.objects.filter(pk__in={load.unit_id for load in found})]
    shared = paths[0]
    while not all(path.startswith(shared) for path in paths):
        shared = shared.rstrip("/").rpartition("/")[0] + "/"
    unit: OrgUnit = OrgUnit.objects.get(path=shared)
    return unit
