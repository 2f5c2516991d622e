"""Checks are kept as they were; repairs end on their own page."""

from django.contrib import admin

from accounts.admin import LookOnly
from risk.models import PreTripCheck, Repair


@admin.register(PreTripCheck)
class PreTripCheckAdmin(LookOnly, admin.ModelAdmin):
    list_display = ("person", "day", "checked_at", "failed", "remark")
    list_select_related = ("person",)


@admin.register(Repair)
class RepairAdmin(LookOnly, admin.ModelAdmin):
    list_display = ("check_failed", "opened_at", "done_at", "done_by", "outcome")
    list_select_related = ("check_failed__person", "done_by")
