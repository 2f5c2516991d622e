"""Addresses of duties."""

from django.urls import path

from duties.views import calendar, duty, health, inbox, rules

app_name = "duties"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("told/read/", inbox.read, name="read"),
    path("<int:pk>/", duty.duty, name="duty"),
    path("<int:pk>/acknowledge/", duty.acknowledge, name="acknowledge"),
    path("<int:pk>/hand-over/", duty.hand_over, name="hand-over"),
    path("health/", health.health, name="health"),
    path("health/<int:pk>/", health.check, name="check"),
    path("health/send-again/", health.send_again, name="send-again"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<int:pk>/", rules.rule, name="rule"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/set/", calendar.set_day, name="set-day"),
    path("calendar/clear/", calendar.clear_day, name="clear-day"),
]
