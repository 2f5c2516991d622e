"""Complaints for tests, made and moved by the services that the application uses."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import factory
import pgtrigger
from django.db import transaction
from factory.django import DjangoModelFactory

from accounts import clock
from accounts.models import Customer, Person
from complaints import services
from complaints.models import Complaint, ComplaintStep
from complaints.rules import Step
from tests.factories.accounts import CustomerFactory

CHINA = ZoneInfo("Asia/Shanghai")


class ComplaintFactory(DjangoModelFactory):
    """A complaint just registered; the company needs somebody responsible (the fixture `company` has).

    `step="told"` moves it on, each step taken by whom it is owed by; `handler=…` says to whom it is assigned.
    """

    class Meta:
        model = Complaint

    customer = factory.SubFactory(CustomerFactory)
    channel = Complaint.Channel.PHONE
    reported_by_name = "何顺生"
    reported_by_phone = "13800006620"
    subject = factory.Sequence(lambda number: f"送货少了{number + 1}条")
    text = "单子上有，货里没有，打了两次电话没人回。"
    gravity = Complaint.Gravity.GENERAL

    @classmethod
    def _create(
        cls,
        model_class: type[Complaint],
        *args: Any,
        step: str = Step.REGISTERED,
        handler: Person | None = None,
        by: Person | None = None,
        now: datetime | None = None,
        **fields: Any,
    ) -> Complaint:
        now = now or clock.now()
        customer = fields["customer"]
        by = by or customer.account_manager
        if by is None:
            fields["channel"] = Complaint.Channel.FORM
        with transaction.atomic():
            complaint = services.register(by=by, now=now, **fields)
            return advance(complaint, to=step, handler=handler, now=now)


def closed_in_bulk(customer: Customer, cause: str, days: Iterable[date]) -> list[Complaint]:
    """Complaints of a customer closed with a cause, one a day given, written at once: their steps are left out."""
    number = Complaint.objects.count()
    moments = [datetime.combine(day, time(15), CHINA) for day in days]
    rows = [
        Complaint(
            number=f"TS-BULK-{number + place:05d}",
            customer=customer,
            channel=Complaint.Channel.FORM,
            reported_by_name="何顺生",
            subject="包装压坏",
            text="拆箱发现压坏。",
            step=Step.CLOSED,
            registered_at=moment - timedelta(days=2),
            told_at=moment - timedelta(hours=1),
            told_by=customer.account_manager,
            told_how="phone",
            customer_said="收到了。",
            cause=cause,
            closed_at=moment,
        )
        for place, moment in enumerate(moments)
    ]
    with pgtrigger.ignore("complaints.Complaint:begins"):
        made = Complaint.objects.bulk_create(rows)
    ComplaintStep.objects.bulk_create(
        ComplaintStep(complaint=each, act="registered", at=each.registered_at) for each in made
    )
    return made


def advance(
    complaint: Complaint, *, to: str, handler: Person | None = None, now: datetime | None = None, cause: str = "product"
) -> Complaint:
    """Take steps until `to` is taken, each by whom it is owed by."""
    now = now or clock.now()
    while complaint.step != to:
        assert complaint.duty is not None, f"{complaint} never reaches {to}"
        owner = complaint.duty.owner
        match complaint.next_step:
            case Step.ASSIGNED:
                chosen = handler or complaint.customer.account_manager or owner
                complaint = services.assign(complaint=complaint, to=chosen, by=owner, now=now)
            case Step.INVESTIGATED:
                complaint = services.investigate(complaint=complaint, text="仓库点货，少装一箱。", by=owner, now=now)
            case Step.INSTRUCTED:
                complaint = services.instruct(complaint=complaint, text="当天补货，登门道歉。", by=owner, now=now)
            case Step.HANDLED:
                complaint = services.handle(complaint=complaint, text="已补货。", by=owner, now=now)
            case Step.TOLD:
                complaint = services.tell_customer(
                    complaint=complaint, told_at=now, how="phone", customer_said="收到了，下次注意。", by=owner, now=now
                )
            case Step.CLOSED:
                complaint = services.close(complaint=complaint, cause=cause, by=owner, now=now)
    return complaint
