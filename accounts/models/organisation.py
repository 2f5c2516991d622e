"""The organisation tree, the posts people hold in it, and who stands in for whom (ORG-1…4)."""

from functools import cached_property
from typing import ClassVar

import pghistory
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import AbsenceQuerySet, Moment, PersonQuerySet, PostQuerySet, Today, UnitQuerySet
from accounts.rules import OWN_CUSTOMERS_ONLY, Deed, Scope, may
from accounts.rules import Role as Roles


class Clock(models.Model):
    """How far this database's clock is moved from the real time: one row or none, none in production."""

    shift = models.DurationField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_clock")]


@pghistory.track()
class OrgUnit(models.Model):
    """A node of the organisation (ORG-1). `path` is `/1/12/`, kept by `services.organisation`."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("company")
        REGION = "region", _("region")
        BRANCH = "branch", _("branch")
        DEPARTMENT = "department", _("department")
        STATION = "station", _("station")

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    path = models.CharField(max_length=200, unique=True, editable=False)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.CheckConstraint(
                condition=Q(path__startswith="/", path__endswith="/"), name="unit_path_has_separators"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class People(UserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """Django's own user manager with the scope beside it."""


class Person(AbstractUser):
    """Somebody who signs in."""

    class Language(models.TextChoices):
        CHINESE = "zh-hans", "简体中文"
        ENGLISH = "en", "English"

    first_name = last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=60)
    pinyin = models.CharField(max_length=120, blank=True, editable=False)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    webhook = models.URLField(_("webhook"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.CHINESE)
    start_latitude = models.FloatField(_("start of the day, latitude"), null=True, blank=True)
    start_longitude = models.FloatField(_("start of the day, longitude"), null=True, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = People()  # type: ignore[misc]  # an instance, as every Django manager

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @cached_property
    def current_posts(self) -> "list[Post]":
        """Posts held today, own ones first, then those of absent people this person stands in for (one query)."""
        standing_in = Absence.objects.filter(delegate=self, starts_on__lte=Today(), ends_on__gte=Today())
        posts = (
            Post.objects.filter(Q(person=self) | Q(person__in=standing_in.values("person")), starts_on__lte=Today())
            .exclude(ends_on__lt=Today())
            .select_related("unit", "person")
        )
        return sorted(
            posts, key=lambda post: (post.person_id != self.pk, post.role in OWN_CUSTOMERS_ONLY, post.unit.path)
        )

    @cached_property
    def post(self) -> "Post | None":
        """The post by which this person is addressed: the widest of their own."""
        return next((post for post in self.current_posts if post.person_id == self.pk), None)

    @cached_property
    def roles(self) -> frozenset[str]:
        """Roles held today, stood-in ones included."""
        return frozenset(post.role for post in self.current_posts)

    def may(self, deed: Deed) -> bool:
        """Whether this person's posts let them do it, within their scope."""
        return self.is_superuser or may(deed, self.roles)

    @cached_property
    def scope(self) -> Scope:
        """What this person may see today (ORG-4)."""
        posts = self.current_posts
        return Scope(
            everything=self.is_superuser,
            paths=tuple(sorted({post.unit.path for post in posts if post.role not in OWN_CUSTOMERS_ONLY})),
            own=tuple(sorted({self.pk} | {post.person_id for post in posts})),
            home_units=tuple(sorted({post.unit_id for post in posts})),
        )


@pghistory.track()
class Post(models.Model):
    """A person holding a role in a unit from one date to another (ORG-2); `ends_on` is the last day, none is open."""

    class Role(models.TextChoices):
        GENERAL_MANAGER = Roles.GENERAL_MANAGER, _("general manager")
        DEPUTY_GENERAL_MANAGER = Roles.DEPUTY_GENERAL_MANAGER, _("deputy general manager")
        DEPUTY_MANAGER_IN_CHARGE = Roles.DEPUTY_MANAGER_IN_CHARGE, _("deputy manager in charge")
        REGION_MANAGER = Roles.REGION_MANAGER, _("region manager")
        MARKETING_DIRECTOR = Roles.MARKETING_DIRECTOR, _("marketing director")
        MARKETING_MANAGER = Roles.MARKETING_MANAGER, _("marketing manager")
        BRANCH_GENERAL_MANAGER = Roles.BRANCH_GENERAL_MANAGER, _("branch general manager")
        BRANCH_SALES_MANAGER = Roles.BRANCH_SALES_MANAGER, _("branch sales manager")
        ACCOUNT_MANAGER = Roles.ACCOUNT_MANAGER, _("account manager")
        RELATIONSHIP_MANAGER = Roles.RELATIONSHIP_MANAGER, _("relationship manager")
        CUSTOMER_OFFICER = Roles.CUSTOMER_OFFICER, _("customer-management officer")
        SUPPORT_OFFICER = Roles.SUPPORT_OFFICER, _("support department officer")
        DISCIPLINE_OFFICER = Roles.DISCIPLINE_OFFICER, _("discipline officer")
        TRAINER = Roles.TRAINER, _("trainer")
        ADMINISTRATOR = Roles.ADMINISTRATOR, _("administrator")

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=32, choices=Role)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="posts", verbose_name=_("unit"), db_index=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes = [models.Index(fields=["unit", "role"], name="post_unit_role")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="post_ends_after_start"
            ),
            ExclusionConstraint(
                name="post_held_once_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_on"),
                            F("ends_on"),
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()} · {self.unit}"


@pghistory.track()
class Absence(models.Model):
    """Days on which a person is away, and the delegate who stands in, if any (ORG-3)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="absences", verbose_name=_("person"))
    delegate = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stands_in",
        verbose_name=_("delegate"),
        db_index=False,
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    created_at = models.DateTimeField(db_default=Moment(), editable=False)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        indexes = [models.Index(fields=["delegate", "ends_on"], name="absence_delegate")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_start"),
            models.CheckConstraint(condition=~Q(delegate=F("person")), name="nobody_stands_in_for_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_on}–{self.ends_on}"
