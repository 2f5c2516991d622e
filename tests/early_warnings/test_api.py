"""What a page can do, a program can do, under the same rules (ALL-3)."""

import pytest
from early_warnings.models import EarlyWarning
from rest_framework.test import APIClient

from tests.early_warnings.cases import report_about, steady_market
from tests.factories.company import Company


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
