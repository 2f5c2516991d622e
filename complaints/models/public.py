"""The public pages' memory (CMP-1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PublicUse(models.Model):
    """How often an address used the public pages on a day (CMP-1). The address is kept as a keyed hash, for a week."""

    class Purpose(models.TextChoices):
        FILE = "file", _("filing a complaint")
        FOLLOW = "follow", _("following a complaint")

    day = models.DateField()
    purpose = models.CharField(max_length=6, choices=Purpose)
    address = models.CharField(max_length=64)
    times = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "purpose", "address"], name="one_count_a_day_and_address")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.purpose} {self.times}"
