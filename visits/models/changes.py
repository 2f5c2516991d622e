"""What somebody changed on a plan: what moved, why, what it did, and how it was before (VIS-4)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from visits.models.plans import DayPlan
from visits.querysets import PlanChangeQuerySet


class PlanChange(models.Model):
    """One rearrangement with its reason. `moved` says in data what changed; `before` lets it be undone."""

    class Reason(models.TextChoices):
        CUSTOMER = "customer", _("the customer asked for it")
        WAY = "way", _("a better way")
        URGENT = "urgent", _("something urgent")
        MEETING = "meeting", _("meeting or training")
        OTHER = "other", _("another reason")

    plan = models.ForeignKey(
        DayPlan, models.CASCADE, related_name="changes", verbose_name=_("day plan"), db_index=False
    )
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("changed by"))
    at = models.DateTimeField(_("changed"))
    reason = models.CharField(_("why"), max_length=10, choices=Reason)
    note = models.CharField(_("in a few words"), max_length=200, blank=True)
    moved = models.JSONField(_("what moved"), default=list)
    effect = models.JSONField(_("effect"), default=dict)
    before = models.JSONField(default=list)
    undone_at = models.DateTimeField(_("undone"), null=True)

    objects = PlanChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a plan")
        verbose_name_plural = _("changes of plans")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["plan", "-at"], name="plan_change_plan")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason="other") | ~Q(note=""), name="another_change_is_explained"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.get_reason_display()}"
