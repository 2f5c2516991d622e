"""What happened on a visit (VIS-6), and the problems found there until they are solved."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Person, Post
from visits.models.plans import Modes, PlanStop
from visits.querysets import ProblemQuerySet, VisitQuerySet


@pghistory.track()
class Visit(models.Model):
    """One visit, from check-in to check-out. `key` is made by the tablet: sent twice, it is one visit."""

    class State(models.TextChoices):
        OPEN = "open", _("in the shop")
        DONE = "done", _("finished")

    class Act(models.TextChoices):
        VISIT = "visit", _("visit")
        INQUIRE = "inquire", _("inquire")
        GUIDE = "guide", _("guide")
        URGE = "urge", _("urge")
        CARE = "care", _("care")

    class Guidance(models.TextChoices):
        IMAGE = "image", _("shop image")
        DISPLAY = "display", _("display")
        STOCK = "stock", _("stock")
        PRICE = "price", _("price")
        BRAND = "brand", _("brand recommendation")
        SELLING = "selling", _("selling methods")
        OTHER = "other", _("other")

    class Next(models.TextChoices):
        NONE = "", _("as the matrix says")
        COME = "come", _("come again")
        CALL = "call", _("call")
        OTHER = "other", _("something else")

    key = models.UUIDField(_("key"), unique=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="visits", verbose_name=_("customer"), db_index=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="visits", verbose_name=_("visitor"), db_index=False)
    role = models.CharField(_("in the role of"), max_length=32, choices=Post.Role)
    stop = models.OneToOneField(PlanStop, models.SET_NULL, null=True, related_name="visit", verbose_name=_("stop"))
    state = models.CharField(_("state"), max_length=4, choices=State, default=State.OPEN)
    mode = models.CharField(_("how"), max_length=8, choices=Modes, default=Modes.ON_SITE)
    visited_on = models.DateField(_("day"))
    started_at = models.DateTimeField(_("check-in"))
    ended_at = models.DateTimeField(_("check-out"), null=True)
    latitude = models.FloatField(_("check-in, latitude"), null=True)
    longitude = models.FloatField(_("check-in, longitude"), null=True)
    distance = models.PositiveIntegerField(_("distance from the shop, metres"), null=True)
    left_latitude = models.FloatField(_("check-out, latitude"), null=True)
    left_longitude = models.FloatField(_("check-out, longitude"), null=True)
    left_distance = models.PositiveIntegerField(_("distance at check-out, metres"), null=True)
    distance_reason = models.CharField(_("why so far from the shop"), max_length=200, blank=True)
    acts = ArrayField(models.CharField(max_length=8, choices=Act), verbose_name=_("acts"), default=list)
    guidance = ArrayField(
        models.CharField(max_length=8, choices=Guidance), verbose_name=_("guidance"), default=list, blank=True
    )
    notes = models.TextField(_("notes"), blank=True)
    market_notes = models.TextField(_("market and competitors"), blank=True)
    next_step = models.CharField(_("next step"), max_length=8, choices=Next, blank=True)
    next_on = models.DateField(_("on"), null=True)
    next_note = models.CharField(_("what was agreed"), max_length=200, blank=True)
    counts = models.BooleanField(_("keeps the promise of the matrix"), default=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | Q(state="done", ended_at__isnull=False),
                name="finished_visit_says_when",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="visit_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(acts__contained_by=["visit", "inquire", "guide", "urge", "care"]), name="visit_acts_known"
            ),
            models.CheckConstraint(condition=Q(state="open") | Q(acts__len__gt=0), name="finished_visit_has_an_act"),
            models.CheckConstraint(
                condition=Q(guidance__contained_by=["image", "display", "stock", "price", "brand", "selling", "other"]),
                name="visit_guidance_known",
            ),
            models.CheckConstraint(
                condition=Q(guidance__len=0) | Q(acts__contains=["guide"]), name="guidance_is_an_act"
            ),
            models.CheckConstraint(
                condition=~Q(next_step__in=["come", "call"]) | Q(next_on__isnull=False), name="agreed_visit_has_a_day"
            ),
            models.CheckConstraint(condition=Q(state="done") | Q(counts=False), name="only_a_finished_visit_counts"),
            models.UniqueConstraint(fields=["person"], condition=Q(state="open"), name="in_one_shop_at_a_time"),
        ]
        indexes = [
            models.Index(fields=["customer", "-started_at"], name="visit_customer"),
            models.Index(fields=["customer", "role", "-visited_on"], condition=Q(counts=True), name="visit_counted"),
            models.Index(fields=["person", "-started_at"], name="visit_person"),
            models.Index(fields=["-started_at", "-id"], name="visit_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.visited_on}"

    @property
    def minutes(self) -> int | None:
        """How long it took; None while it lasts."""
        return round((self.ended_at - self.started_at).total_seconds() / 60) if self.ended_at else None


@pghistory.track()
class Problem(models.Model):
    """Something found on a visit, with owner and date until it is solved (VIS-6, S1). Its duty is `visit.problem`."""

    key = models.UUIDField(_("key"), unique=True)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="problems", verbose_name=_("visit"))
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="problems", verbose_name=_("customer"), db_index=False
    )
    what = models.CharField(_("what"), max_length=200)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="problems", verbose_name=_("owner"))
    due_on = models.DateField(_("to be solved by"))
    created_at = models.DateTimeField(_("found"))
    solved_at = models.DateTimeField(_("solved"), null=True)
    solved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("solved by"))
    solution = models.CharField(_("how it was solved"), max_length=200, blank=True)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="problem_says_what"),
            models.CheckConstraint(
                condition=Q(solved_at=None, solved_by=None, solution="")
                | Q(solved_at__isnull=False, solved_by__isnull=False) & ~Q(solution=""),
                name="solved_problem_says_how",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(solved_at=None), name="problem_open"),
            models.Index(fields=["customer", "-created_at"], name="problem_customer"),
        ]

    def __str__(self) -> str:
        return self.what
