"""A rising cause of complaints raises a warning to the unit's manager, is answered, and measured again (CMP-6)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from early_warnings import services
from early_warnings.forms import CloseForm
from early_warnings.models import Indicator, Threshold, UnitWarning
from early_warnings.services import wording
from early_warnings.views.regular import told as told_of
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from accounts.models import Customer, OrgUnit
from duties import kinds
from duties import services as duties
from duties.models import Duty, DutyEvent, Notice
from duties.services.wording import describe
from tests.early_warnings.cases import MONDAY, deaths, evaluate, later, months, propose_one, whats
from tests.factories.accounts import CustomerFactory, OrgUnitFactory
from tests.factories.company import Company, signed_in
from tests.factories.complaints import closed_in_bulk
from tests.factories.early_warnings import RegularReportFactory, UnitWarningFactory

TODAY = MONDAY.date()


def complain(customer: Customer, recent: int, before: int, *, cause: str = "product", on: date = TODAY) -> None:
    """So many complaints of the 91 days before a day, from yesterday back, and so many of the year before those."""
    closed_in_bulk(customer, cause, [on - timedelta(days=1 + place % 91) for place in range(recent)])
    ago = [92 + place * 365 // before for place in range(before)]
    closed_in_bulk(customer, cause, [on - timedelta(days=days) for days in ago])


@pytest.fixture
def known(company: Company) -> Company:
    """Complaints have been kept for long: one of another cause, two years ago."""
    closed_in_bulk(company.b.customer, "customer", [TODAY - timedelta(days=700)])
    return company


@pytest.fixture
def warning(known: Company) -> UnitWarning:
    """Sixteen complaints about the product in branch A in 91 days, where 5.2 were expected."""
    complain(known.a.customer, 16, 21)
    evaluate()
    found: UnitWarning = UnitWarning.objects.get()
    return found


def test_it_is_told_to_the_units_manager_with_its_figures(known: Company, warning: UnitWarning) -> None:
    assert (warning.unit, warning.indicator.key, warning.level) == (known.a.unit, "rising-product", "breach")
    assert (warning.counted, warning.among, warning.expected) == (16, 21, Decimal("5.2"))
    assert (warning.value, warning.line) == (Decimal("3.0769"), Decimal("2.000"))
    duty = warning.duty
    assert duty is not None
    assert (duty.kind, duty.owner, duty.unit) == (kinds.RISING_CAUSE, known.a.general_manager, known.a.unit)
    assert Notice.objects.filter(duty=duty, channel="inbox").count() == 1
    with translation.override("en"):
        assert describe(duty) == (
            f"{warning.number}: 城东, rising cause of complaints “the product”: 16 in 91 days, 5.2 expected"
        )
        assert wording.unit_reason(warning) == (
            "rising complaints: the product: 16 in 91 days, 5.2 expected, 3.1 times. The line is 2.0 times."
        )
    with translation.override("zh-hans"):
        assert "产品" in describe(duty)


def test_run_twice_it_doubles_nothing(warning: UnitWarning) -> None:
    evaluate()
    evaluate(later(1))
    assert UnitWarning.objects.get() == warning
    assert (Duty.objects.filter(kind=kinds.RISING_CAUSE).count(), whats(warning)) == (1, ["raised"])


def test_the_database_keeps_one_open_warning_a_unit_and_cause(warning: UnitWarning) -> None:
    with pytest.raises(IntegrityError, match="one_open_warning_a_unit_and_indicator"), transaction.atomic():
        UnitWarningFactory(unit=warning.unit, indicator="rising-product")


def test_the_database_wants_a_cause_measured_and_nothing_counted(warning: UnitWarning) -> None:
    for change in ({"measure": ""}, {"of_indicator": Indicator.objects.get(key="silence")}):
        with pytest.raises(IntegrityError, match="indicator_measures_or_counts"), transaction.atomic():
            Indicator.objects.filter(key="rising-product").update(**change)


@pytest.mark.parametrize(("recent", "before"), [(5, 0), (9, 15), (14, 45)])
def test_the_noise_of_small_numbers_raises_nothing(known: Company, recent: int, before: int) -> None:
    complain(known.a.customer, recent, before)
    evaluate()
    assert not UnitWarning.objects.exists()


def test_other_causes_and_other_times_do_not_count(known: Company) -> None:
    """Sixteen in all, but of two causes; open ones, those of today and those of two years ago count for nothing."""
    complain(known.a.customer, 8, 10)
    complain(known.a.customer, 8, 10, cause="policy")
    closed_in_bulk(known.a.customer, "product", [TODAY] * 20)
    closed_in_bulk(known.a.customer, "product", [TODAY - timedelta(days=457)] * 20)
    evaluate()
    assert not UnitWarning.objects.exists()


def test_without_a_time_before_nothing_rises(company: Company) -> None:
    """Complaints are kept for 150 days only: 59 days let expect nothing of 91."""
    closed_in_bulk(company.b.customer, "customer", [TODAY - timedelta(days=150)])
    complain(company.a.customer, 30, 0)
    evaluate()
    assert not UnitWarning.objects.exists()


def test_a_short_time_before_is_counted_by_its_days(company: Company) -> None:
    closed_in_bulk(company.b.customer, "customer", [TODAY - timedelta(days=91 + 182)])
    complain(company.a.customer, 16, 0)
    closed_in_bulk(company.a.customer, "product", [TODAY - timedelta(days=100 + place) for place in range(4)])
    evaluate()
    warning = UnitWarning.objects.get()
    assert (warning.counted, warning.among, warning.expected) == (16, 4, Decimal("2.0"))


def test_the_lowest_unit_where_it_shows_is_told(known: Company) -> None:
    station = OrgUnitFactory(parent=known.a.unit, kind=OrgUnit.Kind.STATION)
    manager = known.a.account_manager
    complain(CustomerFactory(unit=station, account_manager=manager), 16, 21)
    complain(known.a.customer, 3, 12)
    complain(known.b.customer, 3, 12)
    evaluate()
    warning = UnitWarning.objects.get()
    assert (warning.unit, warning.counted) == (station, 16)
    assert warning.duty is not None
    assert warning.duty.owner == known.a.general_manager  # nobody holds the role in the station itself


def test_what_shows_in_no_branch_shows_in_the_company(known: Company) -> None:
    complain(known.a.customer, 8, 10)
    complain(known.b.customer, 8, 10)
    evaluate()
    warning = UnitWarning.objects.get()
    assert (warning.unit, warning.counted, warning.among) == (known.region, 16, 20)
    assert warning.duty is not None
    assert warning.duty.owner == known.deputy_general_manager  # the region has no manager


def test_an_open_warning_is_held_against_the_time_before_it(known: Company, warning: UnitWarning) -> None:
    """As bad a quarter later: against the last twelve months it would seem usual, but nothing was solved."""
    on = later(91)
    complain(known.a.customer, 16, 0, on=on.date())
    evaluate(on)
    warning.refresh_from_db()
    assert (warning.counted, warning.among, warning.expected) == (16, 21, Decimal("5.2"))
    assert (warning.level, warning.above_again_on, warning.last_seen_on) == ("breach", None, on.date())


def test_it_is_over_when_the_number_is_usual_again(known: Company, warning: UnitWarning) -> None:
    evaluate(later(91))
    warning.refresh_from_db()
    assert (warning.counted, warning.value, warning.above_again_on) == (0, Decimal(0), later(91).date())
    assert whats(warning) == ["raised", "back"]


def _measured(warning: UnitWarning) -> UnitWarning:
    """A measure done on the first day, and the night on which it is measured again."""
    measure = propose_one(warning, what="换外包装")
    services.finish_measure(measure=measure, by=measure.who, now=MONDAY)
    evaluate(later(90))
    assert warning.measures.get().measured_on is None
    evaluate(later(91))
    services.follow_up(on=later(91).date(), now=later(91))
    warning.refresh_from_db()
    return warning


def test_solved_after_the_measure(warning: UnitWarning) -> None:
    measured = _measured(warning)
    measure = measured.measures.get()
    assert (measure.value_before, measure.value_after, measure.verdict) == (Decimal("3.0769"), 0, "recovered")
    assert measured.duty is not None
    assert (measured.state, measured.duty.level) == ("measures", 1)


def test_a_cause_is_solved_or_not_where_a_customer_is_won_back_or_lost(warning: UnitWarning, client: Client) -> None:
    measured = _measured(warning)
    assert measured.duty is not None
    signed_in(client, measured.duty.owner)
    said = [str(label) for _value, label in CloseForm(outcomes=measured.outcomes)["outcome"].field.choices]
    assert said == ["已解决", "未解决", "接受"]
    services.close(report=measured, outcome="lost", conclusion="供应商不改", by=measured.duty.owner, now=later(91))
    told = client.get(f"/warnings/units/{warning.pk}/").content.decode()
    assert "<b>未解决</b> 供应商不改" in told
    listed = client.get("/warnings/units/?view=closed").content.decode()
    assert "<td>未解决<div" in listed
    closed_on = later(91).date()
    regular = RegularReportFactory(
        unit=measured.unit, first=closed_on.replace(day=1), last=closed_on, now=later(92), period="month"
    )
    (row,) = told_of(regular)["unit_warnings"]
    assert row["outcome_said"] == "未解决"


def test_not_solved_goes_one_level_up(known: Company, warning: UnitWarning) -> None:
    complain(known.a.customer, 16, 0, on=later(91).date())
    measured = _measured(warning)
    assert (measured.measures.get().verdict, measured.state) == ("not", "open")
    duty = measured.duty
    assert duty is not None
    assert (duty.level, duty.owner, duty.held_before) == (
        2,
        known.deputy_general_manager,
        known.a.general_manager,
    )


def test_a_reason_why_not_lets_it_rest_and_ask_again(known: Company, warning: UnitWarning) -> None:
    services.suppress(
        report=warning, until=later(30).date(), because="厂家已公告召回", by=known.a.general_manager, now=MONDAY
    )
    evaluate(later(1))
    assert services.wake(now=later(1)) == 0
    assert services.wake(now=later(31)) == 1


def test_without_an_answer_it_climbs_once(known: Company, warning: UnitWarning) -> None:
    clock.shift(MONDAY - clock.now())
    assert duties.sweep() == 0
    clock.shift(timedelta(days=3))
    assert duties.sweep() > 0
    assert duties.sweep() == 0
    climbed = DutyEvent.objects.get(duty=warning.duty, act="climbed")
    assert climbed.owner == known.deputy_general_manager


def test_an_evaluation_that_dies_leaves_nothing(known: Company) -> None:
    """Whatever statement it dies at, the next one finds the field as it was."""
    complain(known.a.customer, 16, 21)

    def there() -> tuple[int, int]:
        return UnitWarning.objects.count(), Duty.objects.filter(kind=kinds.RISING_CAUSE).count()

    assert deaths(evaluate, lambda: there() == (0, 0)) >= 30
    assert there() == (1, 1)


def test_the_statements_do_not_grow_with_the_units(known: Company) -> None:
    complain(known.a.customer, 16, 21)
    with transaction.atomic():
        one = evaluate().statements
        transaction.set_rollback(True)
    for place in range(20):
        unit = OrgUnitFactory(parent=known.region, kind=OrgUnit.Kind.BRANCH, code=f"X{place}")
        complain(CustomerFactory(unit=unit, account_manager=known.a.account_manager), 16, 21)
    assert (evaluate().statements, UnitWarning.objects.count()) == (one, 21)


def test_the_line_is_data_and_the_units_own_one_counts(known: Company) -> None:
    product = Indicator.objects.get(key="rising-product")
    Threshold.objects.filter(indicator=product).update(breach=5, near=4)
    Threshold.objects.create(indicator=product, unit=known.b.unit, breach=4, near=3)
    complain(known.a.customer, 16, 21)
    complain(known.b.customer, 16, 21)
    evaluate()
    assert [(each.unit, each.level, each.line) for each in UnitWarning.objects.all()] == [(known.b.unit, "near", 3)]


def test_a_draft_is_tried_before_it_is_live(known: Company, client: Client) -> None:
    """Its page tells today's hits; a trial runs over past months (WRN-8)."""
    complain(known.a.customer, 16, 21)
    by = known.general_manager
    draft = services.propose_change(indicator=Indicator.objects.get(key="rising-product"), by=by, now=MONDAY)
    hits = services.hit_now(indicator=draft, person=by, on=TODAY)
    assert (hits.breach, hits.near, [each.unit for each in hits.shown]) == (1, 0, [known.a.unit])
    months(known.b.customer, (100,) * 24)
    services.ask_trial(indicator=draft, months=6, by=by, now=MONDAY)
    assert services.run_trials(now=MONDAY) == 1
    assert not UnitWarning.objects.exists()


