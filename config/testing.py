"""The early pytest plugin (`-p config.testing` in pyproject): it starts the embedded servers before any setting is read."""

import pytest

from config import embedded


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    if not early_config.known_args_namespace.help and not early_config.known_args_namespace.version:
        embedded.ensure_running()
