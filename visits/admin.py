"""The matrix and the rule of the day are edited by administrators; plans, visits and problems are only looked at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts import clock
from accounts.admin import LookOnly
from visits.models import DayPlan, DayRule, PlanRun, Problem, Visit, VisitInterval
from visits.services import refresh_clocks


@admin.register(VisitInterval)
class VisitIntervalAdmin(admin.ModelAdmin):
    """A changed cell moves the due dates, as on the matrix's own page."""

    list_display = ("tier", "role", "number", "unit")
    list_filter = ("tier", "role")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        refresh_clocks(on=clock.today())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        refresh_clocks(on=clock.today())

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        refresh_clocks(on=clock.today())


@admin.register(DayRule)
class DayRuleAdmin(admin.ModelAdmin):
    """There is one; it is changed, never added or removed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PlanRun)
class PlanRunAdmin(LookOnly, admin.ModelAdmin):
    list_display = ("date", "wanted", "made", "failed", "caught_up", "opened_at", "finished_at")


@admin.register(DayPlan)
class DayPlanAdmin(LookOnly, admin.ModelAdmin):
    list_display = ("person", "date", "state", "absent", "minutes", "metres", "error")
    list_filter = ("state", "absent")
    list_select_related = ("person",)
    date_hierarchy = None


@admin.register(Visit)
class VisitAdmin(LookOnly, admin.ModelAdmin):
    list_display = ("customer", "person", "visited_on", "mode", "state")
    list_filter = ("mode", "state")
    list_select_related = ("customer", "person")


@admin.register(Problem)
class ProblemAdmin(LookOnly, admin.ModelAdmin):
    list_display = ("what", "customer", "owner", "due_on", "solved_at")
    list_select_related = ("customer", "owner")