def test_the_page_shows_the_months_and_the_complaints(known: Company, warning: UnitWarning, client: Client) -> None:
    signed_in(client, known.a.general_manager)
    page = client.get(f"/warnings/units/{warning.pk}/")
    assert page.status_code == 200
    assert (page.context["first"], page.context["last"]) == (TODAY - timedelta(days=91), TODAY - timedelta(days=1))
    assert len(page.context["complaints"]) == 10
    assert sum(page.context["chart"]["lines"][0]["values"]) == 16 + 21
    listed = client.get(page.context["complaints_url"])
    assert listed.context["page"].paginator.count == warning.counted


def test_the_page_exists_for_nobody_of_another_branch(known: Company, warning: UnitWarning, client: Client) -> None:
    signed_in(client, known.b.general_manager)
    assert client.get(f"/warnings/units/{warning.pk}/").status_code == 404
    assert client.get(f"/api/unit-warnings/{warning.pk}/").status_code == 404
    assert client.get("/complaints/causes/").context["warned"] == []


def test_the_api_tells_it_and_takes_the_measure(known: Company, warning: UnitWarning, client: Client) -> None:
    signed_in(client, known.a.general_manager)
    told = client.get(f"/api/unit-warnings/{warning.pk}/").json()
    assert (told["indicator"], told["counted"], told["expected"]) == ("rising-product", 16, "5.2")
    sent = [{"what": "换外包装", "who": known.a.general_manager.pk, "by_when": "2099-12-01"}]
    answer = client.post(f"/api/unit-warnings/{warning.pk}/propose/", sent, content_type="application/json")
    assert answer.status_code in (200, 201), answer.content
    warning.refresh_from_db()
    assert warning.state == "measures"


