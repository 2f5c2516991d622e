"""Addresses of risk control."""

from django.urls import path

from risk import views

app_name = "risk"
urlpatterns = [
    path("", views.checks, name="home"),
    path("repairs/<int:pk>/", views.repair, name="repair"),
]
