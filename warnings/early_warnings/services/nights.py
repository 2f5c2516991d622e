"""The night of the warnings: score, evaluate, judge measures, wake what slept, gather storms, make regular reports.

Each part is keyed by its date or by what it finds, so that it may be asked for again and again.
"""

from datetime import date, datetime
from itertools import permutations

from django.db import transaction
from django.db.models import Q

from early_warnings.measures import SCORES
from early_warnings.models import Evaluation, Sign
from early_warnings.services.evaluation import evaluate_after_imports, evaluate_night
from early_warnings.services.judging import judge_effects
from early_warnings.services.regular import make_reports
from early_warnings.services.scoring import score_customers
from early_warnings.services.seeing import keep_movements
from early_warnings.services.storms import gather_storms
from early_warnings.services.suppressing import wake


def spend_night(*, on: date, now: datetime) -> Evaluation | None:
    """What a night does, once an evaluation; the last evaluation of the day, or None if nothing was new."""
    score_customers(on=on, now=now)
    retire_signs(on=on)
    evaluation = evaluate_night(on=on, now=now)
    follow_up(on=on, now=now)
    make_reports(on=on, now=now)
    keep_movements(on=on)
    return evaluation


def spend_import(*, on: date, now: datetime) -> Evaluation | None:
    """What an import of facts brings about; None if nothing was imported."""
    score_customers(on=on, now=now)
    evaluation = evaluate_after_imports(now=now)
    if evaluation is not None:
        follow_up(on=on, now=now)
    return evaluation


@transaction.atomic
def retire_signs(*, on: date) -> int:
    """Signs of indicators that have ended hold no report open: they count as back within their line; how many.

    So do those of the score card that a customer has no longer, before the evaluation that asks for the other one.
    """
    over = Q(indicator__valid_until__lt=on)
    if not Evaluation.objects.filter(on=on, finished_at__isnull=False).exists():
        for kind, other in permutations(SCORES):
            over |= Q(indicator__measure=SCORES[kind], warning__customer__sign_score__card__kind=other)
    held = Sign.objects.filter(over).exclude(level=Sign.Level.BACK).exclude(warning__state="closed")
    return held.update(level=Sign.Level.BACK)


def follow_up(*, on: date, now: datetime) -> None:
    """What follows from an evaluation."""
    wake(now=now)
    judge_effects(now=now)
    gather_storms(on=on, now=now)
