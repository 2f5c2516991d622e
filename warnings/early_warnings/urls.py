"""Addresses of early warnings; what can be done to a report can be done to one about a unit too."""

from django.urls import URLPattern, path

from early_warnings.views import indicators, lists, records

app_name = "warnings"


def _course(prefix: str, kind: str, name: str) -> list[URLPattern]:
    return [
        path(f"{prefix}/<int:pk>/acknowledge/", records.acknowledge, {"kind": kind}, name=f"{name}acknowledge"),
        path(f"{prefix}/<int:pk>/measures/", records.propose, {"kind": kind}, name=f"{name}propose"),
        path(f"{prefix}/<int:pk>/close/", records.close, {"kind": kind}, name=f"{name}close"),
    ]


urlpatterns = [
    path("", lists.warnings, name="list"),
    path("export/", lists.export, name="export"),
    path("<int:pk>/", records.warning, name="warning"),
    path("<int:pk>/similar/", records.similar, name="similar"),
    *_course("reports", "report", ""),
    path("units/", lists.units, name="units"),
    path("units/<int:pk>/", records.unit_warning, name="unit-warning"),
    *_course("units", "unit", "unit-"),
    path("measures/<int:pk>/", records.measure, name="measure"),
    path("measures/<int:pk>/done/", records.finish_measure, name="finish-measure"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("lines/<int:pk>/", indicators.line, name="line"),
]
