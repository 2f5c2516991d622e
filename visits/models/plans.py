"""A person's day: the plan, its stops in order, what was left out and why (VIS-3, VIS-4); the night that made it."""

from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Person
from risk.models import PreTripCheck
from visits.querysets import DayPlanQuerySet, PlanOmissionQuerySet, PlanRunQuerySet, PlanStopQuerySet
from visits.rules import LOST_MOST, Mode


class Modes(models.TextChoices):
    """How a customer is met."""

    ON_SITE = Mode.ON_SITE, _("on site")
    PHONE = Mode.PHONE, _("by phone")
    ONLINE = Mode.ONLINE, _("online")


class PlanRun(models.Model):
    """One night's work for one date: keyed by the date, so that running twice does it once (HOUSE §3)."""

    date = models.DateField(_("planned day"), unique=True)
    opened_at = models.DateTimeField(_("opened"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    caught_up = models.BooleanField(_("caught up after a missed night"), default=False)
    wanted = models.PositiveIntegerField(_("people to plan for"), default=0)
    made = models.PositiveIntegerField(_("plans made"), default=0)
    failed = models.PositiveIntegerField(_("plans failed"), default=0)

    objects = PlanRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("night's run of plans")
        verbose_name_plural = _("nights' runs of plans")
        ordering = ["-date"]
        constraints = [
            models.CheckConstraint(
                condition=Q(made__lte=F("wanted")) & Q(failed__lte=F("wanted")), name="plan_run_counts"
            ),
        ]

    def __str__(self) -> str:
        return str(self.date)


class DayPlan(models.Model):
    """One person's plan of one day. A row that waits is the work to be done: workers claim it with SKIP LOCKED.

    `draft` is a later day of a horizon: stops in order like any other, planned again each night with few moves until
    its own night makes it; nobody misses it, and nothing is done on it yet. A person's week is all their plans from
    today on (`DayPlan.objects.week`). `frozen` is a plan on which somebody acted: nights leave it alone, only its owner
    plans it again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting to be planned")
        DRAFT = "draft", _("draft")
        MADE = "made", _("planned")
        FROZEN = "frozen", _("under way")
        FAILED = "failed", _("planning failed")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="day_plans", verbose_name=_("person"), db_index=False
    )
    date = models.DateField(_("day"))
    run = models.ForeignKey(PlanRun, models.PROTECT, null=True, related_name="plans")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    absent = models.BooleanField(_("away that day"), default=False)
    minutes = models.PositiveIntegerField(_("minutes"), default=0)
    ride_minutes = models.PositiveIntegerField(_("of which riding"), default=0)
    metres = models.PositiveIntegerField(_("metres"), default=0)
    made_at = models.DateTimeField(_("planned at"), null=True)
    solving_ms = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    begun = models.PositiveSmallIntegerField(_("attempts that nobody ended"), default=0)  # one may be going on
    handed_out = models.PositiveSmallIntegerField(_("times handed out"), default=0)
    queued_at = models.DateTimeField(null=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("route started"), null=True)
    pre_trip_check = models.ForeignKey(PreTripCheck, models.PROTECT, null=True, related_name="+")

    objects = DayPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("day plan")
        verbose_name_plural = _("day plans")
        constraints = [
            models.UniqueConstraint(fields=["person", "date"], name="one_plan_a_person_and_day"),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(error=""), name="failed_plan_says_why"),
            models.CheckConstraint(
                condition=~Q(state__in=["draft", "made", "frozen"]) | Q(made_at__isnull=False),
                name="made_plan_says_when",
            ),
            # VIS-10: no on-site route starts before the day's pre-trip check.
            models.CheckConstraint(
                condition=Q(started_at=None) | Q(pre_trip_check__isnull=False), name="route_starts_after_check"
            ),
        ]
        indexes = [
            models.Index(fields=["date", "state"], name="day_plan_date"),
            models.Index(fields=["date", "id"], condition=Q(state__in=["waiting", "failed"]), name="day_plan_to_make"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.date}"

    @property
    def is_lost(self) -> bool:
        """Whether it took its worker with it so often that it is tried only when somebody asks for it."""
        return self.begun >= LOST_MOST


class PlanStop(models.Model):
    """One customer on a day's plan. `reasons` are data, put into words by `visits.reasons`.

    `planned_mode` is how the customer was to be met, `mode` how it will be: `mode_cause` says why they differ.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        DONE = "done", _("done")
        SKIPPED = "skipped", _("skipped")

    class Skip(models.TextChoices):
        CLOSED = "closed", _("shop closed")
        OWNER_OUT = "owner_out", _("owner not there")
        NO_TIME = "no_time", _("no time left")
        ROAD = "road", _("road or weather")
        NOT_NEEDED = "not_needed", _("not needed now")
        OTHER = "other", _("another reason")

    class Cause(models.TextChoices):
        NONE = "", _("as planned")
        CHECK = "check", _("pre-trip check failed")
        WEATHER = "weather", _("weather")
        PERSON = "person", _("changed by hand")

    plan = models.ForeignKey(DayPlan, models.CASCADE, related_name="stops", db_index=False)
    sequence = models.PositiveSmallIntegerField(_("no."))
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="plan_stops", verbose_name=_("customer"), db_index=False
    )
    mode = models.CharField(_("how"), max_length=8, choices=Modes, default=Modes.ON_SITE)
    planned_mode = models.CharField(max_length=8, choices=Modes, default=Modes.ON_SITE)
    mode_cause = models.CharField(max_length=8, choices=Cause, blank=True, default=Cause.NONE)
    arrive_at = models.DateTimeField(_("begins"))
    leave_at = models.DateTimeField(_("ends"))
    metres = models.PositiveIntegerField(_("ride, metres"), default=0)
    ride_minutes = models.PositiveSmallIntegerField(_("ride, minutes"), default=0)
    reasons = models.JSONField(_("why"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    skip_reason = models.CharField(_("why skipped"), max_length=12, choices=Skip, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    appointed_at = models.TimeField(_("appointment at"), null=True)  # agreed with the customer: planning keeps it
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("added by"))
    acted_at = models.DateTimeField(null=True)
    acted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = PlanStopQuerySet.as_manager()

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "customer"], name="one_stop_a_plan_and_customer"),
            models.UniqueConstraint(
                fields=["plan", "sequence"], name="one_stop_a_plan_and_place", deferrable=Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(leave_at__gt=F("arrive_at")), name="stop_lasts"),
            models.CheckConstraint(
                condition=Q(state="skipped") & ~Q(skip_reason="") | ~Q(state="skipped") & Q(skip_reason=""),
                name="skipped_stop_says_why",
            ),
            models.CheckConstraint(condition=~Q(skip_reason="other") | ~Q(note=""), name="another_reason_is_told"),
            models.CheckConstraint(
                condition=Q(state="planned") | Q(acted_at__isnull=False), name="acted_stop_says_when"
            ),
            models.CheckConstraint(
                condition=Q(mode=F("planned_mode")) | ~Q(mode_cause=""), name="changed_mode_says_why"
            ),
        ]
        indexes = [models.Index(fields=["customer", "-arrive_at"], name="plan_stop_customer")]

    def __str__(self) -> str:
        return f"{self.plan} {self.sequence}"


