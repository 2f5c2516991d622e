"""`python benchmarks/warnings.py …` runs `evaluation.py` beside it.

Python looks first in the folder of the script that runs. So every script here finds this file where it, or a library, imports
Python's own `warnings`; then this file steps aside and loads that one.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [place for place in sys.path if os.path.abspath(place) != HERE]

if __name__ == "__main__":
    import runpy

    runpy.run_path(os.path.join(HERE, "evaluation.py"), run_name="__main__")
else:
    del sys.modules["warnings"]
    import warnings  # noqa: F401 found without this folder: Python's own
