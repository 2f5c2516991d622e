"""Handing customers to another account manager: what will move, and what moved (ORG-5)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.forms.people import PersonField
from accounts.models import Customer, CustomerTransfer, Person
from accounts.rules import Deed, Role
from accounts.services.transfers import transfer_customers
from accounts.views.asking import person_of, person_who_may
from duties import services
from duties.models import Duty

#: Customers listed by name; the rest are counted.
LISTED = 200
#: Customers that one request may name; a whole territory goes by its manager.
MOST_CHOSEN = 500


class TransferForm(forms.Form):
    """To whom, and why."""

    to = PersonField(label=gettext_lazy("New account manager"), role=Role.ACCOUNT_MANAGER)
    reason = forms.CharField(
        label=gettext_lazy("Why, and what the successor should know"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, by: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        to = self.fields["to"]
        assert isinstance(to, PersonField)  # noqa: S101 for the type checker
        to.people = Person.objects.visible_to(by).holding(Role.ACCOUNT_MANAGER, clock.today())


def transfer_chosen(request: HttpRequest) -> HttpResponse:
    """Say to whom the chosen customers go; shows first how much open work goes along."""
    person = person_who_may(request, Deed.TRANSFER)
    asked = request.POST if request.method == "POST" else request.GET
    customers = _asked(person, asked.getlist("customer"), asked.get("manager", ""))
    form = TransferForm(request.POST or None, by=person)
    if request.method == "POST" and form.is_valid():
        now = clock.of(request)
        moved = transfer_customers(
            customers=customers.values_list("pk", flat=True),
            to=form.cleaned_data["to"],
            by=person,
            now=now,
            reason=form.cleaned_data["reason"],
        )
        services.settle_transfers(now=now)
        if not moved:
            messages.info(request, _("They are theirs already: nothing moved."))
            return redirect("accounts:customers")
        messages.success(request, _("Transferred; both account managers are told."))
        return redirect("transfer", pk=moved[0].pk)
    givers = list(customers.order_by().values_list("account_manager__name").annotate(count=Count("pk")))
    open_work = Duty.objects.open().filter(customer__in=customers.order_by().values("pk"), role=Role.ACCOUNT_MANAGER)
    context = {
        "form": form,
        "customers": list(customers.select_related("unit")[:LISTED]),
        "count": sum(count for _name, count in givers),
        "givers": givers,
        "matters": open_work.count(),
        "chosen": asked.getlist("customer"),
        "manager": asked.get("manager", ""),
    }
    return render(request, "config/transfer_chosen.html", context, status=422 if form.errors else 200)


def _asked(person: Person, chosen: list[str], manager: str) -> QuerySet[Customer]:
    """The customers named, or all of a manager; 404 if one is out of scope or none is named."""
    visible = Customer.objects.visible_to(person).order_by("code")
    if manager.isdigit():
        customers = visible.filter(account_manager_id=int(manager))
        if not customers.exists():
            raise Http404
        return customers
    ids = {int(pk) for pk in chosen if pk.isdigit()}
    customers = visible.filter(pk__in=ids)
    if not ids or len(ids) > MOST_CHOSEN or customers.count() != len(ids):
        raise Http404
    return customers


@require_safe
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """What moved, from whom to whom, and why."""
    person = person_of(request)
    transfers = CustomerTransfer.objects.visible_to(person).select_related("from_person", "to_person", "moved_by")
    found = get_object_or_404(transfers, pk=pk)
    visible = Customer.objects.visible_to(person).filter(transferred__transfer=found).select_related("unit")
    context = {
        "transfer": found,
        "customers": list(visible.order_by("code")[:LISTED]),
        "count": found.lines.count(),
    }
    return render(request, "config/transfer.html", context)
