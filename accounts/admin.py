"""Units, people, posts and absences for administrators; imports to read. What has a history is not deleted here."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Absence, FileImport, OrgUnit, Person, Post
from accounts.rules import Role
from accounts.services.organisation import create_unit, move_unit, pinyin_of


def is_administrator(request: HttpRequest) -> bool:
    """Superusers and holders of the administrator's post, who sees everything in the administration."""
    person = request.user
    return (
        isinstance(person, Person) and person.is_active and (person.is_superuser or Role.ADMINISTRATOR in person.roles)
    )


class AdministratorsOnly:
    """Nobody else comes in; nothing is deleted."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookOnly:
    """What only services write: nothing is added, changed or deleted in the administration."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OrgUnit)
class OrgUnitAdmin(AdministratorsOnly, admin.ModelAdmin):
    """The tree (ORG-1): a unit's path is kept by the services."""

    list_display = ("name", "code", "kind", "parent", "path")
    list_filter = ("kind",)
    search_fields = ("name", "code")
    ordering = ("path",)
    autocomplete_fields = ("parent",)
    fields = ("parent", "kind", "code", "name", "latitude", "longitude")

    def save_model(self, request: HttpRequest, obj: OrgUnit, form: ModelForm, change: bool) -> None:  # noqa: FBT001
        if not change:
            made = create_unit(
                parent=obj.parent,
                kind=obj.kind,
                code=obj.code,
                name=obj.name,
                latitude=obj.latitude,
                longitude=obj.longitude,
            )
            obj.pk, obj.path = made.pk, made.path
            return
        before = OrgUnit.objects.get(pk=obj.pk)
        if obj.parent is not None and obj.parent_id != before.parent_id:
            move_unit(unit=before, parent=obj.parent)
        OrgUnit.objects.filter(pk=obj.pk).update(
            kind=obj.kind, code=obj.code, name=obj.name, latitude=obj.latitude, longitude=obj.longitude
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: Any = False, **kwargs: Any) -> Any:  # noqa: FBT002
        form = super().get_form(request, obj, change, **kwargs)

        class UnitForm(form):  # type: ignore[misc,valid-type]
            def clean_parent(self) -> OrgUnit | None:
                parent: OrgUnit | None = self.cleaned_data["parent"]
                if obj is not None and parent is not None and parent.path.startswith(obj.path):
                    self.add_error("parent", _("A unit cannot be moved below itself."))
                if obj is not None and parent is None and obj.parent_id is not None:
                    self.add_error("parent", _("Every unit but the company has a parent."))
                return parent

        return UnitForm


@admin.register(Person)
class PersonAdmin(AdministratorsOnly, UserAdmin):
    """People who sign in. Who leaves is made inactive: their history stays."""

    list_display = ("name", "username", "phone", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "pinyin", "username", "phone")
    ordering = ("pinyin",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "name", "is_active")}),
        (_("How they are told"), {"fields": ("phone", "email", "webhook", "language")}),
        (_("Start of the day"), {"fields": ("start_latitude", "start_longitude")}),
        (_("Rights"), {"fields": ("is_staff", "is_superuser")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "name", "usable_password", "password1", "password2")}),)

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:  # noqa: FBT001
        assert isinstance(obj, Person)  # noqa: S101 for the type checker
        obj.pinyin = pinyin_of(obj.name)[:120]
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only a superuser makes others staff or superusers."""
        return () if request.user.is_superuser else ("is_staff", "is_superuser")


@admin.register(Post)
class PostAdmin(AdministratorsOnly, admin.ModelAdmin):
    """Who holds which role where, from when until when (ORG-2): a post ends by its date."""

    list_display = ("person", "role", "unit", "starts_on", "ends_on")
    list_filter = ("role",)
    list_select_related = ("person", "unit")
    search_fields = ("person__name", "person__pinyin", "unit__name")
    autocomplete_fields = ("person", "unit")
    ordering = ("unit__path", "role")


@admin.register(Absence)
class AbsenceAdmin(AdministratorsOnly, admin.ModelAdmin):
    """Days away and who stands in (ORG-3)."""

    list_display = ("person", "starts_on", "ends_on", "delegate", "reason")
    list_select_related = ("person", "delegate")
    search_fields = ("person__name", "person__pinyin")
    autocomplete_fields = ("person", "delegate")
    ordering = ("-starts_on",)


@admin.register(FileImport)
class FileImportAdmin(LookOnly, AdministratorsOnly, admin.ModelAdmin):
    """Evidence of every import: to read."""

    list_display = ("imported_at", "kind", "file_name", "rows", "created", "changed", "unchanged", "imported_by")
    list_filter = ("kind",)
    list_select_related = ("imported_by",)
    ordering = ("-imported_at",)
