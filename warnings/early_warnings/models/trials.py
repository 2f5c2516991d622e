"""A proposed indicator tried on the months there are (WRN-8): what it would have raised, and what came true."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Person
from early_warnings.models.indicators import Indicator


class Trial(models.Model):
    """One run over past months. The row is the order: whoever works takes it, month by month, and may be killed.

    `lines` keeps what was tried, as the draft may be changed afterwards.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("trial", "waiting")
        RUNNING = "running", pgettext_lazy("trial", "running")
        DONE = "done", pgettext_lazy("trial", "done")
        FAILED = "failed", pgettext_lazy("trial", "failed")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="trials", verbose_name=_("indicator"))
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    first_month = models.DateField(_("first month"))
    last_month = models.DateField(_("last month"))
    lines = models.JSONField(_("lines"), default=list)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(_("time, ms"), default=0)

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_month__gte=F("first_month")), name="trial_has_months"),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "failed"]) | Q(finished_at__isnull=False), name="trial_says_when_done"
            ),
            models.UniqueConstraint(
                fields=["indicator"], condition=Q(state__in=["waiting", "running"]), name="one_trial_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.first_month:%Y-%m}–{self.last_month:%Y-%m}"


class TrialMonth(models.Model):
    """What one set of indicators would have raised at one month-end, and what came of those customers (WRN-8).

    `judged` are the newly flagged customers of whom it is known what came. Of them `true` bought less than half of what
    was to be expected in the three months that followed, `early` still bought as usual when flagged, and `lead` sums
    the months from the flag to the first one that was missed. `population` and `troubled` are all that could be judged,
    `found` those in trouble who were flagged at all.
    """

    class Whose(models.TextChoices):
        PRESENT = "present", _("the present set")
        ALONE = "alone", _("this indicator alone")
        TOGETHER = "together", _("the set with it")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="months", db_index=False)
    month = models.DateField(_("month"))
    whose = models.CharField(max_length=8, choices=Whose)
    raised = models.PositiveIntegerField(_("new reports"))
    standing = models.PositiveIntegerField(_("over a line"))
    judged = models.PositiveIntegerField(null=True)
    true = models.PositiveIntegerField(null=True)
    early = models.PositiveIntegerField(null=True)
    lead = models.PositiveIntegerField(null=True)
    population = models.PositiveIntegerField(null=True)
    found = models.PositiveIntegerField(null=True)
    troubled = models.PositiveIntegerField(null=True)
    #: New reports by the role of the desk that they would have gone to.
    desks = models.JSONField(default=dict)

    class Meta:
        ordering = ["month", "whose"]
        constraints = [
            models.UniqueConstraint(fields=["trial", "month", "whose"], name="a_month_is_tried_once"),
            models.CheckConstraint(
                condition=Q(judged=None, true=None, early=None, lead=None)
                | Q(true__lte=F("judged"), early__lte=F("true"), lead__gte=F("early")),
                name="trial_month_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trial} {self.month:%Y-%m} {self.whose}"
