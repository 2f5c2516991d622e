"""The course that reports about customers and about units have in common (WRN-3, WRN-5)."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Person
from duties.models import Duty
from early_warnings import rules

#: What came of it is said when it closes, and by whom (WRN-5).
CLOSED_WITH_OUTCOME = ~Q(state="closed") | (
    Q(outcome__in=["recovered", "lost", "accepted"], closed_at__isnull=False, closed_by__isnull=False)
    & ~Q(conclusion="")
)
#: Suppressed by whom, until when and why, or not at all.
SUPPRESSED_WHOLE = Q(suppressed_until=None, suppressed_by=None, suppressed_because="") | (
    Q(suppressed_until__isnull=False, suppressed_by__isnull=False) & ~Q(suppressed_because="")
)
#: A report neither runs on measures nor closes before one was proposed (WRN-5), whatever path is tried.
_MEASURE_PROPOSED = """
    IF NOT EXISTS (SELECT 1 FROM warnings_measure WHERE {column} = NEW.id) THEN
        RAISE EXCEPTION 'WRN-5: a report needs a measure first' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


def measure_first(column: str) -> pgtrigger.Trigger:
    """The trigger that holds it, for reports whose measures name them in this column."""
    return pgtrigger.Trigger(
        name="measure_first",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
        condition=pgtrigger.Q(new__state__in=["measures", "closed"])
        & pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
        func=_MEASURE_PROPOSED.format(column=column),
    )


class Course(models.Model):
    """What reports about customers and about units have in common."""

    class State(models.TextChoices):
        OPEN = rules.State.OPEN, _("waiting for measures")
        ACKNOWLEDGED = rules.State.ACKNOWLEDGED, _("acknowledged")
        MEASURES = rules.State.MEASURES, _("measures running")
        CLOSED = rules.State.CLOSED, pgettext_lazy("report", "closed")

    class Level(models.TextChoices):
        BREACH = rules.Level.BREACH, _("breach")
        NEAR = rules.Level.NEAR, _("near breach")

    class Outcome(models.TextChoices):
        RECOVERED = "recovered", _("recovered")
        LOST = "lost", _("lost")
        ACCEPTED = "accepted", _("accepted")

    level = models.CharField(_("level"), max_length=6, choices=Level)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    opened_on = models.DateField(_("opened on"))
    duty = models.ForeignKey(Duty, models.PROTECT, null=True, related_name="+", verbose_name=_("duty"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    conclusion = models.CharField(_("what came of it"), max_length=300, blank=True)
    closed_at = models.DateTimeField(pgettext_lazy("report", "closed"), null=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by"))
    quiet_until = models.DateField(_("the same signs stay quiet until"), null=True)
    above_again_on = models.DateField(_("back within the line since"), null=True)
    suppressed_until = models.DateField(_("suppressed until"), null=True)
    suppressed_because = models.CharField(
        pgettext_lazy("suppression", "reason"), max_length=200, blank=True, db_default=""
    )
    suppressed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("suppressed by")
    )

    class Meta:
        abstract = True

    @property
    def outcomes(self) -> dict[str, Any]:
        """What may have come of it, in words."""
        return dict(self.Outcome.choices)
