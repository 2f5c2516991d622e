"""The nightly evaluation: indicators compiled to set-based SQL (WRN-1…4)."""

from early_warnings.services.evaluation.running import evaluate, evaluate_after_imports, month_before

__all__ = ["evaluate", "evaluate_after_imports", "month_before"]
