"""Importing a file in the page: choose, check, confirm; the template to fill, and every error to take away."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.forms.imports import UploadForm
from accounts.models import FileImport, FileUpload
from accounts.rules import Deed
from accounts.services.imports import COLUMNS, ImportRefused, said
from accounts.services.imports.matching import headers_of
from accounts.services.uploads import keep_upload, run_upload
from accounts.views import workbooks
from accounts.views.asking import person_who_may

#: Errors shown on the page; all of them are in the download.
SHOWN = 100
RECENT = 20


def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file; below, what was imported before."""
    person = person_who_may(request, Deed.IMPORT)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        kept = keep_upload(
            person=person,
            kind=form.cleaned_data["kind"],
            file_name=file.name,
            content=file.read(),
            options={"skip_unknown": form.cleaned_data["skip_unknown"]},
            now=clock.of(request),
        )
        return redirect("accounts:import-check", pk=kept.pk)
    recent = FileImport.objects.select_related("imported_by").order_by("-imported_at")
    if not person.is_superuser:
        recent = recent.filter(imported_by=person)
    context = {"form": form, "recent": recent[:RECENT]}
    return render(request, "accounts/import.html", context, status=422 if form.errors else 200)


def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file would create and change, or every reason why it is refused; the headers can be mapped here."""
    kept = _kept(request, pk)
    if request.method == "POST":
        _remap(request, kept)
        return redirect("accounts:import-check", pk=pk)
    columns = COLUMNS[kept.kind]
    context: dict[str, Any] = {"upload": kept, "columns": columns, "headers": _headers(kept)}
    try:
        outcome = context["outcome"] = run_upload(upload=kept, now=clock.of(request), dry_run=True)
        names = {column.name: column.header for column in columns}
        context["sample"] = [
            {"row": one.row, "key": one.key, "fields": [(names.get(name, name), *rest) for name, *rest in one.fields]}
            for one in outcome.sample
        ]
    except ImportRefused as refused:
        context |= {"errors": list(said(refused.errors[:SHOWN], columns)), "count": len(refused.errors)}
    return render(request, "accounts/import_check.html", context)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Import the file that was checked: all of it, or nothing."""
    kept = _kept(request, pk)
    try:
        outcome = run_upload(upload=kept, now=clock.of(request), dry_run=False)
    except ImportRefused:
        return redirect("accounts:import-check", pk=pk)
    text = _("Imported: %(created)s created, %(changed)s changed, %(unchanged)s as they were.")
    messages.success(request, text % outcome.as_json())
    return redirect("accounts:import")


@require_safe
def errors(request: HttpRequest, pk: int) -> FileResponse | HttpResponse:
    """Every error of the file as a workbook."""
    kept = _kept(request, pk)
    try:
        run_upload(upload=kept, now=clock.of(request), dry_run=True)
    except ImportRefused as refused:
        return workbooks.errors(kept.file_name, said(refused.errors, COLUMNS[kept.kind]))
    return redirect("accounts:import-check", pk=pk)


@require_safe
def template(request: HttpRequest, kind: str) -> FileResponse | HttpResponse:
    """A workbook with the headers, an example, and a sheet that explains each column."""
    if kind not in COLUMNS:
        return HttpResponse(status=404)
    return workbooks.template(kind, COLUMNS[kind])


def _kept(request: HttpRequest, pk: int) -> FileUpload:
    return get_object_or_404(FileUpload, pk=pk, person=person_who_may(request, Deed.IMPORT))


def _headers(kept: FileUpload) -> list[tuple[str, str]]:
    """The file's headers, each with the column that it holds, or an empty name."""
    try:
        return headers_of(bytes(kept.content), kept.file_name, COLUMNS[kept.kind], kept.options.get("renamed", {}))
    except ImportRefused:
        return []


def _remap(request: HttpRequest, kept: FileUpload) -> None:
    headers = [header for header, _column in _headers(kept)]
    chosen = {header: request.POST.get(f"header-{at}", "") for at, header in enumerate(headers)}
    known = {column.name for column in COLUMNS[kept.kind]}
    kept.options["renamed"] = {header: name for header, name in chosen.items() if not name or name in known}
    constants = {name: request.POST.get(f"set-{name}", "").strip() for name in ("unit", "kind")}
    if kept.kind == "customers":
        kept.options["constants"] = {name: value for name, value in constants.items() if value}
    kept.save(update_fields=["options"])
