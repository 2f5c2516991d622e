"""Indicators are edited by administrators; reports only move by their course."""

from django.contrib import admin

from accounts.admin import LookOnly
from early_warnings.models import EarlyWarning, Evaluation, Indicator, Threshold, UnitWarning


class ThresholdInline(admin.TabularInline):
    model = Threshold
    extra = 0


@admin.register(Indicator)
class IndicatorAdmin(admin.ModelAdmin):
    list_display = ("name_zh", "name_en", "family", "measure", "comparison", "valid_from", "valid_until")
    inlines = (ThresholdInline,)


@admin.register(EarlyWarning, UnitWarning, Evaluation)
class ReadOnlyAdmin(LookOnly, admin.ModelAdmin):
    """They move by their course and the nightly evaluation alone."""
