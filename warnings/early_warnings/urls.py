"""Addresses of early warnings; what can be done to a report can be done to one about a unit too."""

from django.urls import URLPattern, path

from early_warnings.views import cards, drafts, indicator, indicators, lists, records, regular, seeing, storms, trials

app_name = "warnings"


def _course(prefix: str, kind: str, name: str) -> list[URLPattern]:
    return [
        path(f"{prefix}/<int:pk>/acknowledge/", records.acknowledge, {"kind": kind}, name=f"{name}acknowledge"),
        path(f"{prefix}/<int:pk>/measures/", records.propose, {"kind": kind}, name=f"{name}propose"),
        path(f"{prefix}/<int:pk>/close/", records.close, {"kind": kind}, name=f"{name}close"),
        path(f"{prefix}/<int:pk>/suppress/", records.suppress, {"kind": kind}, name=f"{name}suppress"),
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
    path("board/", seeing.board, name="board"),
    path("map/", seeing.on_map, name="map"),
    path("week/", seeing.week, name="week"),
    path("customers/<int:pk>/", seeing.customer, name="customer"),
    path("customers/<int:pk>/score/", seeing.score, name="score"),
    path("regular/", regular.reports, name="regular-reports"),
    path("regular/<int:pk>/", regular.report, name="regular-report"),
    path("regular/<int:pk>/comment/", regular.comment, name="comment-report"),
    path("storms/<int:pk>/", storms.storm, name="storm"),
    path("storms/<int:pk>/settle/", storms.settle, name="settle-storm"),
    path("cards/", cards.cards, name="cards"),
    path("cards/new/", cards.make_card, name="make-card"),
    path("cards/<int:pk>/remove/", cards.remove_card, name="remove-card"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/new/", drafts.make, name="make-indicator"),
    path("indicators/<int:pk>/", indicator.indicator, name="indicator"),
    path("indicators/<int:pk>/edit/", drafts.edit, name="edit-indicator"),
    path("indicators/<int:pk>/hits/", indicator.hits, name="hits"),
    path("indicators/<int:pk>/lines/", drafts.line_of, name="add-line"),
    path("indicators/<int:pk>/change/", drafts.propose_change, name="propose-change"),
    path("indicators/<int:pk>/try/", trials.ask_trial, name="ask-trial"),
    path("indicators/<int:pk>/live/", drafts.put_live, name="put-live"),
    path("indicators/<int:pk>/end/", drafts.end, name="end-indicator"),
    path("indicators/<int:pk>/away/", drafts.throw_away, name="throw-away"),
    path("trials/<int:pk>/", trials.trial, name="trial"),
    path("lines/<int:pk>/", indicators.line, name="line"),
    path("lines/<int:pk>/remove/", drafts.remove_line, name="remove-line"),
]
