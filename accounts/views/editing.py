"""Entering and correcting customers, and changing their classes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm, BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import clock
from accounts.forms.customers import ClassChangeForm, CustomerForm, GroupFileForm, NewCustomerForm, RetailerFileForm
from accounts.models import Customer
from accounts.rules import Deed, may_change_class
from accounts.services.customers import change_class, create_customer, edit_customer
from accounts.views.asking import person_of, person_who_may

#: How the fields of the file are grouped, as the trade keeps it.
SECTIONS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (gettext_lazy("Basics"), ("name", "status", "relationship_manager", "since", "industry", "employees")),
    (gettext_lazy("Contact"), ("phone", "second_phone", "email", "address", "latitude", "longitude")),
    (gettext_lazy("Opening hours"), ("opens_at", "closes_at", "closed_weekdays")),
    (gettext_lazy("Licence"), ("licence_number", "licence_issued_on", "licence_expires_on")),
    (
        gettext_lazy("Shop"),
        ("shop_format", "market_type", "size_class", "supply_grade", "credit_level", "order_weekday", "shop_area"),
    ),
    (
        gettext_lazy("Business"),
        (
            *("main_brands", "sales_structure", "products_in_use", "competitors"),
            *("cooperation", "support", "needs", "shop_staff"),
        ),
    ),
    (
        gettext_lazy("Person"),
        (
            *("owner_name", "sex", "ethnicity", "birth_date", "education"),
            *("family_members", "interests", "temper", "temper_advice"),
        ),
    ),
)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a customer and its file."""
    person = person_of(request)
    customer = get_object_or_404(
        Customer.objects.visible_to(person).select_related("retailer_file", "group_file", "relationship_manager"), pk=pk
    )
    person_who_may(request, Deed.EDIT_CUSTOMER)
    form = CustomerForm(request.POST or None, instance=customer, by=person)
    if customer.kind == Customer.Kind.RETAILER:
        file: RetailerFileForm | GroupFileForm = RetailerFileForm(request.POST or None, instance=customer.retailer_file)
    else:
        file = GroupFileForm(request.POST or None, instance=customer.group_file)
    if request.method == "POST" and form.is_valid() & file.is_valid():
        edit_customer(customer=customer, fields=form.changed(), file=file.changed())
        messages.success(request, _("Saved."))
        return redirect("customer", pk=pk)
    refused = bool(form.errors or file.errors)
    context = {
        "customer": customer,
        "sections": _sections(form, file),
        "errors": [*form.non_field_errors(), *file.non_field_errors()],
        "refused": refused,
    }
    return render(request, "accounts/customer_edit.html", context, status=422 if refused else 200)


def _sections(*forms: BaseForm) -> list[tuple[Any, list[BoundField]]]:
    bound = {field.name: field for form in forms for field in form}
    return [
        (title, [bound[name] for name in names if name in bound])
        for title, names in SECTIONS
        if any(name in bound for name in names)
    ]


def new(request: HttpRequest) -> HttpResponse:
    """Enter a customer."""
    person = person_who_may(request, Deed.ADD_CUSTOMER)
    form = NewCustomerForm(request.POST or None, by=person)
    if request.method == "POST" and form.is_valid():
        customer = create_customer(file=form.file(), **form.own())
        messages.success(request, _("Entered. Complete the file when you can."))
        return redirect("customer", pk=customer.pk)
    return render(request, "accounts/customer_new.html", {"form": form}, status=422 if form.errors else 200)


def class_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a class by an approved request; nobody changes that of their own customer (CUS-5, RSK-3)."""
    person = person_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(person), pk=pk)
    own = may_change_class(person.roles, person.scope.own, customer.account_manager_id)
    if not (person.is_superuser or own):
        raise PermissionDenied
    form = ClassChangeForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        kind, value = form.kind_and_value()
        change_class(
            customer=customer,
            kind=kind,
            value=value,
            approval_reference=form.cleaned_data["approval_reference"],
            evidence=form.cleaned_data["evidence"],
            by=person,
            now=clock.of(request),
        )
        messages.success(request, _("The class is changed; the request and its evidence are kept."))
        return redirect("customer", pk=pk)
    context = {"customer": customer, "form": form}
    return render(request, "accounts/customer_class.html", context, status=422 if form.errors else 200)
