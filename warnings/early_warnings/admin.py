"""Indicators are edited by administrators; reports only move by their course."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from early_warnings.models import EarlyWarning, Evaluation, Indicator, Threshold, UnitWarning


class ThresholdInline(admin.TabularInline):
    model = Threshold
    extra = 0


@admin.register(Indicator)
class IndicatorAdmin(admin.ModelAdmin):
    list_display = ("name_zh", "name_en", "family", "measure", "comparison", "valid_from", "valid_until")
    inlines = (ThresholdInline,)


@admin.register(EarlyWarning, UnitWarning, Evaluation)
class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
