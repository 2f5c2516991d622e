"""What was done about a complaint: a history that is only added to (CMP-2, CMP-4)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Person
from complaints import rules
from complaints.models import promises
from complaints.models.complaints import Complaint
from complaints.querysets import ComplaintStepQuerySet


class ComplaintStep(models.Model):
    """What was done about a complaint, by whom, when, against which deadline: only ever added to (CMP-2, CMP-4, S4)."""

    class Act(models.TextChoices):
        REGISTERED = rules.Step.REGISTERED, gettext_lazy("registered")
        ASSIGNED = rules.Step.ASSIGNED, gettext_lazy("assigned")
        INVESTIGATED = rules.Step.INVESTIGATED, gettext_lazy("investigated")
        INSTRUCTED = rules.Step.INSTRUCTED, gettext_lazy("instruction given")
        HANDLED = rules.Step.HANDLED, gettext_lazy("handled")
        TOLD = rules.Step.TOLD, gettext_lazy("customer told")
        CLOSED = rules.Step.CLOSED, pgettext_lazy("complaint", "closed")
        REASSIGNED = "reassigned", gettext_lazy("given to somebody else")
        MADE_MAJOR = "made_major", gettext_lazy("made major")
        MADE_GENERAL = "made_general", gettext_lazy("made general")

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="steps", verbose_name=gettext_lazy("complaint"), db_index=False
    )
    act = models.CharField(gettext_lazy("step"), max_length=12, choices=Act)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=gettext_lazy("taken by"))
    to = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=gettext_lazy("assigned to")
    )
    at = models.DateTimeField(gettext_lazy("at"))
    deadline = models.DateTimeField(gettext_lazy("deadline"), null=True)
    text = models.TextField(gettext_lazy("words"), blank=True)

    objects = ComplaintStepQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("step of a complaint")
        verbose_name_plural = gettext_lazy("steps of complaints")
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

    @property
    def sentence(self) -> str:
        """What was done, in the reader's language."""
        if self.by_id is None:
            return _("The customer filed the complaint on the public form")
        return str(_SENTENCES[self.act]) % {"by": self.by, "to": self.to or "–"}


_SENTENCES = {
    "registered": gettext_lazy("%(by)s registered the complaint"),
    "assigned": gettext_lazy("%(by)s assigned it to %(to)s"),
    "investigated": gettext_lazy("%(by)s investigated"),
    "instructed": gettext_lazy("%(by)s gave the plan"),
    "handled": gettext_lazy("%(by)s handled it"),
    "told": gettext_lazy("%(by)s recorded that the customer was told"),
    "closed": gettext_lazy("%(by)s closed it"),
    "reassigned": gettext_lazy("%(by)s gave it to %(to)s"),
    "made_major": gettext_lazy("%(by)s made it major"),
    "made_general": gettext_lazy("%(by)s made it general again"),
}
