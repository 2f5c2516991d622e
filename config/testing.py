"""The early pytest plugin (`-p config.testing` in pyproject), at work before any setting is read.

It starts the embedded servers and compiles the translations that changed.
"""

import pytest

from config import embedded, translations


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    if not early_config.known_args_namespace.help and not early_config.known_args_namespace.version:
        translations.compile_stale(translations.app_folders(embedded.BASE_DIR).values())
        embedded.ensure_running()
