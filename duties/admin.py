"""Duties in Django's admin: rules and own days to edit, everything else to look at."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import LookOnly
from duties.models import CalendarDay, Duty, DutyEvent, EscalationRule, EscalationStep, Heartbeat, Message, Notice


class StepInline(admin.TabularInline):
    model = EscalationStep
    extra = 0
    min_num = 1


@admin.register(EscalationRule)
class EscalationRuleAdmin(admin.ModelAdmin):
    """The rules; `duties:rules` checks that the levels lead upward."""

    list_display = ("kind", "variant")
    inlines = (StepInline,)


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin):
    list_display = ("day", "works", "name")
    date_hierarchy = "day"


class EventInline(LookOnly, admin.TabularInline):
    model = DutyEvent
    fk_name = "duty"
    fields = ("at", "act", "level", "owner", "by", "due_at", "note")


@admin.register(Duty)
class DutyAdmin(LookOnly, admin.ModelAdmin):
    list_display = ("kind", "subject_id", "owner", "level", "state", "next_due_at")
    list_filter = ("state", "kind")
    list_select_related = ("owner",)
    inlines = (EventInline,)


@admin.register(Message)
class MessageAdmin(LookOnly, admin.ModelAdmin):
    """The outbox; dead letters are sent again on the health page."""

    list_display = ("created_at", "recipient", "channel", "delivery", "attempts", "error")
    list_filter = ("delivery", "channel")
    list_select_related = ("recipient",)


@admin.register(Notice)
class NoticeAdmin(LookOnly, admin.ModelAdmin):
    list_display = ("created_at", "recipient", "matter", "channel", "read_at")
    list_filter = ("channel", "matter")
    list_select_related = ("recipient",)


@admin.register(Heartbeat)
class HeartbeatAdmin(admin.ModelAdmin):
    """May be removed: an installation that went from Celery to cron no longer has a beat."""

    list_display = ("name", "at")
    readonly_fields = ("name", "at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
