"""Preparing a visit: own words outlive the night, and what is new comes up until it was explained once (VIS-5)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import Customer
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.visits import MONDAY, PlanStopFactory, VisitFactory, at
from visits.models import Explained, News, OwnWords
from visits.services import Refused, refresh_clocks
from visits.services.drafting import Search
from visits.services.notices import announce, mark_explained, to_explain, withdraw, words_of, write_words
from visits.services.planning import plan_day

SEARCH = Search(seed=1, iterations=20)
FRIDAY = date(2026, 11, 27)


def told(company: Company, **about: object) -> News:
    values: dict[str, object] = {
        "kind": "product",
        "title": "新品“春晓”",
        "starts_on": MONDAY,
        "ends_on": FRIDAY,
        "unit": company.a.unit,
        "by": company.a.general_manager,
        "now": at(8),
    }
    return announce(**values | about)  # type: ignore[arg-type]


def titles(customer: Customer, on: date = MONDAY) -> list[str]:
    return [each.title for each in to_explain(customers=[customer], on=on).get(customer.pk, [])]


def test_news_are_for_a_unit_its_tiers_and_its_days(company: Company) -> None:
    mine, other = company.a.customer, company.b.customer
    news = told(company)
    told(company, title="别的档次", tiers=[tier for tier in Customer.Tier.values if tier != mine.tier])
    told(company, title="全公司", unit=company.unit, tiers=[mine.tier], starts_on=date(2026, 11, 20))
    assert titles(mine) == ["全公司", news.title]
    assert titles(other) == (["全公司"] if other.tier == mine.tier else [])
    assert titles(mine, MONDAY - timedelta(days=1)) == ["全公司"]
    assert titles(mine, FRIDAY + timedelta(days=1)) == []
    withdraw(notice=news, now=at(9))
    assert titles(mine) == ["全公司"]


def test_explained_once_it_does_not_come_up_again(company: Company) -> None:
    news, mine = told(company), company.a.customer
    for _ in range(2):
        mark_explained(notice=news, customer=mine, by=company.a.account_manager, now=at(10))
    assert (titles(mine), Explained.objects.count()) == ([], 1)
    beside = CustomerFactory(unit=company.a.unit, account_manager=company.a.account_manager)
    assert titles(beside) == [news.title]
    with pytest.raises(Refused):
        mark_explained(notice=news, customer=company.b.customer, by=company.b.account_manager, now=at(10))


def test_the_database_refuses_what_makes_no_sense(company: Company) -> None:
    with pytest.raises(Refused):
        told(company, ends_on=MONDAY - timedelta(days=1))
    news = told(company)
    with pytest.raises(IntegrityError, match="notice_lasts"), transaction.atomic():
        News.objects.filter(pk=news.pk).update(ends_on=date(2026, 1, 1))
    pair = {"notice": news, "customer": company.a.customer, "by": company.a.account_manager, "at": at(9)}
    Explained.objects.create(**pair)
    with pytest.raises(IntegrityError, match="explained_once_a_customer"), transaction.atomic():
        Explained.objects.create(**pair)
    mine = {"customer": company.a.customer, "person": company.a.account_manager, "written_at": at(9)}
    with pytest.raises(IntegrityError, match="own_words_say_something"), transaction.atomic():
        OwnWords.objects.create(**mine)
    OwnWords.objects.create(**mine, goal="a")
    with pytest.raises(IntegrityError, match="own_words_once"), transaction.atomic():
        OwnWords.objects.create(**mine, goal="b")


def test_own_words_outlive_the_night_and_end_with_the_visit(company: Company) -> None:
    person, customer = company.a.account_manager, company.a.customer
    refresh_clocks(on=MONDAY)
    plan_day(person=person, on=MONDAY, now=at(2), search=SEARCH)
    write_words(customer=customer, person=person, goal="谈陈列", bring="样品", now=at(8))
    plan_day(person=person, on=MONDAY, now=at(9), search=SEARCH)
    found = words_of(person=person, customers=[customer.pk])[customer.pk]
    assert (found.goal, found.bring) == ("谈陈列", "样品")
    VisitFactory(customer=customer, person=person, started_at=at(10), ended_at=at(10, 20))
    assert words_of(person=person, customers=[customer.pk]) == {}
    write_words(customer=customer, person=person, goal="再谈", bring="", now=at(11))
    assert words_of(person=person, customers=[customer.pk])[customer.pk].goal == "再谈"
    write_words(customer=customer, person=person, goal=" ", bring="", now=at(12))
    assert OwnWords.objects.count() == 0


def test_on_the_card_and_on_the_sheet(company: Company, client: Client) -> None:
    person, customer, today = company.a.account_manager, company.a.customer, clock.today()
    stop = PlanStopFactory(
        plan__person=person,
        plan__date=today,
        customer=customer,
        reasons=[{"code": "licence", "expires_on": "2026-12-08"}],
    )
    news = told(company, starts_on=today, ends_on=today, text="六折")
    client.force_login(person)
    client.post(reverse("visits:words", args=[customer.pk]), {"goal": "谈陈列", "bring": "样品"})
    own = reverse("visits:own-card", args=[customer.pk])
    assert f'hx-get="{own}"' in client.get(reverse("visits:customer", args=[customer.pk])).content.decode()
    card = client.get(own).context["preparation"]
    assert (card["words"].goal, card["bring"][0], len(card["bring"])) == ("谈陈列", "样品", 2)
    assert [each.pk for each in card["news"]] == [news.pk]
    sheet = client.get(reverse("visits:sheet", args=[stop.plan_id])).content.decode()
    assert [words in sheet for words in ("谈陈列", "样品", news.title)] == [True] * 3
    explain = reverse("visits:explained", args=[customer.pk])
    client.post(explain, {"notice": news.pk})
    assert client.get(own).context["preparation"]["news"] == []
    assert client.post(explain, {"notice": "x"}, follow=True).status_code == 200
    prepared = client.get(f"/api/stops/{stop.pk}/preparation/").json()
    assert (prepared["goal"], prepared["words"]["bring"], prepared["news"]) == ("谈陈列", "样品", [])
    said = client.post(f"/api/stops/{stop.pk}/words/", {"goal": "改"}, content_type="application/json").json()
    assert (said["goal"], said["bring"][0] == "样品") == ("改", False)


def test_who_leads_announces_on_the_page_and_withdraws(company: Company, client: Client) -> None:
    today = clock.today()
    sent = {
        "kind": "campaign",
        "title": "年末活动",
        "starts_on": today,
        "ends_on": today + timedelta(days=9),
        "unit": company.a.unit.pk,
        "tiers": [1, 2],
    }
    address = reverse("visits:notices")
    client.force_login(company.a.account_manager)
    assert client.get(address).status_code == 200
    assert client.post(address, sent).status_code == 403
    client.force_login(company.a.sales_manager)
    assert client.post(address, sent | {"unit": company.b.unit.pk}).status_code == 422
    assert client.post(address, sent | {"ends_on": today - timedelta(days=1)}).status_code == 409
    page = client.post(address, sent, follow=True)
    news = News.objects.get()
    assert (news.tiers, news.made_by, [each.pk for each in page.context["page"]]) == (
        [1, 2],
        company.a.sales_manager,
        [news.pk],
    )
    client.force_login(company.a.account_manager)
    assert client.post(reverse("visits:notice-withdraw", args=[news.pk])).status_code == 403
    client.force_login(company.a.sales_manager)
    client.post(reverse("visits:notice-withdraw", args=[news.pk]))
    news.refresh_from_db()
    assert news.withdrawn_at is not None


def test_the_api_announces_explains_and_withdraws(company: Company, client: Client) -> None:
    today = clock.today().isoformat()
    sent = {"kind": "policy", "title": "新政策", "starts_on": today, "ends_on": today, "unit": company.a.unit.pk}
    client.force_login(company.a.account_manager)
    assert client.post("/api/news/", sent, content_type="application/json").status_code == 403
    client.force_login(company.a.sales_manager)
    made = client.post("/api/news/", sent, content_type="application/json")
    assert (made.status_code, made.json()["tiers"]) == (201, [])
    address = f"/api/news/{made.json()['id']}/"
    about = {"customer": company.a.customer.pk}
    assert client.post(address + "explained/", about, content_type="application/json").status_code == 200
    beside = {"customer": company.b.customer.pk}
    assert client.post(address + "explained/", beside, content_type="application/json").status_code == 400
    assert client.post(address + "withdraw/").json()["withdrawn_at"] is not None
    client.force_login(company.b.sales_manager)
    assert client.get(address).status_code == 404
