"""Routes of early warnings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from early_warnings.models import CustomerScore, ScoreCard

from accounts.models import Person
from tests.factories.company import Company
from tests.factories.early_warnings import (
    EarlyWarningFactory,
    RegularReportFactory,
    StormFactory,
    UnitWarningFactory,
    propose,
)
from tests.scope import Entry, NoObject, Object

LIST = NoObject("a list that starts at visible_to")
RULES = NoObject("indicators and their lines are the company's, the same for everybody", shared=True)


def one(company: Company) -> Mapping[str, Any]:
    return {"pk": EarlyWarningFactory(customer=company.b.customer).pk}


def one_unit(company: Company) -> Mapping[str, Any]:
    return {"pk": UnitWarningFactory(unit=company.b.unit).pk}


def one_measure(company: Company) -> Mapping[str, Any]:
    return {"pk": propose(EarlyWarningFactory(customer=company.b.customer)).pk}


def one_customer(company: Company) -> Mapping[str, Any]:
    return {"pk": company.b.customer.pk}


def one_score(company: Company) -> Mapping[str, Any]:
    card = ScoreCard.objects.latest("valid_from")
    return {
        "pk": CustomerScore.objects.create(
            customer=company.b.customer, month=date(2026, 10, 1), card=card, points=[0] * 14, total=0
        ).pk
    }


def account_manager(company: Company) -> Person:
    return company.b.account_manager


def one_storm(company: Company) -> Mapping[str, Any]:
    return {"pk": StormFactory(unit=company.b.unit).pk}


def one_regular(company: Company) -> Mapping[str, Any]:
    return {"pk": RegularReportFactory(unit=company.b.unit).pk}


def officer(company: Company) -> Person:
    return company.b.customer_officer


def general_manager(company: Company) -> Person:
    return company.b.general_manager


ENTRIES: dict[str, Entry] = {
    "warnings:list": LIST,
    "warnings:export": LIST,
    "warnings:units": LIST,
    "warnings:indicators": RULES,
    "warnings:cards": RULES,
    "warnings:make-card": RULES,
    "warnings:remove-card": RULES,
    "warnings:line": RULES,
    "warnings:make-indicator": RULES,
    "warnings:indicator": RULES,
    "warnings:edit-indicator": RULES,
    "warnings:hits": RULES,
    "warnings:add-line": RULES,
    "warnings:remove-line": RULES,
    "warnings:propose-change": RULES,
    "warnings:ask-trial": RULES,
    "warnings:put-live": RULES,
    "warnings:end-indicator": RULES,
    "warnings:throw-away": RULES,
    "warnings:trial": RULES,
    "warnings:regular-reports": LIST,
    "warnings:regular-report": Object(one_regular, owner=general_manager),
    "warnings:comment-report": Object(one_regular, "post", owner=general_manager),
    "warnings:board": LIST,
    "warnings:map": LIST,
    "warnings:week": LIST,
    "warnings:customer": Object(one_customer, owner=account_manager),
    "warnings:score": Object(one_customer, owner=account_manager),
    "warnings:storm": Object(one_storm, owner=general_manager),
    "warnings:settle-storm": Object(one_storm, "post", owner=general_manager),
    "warnings:suppress": Object(one, "post", owner=officer),
    "warnings:unit-suppress": Object(one_unit, "post"),
    "warnings:warning": Object(one),
    "warnings:similar": Object(one),
    "warnings:acknowledge": Object(one, "post", owner=officer),
    "warnings:propose": Object(one, "post", owner=officer),
    "warnings:close": Object(one, "post", owner=officer),
    "warnings:unit-warning": Object(one_unit),
    "warnings:unit-acknowledge": Object(one_unit, "post"),
    "warnings:unit-propose": Object(one_unit, "post"),
    "warnings:unit-close": Object(one_unit, "post"),
    "warnings:measure": Object(one_measure),
    "warnings:finish-measure": Object(one_measure, "post", owner=officer),
    "warnings-list": LIST,
    "warnings-detail": Object(one),
    "warnings-acknowledge": Object(one, "post", owner=officer),
    "warnings-propose": Object(one, "post", owner=officer),
    "warnings-close": Object(one, "post", owner=officer),
    "unit-warnings-list": LIST,
    "unit-warnings-detail": Object(one_unit),
    "unit-warnings-acknowledge": Object(one_unit, "post"),
    "unit-warnings-propose": Object(one_unit, "post"),
    "unit-warnings-close": Object(one_unit, "post"),
    "measures-list": LIST,
    "measures-detail": Object(one_measure),
    "measures-done": Object(one_measure, "post", owner=officer),
    "indicators-list": RULES,
    "indicators-detail": RULES,
    "indicators-lines": RULES,
    "indicators-change": RULES,
    "indicators-live": RULES,
    "indicators-end": RULES,
    "indicators-hits": RULES,
    "indicators-try-it": RULES,
    "trials-list": RULES,
    "trials-detail": RULES,
    "warnings-suppress": Object(one, "post", owner=officer),
    "warnings-lift": Object(one, "post", owner=officer),
    "unit-warnings-suppress": Object(one_unit, "post"),
    "unit-warnings-lift": Object(one_unit, "post"),
    "regular-reports-list": LIST,
    "regular-reports-detail": Object(one_regular, owner=general_manager),
    "regular-reports-comment": Object(one_regular, "post", owner=general_manager),
    "regular-reports-sign": Object(one_regular, "post", owner=general_manager),
    "scores-list": LIST,
    "score-cards-list": RULES,
    "score-cards-detail": RULES,
    "scores-detail": Object(one_score, owner=account_manager),
    "storms-list": LIST,
    "storms-detail": Object(one_storm, owner=general_manager),
    "storms-settle": Object(one_storm, "post", owner=general_manager),
}
