"""The complaint, with the constraints by which the database keeps CMP-3 and CMP-4 whatever path is tried."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Customer, Person
from complaints import rules
from complaints.models import promises
from complaints.querysets import ComplaintQuerySet
from duties.models import Duty

#: What `register` writes once.
_REGISTERED_FIELDS = (
    "number",
    "customer",
    "channel",
    "reported_by_name",
    "reported_by_phone",
    "subject",
    "text",
    "registered_by",
    "registered_at",
)
_FEEDBACK_FIELDS = ("told_at", "told_by", "told_how", "customer_said")


@pghistory.track(append_only=True)
class Complaint(models.Model):
    """One complaint, registered whole (CMP-1, S4).

    `step` is the step last taken; `duty` is the promise of the next one: who owes it, by when, and how it climbs.
    """

    class Channel(models.TextChoices):
        PHONE = "phone", _("phone")
        VISIT = "visit", _("on a visit")
        LETTER = "letter", _("letter")
        WECHAT = "wechat", _("WeChat")
        COUNTER = "counter", _("counter")
        FORM = "form", _("public form")
        API = "api", _("other system")

    class Gravity(models.TextChoices):
        GENERAL = rules.Gravity.GENERAL, _("general")
        MAJOR = rules.Gravity.MAJOR, _("major")

    class Step(models.TextChoices):
        REGISTERED = rules.Step.REGISTERED, _("registered")
        ASSIGNED = rules.Step.ASSIGNED, _("assigned")
        INVESTIGATED = rules.Step.INVESTIGATED, _("investigated")
        INSTRUCTED = rules.Step.INSTRUCTED, _("instruction given")
        HANDLED = rules.Step.HANDLED, _("handled")
        TOLD = rules.Step.TOLD, _("customer told")
        CLOSED = rules.Step.CLOSED, pgettext_lazy("complaint", "closed")

    class Cause(models.TextChoices):
        """Where the error lay (CMP-6, S4)."""

        SALES_STAFF = "sales_staff", _("sales staff's words or deeds")
        CUSTOMER_STAFF = ("customer_staff", _("customer-management staff's words or deeds"))
        POLICY = "policy", _("a rule or policy")
        PRODUCT = "product", _("the product")
        CUSTOMER = "customer", _("the customer's own")

    class How(models.TextChoices):
        VISIT = "visit", _("in person")
        PHONE = "phone", _("by phone")
        WECHAT = "wechat", _("by WeChat")
        LETTER = "letter", _("in writing")

    number = models.CharField(_("number"), max_length=20, unique=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="complaints", verbose_name=_("customer"), db_index=False
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    reported_by_name = models.CharField(_("who complains"), max_length=60)
    reported_by_phone = models.CharField(_("their phone"), max_length=20, blank=True)
    subject = models.CharField(_("about"), max_length=100)
    text = models.TextField(_("what the customer says"))
    gravity = models.CharField(_("gravity"), max_length=8, choices=Gravity, default=Gravity.GENERAL)
    step = models.CharField(_("step"), max_length=12, choices=Step, default=Step.REGISTERED)
    registered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("registered by")
    )
    registered_at = models.DateTimeField(_("registered"))
    handler = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("assigned to"))
    duty = models.ForeignKey(Duty, models.PROTECT, null=True, related_name="+", verbose_name=_("next step"))
    told_at = models.DateTimeField(_("told"), null=True)
    told_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("told by"))
    told_how = models.CharField(_("how"), max_length=8, choices=How, blank=True)
    customer_said = models.TextField(_("what the customer said"), blank=True)
    cause = models.CharField(_("cause"), max_length=16, choices=Cause, blank=True)
    closed_at = models.DateTimeField(pgettext_lazy("complaint", "closed"), null=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = pgettext_lazy("records", "complaints")
        indexes = [
            models.Index(fields=["customer", "-registered_at"], name="complaint_customer"),
            models.Index(fields=["-registered_at"], name="complaint_registered"),
            models.Index(fields=["-registered_at"], condition=~Q(step="closed"), name="complaint_open"),
            models.Index(fields=["closed_at"], condition=Q(step="closed"), name="complaint_closed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(step="closed")
                | Q(
                    told_at__isnull=False,
                    told_by__isnull=False,
                    told_how__in=["visit", "phone", "wechat", "letter"],
                    customer_said__regex=r"\S",
                    cause__in=["sales_staff", "customer_staff", "policy", "product", "customer"],
                    closed_at__isnull=False,
                ),
                name="complaint_closed_only_after_feedback",
            ),
            models.CheckConstraint(
                condition=~Q(step="told")
                | Q(
                    told_at__isnull=False,
                    told_by__isnull=False,
                    told_how__in=["visit", "phone", "wechat", "letter"],
                    customer_said__regex=r"\S",
                ),
                name="complaint_told_says_how",
            ),
            models.CheckConstraint(
                condition=Q(told_at=None) | Q(told_at__gte=F("registered_at")), name="complaint_told_after_registered"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("told_at")), name="complaint_closed_after_told"
            ),
            models.CheckConstraint(
                condition=Q(step__in=[step.value for step in rules.Step]), name="complaint_step_known"
            ),
            models.CheckConstraint(condition=Q(gravity__in=["general", "major"]), name="complaint_gravity_known"),
            models.CheckConstraint(
                condition=Q(channel__in=["phone", "visit", "letter", "wechat", "counter", "form", "api"]),
                name="complaint_channel_known",
            ),
            models.CheckConstraint(
                condition=Q(channel="form") | Q(registered_by__isnull=False), name="complaint_registered_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(subject__regex=r"\S", text__regex=r"\S", reported_by_name__regex=r"\S"),
                name="complaint_registered_whole",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(name="begins", when=pgtrigger.Before, operation=pgtrigger.Insert, func=promises.BEGINS),
            pgtrigger.Trigger(
                name="in_order",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("step"),
                func=promises.IN_ORDER,
            ),
            pgtrigger.Trigger(
                name="gravity_settled",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("gravity"),
                func=promises.GRAVITY_SETTLED,
            ),
            pgtrigger.Trigger(
                name="kept_whole",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*_REGISTERED_FIELDS),
                func=promises.KEPT_WHOLE,
            ),
            pgtrigger.Trigger(
                name="feedback_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*_FEEDBACK_FIELDS),
                func=promises.FEEDBACK_KEPT,
            ),
            pgtrigger.Trigger(
                name="closed_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__step="closed"),
                func=promises.CLOSED_KEPT,
            ),
            pgtrigger.Trigger(
                name="owed",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func=promises.OWED,
            ),
            pgtrigger.Trigger(
                name="never_deleted", when=pgtrigger.Before, operation=pgtrigger.Delete, func=promises.NEVER_DELETED
            ),
            promises.never_emptied("complaints_complaint"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def next_step(self) -> rules.Step | None:
        """The step that is owed now."""
        return rules.next_step(self.gravity, self.step)
