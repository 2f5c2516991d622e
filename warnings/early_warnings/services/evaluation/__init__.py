"""The nightly evaluation: indicators compiled to set-based SQL (WRN-1…4)."""

from early_warnings.services.evaluation.preview import Crossing, preview
from early_warnings.services.evaluation.renewing import renew_touched
from early_warnings.services.evaluation.running import GoesBack, evaluate, evaluate_after_imports, evaluate_night

__all__ = ["Crossing", "GoesBack", "evaluate", "evaluate_after_imports", "evaluate_night", "preview", "renew_touched"]
