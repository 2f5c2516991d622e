"""What the watchdog knows: when each engine last ran, and which promises are broken since when."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a part of the machinery last did its work: `sweep`, `deliver`, `watch`, and `beat`, Celery's clock."""

    name = models.CharField(primary_key=True, max_length=20)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")

    def __str__(self) -> str:
        return self.name


class Finding(models.Model):
    """What one check of `duties.watch` found last; while it stays red, a duty of the administrators is open for it."""

    name = models.CharField(max_length=60, unique=True)
    count = models.PositiveIntegerField(default=0)
    what = models.JSONField(default=list)
    red_since = models.DateTimeField(null=True)
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("finding")

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
