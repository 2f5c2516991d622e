"""`python benchmarks/warnings.py …` runs `evaluation.py` beside it.

Python looks first in the folder of the script that runs. So every script here finds this file where it, or a library,
imports Python's own `warnings`; then this file steps aside and loads that one.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 pathlib imports `warnings`
sys.path[:] = [place for place in sys.path if os.path.abspath(place) != HERE]  # noqa: PTH100

if __name__ == "__main__":
    import runpy

    runpy.run_path(f"{HERE}/evaluation.py", run_name="__main__")
else:
    del sys.modules["warnings"]
    import warnings  # noqa: F401 found without this folder: Python's own
