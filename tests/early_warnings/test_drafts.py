"""Indicators made in the page: data only, drafts raise nothing, what is live stays what it is (WRN-1, WRN-8)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from early_warnings import services
from early_warnings.models import EarlyWarning, Indicator, Threshold
from early_warnings.services import Refused

from accounts import clock
from tests.early_warnings.cases import MONDAY, months, steady_market
from tests.factories.accounts import CustomerFactory
from tests.factories.company import Company
from tests.factories.early_warnings import draft

Assert = Callable[..., Any]

FORM = {
    "name_zh": "订货品种变少",
    "name_en": "fewer items",
    "why": "品种变少往往先于停订",
    "family": "customer",
    "customer_kind": "retailer",
    "measure": "items",
    "comparison": "before",
    "period": "1",
    "base_period": "3",
    "least_base": "5",
    "against_market": "on",
    "falling": "on",
    "remeasure_days": "21",
}


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:
    clock.shift(MONDAY - clock.now())


@pytest.fixture
def boss(company: Company, client: Client) -> Client:
    client.force_login(company.general_manager)
    return client


def test_an_indicator_is_made_in_the_page(boss: Client, company: Company) -> None:
    answer = boss.post("/warnings/indicators/new/", FORM)
    made = Indicator.objects.get(key="own-1")
    assert (answer.status_code, answer["Location"]) == (302, f"/warnings/indicators/{made.pk}/")
    assert (made.state, made.made_by, made.measure, made.base_period, made.remeasure_days, made.falling) == (
        "draft", company.general_manager, "items", 3, 21, True,
    )  # fmt: skip
    answer = boss.post(f"/warnings/indicators/{made.pk}/lines/", {"importance": "core", "near": "0.8", "breach": "0.6"})
    assert answer.status_code == 302
    line = made.thresholds.get()
    assert (line.importance, line.near, line.breach) == ("core", Decimal("0.800"), Decimal("0.600"))
    page = boss.get(f"/warnings/indicators/{made.pk}/")
    assert page.context["said"].startswith("最近 1 个月的品规数")
    assert [each.whose for each in page.context["lines"]] == ["核心"]


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"measure": ""}, "measure", "请选择衡量什么。"),
        ({"measure": "select 1"}, "measure", "选择一个有效的选项。 select 1 不在可用的选项中。"),
        ({"measure": "silence"}, "comparison", "这个口径只能这样比较：距今天数、以客户自身惯常间隔计。"),
        ({"comparison": "share"}, "base_measure", "请选择与哪个口径比较。"),
        ({"comparison": "share", "base_measure": "items"}, "base_measure", "任何口径与自身之比总是一。"),
        ({"period": "13"}, "period", "1 至 12 个月之间。"),
        ({"least_base": "-1"}, "least_base", "下限不能小于零。"),
        ({"family": "total"}, "of_indicator", "请选择统计哪个指标的突破。"),
        ({"family": "ratio", "of_indicator": "1", "of_tiers": "9"}, "of_tiers", "拜访等级为 1 至 6 级。"),
        ({"name_zh": ""}, "name_zh", "该字段是必填项。"),
    ],
)
def test_errors_stand_at_their_field_in_the_users_language(
    boss: Client, change: dict[str, str], field: str, said: str
) -> None:
    answer = boss.post("/warnings/indicators/new/", FORM | change)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [said]
    assert not Indicator.objects.filter(state="draft").exists()


def test_what_a_comparison_does_not_need_is_put_back(boss: Client) -> None:
    boss.post("/warnings/indicators/new/", FORM | {"comparison": "absolute", "base_period": "7", "fresh_days": "3"})
    made = Indicator.objects.get(key="own-1")
    assert (made.base_period, made.against_market, made.fresh_days) == (3, False, None)


def test_only_those_who_may_set_lines_make_indicators(company: Company, client: Client) -> None:
    client.force_login(company.a.customer_officer)
    made = draft(by=company.general_manager)
    line = made.thresholds.get()
    assert client.get("/warnings/indicators/new/").status_code == 403
    for path in ("edit", "lines", "change", "try", "live", "end", "away"):
        assert client.post(f"/warnings/indicators/{made.pk}/{path}/").status_code == 403
    assert client.post(f"/warnings/lines/{line.pk}/remove/").status_code == 403
    page = client.get(f"/warnings/indicators/{made.pk}/")
    assert (page.status_code, page.context["line_form"], page.context["live_form"]) == (200, None, None)


def test_a_draft_raises_nothing_until_it_is_live(company: Company) -> None:
    steady_market(company.b)
    customer = CustomerFactory(unit=company.a.unit)
    months(customer, (100, 100, 100, 55))
    made = draft(by=company.general_manager, line=("0.6", "0.7"))
    services.evaluate(on=MONDAY.date(), now=MONDAY)
    assert EarlyWarning.objects.count() == 0
    services.put_live(
        indicator=made, from_day=MONDAY.date() + timedelta(days=1), by=company.general_manager, now=MONDAY
    )
    services.evaluate(on=MONDAY.date(), now=MONDAY)
    assert EarlyWarning.objects.count() == 0
    tuesday = MONDAY + timedelta(days=1)
    services.evaluate(on=tuesday.date(), now=tuesday)
    report = EarlyWarning.objects.get()
    assert (report.customer, report.signs.get().indicator, report.duty.owner) == (
        customer, made, company.a.customer_officer,
    )  # fmt: skip


def test_a_change_replaces_the_old_one_the_day_before(company: Company) -> None:
    boss, old = company.general_manager, Indicator.objects.get(key="silence")
    new = services.propose_change(indicator=old, by=boss, now=MONDAY)
    assert services.propose_change(indicator=old, by=boss, now=MONDAY) == new
    assert new.thresholds.count() == old.thresholds.count() == 3
    day = MONDAY.date() + timedelta(days=7)
    services.put_live(indicator=new, from_day=day, by=boss, now=MONDAY)
    old.refresh_from_db()
    assert old.valid_until == day - timedelta(days=1)
    assert Indicator.objects.get(key="customers-silent").of_indicator == new


@pytest.mark.parametrize(("days", "line", "said"), [(-1, ("0.4", "0.5"), "过去"), (0, None, "还没有界线")])
def test_what_cannot_be_live(
    boss: Client, company: Company, days: int, line: tuple[str, str] | None, said: str
) -> None:
    made = draft(by=company.general_manager, line=line)
    day = clock.today() + timedelta(days=days)
    answer = boss.post(f"/warnings/indicators/{made.pk}/live/", {"valid_from": day.isoformat()})
    assert (answer.status_code, said in answer.context["refusal"]) == (409, True)
    made.refresh_from_db()
    assert made.state == "draft"


def test_the_database_refuses_a_live_indicator_without_a_line(company: Company) -> None:
    made = draft(by=company.general_manager, line=None)
    with pytest.raises(IntegrityError, match="WRN-1"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE warnings_indicator SET state = 'live' WHERE id = %s", [made.pk])
    with pytest.raises(IntegrityError, match="indicator_state_known"), transaction.atomic():
        Indicator.objects.filter(pk=made.pk).update(state="wild")
    with pytest.raises(IntegrityError, match="indicator_ends_after_it_begins"), transaction.atomic():
        Indicator.objects.filter(pk=made.pk).update(valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1))


def test_a_live_one_stays_what_it_is(boss: Client, company: Company) -> None:
    live = Indicator.objects.get(key="silence")
    assert boss.post(f"/warnings/indicators/{live.pk}/edit/", FORM).status_code == 409
    assert boss.post(f"/warnings/indicators/{live.pk}/away/").status_code == 409
    live.refresh_from_db()
    assert live.measure == "silence"
    for line in list(live.thresholds.all())[1:]:
        services.remove_line(line=line, by=company.general_manager, now=MONDAY)
    with pytest.raises(Refused):
        services.remove_line(line=live.thresholds.get(), by=company.general_manager, now=MONDAY)


def test_an_indicator_whose_breaches_are_counted_does_not_end_first(boss: Client) -> None:
    live = Indicator.objects.get(key="silence")
    answer = boss.post(f"/warnings/indicators/{live.pk}/end/", {"valid_until": clock.today().isoformat()})
    assert answer.status_code == 409
    Indicator.objects.filter(key="customers-silent").update(valid_until=clock.today())
    answer = boss.post(f"/warnings/indicators/{live.pk}/end/", {"valid_until": clock.today().isoformat()})
    assert answer.status_code == 302
    live.refresh_from_db()
    assert live.valid_until == clock.today()


def test_signs_of_an_ended_indicator_hold_no_report_open(company: Company) -> None:
    steady_market(company.b)
    months(CustomerFactory(unit=company.a.unit), (100, 100, 100, 30))
    services.evaluate(on=MONDAY.date(), now=MONDAY)
    sign = EarlyWarning.objects.get().signs.get()
    Indicator.objects.filter(pk=sign.indicator_id).update(valid_until=MONDAY.date())
    tuesday = MONDAY + timedelta(days=1)
    services.spend_night(on=tuesday.date(), now=tuesday)
    sign.refresh_from_db()
    assert (sign.level, EarlyWarning.objects.get().above_again_on) == ("back", tuesday.date())


def test_a_second_line_for_the_same_customers_is_refused(boss: Client, company: Company) -> None:
    made = draft(by=company.general_manager)
    answer = boss.post(f"/warnings/indicators/{made.pk}/lines/", {"near": "0.5", "breach": "0.3"})
    assert answer.status_code == 409
    assert boss.post(f"/warnings/indicators/{made.pk}/lines/", {"near": "0.3", "breach": "0.5"}).status_code == 422
    assert Threshold.objects.filter(indicator=made).count() == 1


def test_whom_it_would_hit_and_which_line_decides(boss: Client, company: Company) -> None:
    steady_market(company.b)
    core = CustomerFactory(unit=company.a.unit, importance="core")
    plain = CustomerFactory(unit=company.a.unit)
    fine = CustomerFactory(unit=company.a.unit)
    for customer, quantity in ((core, 65), (plain, 45), (fine, 65)):
        months(customer, (100, 100, 100, quantity))
    made = draft(by=company.general_manager)
    services.set_line(
        line=Threshold(indicator=made, importance="core", breach=Decimal("0.7"), near=Decimal("0.8")),
        by=company.general_manager,
        now=MONDAY,
    )
    context = boss.get(f"/warnings/indicators/{made.pk}/hits/").context
    hits, rows = context["hits"], context["rows"]
    assert (hits.breach, hits.near) == (1, 1)
    assert [(row["hit"].customer, row["hit"].level, row["line"]) for row in rows] == [
        (core, "breach", "核心"),
        (plain, "near", "其他全部"),
    ]
    assert context["desks"] == [("副总经理", 1), ("客户管理人员", 1)]
    assert EarlyWarning.objects.count() == 0


def test_the_page_of_an_indicator_costs_the_same_for_one_and_four_lines(
    boss: Client, company: Company, django_assert_num_queries: Assert
) -> None:
    made = draft(by=company.general_manager)
    boss.get(f"/warnings/indicators/{made.pk}/")
    with django_assert_num_queries(11):
        boss.get(f"/warnings/indicators/{made.pk}/")
    for tier in (1, 2, 3):
        line = Threshold(indicator=made, tier=tier, breach=Decimal("0.3"), near=Decimal("0.4"))
        services.set_line(line=line, by=company.general_manager, now=MONDAY)
    with django_assert_num_queries(11):
        boss.get(f"/warnings/indicators/{made.pk}/")
