"""The administration: administrators only, units through the service that keeps their paths."""

from django.test import Client

from accounts.models import OrgUnit, Person
from accounts.rules import Role
from tests.factories.accounts import PersonFactory, PostFactory
from tests.factories.company import Company

PAGES = ("orgunit", "person", "post", "absence", "fileimport")


def administrator(company: Company) -> Person:
    person: Person = PersonFactory(is_staff=True)
    PostFactory(person=person, role=Role.ADMINISTRATOR, unit=company.unit)
    return person


def test_only_administrators_come_in(company: Company, client: Client) -> None:
    client.force_login(administrator(company))
    assert [client.get(f"/admin/accounts/{page}/").status_code for page in PAGES] == [200] * 5
    client.force_login(PersonFactory(is_staff=True))
    assert [client.get(f"/admin/accounts/{page}/").status_code for page in PAGES] == [403] * 5
    client.force_login(company.a.general_manager)
    assert [client.get(f"/admin/accounts/{page}/").status_code for page in PAGES] == [302] * 5


def test_a_unit_is_added_and_moved_with_its_path(company: Company, client: Client) -> None:
    client.force_login(administrator(company))
    new = {"parent": company.a.unit.pk, "kind": "station", "code": "S1", "name": "站", "latitude": "", "longitude": ""}
    assert client.post("/admin/accounts/orgunit/add/", new).status_code == 302
    station = OrgUnit.objects.get(code="S1")
    assert station.path == f"{company.a.unit.path}{station.pk}/"
    address = f"/admin/accounts/orgunit/{company.a.unit.pk}/change/"
    moved = {
        "parent": company.b.unit.pk,
        "kind": "branch",
        "code": "A",
        "name": "城东",
        "latitude": "",
        "longitude": "",
    }
    assert client.post(address, {**moved, "parent": station.pk}).status_code == 200
    assert client.post(address, moved).status_code == 302
    assert OrgUnit.objects.get(code="S1").path == f"{company.b.unit.path}{company.a.unit.pk}/{station.pk}/"
