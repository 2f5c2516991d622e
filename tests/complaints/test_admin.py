"""The administration reads complaints and changes nothing: closing without feedback is refused there too (CMP-3)."""

import pytest
from django.test import Client

from accounts.models import Person
from complaints.models import Complaint
from tests.factories.accounts import PersonFactory
from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory


@pytest.fixture
def superuser(client: Client, company: Company) -> Person:
    person = PersonFactory(is_staff=True, is_superuser=True)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return person


def test_it_shows_them(superuser: Person, company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step="handled")
    assert complaint.number in client.get("/admin/complaints/complaint/").content.decode()
    page = client.get(f"/admin/complaints/complaint/{complaint.pk}/change/")
    assert page.status_code == 200
    assert b'name="_save"' not in page.content


@pytest.mark.parametrize("step", ["handled", "told"])
def test_closing_is_refused(superuser: Person, company: Company, client: Client, step: str) -> None:
    complaint = ComplaintFactory(customer=company.a.customer, step=step)
    data = {"step": "closed", "cause": "product", "_save": "1"}
    assert client.post(f"/admin/complaints/complaint/{complaint.pk}/change/", data).status_code == 403
    complaint.refresh_from_db()
    assert complaint.step == step


def test_nothing_is_added_or_deleted(superuser: Person, company: Company, client: Client) -> None:
    complaint = ComplaintFactory(customer=company.a.customer)
    assert client.post("/admin/complaints/complaint/add/").status_code == 403
    assert client.post(f"/admin/complaints/complaint/{complaint.pk}/delete/", {"post": "yes"}).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": complaint.pk, "post": "yes"}
    client.post("/admin/complaints/complaint/", selected)
    assert Complaint.objects.count() == 1
