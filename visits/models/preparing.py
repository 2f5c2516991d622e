"""What a visitor adds to the facts before a visit: what is new and to be explained, and words of their own (VIS-5)."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, OrgUnit, Person
from visits.querysets import NewsQuerySet


@pghistory.track()
class News(models.Model):
    """Something new that customers of a unit are to be told on the next visit: once each. No tiers are all tiers."""

    class Kind(models.TextChoices):
        CAMPAIGN = "campaign", _("campaign")
        PRODUCT = "product", _("new product")
        POLICY = "policy", _("new policy")
        OTHER = "other", _("other news")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    title = models.CharField(_("what is new"), max_length=80)
    text = models.CharField(_("what to say"), max_length=500, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    tiers = ArrayField(
        models.PositiveSmallIntegerField(choices=Customer.Tier.choices),
        verbose_name=_("tiers"),
        default=list,
        blank=True,
    )
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="notices", verbose_name=_("unit"))
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("announced by"))
    made_at = models.DateTimeField(_("announced"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = NewsQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice to explain")
        verbose_name_plural = _("notices to explain")
        ordering = ["-starts_on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="notice_lasts")]
        indexes = [models.Index(fields=["unit", "ends_on"], condition=Q(withdrawn_at=None), name="notice_in_force")]

    def __str__(self) -> str:
        return self.title


class Explained(models.Model):
    """A notice was explained to a customer: it does not come up there again."""

    notice = models.ForeignKey(News, models.PROTECT, related_name="explained", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("notice explained")
        verbose_name_plural = _("notices explained")
        constraints = [models.UniqueConstraint(fields=["notice", "customer"], name="explained_once_a_customer")]

    def __str__(self) -> str:
        return f"{self.notice_id} → {self.customer_id}"


@pghistory.track()
class OwnWords(models.Model):
    """What a person wants of their next visit to a customer, and what they will bring; planning never touches it."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"), db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    goal = models.CharField(_("goal of the visit"), max_length=120, blank=True)
    bring = models.CharField(_("to bring"), max_length=200, blank=True)
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("own words for a visit")
        verbose_name_plural = _("own words for visits")
        constraints = [
            models.UniqueConstraint(fields=["customer", "person"], name="own_words_once"),
            models.CheckConstraint(condition=~Q(goal="", bring=""), name="own_words_say_something"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.customer_id}"
