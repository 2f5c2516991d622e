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
from early_warnings.services.evaluation import evaluate, evaluate_after_imports

__all__ = [
    "Proposal",
    "Refused",
    "acknowledge",
    "close",
    "evaluate",
    "evaluate_after_imports",
    "finish_measure",
    "propose",
    "visible_measures",
]
