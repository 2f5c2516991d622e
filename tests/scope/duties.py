"""Routes of duties."""

from collections.abc import Mapping
from typing import Any

from accounts import clock
from accounts.models import Person
from duties.models import Finding, Notice
from tests.factories.accounts import PersonFactory
from tests.factories.company import Company
from tests.factories.duties import DutyFactory, promise_rule
from tests.scope import Entry, NoObject, Object


def duty_of_b(company: Company) -> Mapping[str, Any]:
    return {"pk": DutyFactory(customer=company.b.customer).pk}


def finding(company: Company) -> Mapping[str, Any]:
    return {"pk": Finding.objects.create(name="duties.silent", checked_at=clock.now()).pk}


def rule(company: Company) -> Mapping[str, Any]:
    return {"pk": promise_rule().pk}


def notice_of_b(company: Company) -> Mapping[str, Any]:
    duty_of_b(company)
    return {"pk": Notice.objects.get(recipient=company.b.account_manager).pk}


def holder(company: Company) -> Person:
    return company.b.account_manager


def administrator(company: Company) -> Person:
    return PersonFactory(is_superuser=True)


OWN = NoObject("a page of one's own, without an object")
WATCHERS = NoObject("about no unit; 404 for who does not watch: tests/duties/test_watch.py")
SETTERS = NoObject("about no unit; 404 for who does not set rules: tests/duties/test_settings.py")
CALENDAR = NoObject("everybody's to read; who may write is in tests/duties/test_api.py")

ENTRIES: dict[str, Entry] = {
    "duties:inbox": OWN,
    "duties:read": OWN,
    "duties:duty": Object(duty_of_b),
    "duties:acknowledge": Object(duty_of_b, method="post", owner=holder),
    "duties:hand-over": Object(duty_of_b),
    "duties:health": WATCHERS,
    "duties:send-again": WATCHERS,
    "duties:check": Object(finding, owner=administrator),
    "duties:rules": SETTERS,
    "duties:rule": Object(rule, owner=administrator),
    "duties:calendar": NoObject("the calendar is everybody's"),
    "duties:set-day": SETTERS,
    "duties:clear-day": SETTERS,
    "health": NoObject("for machines: names checks, nobody and nothing else"),
    "duties-list": OWN,
    "duties-detail": Object(duty_of_b),
    "duties-acknowledge": Object(duty_of_b, method="post", owner=holder),
    "duties-hand-over": Object(duty_of_b, method="post", owner=holder),
    "notices-list": OWN,
    "notices-detail": Object(notice_of_b, owner=holder),
    "notices-read": Object(notice_of_b, method="post", owner=holder),
    "notices-read-all": OWN,
    "calendar-days-list": CALENDAR,
    "calendar-days-detail": CALENDAR,
    "calendar-days-year": CALENDAR,
    "escalation-rules-list": SETTERS,
    "escalation-rules-detail": Object(rule, owner=administrator),
}
