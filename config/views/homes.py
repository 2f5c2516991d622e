"""Each person's home: first what they owe, then today, then figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "config/home.html")
