"""The writes of early warnings: evaluating, and the course of a report."""

from early_warnings.services.course import (
    Proposal,
    Refused,
    acknowledge,
    close,
    finish_measure,
    propose,
    visible_measures,
)
from early_warnings.services.evaluation import (
    Crossing,
    GoesBack,
    evaluate,
    evaluate_after_imports,
    evaluate_night,
    preview,
)

__all__ = [
    "Crossing",
    "GoesBack",
    "Proposal",
    "Refused",
    "acknowledge",
    "close",
    "evaluate",
    "evaluate_after_imports",
    "evaluate_night",
    "finish_measure",
    "preview",
    "propose",
    "visible_measures",
]
