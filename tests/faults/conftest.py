"""Real processes to be killed: a whole run of Zhoudao in a folder of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import embedded
from tests.faults.runs import Run


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A `var` folder of its own: its database stays from test to test."""
    (embedded.BASE_DIR / "var").mkdir(exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="run-", dir=embedded.BASE_DIR / "var"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def run(folder: Path) -> Iterator[Run]:
    """A run that is not yet started; whatever becomes of it, nothing of it stays."""
    found = Run(folder)
    yield found
    found.kill_everything()
