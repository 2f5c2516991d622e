"""Complaints in the administration: to read. They are changed by their steps, on the pages and in the API (CMP-3)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from complaints.models import Complaint, ComplaintStep


class ReadOnly:
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StepsInline(ReadOnly, admin.TabularInline):  # generic in the stubs only
    model = ComplaintStep
    fields = ("act", "by", "to", "at", "deadline", "text")
    extra = 0


@admin.register(Complaint)
class ComplaintAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("number", "subject", "customer", "gravity", "step", "registered_at", "told_at", "closed_at")
    list_filter = ("step", "gravity", "channel", "cause")
    list_select_related = ("customer",)
    search_fields = ("number", "subject", "customer__code")
    show_full_result_count = False
    inlines = (StepsInline,)
