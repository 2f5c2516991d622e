"""Opening, acknowledging, handing over, closing, and who is told."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Person
from accounts.rules import Role
from accounts.services.organisation import record_absence
from duties import kinds, services
from duties.models import CalendarDay, Duty, DutyEvent, Message, Notice
from tests.factories.accounts import CustomerFactory, OrgUnitFactory, PersonFactory
from tests.factories.company import Company
from tests.factories.duties import DutyFactory, at, promise_rule

MONDAY = at("2026-11-23 09:00")


def acts(duty: Duty) -> list[tuple[str, int, int]]:
    return list(duty.events.order_by("pk").values_list("act", "level", "turn"))


def test_opening_finds_the_owner_and_the_deadline(company: Company) -> None:
    duty = DutyFactory(customer=company.a.customer, now=MONDAY)
    assert (duty.owner, duty.role, duty.level, duty.vacant) == (
        company.a.account_manager,
        Role.ACCOUNT_MANAGER,
        1,
        False,
    )
    assert (duty.opened_at, duty.held_since, duty.next_due_at) == (MONDAY, MONDAY, at("2026-11-25 09:00"))
    assert acts(duty) == [("opened", 1, 1)]
    assert list(duty.notices.values_list("recipient", "channel", "turn")) == [(duty.owner_id, "inbox", 1)]


def test_opening_twice_is_once(company: Company) -> None:
    first = DutyFactory(customer=company.a.customer, subject_id=7, now=MONDAY)
    second = DutyFactory(
        customer=company.a.customer, subject_id=7, now=MONDAY + timedelta(days=1), details={"name": "x"}
    )
    assert (first.pk, second.details, second.next_due_at) == (second.pk, {"name": "和顺烟酒"}, first.next_due_at)
    assert acts(first) == [("opened", 1, 1)]
    services.close(duty=first, by=None, now=MONDAY)
    assert DutyFactory(customer=company.a.customer, subject_id=7, now=MONDAY).pk != first.pk


def test_an_owner_and_a_deadline_may_be_given(company: Company) -> None:
    due_at = at("2026-12-01 12:00")
    duty = DutyFactory(customer=company.a.customer, owner=company.marketing_manager, due_at=due_at, now=MONDAY)
    assert (duty.owner, duty.next_due_at, duty.role) == (company.marketing_manager, due_at, Role.ACCOUNT_MANAGER)


def test_a_vacant_role_is_shown_and_goes_up(company: Company) -> None:
    duty = DutyFactory(customer=CustomerFactory(unit=company.a.unit), now=MONDAY)
    assert (duty.owner, duty.role, duty.vacant) == (company.a.sales_manager, Role.BRANCH_SALES_MANAGER, True)


def test_a_delegate_owes_for_the_absent(company: Company) -> None:
    away, delegate = company.a.account_managers
    record_absence(person=away, delegate=delegate, starts_on=MONDAY.date(), ends_on=MONDAY.date())
    assert DutyFactory(customer=company.a.customer, now=MONDAY).owner == delegate


def test_one_absent_without_delegate_is_a_vacancy(company: Company) -> None:
    record_absence(person=company.a.account_manager, starts_on=MONDAY.date(), ends_on=MONDAY.date())
    duty = DutyFactory(customer=company.a.customer, now=MONDAY)
    assert (duty.owner, duty.vacant) == (company.a.sales_manager, True)


def test_when_nobody_is_there_the_most_senior_owes_it(company: Company) -> None:
    promise_rule((Role.GENERAL_MANAGER, 60))
    company.general_manager.posts.all().delete()
    duty = DutyFactory(unit=company.a.unit, now=MONDAY)
    assert (duty.owner, duty.vacant) == (company.deputy_general_manager, True)


def test_an_absent_general_manager_still_owes(company: Company) -> None:
    promise_rule((Role.GENERAL_MANAGER, 60))
    record_absence(person=company.general_manager, starts_on=MONDAY.date(), ends_on=MONDAY.date())
    duty = DutyFactory(unit=company.a.unit, now=MONDAY)
    assert (duty.owner, duty.vacant) == (company.general_manager, True)


def test_a_company_without_anybody_cannot_owe(db: None) -> None:
    with pytest.raises(services.NobodyResponsible):
        DutyFactory(unit=OrgUnitFactory(), now=MONDAY)


def test_a_kind_needs_a_name_and_a_rule(company: Company) -> None:
    with pytest.raises(KeyError):
        services.open_duty(kind="test.unknown", subject_id=1, unit=company.a.unit, now=MONDAY)
    with pytest.raises(LookupError, match="no escalation rule"):
        services.open_duty(kind="test.promise", subject_id=1, unit=company.a.unit, now=MONDAY)


def test_the_rule_of_the_case_goes_first(company: Company) -> None:
    promise_rule()
    promise_rule((Role.MARKETING_DIRECTOR, 60), variant="core")
    owners = [
        DutyFactory(customer=company.a.customer, variant=variant, now=MONDAY).owner for variant in ("core", "other", "")
    ]
    assert owners == [company.marketing_director, company.a.account_manager, company.a.account_manager]


def test_a_calendar_without_working_days_does_not_stop_duties(company: Company) -> None:
    CalendarDay.objects.bulk_create(
        CalendarDay(day=MONDAY.date() + timedelta(days=number), works=False) for number in range(40)
    )
    assert DutyFactory(customer=company.a.customer, now=MONDAY).next_due_at == MONDAY + timedelta(minutes=900)


@pytest.mark.parametrize("count", [1, 3])
def test_thousands_are_opened_in_a_fixed_number_of_queries(
    company: Company, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    promise_rule()
    customers = CustomerFactory.create_batch(count, unit=company.a.unit, account_manager=company.a.account_manager)
    Person.objects.filter(pk=company.a.account_manager.pk).update(
        email="a@example.com", webhook="https://example.com/x"
    )
    openings = [services.Opening(customer.pk, customer.unit, customer) for customer in customers]
    # savepoint, 5 of the ladder, keys, duties, which of them, events, reach, keys, messages, notices, empty ones
    with django_assert_num_queries(16):
        assert services.open_duties(kind="test.promise", openings=openings, now=MONDAY) == count
    assert (Duty.objects.count(), Notice.objects.count(), Message.objects.count()) == (count, 3 * count, 2)
    with django_assert_num_queries(10):
        assert services.open_duties(kind="test.promise", openings=openings, now=MONDAY) == 0


def test_opening_none_asks_nothing(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        assert services.open_duties(kind="test.promise", openings=[], now=MONDAY) == 0


def test_acknowledging_keeps_the_deadline_unless_one_is_agreed(company: Company) -> None:
    duty = DutyFactory(customer=company.a.customer, now=MONDAY)
    later = MONDAY + timedelta(hours=1)
    known = services.acknowledge(duty=duty, by=duty.owner, now=later)
    assert (known.state, known.acknowledged_at, known.acknowledged_by, known.next_due_at) == (
        "acknowledged", later, duty.owner, duty.next_due_at,
    )  # fmt: skip
    services.acknowledge(duty=duty, by=duty.owner, now=later)
    assert acts(duty) == [("opened", 1, 1), ("acknowledged", 1, 1)]
    agreed = services.acknowledge(duty=duty, by=duty.owner, now=later, due_at=at("2026-12-01 12:00"))
    assert agreed.next_due_at == at("2026-12-01 12:00")
    assert acts(duty) == [("opened", 1, 1), ("acknowledged", 1, 1), ("acknowledged", 1, 1)]


def test_handing_over_tells_the_next_and_begins_a_turn(company: Company) -> None:
    first, second = company.a.account_managers
    duty = DutyFactory(customer=company.a.customer, now=MONDAY)
    services.acknowledge(duty=duty, by=first, now=MONDAY)
    given = services.hand_over(duty=duty, to=second, by=first, now=MONDAY, note="近")
    assert (given.owner, given.held_before, given.state, given.level, given.turn, given.next_due_at, given.came) == (
        second, first, "open", 1, 2, duty.next_due_at, "handed_over",
    )  # fmt: skip
    back = services.hand_over(duty=duty, to=first, by=second, now=MONDAY)
    assert back.turn == 3
    told = list(duty.notices.order_by("turn").values_list("recipient", "turn"))
    assert told == [(first.pk, 1), (second.pk, 2), (first.pk, 3)]
    services.hand_over(duty=duty, to=first, by=second, now=MONDAY)
    assert acts(duty) == [("opened", 1, 1), ("acknowledged", 1, 1), ("handed_over", 1, 2), ("handed_over", 1, 3)]


def test_nobody_who_left_takes_over(company: Company) -> None:
    duty = DutyFactory(customer=company.a.customer, now=MONDAY)
    with pytest.raises(ValueError, match="left"):
        services.hand_over(duty=duty, to=PersonFactory(is_active=False), by=duty.owner, now=MONDAY)


def test_a_deadline_may_be_set(company: Company) -> None:
    duty = DutyFactory(customer=company.a.customer, now=MONDAY)
    due_at = at("2026-12-01 12:00")
    assert services.set_deadline(duty=duty, due_at=due_at, by=duty.owner, now=MONDAY, note="等货").next_due_at == due_at
    assert acts(duty) == [("opened", 1, 1), ("extended", 1, 1)]


def test_closing_ends_it_for_good(company: Company) -> None:
    duty = DutyFactory(customer=company.a.customer, now=MONDAY)
    closed = services.close(duty=duty, by=duty.owner, now=MONDAY, outcome="已办")
    assert (closed.state, closed.next_due_at, closed.closed_by, closed.outcome) == ("closed", None, duty.owner, "已办")
    for act in (
        lambda: services.acknowledge(duty=duty, by=duty.owner, now=MONDAY),
        lambda: services.hand_over(duty=duty, to=company.marketing_manager, by=duty.owner, now=MONDAY),
        lambda: services.set_deadline(duty=duty, due_at=MONDAY, by=None, now=MONDAY),
        lambda: services.close(duty=duty, by=None, now=MONDAY),
    ):
        with pytest.raises(services.AlreadyClosed):
            act()
    assert services.open_duty_of(duty.kind, duty.subject_id) is None


def test_everybody_is_told_by_every_channel_they_have(company: Company) -> None:
    Person.objects.filter(pk=company.a.account_manager.pk).update(
        email="a@example.com", webhook="https://example.com/x"
    )
    duty = DutyFactory(customer=company.a.customer, now=MONDAY)
    assert sorted(duty.notices.values_list("channel", flat=True)) == ["email", "inbox", "webhook"]
    assert sorted(Message.objects.values_list("recipient", "channel", "delivery", "attempts")) == [
        (duty.owner_id, "email", "pending", 0),
        (duty.owner_id, "webhook", "pending", 0),
    ]


def test_others_may_be_told_too_and_only_once(company: Company) -> None:
    Person.objects.filter(pk=company.a.sales_manager.pk).update(email="a@example.com")
    duty = DutyFactory(customer=company.a.customer, now=MONDAY)
    for _ in range(2):
        services.tell_also(duty=duty, people=[company.a.sales_manager.pk, duty.owner_id], now=MONDAY)
    assert sorted(duty.notices.values_list("recipient", "channel")) == sorted(
        [(duty.owner_id, "inbox"), (company.a.sales_manager.pk, "inbox"), (company.a.sales_manager.pk, "email")]
    )
    assert list(Message.objects.order_by("pk").values_list("delivery", flat=True)) == ["pending", "dropped"]


def test_nobody_who_left_is_written_to(company: Company) -> None:
    Person.objects.filter(pk=company.a.account_manager.pk).update(email="a@example.com", is_active=False)
    DutyFactory(customer=company.a.customer, now=MONDAY)
    assert Message.objects.count() == 0


def test_who_may_act(company: Company) -> None:
    today = clock.today()
    duty = DutyFactory(customer=company.a.customer)
    record_absence(person=duty.owner, delegate=company.b.account_manager, starts_on=today, ends_on=today)
    fresh = {
        name: Person.objects.get(pk=person.pk)
        for name, person in {
            "owner": duty.owner,
            "stands in": company.b.account_manager,
            "superior": company.a.sales_manager,
            "top": company.general_manager,
            "colleague": company.a.account_managers[1],
            "other branch": company.b.sales_manager,
        }.items()
    }
    assert {name for name, person in fresh.items() if services.may_act(duty=duty, person=person)} == {
        "owner",
        "stands in",
    }
    assert {name for name, person in fresh.items() if services.may_hand_over(duty=duty, person=person)} == {
        "owner", "stands in", "superior", "top",
    }  # fmt: skip
    services.hand_over(duty=duty, to=company.marketing_manager, by=duty.owner, now=clock.now())
    duty.refresh_from_db()
    assert services.may_act(duty=duty, person=fresh["owner"])


def test_who_sees_a_duty(company: Company) -> None:
    about_customer = DutyFactory(customer=company.a.customer)
    about_unit = DutyFactory(unit=company.a.unit, owner=company.a.sales_manager)

    def seen(person: Person) -> list[int]:
        return list(
            Duty.objects.visible_to(Person.objects.get(pk=person.pk)).order_by("pk").values_list("pk", flat=True)
        )

    both = [about_customer.pk, about_unit.pk]
    assert seen(company.a.account_manager) == [about_customer.pk]
    assert seen(company.a.sales_manager) == both
    assert seen(company.general_manager) == both
    assert seen(company.b.sales_manager) == []
    services.hand_over(duty=about_unit, to=company.b.account_manager, by=company.a.sales_manager, now=clock.now())
    assert seen(company.b.account_manager) == [about_unit.pk]
    services.hand_over(duty=about_unit, to=company.a.general_manager, by=company.b.account_manager, now=clock.now())
    assert seen(company.b.account_manager) == [about_unit.pk]


def test_a_history_is_seen_by_whoever_sees_the_duty(company: Company) -> None:
    DutyFactory(customer=company.a.customer)
    assert DutyEvent.objects.visible_to(company.a.sales_manager).count() == 1
    assert DutyEvent.objects.visible_to(company.b.sales_manager).count() == 0


def test_a_notice_is_its_recipients_own(company: Company) -> None:
    DutyFactory(customer=company.a.customer)
    assert Notice.objects.visible_to(company.a.account_manager).unread().count() == 1
    assert Notice.objects.visible_to(company.general_manager).count() == 0


def test_what_a_person_owes_the_first_due_first(company: Company) -> None:
    first, second = company.a.account_managers
    later = DutyFactory(customer=company.a.customer, due_at=at("2026-12-02 09:00"))
    sooner = DutyFactory(customer=company.a.customer, due_at=at("2026-12-01 09:00"))
    services.close(duty=DutyFactory(customer=company.a.customer), by=None, now=clock.now())
    assert list(Duty.objects.owed_by(first)) == [sooner, later]
    record_absence(person=first, delegate=second, starts_on=clock.today(), ends_on=clock.today())
    assert list(Duty.objects.owed_by(Person.objects.get(pk=second.pk))) == [sooner, later]


def test_a_sentence_with_a_value_missing_still_reads() -> None:
    assert kinds.get("test.promise").describe({}) == "Keep the promise to –"


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        kinds.register(kinds.get("test.promise"))
