"""The key to a person's calendar subscription: whoever has its address reads their visits, until it is taken back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person


class CalendarKey(models.Model):
    """Only the sum of the key is kept: the address is shown once, when it is made."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="calendar_keys", verbose_name=_("person"))
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("calendar key")
        verbose_name_plural = _("calendar keys")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(revoked_at=None), name="one_calendar_key_a_person_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.made_at:%Y-%m-%d}"
