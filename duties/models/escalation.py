"""Escalation rules as data: for each kind of duty its levels, roles and working-time limits (CMP-3, WRN-5)."""

from decimal import Decimal

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Post


@pghistory.track()
class EscalationRule(models.Model):
    """How duties of one kind climb. `variant` tells apart cases of a kind, such as the importance of the customer."""

    kind = models.CharField(_("kind"), max_length=40)
    variant = models.CharField(_("case"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("escalation rule")
        verbose_name_plural = _("escalation rules")
        constraints = [models.UniqueConstraint(fields=["kind", "variant"], name="one_rule_a_kind_and_case")]

    def __str__(self) -> str:
        return f"{self.kind}/{self.variant}" if self.variant else self.kind


@pghistory.track()
class EscalationStep(models.Model):
    """One level: who is asked, and for how many working minutes before it climbs. The last level repeats its limit."""

    rule = models.ForeignKey(
        EscalationRule, models.CASCADE, related_name="steps", verbose_name=_("rule"), db_index=False
    )
    level = models.PositiveSmallIntegerField(pgettext_lazy("escalation", "level"))
    role = models.CharField(_("role"), max_length=32, choices=Post.Role)
    limit_minutes = models.PositiveIntegerField(_("limit, working minutes"))

    class Meta:
        verbose_name = _("escalation level")
        verbose_name_plural = _("escalation levels")
        ordering = ["level"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "level"], name="one_step_a_level"),
            models.CheckConstraint(condition=Q(limit_minutes__gt=0), name="step_has_a_limit"),
            models.CheckConstraint(condition=Q(level__gt=0), name="step_levels_begin_at_one"),
            models.CheckConstraint(condition=Q(role__in=Post.Role.values), name="step_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.level}: {self.get_role_display()} {self.limit_minutes}"

    @property
    def hours(self) -> Decimal:
        """The limit in working hours, as people say it."""
        return (Decimal(self.limit_minutes) / 60).quantize(Decimal("0.01")).normalize()
