"""Checks are kept as they were; repairs end on their own page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from risk.models import PreTripCheck, Repair


class ReadOnly(admin.ModelAdmin):
    """Looked at, never changed here."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PreTripCheck)
class PreTripCheckAdmin(ReadOnly):
    list_display = ("person", "day", "checked_at", "failed", "remark")
    list_select_related = ("person",)


@admin.register(Repair)
class RepairAdmin(ReadOnly):
    list_display = ("check_failed", "opened_at", "done_at", "done_by", "outcome")
    list_select_related = ("check_failed__person", "done_by")
