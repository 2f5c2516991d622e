"""Compiling by numba: when a function is first used (half a minute for all of them), and kept for the next process.

They are kept beside the sources, in a folder for exactly this state of them: numba itself would not notice a change in
a function that another file calls.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_HERE = Path(__file__).parent


def _kept_in() -> Path:
    sources = b"".join(path.read_bytes() for path in sorted(_HERE.glob("*.py")))
    name = f"kernel-{hashlib.sha256(sources).hexdigest()[:16]}"
    beside = _HERE / "__pycache__"
    if os.access(_HERE, os.W_OK):
        beside.mkdir(exist_ok=True)
    if os.access(beside, os.W_OK):
        return beside / name
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zhoudao" / name


if not os.environ.get("NUMBA_CACHE_DIR"):
    numba.config.CACHE_DIR = str(_kept_in())  # type: ignore[attr-defined]


def compiled(function: Function) -> Function:
    """The function as machine code."""
    return cast("Function", numba.njit(cache=True)(function))
