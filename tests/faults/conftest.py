"""Real processes to be killed: a whole run of Zhoudao in a folder of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import embedded
from tests.faults.runs import Run


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """A run that is not yet started, with its own servers and an empty database."""
    (embedded.BASE_DIR / "var").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=embedded.BASE_DIR / "var"))
    found = Run(folder)
    yield found
    found.kill_everything()
    shutil.rmtree(folder)
