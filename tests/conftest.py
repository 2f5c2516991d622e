"""What every test gets. Factories are in tests/factories, one module an app."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import translation

pytest_plugins = ["tests.factories.company", "tests.factories.database"]


@pytest.fixture(autouse=True)
def default_language() -> Iterator[None]:
    """The company's language at the start of each test: a request leaves its own active."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.deactivate()
