"""Registering a complaint, with the customer found by name, pinyin, code or phone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Customer
from complaints import services
from complaints.forms import RegisterForm
from complaints.models import Complaint
from complaints.views import SignedIn

SUGGESTIONS = 8


def register(request: SignedIn) -> HttpResponse:
    """The form; `?customer=` chooses the customer beforehand, `?channel=` how it reached us."""
    form = RegisterForm(request.POST or None, person=request.user, initial=_known(request))
    if request.method == "POST" and form.is_valid():
        try:
            complaint = services.register(by=request.user, now=clock.of(request), **form.cleaned_data)
        except services.Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            said = _("%(number)s is registered; %(name)s has been told.")
            owner = complaint.duty.owner if complaint.duty else ""
            messages.success(request, said % {"number": complaint.number, "name": owner})
            return redirect("complaints:complaint", complaint.pk)
    chosen = str(form["customer"].value() or "")
    visible = Customer.objects.visible_to(request.user).select_related("unit")
    context = {
        "form": form,
        "customers": visible.filter(pk=chosen) if chosen.isdigit() else visible.none(),
        "chosen": chosen,
    }
    return render(request, "complaints/register.html", context, status=422 if form.errors else 200)


def _known(request: SignedIn) -> dict[str, str]:
    """What the address says of a complaint; of a shop it is mostly the owner who complains."""
    wanted, channel = request.GET.get("customer", ""), request.GET.get("channel", "")
    known = {"customer": wanted, **({"channel": channel} if channel in Complaint.Channel else {})}
    if request.method == "GET" and wanted.isdigit():
        shop = Customer.objects.visible_to(request.user).filter(pk=wanted)
        known["reported_by_name"] = shop.values_list("retailer_file__owner_name", flat=True).first() or ""
    return known


def customers(request: SignedIn) -> HttpResponse:
    """A few customers that fit what was typed: a fragment for the form."""
    words = request.GET.get("find", "").strip()
    found = Customer.objects.visible_to(request.user).select_related("unit").search(words).order_by("pinyin", "pk")
    context = {"customers": found[:SUGGESTIONS] if len(words) > 1 else (), "words": words, "chosen": ""}
    return render(request, "complaints/customer_choice.html", context)
