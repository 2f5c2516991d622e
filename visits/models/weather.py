"""Extreme weather (VIS-9): the alert, the on-site visits that it put off, and who was told of it."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Customer, OrgUnit, Person
from visits.querysets import WeatherAlertQuerySet, WeatherDebtQuerySet
from visits.rules.weather import Weather


@pghistory.track()
class WeatherAlert(models.Model):
    """For some units and hours nobody rides: stops there become calls (VIS-9, S0)."""

    class Kind(models.TextChoices):
        GALE = Weather.GALE, _("gale")
        THUNDERSTORM = Weather.THUNDERSTORM, _("thunderstorm")
        SNOW = Weather.SNOW, _("heavy snow")
        RAIN = Weather.RAIN, _("rainstorm")
        ICE = Weather.ICE, _("icy roads")
        FOG = Weather.FOG, _("dense fog")
        HEAT = Weather.HEAT, _("extreme heat")
        DUST = Weather.DUST, _("sandstorm")
        OTHER = Weather.OTHER, _("other weather")

    class Source(models.TextChoices):
        HAND = "hand", _("by hand")
        API = "api", _("by a program")
        CAP = "cap", _("by the weather service")

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("weather", "in force")
        LIFTED = "lifted", pgettext_lazy("weather", "lifted")

    identifier = models.CharField(_("identifier"), max_length=200, unique=True)
    source = models.CharField(_("source"), max_length=4, choices=Source)
    kind = models.CharField(_("weather"), max_length=8, choices=Kind)
    headline = models.CharField(_("what is said"), max_length=200)
    units = models.ManyToManyField(OrgUnit, related_name="weather_alerts", verbose_name=_("units"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.ACTIVE)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("declared by"))
    made_at = models.DateTimeField(_("declared"))
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lifted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("lifted by"))

    objects = WeatherAlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("weather alert")
        verbose_name_plural = _("weather alerts")
        ordering = ["-starts_at", "-pk"]
        indexes = [models.Index(fields=["ends_at"], condition=Q(state="active"), name="weather_in_force")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="weather_lasts"),
            models.CheckConstraint(
                condition=Q(state="active", lifted_at=None) | Q(state="lifted", lifted_at__isnull=False),
                name="lifted_weather_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.headline


class WeatherDebt(models.Model):
    """A visit on site that weather turned into a call: still owed, and to be made by a certain day."""

    alert = models.ForeignKey(
        WeatherAlert, models.PROTECT, related_name="debts", verbose_name=_("weather alert"), db_index=False
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="weather_debts", verbose_name=_("customer"), db_index=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    put_off_at = models.DateTimeField(_("put off"))
    to_visit_on = models.DateField(_("to be visited on"))

    objects = WeatherDebtQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit put off by weather")
        verbose_name_plural = _("visits put off by weather")
        constraints = [
            models.UniqueConstraint(fields=["alert", "customer"], name="one_debt_an_alert_and_customer"),
        ]
        indexes = [models.Index(fields=["customer", "put_off_at"], name="weather_debt_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.to_visit_on}"


class WeatherTold(models.Model):
    """Who was told of an alert: once each, however often it is looked at again."""

    alert = models.ForeignKey(WeatherAlert, models.CASCADE, related_name="told", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    stops = models.PositiveIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("person told of an alert")
        verbose_name_plural = _("people told of alerts")
        constraints = [models.UniqueConstraint(fields=["alert", "person"], name="told_of_weather_once")]

    def __str__(self) -> str:
        return f"{self.alert_id} → {self.person_id}"
