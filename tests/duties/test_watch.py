"""The watchdog: each broken promise is counted, red turns into a duty, and machines get 200 or 503."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts import clock
from accounts.models import Person
from accounts.services.organisation import record_absence
from duties import services, watch
from duties.models import Duty, Finding, Heartbeat, Message
from duties.services.heart import beat
from tests.factories.accounts import OrgUnitFactory, PersonFactory, PostFactory
from tests.factories.company import Company
from tests.factories.duties import DutyFactory, at

Counts = Callable[[], dict[str, int]]


@pytest.fixture(autouse=True)
def free_day(db: None) -> None:
    """Sunday noon: on a working day from eight on, a company without plans is not well."""
    now = clock.now()
    today = timezone.localdate(now)
    clock.shift(at(f"{today + timedelta(days=7 - today.isoweekday() % 7)} 12:00") - now)


@pytest.fixture
def counts(company: Company) -> Counts:
    """What every check of this floor finds that is not well; the engines have run just now."""
    for name in ("sweep", "deliver", "watch"):
        beat(name, now=clock.now())

    def run() -> dict[str, int]:
        results = [watch.run(check, clock.now()) for check in watch.checks() if check.name.startswith("duties.")]
        return {result.check.name: result.count for result in results if result.red}

    return run


def dead_letter(company: Company) -> Message:
    now = clock.now()
    return Message.objects.create(
        recipient=company.general_manager,
        channel="email",
        created_at=now,
        delivery="dead",
        settled_at=now,
        error="HTTP 500",
    )


def test_all_is_well(counts: Counts) -> None:
    assert counts() == {}


def test_overdue_and_not_climbed(company: Company, counts: Counts) -> None:
    duty = DutyFactory(customer=company.a.customer, due_at=clock.now() - timedelta(minutes=2))
    assert counts() == {}
    services.set_deadline(duty=duty, due_at=clock.now() - timedelta(minutes=4), by=None, now=clock.now())
    assert counts() == {"duties.not_climbed": 1}
    services.sweep()
    assert counts() == {}


def test_messages_not_sent(company: Company, counts: Counts) -> None:
    Message.objects.create(
        recipient=company.general_manager,
        channel="email",
        created_at=clock.now() - timedelta(minutes=31),
        next_attempt_at=clock.now() + timedelta(minutes=9),
    )
    assert counts() == {"duties.not_sent": 1}


def test_dead_letters(company: Company, counts: Counts) -> None:
    dead_letter(company)
    assert counts() == {"duties.dead_letters": 1}


def test_open_duties_whose_owner_left(company: Company, counts: Counts) -> None:
    duty = DutyFactory(customer=company.a.customer)
    Person.objects.filter(pk=duty.owner_id).update(is_active=False)
    assert counts() == {"duties.without_owner": 1}
    services.close(duty=duty, by=None, now=clock.now())
    assert counts() == {}


def test_nobody_at_the_top(company: Company, counts: Counts) -> None:
    record_absence(person=company.general_manager, starts_on=clock.today(), ends_on=clock.today())
    assert counts() == {"duties.nobody_responsible": 1}


def test_parts_that_stand_still(counts: Counts) -> None:
    Heartbeat.objects.filter(name="deliver").delete()
    assert counts() == {"duties.silent": 1}
    clock.shift(timedelta(minutes=4))
    assert counts() == {"duties.silent": 2}
    beat("beat", now=clock.now() - timedelta(minutes=6))
    assert watch.silent(clock.now()) == ["逾期事项上升", "消息发送", "Celery 定时"]


def test_upper_apps_register_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_checks", {})
    watch.register("test.plans", "Plans missing", lambda now: ["A", "B"])
    watch.register("test.nights", "Nights missing", lambda now: 0)
    results = [watch.run(check, at("2026-11-23 09:00")) for check in watch.checks()]
    assert [(result.count, result.what, result.red) for result in results] == [(2, ["A", "B"], True), (0, [], False)]
    with pytest.raises(ValueError, match="twice"):
        watch.register("test.plans", "Plans missing", lambda now: 0)


def open_broken() -> list[str]:
    return [duty.details["check"] for duty in Duty.objects.open().filter(kind="duties.broken").order_by("pk")]


def test_what_stays_red_is_owed_and_climbs_and_ends_when_it_is_mended(company: Company, counts: Counts) -> None:
    administrator = PostFactory(unit=company.unit, role="administrator").person
    letter = dead_letter(company)
    services.look(now=clock.now())
    assert open_broken() == []
    clock.shift(timedelta(minutes=3))
    beat("sweep", now=clock.now())
    services.look(now=clock.now())
    services.look(now=clock.now())
    assert open_broken() == ["duties.dead_letters"]
    duty = Duty.objects.get(kind="duties.broken")
    assert duty.owner == administrator
    finding = Finding.objects.get(name="duties.dead_letters")
    assert (duty.subject_id, finding.count, finding.red_since) == (finding.pk, 1, clock.now() - timedelta(minutes=3))
    services.set_deadline(duty=duty, due_at=clock.now(), by=None, now=clock.now())
    services.sweep()
    duty.refresh_from_db()
    assert duty.owner == company.deputy_general_manager
    services.send_again(messages=[letter.pk], now=clock.now())
    call_command("watch")
    assert open_broken() == []
    finding.refresh_from_db()
    assert (finding.count, finding.red_since) == (0, None)


def test_an_empty_installation_is_watched_too(db: None) -> None:
    services.look(now=clock.now())
    clock.shift(timedelta(minutes=4))
    services.look(now=clock.now())
    assert Duty.objects.count() == 0
    OrgUnitFactory()
    services.look(now=clock.now())
    assert Duty.objects.count() == 0


def test_machines_get_200_while_all_is_well(counts: Counts, client: Client) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["ok"], answer.json()["reasons"]) == (200, True, [])
    assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache")


def test_machines_get_503_with_the_reasons(
    company: Company, counts: Counts, client: Client, settings: Settings
) -> None:
    dead_letter(company)
    Heartbeat.objects.filter(name="watch").delete()
    settings.REDIS_URL = "unix:///nowhere.sock"
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == [
        {"check": "duties.dead_letters", "count": 1},
        {"check": "duties.watch_silent", "count": 1},
        {"check": "broker", "count": 1},
    ]


def test_machines_get_503_without_a_database(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.execute_wrapper(_refuse):
        answer = client.get("/health/")
    assert (answer.status_code, answer.json()["reasons"]) == (503, [{"check": "database", "count": 1}])


def _refuse(*_: Any) -> None:
    raise OperationalError("gone")


def test_the_page_says_it_in_words(company: Company, counts: Counts, client: Client) -> None:
    client.force_login(company.general_manager)
    letter = dead_letter(company)
    page = client.get("/duties/health/")
    assert page.status_code == 200
    assert [row["result"].check.name for row in page.context["results"] if row["result"].red] == ["duties.dead_letters"]
    assert "HTTP 500" in page.content.decode()
    client.post("/duties/health/send-again/", {"message": letter.pk})
    assert Message.objects.get().delivery == "pending"


def test_all_dead_letters_may_be_tried_again(company: Company, counts: Counts, client: Client) -> None:
    client.force_login(company.deputy_general_manager)
    for _ in range(2):
        dead_letter(company)
    client.post("/duties/health/send-again/")
    assert Message.objects.dead().count() == 0


def test_a_duty_of_the_watchdog_leads_to_the_page(company: Company, client: Client) -> None:
    finding = Finding.objects.create(name="duties.silent", checked_at=clock.now())
    client.force_login(company.general_manager)
    assert client.get(f"/duties/health/{finding.pk}/").headers["Location"] == "/duties/health/#duties.silent"


@pytest.mark.parametrize("address", ["/duties/health/", "/duties/health/1/"])
def test_the_page_is_for_those_who_can_mend_it(company: Company, client: Client, address: str) -> None:
    client.force_login(company.a.general_manager)
    assert client.get(address).status_code == 404
    assert client.post("/duties/health/send-again/").status_code == 404
    client.force_login(PersonFactory(is_superuser=True))
    assert client.get("/duties/health/").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_a_look_for_machines_takes_a_fixed_number_of_queries(
    company: Company,
    counts: Counts,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    own = {name: check for name, check in watch._checks.items() if name.startswith("duties.")}
    monkeypatch.setattr(watch, "_checks", own)
    for _ in range(count):
        DutyFactory(customer=company.a.customer)
        dead_letter(company)
    with django_assert_num_queries(10):  # the clock, six checks of which one asks three times, the watchdog's heart
        assert client.get("/health/").status_code == 503
