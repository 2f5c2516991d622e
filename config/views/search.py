"""Finding a customer from anywhere: name, pinyin, initials, code, phone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import Customer
from accounts.views.asking import person_of

SUGGESTED = 8


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """`?suggest=1` answers with a few links while one types; without it, the list of customers with these words."""
    words = request.GET.get("q", "").strip()
    if not request.GET.get("suggest"):
        return redirect(f"{reverse('accounts:customers')}?{urlencode({'q': words})}")
    found = Customer.objects.visible_to(person_of(request)).search(words) if words else Customer.objects.none()
    shown = found.order_by("code").values("pk", "code", "name", "unit__name")[:SUGGESTED]
    return render(request, "config/search_suggest.html", {"found": list(shown), "words": words})
