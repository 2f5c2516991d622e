"""What a page can do, a program can do, under the same rules (ALL-3)."""

import pytest
from early_warnings import services
from early_warnings.models import EarlyWarning
from rest_framework.test import APIClient

from accounts import clock
from tests.early_warnings.cases import MONDAY, months, report_about, steady_market
from tests.factories.company import Company
from tests.factories.early_warnings import RegularReportFactory, StormFactory


@pytest.fixture
def report(company: Company) -> EarlyWarning:
    steady_market(company.b)
    return report_about(company.a.customer)


def api(person: object) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def test_the_course_by_api(company: Company, report: EarlyWarning) -> None:
    client = api(company.a.customer_officer)
    (found,) = client.get("/api/warnings/?level=breach").data["results"]
    assert (found["number"], found["held_by"], [sign["indicator"] for sign in found["signs"]]) == (
        report.number,
        company.a.customer_officer.pk,
        ["fallen-against-months"],
    )
    base = f"/api/warnings/{report.pk}"
    assert client.post(f"{base}/acknowledge/").data["state"] == "acknowledged"
    refused = client.post(f"{base}/close/", {"outcome": "recovered", "conclusion": "好了"}, format="json")
    assert refused.status_code == 409
    bad = client.post(f"{base}/propose/", [{"what": "盘库", "who": 0, "by_when": "2030-01-02"}], format="json")
    assert (bad.status_code, list(bad.data)) == (400, ["who"])
    row = {"what": "盘库", "who": company.a.account_manager.pk, "by_when": "2030-01-02"}
    (measure,) = client.post(f"{base}/propose/", [row], format="json").data["measures"]
    assert client.post(f"/api/measures/{measure['id']}/done/").data["done_by"] == company.a.customer_officer.pk
    closed = client.post(f"{base}/close/", {"outcome": "recovered", "conclusion": "好了"}, format="json")
    assert (closed.status_code, closed.data["outcome"]) == (200, "recovered")


def test_another_branch_gets_404(company: Company, report: EarlyWarning) -> None:
    client = api(company.b.general_manager)
    assert client.get("/api/warnings/").data["count"] == 0
    assert client.post(f"/api/warnings/{report.pk}/acknowledge/").status_code == 404


def test_somebody_elses_report_is_refused(company: Company, report: EarlyWarning) -> None:
    assert api(company.a.sales_manager).post(f"/api/warnings/{report.pk}/acknowledge/").status_code == 409


def test_indicators_with_their_lines(company: Company) -> None:
    found = api(company.general_manager).get("/api/indicators/?family=ratio").data["results"]
    assert [(each["key"], [line["breach"] for line in each["thresholds"]]) for each in found] == [
        ("upper-tiers-falling", ["0.250"])
    ]


def test_a_draft_by_api_until_it_is_live(company: Company) -> None:
    clock.shift(MONDAY - clock.now())
    steady_market(company.b)
    months(company.a.customer, (100, 100, 100, 30))
    stranger = api(company.a.customer_officer)
    sent = {"name_zh": "试行", "name_en": "trial", "family": "customer", "measure": "quantity", "comparison": "before"}
    sent |= {"falling": True, "remeasure_days": 28}
    assert stranger.post("/api/indicators/", sent, format="json").status_code == 403
    client = api(company.general_manager)
    bad = client.post("/api/indicators/", sent | {"measure": "1; drop table"}, format="json")
    assert (bad.status_code, list(bad.data)) == (400, ["measure"])
    made = client.post("/api/indicators/", sent, format="json")
    assert (made.status_code, made.data["state"], made.data["key"]) == (201, "draft", "own-1")
    base = f"/api/indicators/{made.data['id']}"
    assert client.post(f"{base}/live/", {"valid_from": "2026-11-23"}, format="json").status_code == 409
    line = {"importance": "", "near": "0.5", "breach": "0.4"}
    assert len(client.post(f"{base}/lines/", line, format="json").data["thresholds"]) == 1
    hits = client.get(f"{base}/hits/").data
    assert (hits["breach"], hits["desks"]) == (1, {"customer_officer": 1})
    trial = client.post(f"{base}/try/", {"months": 6}, format="json")
    assert (trial.status_code, trial.data["state"]) == (202, "waiting")
    services.run_trials(now=MONDAY)
    told = client.get(f"/api/trials/{trial.data['id']}/").data
    assert (told["state"], len(told["months"])) == ("done", 18)
    assert client.post(f"{base}/live/", {"valid_from": "2026-11-23"}, format="json").data["state"] == "live"
    assert client.delete(f"{base}/").status_code == 409
    change = client.post(f"{base}/change/").data
    assert (change["state"], change["replaces"]) == ("draft", made.data["id"])
    assert client.put(f"/api/indicators/{change['id']}/", sent | {"period": 2}, format="json").data["period"] == 2
    assert client.delete(f"/api/indicators/{change['id']}/").status_code == 204
    ended = client.post(f"{base}/end/", {"valid_until": "2026-12-31"}, format="json")
    assert ended.data["valid_until"] == "2026-12-31"


def test_regular_reports_and_resting_by_api(company: Company, report: EarlyWarning) -> None:
    clock.shift(MONDAY - clock.now())
    officer = api(company.a.customer_officer)
    base = f"/api/warnings/{report.pk}"
    assert officer.post(f"{base}/suppress/", {"until": "2026-12-01"}, format="json").status_code == 400
    rests = officer.post(f"{base}/suppress/", {"until": "2026-12-01", "because": "修路"}, format="json").data
    assert (rests["suppressed_until"], rests["suppressed_because"]) == ("2026-12-01", "修路")
    assert officer.post(f"{base}/lift/").data["suppressed_until"] is None
    assert officer.post(f"{base}/lift/").status_code == 409
    regular = RegularReportFactory(unit=company.a.unit)
    boss, base = api(company.a.general_manager), f"/api/regular-reports/{regular.pk}"
    assert boss.post(f"{base}/sign/").status_code == 409
    assert boss.post(f"{base}/comment/", {"comment": "平稳"}, format="json").data["comment"] == "平稳"
    assert len(boss.post(f"{base}/sign/").data["fingerprint"]) == 64
    assert boss.post(f"{base}/comment/", {"comment": "改"}, format="json").status_code == 409
    storm = StormFactory(unit=company.a.unit)
    sales = api(company.a.sales_manager)
    assert (
        sales.post(f"/api/storms/{storm.pk}/settle/", {"what": "配送中断"}, format="json").data["outcome"] == "配送中断"
    )
    assert sales.post(f"/api/storms/{storm.pk}/settle/", {"what": "再来"}, format="json").status_code == 409