class PlanOmission(models.Model):
    """A visit that was due and did not fit into the day, with the reason (VIS-3).

    On the first day of a horizon everything owed that day; `later` says on which day it is planned instead
    (`values["on"]`). On a draft what falls due that day and finds no place in the whole horizon.
    """

    class Reason(models.TextChoices):
        NO_CAPACITY = "no_capacity", _("the day is full")
        CLOSED_THAT_DAY = "closed_that_day", _("closed that day")
        OUTSIDE_HOURS = "outside_hours", _("opens outside the working day")
        TOO_FAR = "too_far", _("too far for one day")
        NO_POSITION = "no_position", _("neither a place nor a phone on record")
        CALLS_FULL = "calls_full", _("enough phone calls for one day")
        DELEGATE = "delegate", _("on the plan of the person standing in")
        NOBODY = "nobody", _("away, and nobody stands in")
        LATER = "later", _("planned for a later day")

    plan = models.ForeignKey(DayPlan, models.CASCADE, related_name="omissions", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    reason = models.CharField(_("why left out"), max_length=16, choices=Reason)
    values = models.JSONField(default=dict)
    worth = models.FloatField(default=0)

    objects = PlanOmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit left out")
        verbose_name_plural = _("visits left out")
        ordering = ["-worth", "customer_id"]
        constraints = [models.UniqueConstraint(fields=["plan", "customer"], name="one_omission_a_plan_and_customer")]

    def __str__(self) -> str:
        return f"{self.plan} – {self.customer_id}"