def test_the_page_of_causes_names_the_warning_and_what_came_of_it(
    known: Company, warning: UnitWarning, client: Client
) -> None:
    signed_in(client, known.a.general_manager)
    told = client.get("/complaints/causes/")
    ((row,),) = [each["warned"] for each in told.context["rows"] if each["warned"]]
    assert (row.url, row.unit, row.cause) == (f"/warnings/units/{warning.pk}/", known.a.unit, "product")
    measured = _measured(warning)
    services.close(
        report=measured, outcome="recovered", conclusion="已换包装", by=known.a.general_manager, now=later(91)
    )
    clock.shift(later(92) - clock.now())
    told = client.get("/complaints/causes/")
    assert [each["warned"] for each in told.context["rows"]] == [[]] * 5
    assert [(each.url, each.outcome) for each in told.context["warned"]] == [(row.url, "recovered")]


def test_the_page_asks_as_much_for_one_complaint_as_for_many(
    known: Company, warning: UnitWarning, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    propose_one(warning)
    signed_in(client, known.a.general_manager)
    client.get("/complaints/")
    with django_assert_num_queries(12):
        client.get(f"/warnings/units/{warning.pk}/")


def test_a_cause_is_drafted_in_the_page(known: Company, client: Client) -> None:
    """Its comparison is one: against the time before; a cause is no customer's, and no total counts one."""
    signed_in(client, known.general_manager)
    sent = {
        "name_zh": "政策投诉", "name_en": "policy complaints", "family": "cause", "measure": "cause_policy",
        "period": 2, "base_period": 6, "least_base": 4, "remeasure_days": 60, "of_tiers": 2,
    }  # fmt: skip
    assert client.post("/warnings/indicators/new/", sent).status_code == 302
    made = Indicator.objects.get(name_en="policy complaints")
    assert (made.family, made.measure, made.comparison, made.falling) == ("cause", "cause_policy", "before", False)
    assert (made.period, made.base_period, made.least_base, made.of_tiers) == (2, 6, 4, None)
    for wrong in ({"family": "customer", "comparison": "before"}, {"measure": "quantity"}, {"measure": ""}):
        page = client.post("/warnings/indicators/new/", sent | wrong)
        assert (page.status_code, list(page.context["form"].errors)) == (422, ["measure"])
    with translation.override("en"):
        assert wording.made_of(made) == (
            "complaints caused by: a rule or policy, closed in 61 days, as times of what the 182 days before let "
            "expect; from 4 on, and where chance alone brings so many once in 200 times at most. The lowest unit where "
            "it shows is told."
        )
