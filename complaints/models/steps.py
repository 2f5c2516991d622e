"""What was done about a complaint: a history that is only added to (CMP-2, CMP-4)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from complaints import rules
from complaints.models import promises
from complaints.models.complaints import Complaint
from complaints.querysets import ComplaintStepQuerySet


class ComplaintStep(models.Model):
    """What was done about a complaint, by whom, when, against which deadline: only ever added to (CMP-2, CMP-4, S4)."""

    class Act(models.TextChoices):
        REGISTERED = rules.Step.REGISTERED, _("registered")
        ASSIGNED = rules.Step.ASSIGNED, _("assigned")
        INVESTIGATED = rules.Step.INVESTIGATED, _("investigated")
        INSTRUCTED = rules.Step.INSTRUCTED, _("instruction given")
        HANDLED = rules.Step.HANDLED, _("handled")
        TOLD = rules.Step.TOLD, _("customer told")
        CLOSED = rules.Step.CLOSED, _("closed")
        REASSIGNED = "reassigned", _("given to somebody else")
        MADE_MAJOR = "made_major", _("made major")
        MADE_GENERAL = "made_general", _("made general")

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="steps", verbose_name=_("complaint"))
    act = models.CharField(_("step"), max_length=12, choices=Act)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    to = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("assigned to"))
    at = models.DateTimeField(_("at"))
    deadline = models.DateTimeField(_("deadline"), null=True)
    text = models.TextField(_("words"), blank=True)

    objects = ComplaintStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a complaint")
        verbose_name_plural = _("steps of complaints")
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "act"],
                condition=Q(act__in=[step.value for step in rules.Step]),
                name="complaint_step_once",
            ),
            models.CheckConstraint(
                condition=Q(act="registered") | Q(by__isnull=False), name="complaint_step_by_somebody"
            ),
        ]
        indexes = [models.Index(fields=["complaint", "at"], name="complaint_step_course")]
        triggers = [
            pgtrigger.Trigger(
                name="kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=promises.STEPS_KEPT,
            ),
            promises.never_emptied("complaints_complaintstep"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} {self.act}"

    @property
    def late(self) -> bool:
        """The step was taken after its deadline."""
        return self.deadline is not None and self.at > self.deadline
