"""What is new and to be explained, at the desk and in the shop; a visitor's own words for a visit (VIS-5)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.models import Customer, Person
from accounts.querysets import units_of
from accounts.views.asking import person_of
from accounts.views.paging import BoundedPaginator
from visits.forms import NewsForm
from visits.models import News, PlanStop
from visits.reasons import to_bring
from visits.services import Refused
from visits.services import notices as services
from visits.services.nights import leads
from visits.views import today_of
from visits.views.weather import own_units


def notices(request: HttpRequest) -> HttpResponse:
    """All notices in scope, to how many customers each was explained, and the form that announces one."""
    person = person_of(request)
    may = leads(person)
    if request.method == "POST" and not may:
        raise PermissionDenied
    today = today_of(request)
    form = NewsForm(request.POST or None, units=own_units(person), initial={"starts_on": today})
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            made = services.announce(by=person, now=clock.of(request), **form.cleaned_data)
        except Refused as error:
            refused = str(error)
        else:
            messages.success(request, _("Announced: %(title)s.") % {"title": made.title})
            return redirect("visits:notices")
    found = News.objects.visible_to(person).select_related("unit", "made_by").annotate(told=Count("explained"))
    page = BoundedPaginator(found.order_by("-starts_on", "-pk"), 50).get_page(request.GET.get("page"))
    mine = set(own_units(person).filter(pk__in=[each.unit_id for each in page]).values_list("pk", flat=True))
    for each in page:
        each.tier_names = [str(Customer.Tier(tier).label) for tier in each.tiers]
        each.may_withdraw = may and each.unit_id in mine and each.withdrawn_at is None and each.ends_on >= today
    context = {"page": page, "form": form, "refused": [refused] if refused else [], "may_announce": may}
    return render(request, "visits/notices.html", context, status=409 if refused else 422 if form.errors else 200)


def may_withdraw(person: Person, notice: News) -> bool:
    """Who leads the unit that it is for."""
    return leads(person) and News.objects.filter(units_of(person, "unit__"), pk=notice.pk).exists()


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Let nobody be told any more."""
    person = person_of(request)
    notice = get_object_or_404(News.objects.visible_to(person), pk=pk)
    if not may_withdraw(person, notice):
        raise PermissionDenied
    services.withdraw(notice=notice, now=clock.of(request))
    messages.success(request, _("Withdrawn: %(title)s.") % {"title": notice.title})
    return redirect("visits:notices")


@require_POST
def explained(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody told a customer: it does not come up there again."""
    person = person_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(person).select_related("unit"), pk=pk)
    asked = request.POST.get("notice", "")
    notice = News.objects.in_force(today_of(request)).filter(pk=int(asked) if asked.isdecimal() else 0).first()
    if notice is None:
        messages.error(request, _("This notice is not in force any more."))
        return redirect("visits:customer", customer.pk)
    try:
        services.mark_explained(notice=notice, customer=customer, by=person, now=clock.of(request))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("visits:customer", customer.pk)


def own_card(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the card in front of a visit that is the visitor's own: loaded after the facts."""
    person, today = person_of(request), today_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(person).select_related("unit"), pk=pk)
    stop = PlanStop.objects.filter(plan__person=person, plan__date=today, customer=customer).first()
    words = services.words_of(person=person, customers=[customer.pk]).get(customer.pk)
    own = {
        "words": words,
        "news": services.to_explain(customers=[customer], on=today).get(customer.pk, []),
        "bring": [
            *([words.bring] if words is not None and words.bring else []),
            *to_bring(stop.reasons if stop is not None else []),
        ],
    }
    return render(request, "visits/own_card.html", {"customer": customer, "preparation": own})


@require_POST
def words(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what one wants of the next visit to a customer."""
    person = person_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(person), pk=pk)
    services.write_words(
        customer=customer,
        person=person,
        goal=request.POST.get("goal", ""),
        bring=request.POST.get("bring", ""),
        now=clock.of(request),
    )
    return redirect("visits:customer", customer.pk)
