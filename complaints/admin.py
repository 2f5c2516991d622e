"""Complaints in the administration: to read. They are changed by their steps, on the pages and in the API (CMP-3)."""

from django.contrib import admin

from accounts.admin import LookOnly
from complaints.models import Complaint, ComplaintStep


class StepsInline(LookOnly, admin.TabularInline):  # generic in the stubs only
    model = ComplaintStep
    fields = ("act", "by", "to", "at", "deadline", "text")
    extra = 0


@admin.register(Complaint)
class ComplaintAdmin(LookOnly, admin.ModelAdmin):
    list_display = ("number", "subject", "customer", "gravity", "step", "registered_at", "told_at", "closed_at")
    list_filter = ("step", "gravity", "channel", "cause")
    list_select_related = ("customer",)
    search_fields = ("number", "subject", "customer__code")
    inlines = (StepsInline,)
