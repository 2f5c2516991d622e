"""Who was told (ALL-4): the row in the inbox is the notice; messages carry notices by e-mail or webhook, the outbox."""

import uuid

from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Person
from duties.models.duties import Duty
from duties.querysets import MessageQuerySet, NoticeQuerySet


class Message(models.Model):
    """One text to one person through one channel, sent at least once, always with the same key.

    Notices that arise together for a person travel in one message: a night of two hundred warnings is one e-mail.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", pgettext_lazy("channel", "e-mail")
        WEBHOOK = "webhook", pgettext_lazy("channel", "webhook")

    class Delivery(models.TextChoices):
        PENDING = "pending", _("waiting")
        SENT = "sent", _("sent")
        DEAD = "dead", _("could not be sent")
        DROPPED = "dropped", _("no longer needed")

    recipient = models.ForeignKey(
        Person, models.PROTECT, related_name="messages", verbose_name=_("recipient"), db_index=False
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    key = models.UUIDField(default=uuid.uuid4, db_default=Func(function="gen_random_uuid"), unique=True, editable=False)
    created_at = models.DateTimeField(_("written"))
    delivery = models.CharField(_("delivery"), max_length=8, choices=Delivery, default=Delivery.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    leased_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True, db_default="")

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=["email", "webhook"]), name="message_channel_known"),
            models.CheckConstraint(
                condition=Q(delivery="pending", next_attempt_at__isnull=False, settled_at=None)
                | Q(
                    delivery__in=["sent", "dead", "dropped"],
                    next_attempt_at=None,
                    leased_until=None,
                    settled_at__isnull=False,
                ),
                name="message_waits_or_is_settled",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(delivery="pending"), name="message_to_send"),
            models.Index(fields=["-settled_at"], condition=Q(delivery="dead"), name="message_dead"),
            models.Index(fields=["recipient", "-created_at"], name="message_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.channel})"


class Notice(models.Model):
    """One telling of one person about one turn of a duty through one channel: exactly one row.

    A notice without a duty tells of something else that happened to the person's work: `matter` says what.
    """

    class Matter(models.TextChoices):
        DUTY = "duty", _("duty")
        CUSTOMERS_CAME = "customers_came", _("customers came")
        CUSTOMERS_WENT = "customers_went", _("customers went")
        WEATHER = "weather", _("extreme weather")

    class Channel(models.TextChoices):
        INBOX = "inbox", pgettext_lazy("channel", "inbox")
        EMAIL = "email", pgettext_lazy("channel", "e-mail")
        WEBHOOK = "webhook", pgettext_lazy("channel", "webhook")

    duty = models.ForeignKey(Duty, models.PROTECT, null=True, related_name="notices", db_index=False)
    matter = models.CharField(max_length=16, choices=Matter, default=Matter.DUTY, db_default="duty")
    details = models.JSONField(default=dict)
    level = models.PositiveSmallIntegerField(default=1)
    turn = models.PositiveSmallIntegerField(default=1)
    recipient = models.ForeignKey(Person, models.PROTECT, related_name="notices")
    channel = models.CharField(max_length=8, choices=Channel)
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="notices")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["duty", "turn", "recipient", "channel"], name="told_once"),
            models.CheckConstraint(
                condition=Q(channel="inbox", message=None) | Q(channel__in=["email", "webhook"], message__isnull=False),
                name="inbox_row_is_the_notice",
            ),
            models.CheckConstraint(
                condition=Q(matter="duty", duty__isnull=False)
                | Q(matter__in=["customers_came", "customers_went", "weather"], duty=None),
                name="notice_has_its_matter",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], condition=Q(channel="inbox"), name="notice_inbox"),
            models.Index(
                fields=["recipient", "-created_at"], condition=Q(channel="inbox", read_at=None), name="notice_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter} → {self.recipient} ({self.channel})"
