"""The score card as data, and what it gave each customer (WRN-1, WRN-8)."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Customer, Person
from accounts.querysets import ScopedQuerySet


@pghistory.track()
class ScoreCard(models.Model):
    """A version of one of the two cards: it counts from its day on, until the next one of its kind does.

    The card by order days is for customers whose order days are known, the card by months for all others.
    """

    class Kind(models.TextChoices):
        MONTHS = "months", pgettext_lazy("score card", "by months")
        DAYS = "days", pgettext_lazy("score card", "by order days")

    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.MONTHS)
    valid_from = models.DateField(_("valid from"))
    why = models.CharField(_("what it is for"), max_length=300, blank=True)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("score card")
        verbose_name_plural = _("score cards")
        ordering = ["-valid_from", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="a_kind_of_card_has_one_version_a_day"),
            models.CheckConstraint(condition=models.Q(kind__in=["months", "days"]), name="card_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.valid_from}"


@pghistory.track()
class ScoreBand(models.Model):
    """Points for answers at a cut or beyond it: at or below a low one, at or above a high one.

    `question` names one of `rules.score.questions.OF_DAYS` or, by months, `OF_MONTHS`; of the bands that an answer
    reaches the furthest counts.
    """

    class End(models.TextChoices):
        LOW = "low", pgettext_lazy("answer", "at most")
        HIGH = "high", pgettext_lazy("answer", "at least")

    card = models.ForeignKey(
        ScoreCard, models.CASCADE, related_name="bands", verbose_name=_("score card"), db_index=False
    )
    question = models.CharField(_("question"), max_length=30)
    end = models.CharField(_("end"), max_length=4, choices=End)
    cut = models.DecimalField(_("cut"), max_digits=9, decimal_places=3)
    points = models.PositiveSmallIntegerField(_("points"))

    class Meta:
        verbose_name = _("points of a question")
        verbose_name_plural = _("points of questions")
        ordering = ["card", "question", "end", "cut"]
        constraints = [
            models.UniqueConstraint(fields=["card", "question", "end", "cut"], name="a_cut_gives_points_once"),
            models.CheckConstraint(condition=models.Q(points__range=(1, 99)), name="points_within_a_hundred"),
            models.CheckConstraint(condition=models.Q(end__in=["low", "high"]), name="band_end_known"),
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.get_end_display()} {self.cut}: {self.points}"


class CustomerScore(models.Model):
    """What the card gave a customer for the last month: points by question, added up; one row a customer.

    `points` are in the order of `OF_DAYS` or `OF_MONTHS`, as the card's kind says; `before` are the totals of the
    months before by the same kind of card, the newest first, as they were given then. Who bought in fewer than 12 of
    15 months has no row: the card says nothing of them.

    All of it is told anew from the facts, of customers and a card that were just read: looking each of millions up once
    more, and locking them, took a quarter of the first scoring. `Scoring` holds on to the card.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="sign_score", db_constraint=False
    )
    month = models.DateField(_("month"))
    card = models.ForeignKey(
        ScoreCard, models.PROTECT, related_name="+", db_index=False, db_constraint=False, verbose_name=_("score card")
    )
    points = ArrayField(models.SmallIntegerField(), verbose_name=_("points"))
    total = models.SmallIntegerField(_("score"))
    before = ArrayField(models.SmallIntegerField(null=True), default=list, verbose_name=_("months before"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("score of a customer")
        verbose_name_plural = _("scores of customers")
        indexes = [models.Index(fields=["-total", "customer"], name="score_highest_first")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.month:%Y-%m}: {self.total}"


class MarketMonth(models.Model):
    """What all retailers bought in a month, yuan, as it stood when everybody was scored last."""

    month = models.DateField(_("month"), primary_key=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("month of the market")
        verbose_name_plural = _("months of the market")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Scoring(models.Model):
    """One scoring: of everybody, or of those whose facts had changed.

    `by_days` is the card for those whose order days are known; none while nobody's are known to the month's end.
    """

    month = models.DateField(_("month"))
    card = models.ForeignKey(ScoreCard, models.PROTECT, related_name="+", verbose_name=_("score card"))
    by_days = models.ForeignKey(
        ScoreCard, models.PROTECT, null=True, related_name="+", verbose_name=_("score card by order days")
    )
    everybody = models.BooleanField(_("everybody"))
    customers = models.PositiveIntegerField(_("customers"))
    changed = models.PositiveIntegerField(_("changed"))
    milliseconds = models.PositiveIntegerField(_("time, ms"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("scoring")
        verbose_name_plural = _("scorings")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.customers}"


class ScoreNote(models.Model):
    """A customer whose facts changed in a month, or, without one, whose order days did; none stands for everybody.

    Written by triggers in the transaction of the change, taken by the next scoring, which reads that month again.
    """

    customer_id = models.BigIntegerField(null=True)
    month = models.DateField(null=True)

    class Meta:
        verbose_name = _("customer to be scored again")
        verbose_name_plural = _("customers to be scored again")

    def __str__(self) -> str:
        return str(self.customer_id)
