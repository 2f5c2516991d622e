"""Who was told: the row in the inbox is the notice; e-mail and webhook rows are the outbox."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from duties.models.duties import Duty
from duties.querysets import NoticeQuerySet


class Notice(models.Model):
    """One telling of one person about one level of a duty through one channel: exactly one row."""

    class Channel(models.TextChoices):
        INBOX = "inbox", _("inbox")
        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    class Delivery(models.TextChoices):
        PENDING = "pending", _("waiting")
        SENT = "sent", _("sent")
        DEAD = "dead", _("could not be sent")

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="notices")
    level = models.PositiveSmallIntegerField()
    recipient = models.ForeignKey(Person, models.PROTECT, related_name="notices")
    channel = models.CharField(max_length=8, choices=Channel)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    delivery = models.CharField(max_length=8, choices=Delivery, default=Delivery.PENDING)
    key = models.UUIDField(default=uuid.uuid4, db_default=models.Func(function="gen_random_uuid"), unique=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, db_default="")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["duty", "level", "recipient", "channel"], name="told_once"),
            models.CheckConstraint(
                condition=Q(channel="inbox", delivery="sent") | ~Q(channel="inbox"), name="inbox_row_is_the_notice"
            ),
            models.CheckConstraint(
                condition=~Q(delivery="pending") | Q(next_attempt_at__isnull=False), name="pending_notice_has_its_time"
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(delivery="pending"), name="notice_to_send"),
            models.Index(fields=["recipient", "-created_at"], condition=Q(channel="inbox"), name="notice_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.duty} → {self.recipient} ({self.channel})"
