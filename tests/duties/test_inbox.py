"""The inbox: what I owe, by when, how it came to me, whom it climbs to; act there."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Person
from accounts.rules import Role
from accounts.services.organisation import record_absence
from duties import kinds, services
from duties.models import Duty, Notice
from duties.services.inbox import GATHERED_ABOVE, LINES, Gathered, Line, inbox
from tests.factories.accounts import CustomerFactory, PersonFactory, PostFactory
from tests.factories.company import Company
from tests.factories.duties import DutyFactory, promise_rule

HTMX = {"HX-Request": "true"}


def fresh(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def lines(person: Person, **how: object) -> list[Line | Gathered]:
    return inbox(person=fresh(person), now=clock.now(), **how).lines  # type: ignore[arg-type]


def test_the_first_due_stands_first_with_its_way_up(company: Company) -> None:
    now = clock.now()
    later = DutyFactory(customer=company.a.customer, due_at=now + timedelta(days=2))
    sooner = DutyFactory(customer=company.a.customer, due_at=now + timedelta(days=1))
    found = inbox(person=fresh(company.a.account_manager), now=now)
    first, second = found.lines
    assert isinstance(first, Line)
    assert isinstance(second, Line)
    assert (first.duty, second.duty, found.total, found.more) == (sooner, later, 2, False)
    assert (first.sentence, first.came, first.climbs_to, first.new) == (
        "Keep the promise to 和顺烟酒", "直接送您", company.a.sales_manager.name, True,
    )  # fmt: skip


def test_how_it_came(company: Company) -> None:
    climbed = DutyFactory(customer=company.a.customer, due_at=clock.now() - timedelta(minutes=1))
    services.sweep()
    handed = DutyFactory(customer=company.a.customer)
    services.hand_over(duty=handed, to=company.a.sales_manager, by=handed.owner, now=clock.now())
    vacant = DutyFactory(customer=CustomerFactory(unit=company.a.unit))
    came = {
        line.duty.pk: (line.came, line.climbs_to) for line in lines(company.a.sales_manager) if isinstance(line, Line)
    }
    above = company.a.general_manager.name
    assert came == {
        climbed.pk: ("城东客户经理一 未按时办理", above),
        handed.pk: ("城东客户经理一 转交", above),
        vacant.pk: ("原应承办的职务空缺", above),
    }


def test_at_the_top_it_is_asked_again(company: Company) -> None:
    promise_rule((Role.GENERAL_MANAGER, 60))
    DutyFactory(unit=company.unit, due_at=clock.now() - timedelta(minutes=1))
    services.sweep()
    [line] = lines(company.general_manager)
    assert isinstance(line, Line)
    assert (line.came, line.climbs_to) == ("逾期未办，且上无他人", "")


def test_a_delegate_sees_what_the_absent_owe(company: Company) -> None:
    away, delegate = company.a.account_managers
    DutyFactory(customer=company.a.customer)
    record_absence(person=away, delegate=delegate, starts_on=clock.today(), ends_on=clock.today())
    [line] = lines(delegate)
    assert isinstance(line, Line)
    assert line.came == "直接送 城东客户经理一"


def test_a_storm_stands_in_one_line_that_unfolds(company: Company) -> None:
    now = clock.now()
    storm = [
        DutyFactory(customer=company.a.customer, due_at=now + timedelta(hours=n)) for n in range(GATHERED_ABOVE + 1)
    ]
    alone = DutyFactory(kind="visit.follow_up", customer=company.a.customer, due_at=now + timedelta(days=9))
    gathered, single = lines(company.a.account_manager)
    assert isinstance(gathered, Gathered)
    assert (gathered.count, gathered.unit, gathered.due_at) == (6, "城东", storm[0].next_due_at)
    assert isinstance(single, Line)
    assert single.duty == alone
    unfolded = lines(company.a.account_manager, kind="test.promise", unit_id=company.a.unit.pk)
    assert [line.duty for line in unfolded if isinstance(line, Line)] == storm
    services.close(duty=storm[0], by=None, now=now)
    assert len(lines(company.a.account_manager)) == 6


def test_tabs_count_each_kind_and_keep_their_numbers(company: Company) -> None:
    for kind in ("test.promise", "test.promise", "visit.follow_up"):
        DutyFactory(kind=kind, customer=company.a.customer)
    found = inbox(person=fresh(company.a.account_manager), now=clock.now(), kind="visit.follow_up")
    assert [(tab.kind, tab.label, tab.count) for tab in found.tabs] == [
        ("test.promise", "Promise", 2),
        ("visit.follow_up", "回访", 1),
    ]
    assert (found.total, len(found.lines)) == (3, 1)


def test_many_pages(company: Company) -> None:
    unit = company.a.unit.pk
    for _ in range(LINES + 3):
        DutyFactory(customer=company.a.customer)
    first, second = (
        inbox(person=fresh(company.a.account_manager), now=clock.now(), kind="test.promise", unit_id=unit, page=page)
        for page in (1, 2)
    )
    assert (len(first.lines), first.more, len(second.lines), second.more) == (LINES, True, 3, False)


def test_what_one_was_told_of_but_does_not_owe(company: Company, client: Client) -> None:
    duty = DutyFactory(customer=company.a.customer)
    services.tell_also(duty=duty, people=[company.a.sales_manager.pk], now=clock.now())
    client.force_login(company.a.sales_manager)
    page = client.get("/duties/")
    assert [(told.text, told.url) for told in page.context["inbox"].told] == [
        ("Keep the promise to 和顺烟酒", f"/duties/{duty.pk}/")
    ]
    client.post("/duties/told/read/", {"notice": Notice.objects.get(recipient=company.a.sales_manager).pk})
    assert client.get("/duties/").context["inbox"].told == []


def test_one_reads_only_ones_own_notices(company: Company, client: Client) -> None:
    DutyFactory(customer=company.a.customer)
    client.force_login(company.general_manager)
    client.post("/duties/told/read/")
    client.post("/duties/told/read/", {"notice": Notice.objects.get().pk})
    assert Notice.objects.get().read_at is None
    client.force_login(company.a.account_manager)
    client.post("/duties/told/read/")
    assert Notice.objects.get().read_at == clock.now()


@pytest.mark.parametrize("count", [1, 3, GATHERED_ABOVE + 20])
def test_the_page_takes_a_fixed_number_of_queries(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    now = clock.now()
    for _ in range(count):
        DutyFactory(customer=company.a.customer)
    for number in range(3):
        other = CustomerFactory(unit=(company.a, company.b)[number % 2].unit, account_manager=company.b.account_manager)
        duty = DutyFactory(customer=other, due_at=now - timedelta(minutes=1))
        services.hand_over(duty=duty, to=company.a.account_manager, by=duty.owner, now=now)
    client.force_login(company.a.account_manager)
    with django_assert_num_queries(11):
        assert client.get("/duties/").status_code == 200


def test_the_page_stays_light(company: Company, client: Client) -> None:
    promise_rule((Role.MARKETING_DIRECTOR, 60))
    for number in range(LINES):
        DutyFactory(unit=(company.a, company.b)[number % 2].unit, owner=company.marketing_director)
    client.force_login(company.marketing_director)
    page = client.get(f"/duties/?kind=test.promise&unit={company.a.unit.pk}")
    assert page.content.count(b"<tr data-href") == LINES // 2
    assert len(page.content) < 80_000


def test_an_empty_inbox_says_so(company: Company, client: Client) -> None:
    client.force_login(company.general_manager)
    assert "没有等您办的事" in client.get("/duties/").content.decode()


def test_the_gathered_line_unfolds_by_htmx(company: Company, client: Client) -> None:
    for _ in range(GATHERED_ABOVE + 1):
        DutyFactory(customer=company.a.customer)
    client.force_login(company.a.account_manager)
    page = client.get("/duties/").content.decode()
    [address] = set(re.findall(r'hx-get="(/duties/\?kind=test\.promise&amp;unit=\d+&amp;rows=1)"', page))
    rows = client.get(address.replace("&amp;", "&"), headers=HTMX).content.decode()
    assert (rows.count("<tr data-href"), "<html" in rows) == (6, False)


def test_odd_addresses_do_no_harm(company: Company, client: Client) -> None:
    client.force_login(company.a.account_manager)
    for query in ("page=x", "page=0", "page=-1", "unit=x", "kind=%00", "page=99", "kind=nothing"):
        assert client.get(f"/duties/?{query}").status_code == 200


def test_acknowledging_in_place(company: Company, client: Client) -> None:
    duty = DutyFactory(customer=company.a.customer)
    client.force_login(company.a.account_manager)
    answer = client.post(f"/duties/{duty.pk}/acknowledge/", headers=HTMX)
    assert answer.status_code == 200
    assert f'id="duty-{duty.pk}"' in answer.content.decode()
    assert "在办" in answer.content.decode()
    assert "zd:toast" in answer.headers["HX-Trigger"]
    duty.refresh_from_db()
    assert (duty.state, duty.acknowledged_by) == ("acknowledged", company.a.account_manager)
    assert Notice.objects.visible_to(company.a.account_manager).unread().count() == 0


def test_acknowledging_without_script(company: Company, client: Client) -> None:
    duty = DutyFactory(customer=company.a.customer)
    client.force_login(company.a.account_manager)
    assert client.post(f"/duties/{duty.pk}/acknowledge/").headers["Location"] == f"/duties/{duty.pk}/"


def test_a_superior_sees_but_does_not_acknowledge(company: Company, client: Client) -> None:
    duty = DutyFactory(customer=company.a.customer)
    client.force_login(company.a.sales_manager)
    assert client.post(f"/duties/{duty.pk}/acknowledge/").status_code == 403
    assert Duty.objects.get().state == "open"


def test_what_was_closed_meanwhile_says_so(company: Company, client: Client) -> None:
    duty = DutyFactory(customer=company.a.customer)
    services.close(duty=duty, by=None, now=clock.now())
    client.force_login(company.a.account_manager)
    answer = client.post(f"/duties/{duty.pk}/acknowledge/", headers=HTMX)
    assert (answer.status_code, "已在此期间办结" in answer.content.decode()) == (409, True)
    assert client.post(f"/duties/{duty.pk}/acknowledge/").status_code == 409
    assert client.get(f"/duties/{duty.pk}/hand-over/").status_code == 403


def test_the_page_of_one_duty_tells_its_course(company: Company, client: Client) -> None:
    duty = DutyFactory(customer=company.a.customer, due_at=clock.now() - timedelta(minutes=1))
    services.sweep()
    client.force_login(company.a.sales_manager)
    page = client.get(f"/duties/{duty.pk}/")
    course = page.context["course"]
    duty.refresh_from_db()
    assert (course["holder"], course["climbs_to"], course["climbs_at"]) == (
        company.a.sales_manager, company.a.general_manager.name, duty.next_due_at,
    )  # fmt: skip
    assert [(step["title"], step["active"]) for step in course["steps"]] == [
        ("城东客户经理一 · 客户经理", False),
        ("城东销售经理 · 分支机构销售经理", True),
        ("城东总经理 · 分支机构总经理", False),
    ]
    assert [event["text"].partition("，截止")[0] for event in page.context["events"]] == [
        "逾期未办，上升至 城东销售经理（分支机构销售经理）",
        "开始，由 城东客户经理一 承办",
    ]
    assert page.context["may"] == {"acknowledge": True, "hand_over": True}


def test_the_course_of_a_closed_duty_ends(company: Company, client: Client) -> None:
    duty = DutyFactory(customer=company.a.customer)
    services.close(duty=duty, by=duty.owner, now=clock.now(), outcome="已办")
    client.force_login(company.a.account_manager)
    page = client.get(f"/duties/{duty.pk}/")
    assert page.context["course"]["steps"][-1] == {"title": "已办结", "at": clock.now(), "note": "", "active": True}
    assert page.context["may"] == {"acknowledge": False, "hand_over": False}


@pytest.mark.parametrize(
    ("kind", "outcome", "words"),
    [
        ("visit.follow_up", "called", "已电话"),
        ("warning.report", "recovered", "挽回"),
        ("complaint.tell", "told", "已反馈"),
        ("visit.problem", "价签已补", "价签已补"),
        ("gone.kind", "recovered", "recovered"),
    ],
)
def test_an_outcome_that_is_a_code_is_said_in_words(
    company: Company, client: Client, kind: str, outcome: str, words: str
) -> None:
    duty = DutyFactory(customer=company.a.customer)
    services.close(duty=duty, by=duty.owner, now=clock.now(), outcome=outcome)
    Duty.objects.filter(pk=duty.pk).update(kind=kind)
    client.force_login(company.a.account_manager)
    page = client.get(f"/duties/{duty.pk}/")
    assert (page.context["outcome"], page.context["events"][0]["text"]) == (words, f"已办结: {words}")


@pytest.mark.parametrize("climbs", [0, 2])
def test_a_record_takes_a_fixed_number_of_queries(
    company: Company, client: Client, django_assert_num_queries: DjangoAssertNumQueries, climbs: int
) -> None:
    duty = DutyFactory(customer=company.a.customer)
    for _ in range(climbs):
        services.set_deadline(duty=duty, due_at=clock.now(), by=None, now=clock.now())
        services.sweep()
    client.force_login(fresh(Duty.objects.get().owner))
    with django_assert_num_queries(11):
        client.get(f"/duties/{duty.pk}/")


def test_handing_over_with_a_reason(company: Company, client: Client) -> None:
    first, second = company.a.account_managers
    duty = DutyFactory(customer=company.a.customer)
    client.force_login(first)
    page = client.get(f"/duties/{duty.pk}/hand-over/")
    assert second in [person for person, _posts in page.context["people"]]
    assert first not in [person for person, _posts in page.context["people"]]
    answer = client.post(f"/duties/{duty.pk}/hand-over/", {"to": second.pk, "note": "离得近"})
    assert answer.headers["Location"] == "/duties/"
    duty.refresh_from_db()
    assert (duty.owner, duty.events.get(act="handed_over").note) == (second, "离得近")


@pytest.mark.parametrize("words", ["chengxi", "城西销售"])
def test_people_are_found_by_name_and_pinyin_within_reach(company: Company, client: Client, words: str) -> None:
    duty = DutyFactory(customer=company.a.customer)
    client.force_login(company.general_manager)
    answer = client.get(f"/duties/{duty.pk}/hand-over/?q={words}", headers=HTMX)
    assert company.b.sales_manager in [person for person, _posts in answer.context["people"]]
    assert "<html" not in answer.content.decode()
    client.force_login(company.a.account_manager)  # another branch's people are not theirs to choose
    assert client.get(f"/duties/{duty.pk}/hand-over/?q={words}", headers=HTMX).context["people"] == []


@pytest.mark.parametrize("sent", [{"note": "x"}, {"to": "0", "note": "x"}, {"to": "me"}])
def test_what_is_missing_is_said(company: Company, client: Client, sent: dict[str, str]) -> None:
    duty = DutyFactory(customer=company.a.customer)
    client.force_login(company.a.account_manager)
    to = {"me": str(company.a.account_managers[1].pk)}.get(sent.get("to", ""), sent.get("to", ""))
    answer = client.post(f"/duties/{duty.pk}/hand-over/", {**sent, "to": to})
    assert (answer.status_code, "invalid-feedback" in answer.content.decode()) == (422, True)
    assert Duty.objects.get().owner == company.a.account_manager


def test_handing_over_to_another_branch_is_refused(company: Company, client: Client) -> None:
    duty = DutyFactory(customer=company.a.customer)
    client.force_login(company.a.account_manager)
    sent = {"to": company.b.account_manager.pk, "note": "x"}
    assert client.post(f"/duties/{duty.pk}/hand-over/", sent).status_code == 422


@pytest.mark.parametrize("address", ["", "acknowledge/", "hand-over/"])
def test_what_is_out_of_scope_does_not_exist(company: Company, client: Client, address: str) -> None:
    duty = DutyFactory(customer=company.b.customer)
    client.force_login(company.a.general_manager)
    method = client.post if address == "acknowledge/" else client.get
    assert method(f"/duties/{duty.pk}/{address}").status_code == 404


def test_a_kind_may_ask_for_its_own_page(company: Company, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = kinds.Kind("test.page", "Page", "Page", "duties:rule", acknowledged_in_inbox=False)
    monkeypatch.setitem(kinds._kinds, "test.page", kind)
    rule = promise_rule()
    rule.kind = "test.page"
    rule.save()
    duty = DutyFactory(kind="test.page", customer=company.a.customer, subject_id=77)
    [line] = lines(company.a.account_manager)
    assert isinstance(line, Line)
    assert (line.to_acknowledge, line.url) == (False, "/duties/rules/77/")
    monkeypatch.delitem(kinds._kinds, "test.page")
    [line] = lines(company.a.account_manager)
    assert isinstance(line, Line)
    assert (line.url, line.label, line.sentence) == (f"/duties/{duty.pk}/", "test.page", "test.page")


def test_somebody_who_left_is_passed_over_on_the_way_up(company: Company) -> None:
    leaver = PostFactory(person=PersonFactory(is_active=False), unit=company.a.unit).person
    duty = DutyFactory(customer=CustomerFactory(unit=company.a.unit, account_manager=leaver))
    assert (duty.owner, duty.vacant) == (company.a.sales_manager, True)
