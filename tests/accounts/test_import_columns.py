"""The definitions of the import's columns: documented, unambiguous, and true to the models."""

import pytest
from django.conf import settings

from accounts.models import Customer, GroupClientFile, MonthlyFact, OrderDay, RetailerFile
from accounts.services.imports import COLUMNS
from accounts.services.imports.customer_columns import FIELDS
from accounts.services.imports.describing import document


def test_the_documentation_is_what_the_definitions_say() -> None:
    """After a change write what `describing.document()` says into docs/import.md."""
    assert (settings.BASE_DIR / "docs/import.md").read_text("utf-8") == document()


@pytest.mark.parametrize("kind", COLUMNS)
def test_no_header_names_two_columns(kind: str) -> None:
    names = [name for column in COLUMNS[kind] for name in column.names]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("kind", COLUMNS)
def test_each_column_is_a_field_with_its_choices(kind: str) -> None:
    models = {
        "": {"customers": Customer, "facts": MonthlyFact, "orders": OrderDay}[kind],
        "retailer_file": RetailerFile,
        "group_file": GroupClientFile,
    }
    for column in COLUMNS[kind]:
        if column.name in {"code", "product"} and kind != "customers":
            continue
        field = models[column.table]._meta.get_field(FIELDS.get(column.name, column.name))
        known = {str(value) for value, _label in getattr(field, "flatchoices", [])}
        if known:
            assert {choice.key for choice in column.choices} == known, column.name
        if column.holds == "text":
            assert column.longest == field.max_length, column.name
