"""Duties for tests, opened through the service; `test.promise` climbs from account manager to branch manager."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from accounts import clock
from accounts.rules import Role
from duties import kinds, services
from duties.models import Duty, EscalationRule, EscalationStep

CHINA = ZoneInfo("Asia/Shanghai")

#: Working minutes of the three levels of `test.promise`: two days, a day, half a day.
LIMITS = (900, 450, 225)
LADDER = (Role.ACCOUNT_MANAGER, Role.BRANCH_SALES_MANAGER, Role.BRANCH_GENERAL_MANAGER)

PROMISE = kinds.Kind(
    key="test.promise",
    label="Promise",
    sentence="Keep the promise to %(name)s",
    url_name="duties:duty",
    icon="clipboard-check",
)
kinds.register(PROMISE)


def at(text: str) -> datetime:
    """`2026-11-23 09:00` in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def promise_rule(*steps: tuple[Role, int], variant: str = "") -> EscalationRule:
    """The rule of `test.promise`, made anew with these steps."""
    rule, _ = EscalationRule.objects.get_or_create(kind=PROMISE.key, variant=variant)
    rule.steps.all().delete()
    for level, (role, minutes) in enumerate(steps or zip(LADDER, LIMITS, strict=True), 1):
        EscalationStep.objects.create(rule=rule, level=level, role=role, limit_minutes=minutes)
    return rule


class DutyFactory(DjangoModelFactory):
    """An open duty about a customer: `DutyFactory(customer=…)`; makes the rule if it is missing."""

    class Meta:
        model = Duty

    kind = PROMISE.key
    subject_id = factory.Sequence(lambda number: number + 1)
    customer = None
    unit = factory.LazyAttribute(lambda duty: duty.customer.unit)
    details = factory.LazyFunction(lambda: {"name": "和顺烟酒"})
    now = factory.LazyFunction(clock.now)

    @classmethod
    def _create(cls, model_class: type[Duty], *args: Any, **fields: Any) -> Duty:
        if not EscalationRule.objects.filter(kind=fields["kind"]).exists():
            promise_rule()
        return services.open_duty(**fields)
