"""A duty: one person owes one thing by one moment, until it is closed."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Customer, OrgUnit, Person, Post
from duties.models.escalation import EscalationRule
from duties.querysets import DutyEventQuerySet, DutyQuerySet


class DutyEvent(models.Model):
    """What happened to a duty, kept for good: opened, climbed, acknowledged, handed over, extended, closed."""

    class Act(models.TextChoices):
        OPENED = "opened", pgettext_lazy("duty", "opened")
        CLIMBED = "climbed", _("climbed")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("duty", "acknowledged")
        HANDED_OVER = "handed_over", _("handed over")
        EXTENDED = "extended", _("deadline set")
        CLOSED = "closed", pgettext_lazy("duty", "closed")

    duty = models.ForeignKey("duties.Duty", models.PROTECT, related_name="events", db_index=False)
    act = models.CharField(max_length=12, choices=Act)
    level = models.PositiveSmallIntegerField()
    turn = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=32, choices=Post.Role)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    objects = DutyEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["duty", "at"], name="duty_event_course"),
            models.Index(fields=["owner", "duty"], name="duty_event_owner"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "turn"],
                condition=Q(act__in=["opened", "climbed", "handed_over"]),
                name="a_turn_begins_once",
            ),
            models.CheckConstraint(
                condition=~Q(act="climbed") | Q(missed_at__isnull=False), name="climbing_says_what_was_missed"
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.duty} {self.act}"


class Duty(models.Model):
    """A promise with a deadline.

    `kind` names an entry of `duties.kinds`; `subject_id` is the row of the upper app that it is about. `details`
    holds the values that the kind's sentence needs. The deadline of the present level is `next_due_at`, in no other
    place. A `turn` is one person's time of holding it: it grows when the duty climbs or is handed over; `held_since`,
    `came` and `held_before` say since when the present one runs, how it came, and who held the duty before.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("duty", "open")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("duty", "acknowledged")
        CLOSED = "closed", pgettext_lazy("duty", "closed")

    kind = models.CharField(_("kind"), max_length=40)
    subject_id = models.BigIntegerField()
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="duties", verbose_name=_("customer"), db_index=False
    )
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="duties", verbose_name=_("unit"), db_index=False)
    details = models.JSONField(default=dict)
    rule = models.ForeignKey(EscalationRule, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    level = models.PositiveSmallIntegerField(pgettext_lazy("escalation", "level"), default=1)
    turn = models.PositiveSmallIntegerField(default=1, db_default=1)
    role = models.CharField(_("in the role of"), max_length=32, choices=Post.Role)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="duties", verbose_name=_("owed by"))
    vacant = models.BooleanField(_("the role asked for is vacant"), default=False)
    came = models.CharField(max_length=12, choices=DutyEvent.Act, default=DutyEvent.Act.OPENED, db_default="opened")
    held_before = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    held_since = models.DateTimeField()
    opened_at = models.DateTimeField(_("opened at"))
    next_due_at = models.DateTimeField(_("due"), null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "acknowledged", "closed"]), name="duty_state_known"),
            models.CheckConstraint(
                condition=Q(state="closed") | Q(next_due_at__isnull=False), name="open_duty_has_deadline"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="closed_duty_says_when"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="acknowledgement_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="acknowledged") | Q(acknowledged_at__isnull=False),
                name="acknowledged_duty_says_when",
            ),
            models.UniqueConstraint(fields=["kind", "subject_id"], condition=~Q(state="closed"), name="one_open_duty"),
        ]
        indexes = [
            models.Index(fields=["next_due_at"], condition=~Q(state="closed"), name="duty_due"),
            models.Index(fields=["owner", "next_due_at"], condition=~Q(state="closed"), name="duty_owed"),
            models.Index(fields=["kind", "subject_id"], name="duty_subject"),
            models.Index(fields=["customer", "-opened_at"], name="duty_customer"),
            models.Index(fields=["unit", "state"], name="duty_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
