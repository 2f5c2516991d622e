"""Routes of complaints."""

from collections.abc import Mapping
from typing import Any

from tests.factories.company import Company
from tests.factories.complaints import ComplaintFactory
from tests.scope import Entry, NoObject, Object

LIST = NoObject("a list that starts at what one may see: tests/complaints/test_lists.py, test_api.py")
PUBLIC = NoObject("open to everybody, by a number and the end of a phone: tests/complaints/test_public.py")


def of_b(company: Company) -> Mapping[str, Any]:
    return {"pk": ComplaintFactory(customer=company.b.customer).pk}


def step_of_b(company: Company) -> Mapping[str, Any]:
    return {**of_b(company), "step": "assigned"}


POST = Object(of_b, method="post")

ENTRIES: dict[str, Entry] = {
    "complaints:list": LIST,
    "complaints:export": LIST,
    "complaints:causes": LIST,
    "complaints:register": NoObject("for customers one may see: tests/complaints/test_registering.py"),
    "complaints:customers": LIST,
    "complaints:public": PUBLIC,
    "complaints:follow": PUBLIC,
    "complaints:complaint": Object(of_b),
    "complaints:look": Object(of_b),
    "complaints:take-step": Object(step_of_b, method="post"),
    "complaints:hand-over": POST,
    "complaints:gravity": POST,
    "complaints-list": LIST,
    "complaints-detail": Object(of_b),
    **{
        f"complaints-{act}": POST
        for act in ("assign", "investigate", "instruct", "handle", "tell", "close", "gravity", "hand-over")
    },
}
