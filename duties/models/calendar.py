"""The company's own days: what an administrator sets on top of the official calendar."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _


@pghistory.track()
class CalendarDay(models.Model):
    """A day that differs from the official calendar: worked or not."""

    day = models.DateField(_("day"), primary_key=True)
    works = models.BooleanField(_("working day"))
    name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("day of the calendar")
        verbose_name_plural = _("days of the calendar")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
