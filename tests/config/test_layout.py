"""Promises about the folders that no tool checks."""

import warnings
from pathlib import Path

from config import embedded


def test_the_folder_warnings_is_no_package() -> None:
    """An `__init__.py` there would shadow Python's own module (decision 0004)."""
    assert not (embedded.BASE_DIR / "warnings/__init__.py").exists()
    assert embedded.BASE_DIR not in Path(warnings.__file__).parents
