"""Addresses of visits."""

from datetime import date

from django.urls import path, register_converter

from visits.views import (
    calendars,
    change,
    day,
    desk,
    gate,
    matrix,
    night,
    notices,
    problems,
    promise,
    sheet,
    stops,
    team,
    territories,
    trying,
    visit,
    weather,
    week,
)


class DayConverter:
    """A day as `2026-11-23`."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)  # ValueError is no match: 404

    def to_url(self, value: date | str) -> str:
        return str(value)


register_converter(DayConverter, "day")

app_name = "visits"
urlpatterns = [
    path("", desk.visits, name="list"),
    path("export/", desk.export, name="export"),
    path("due/", desk.due, name="due"),
    path("day/", day.day, name="day"),
    path("day/<day:on>/", day.day, name="day-on"),
    path("day/<day:on>/add/", stops.add, name="add"),
    path("day/<day:on>/add/<int:pk>/", stops.add_customer, name="add-customer"),
    path("day/<day:on>/plan-again/", stops.plan_again, name="plan-again"),
    path("gate/", gate.gate, name="gate"),
    path("stops/<int:pk>/skip/", stops.skip, name="skip"),
    path("stops/<int:pk>/take-back/", stops.take_back, name="take-back"),
    path("customers/<int:pk>/", visit.customer, name="customer"),
    path("customers/<int:pk>/arrive/", visit.arrive, name="arrive"),
    path("<int:pk>/", visit.visit, name="visit"),
    path("<int:pk>/cancel/", visit.cancel, name="cancel"),
    path("problems/", problems.problems, name="problems"),
    path("problems/<int:pk>/", problems.problem, name="problem"),
    path("week/", week.week, name="week"),
    path("week/<int:pk>/", week.week, name="week-of"),
    path("team/", team.team, name="team"),
    path("night/", night.night, name="night"),
    path("night/<day:on>/", night.night, name="night-of"),
    path("night/<day:on>/try-again/", night.try_all_again, name="night-again"),
    path("plans/<int:pk>/try-again/", night.try_again, name="try-again"),
    path("plans/<int:pk>/", team.plan, name="plan"),
    path("plans/<int:pk>/change/", change.change, name="change"),
    path("plans/<int:pk>/effect/", change.effect, name="change-effect"),
    path("changes/<int:pk>/undo/", change.undo, name="change-undo"),
    path("plans/<int:pk>/sheet/", sheet.sheet, name="sheet"),
    path("calendar/", calendars.calendar, name="calendar"),
    path("calendar/<str:token>.ics", calendars.feed, name="calendar-feed"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<int:pk>/withdraw/", notices.withdraw, name="notice-withdraw"),
    path("customers/<int:pk>/explained/", notices.explained, name="explained"),
    path("customers/<int:pk>/own/", notices.own_card, name="own-card"),
    path("customers/<int:pk>/words/", notices.words, name="words"),
    path("matrix/", matrix.matrix, name="matrix"),
    path("weather/", weather.alerts, name="weather"),
    path("weather/<int:pk>/", weather.alert, name="weather-alert"),
    path("weather/<int:pk>/lift/", weather.lift, name="weather-lift"),
    path("promise/", promise.picture, name="promise"),
    path("promise/mend/", promise.mend, name="promise-mend"),
    path("promise/what-if/", trying.what_if, name="what-if"),
    path("territories/", territories.territories, name="territories"),
    path("territories/draw/", territories.draw, name="territory-draw"),
    path("territories/<int:pk>/", territories.territory, name="territory"),
    path("territories/<int:pk>/decide/", territories.decide, name="territory-decide"),
]
