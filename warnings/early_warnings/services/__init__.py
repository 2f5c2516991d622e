"""The writes of early warnings: evaluating, and the course of a report."""

from early_warnings.services.course import (
    Proposal,
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
    renew_touched,
)
from early_warnings.services.judging import judge_effects
from early_warnings.services.nights import follow_up, spend_import, spend_night
from early_warnings.services.proposing import (
    change_draft,
    end,
    make_draft,
    may_set_lines,
    propose_change,
    put_live,
    remove_line,
    set_line,
    throw_away,
)
from early_warnings.services.refusing import Refused
from early_warnings.services.regular import comment_report, make_report, make_reports, sign_report
from early_warnings.services.scoring import score_customers
from early_warnings.services.storms import gather_storms, settle_storm
from early_warnings.services.suppressing import lift, suppress, wake
from early_warnings.services.trying import (
    Hit,
    Hits,
    Told,
    TooLong,
    ask_trial,
    hit_now,
    months_there_are,
    run_trials,
    told,
)

__all__ = [
    "Crossing",
    "GoesBack",
    "Hit",
    "Hits",
    "Proposal",
    "Refused",
    "Told",
    "TooLong",
    "acknowledge",
    "ask_trial",
    "change_draft",
    "close",
    "comment_report",
    "end",
    "evaluate",
    "evaluate_after_imports",
    "evaluate_night",
    "finish_measure",
    "follow_up",
    "gather_storms",
    "hit_now",
    "judge_effects",
    "lift",
    "make_draft",
    "make_report",
    "make_reports",
    "may_set_lines",
    "months_there_are",
    "preview",
    "propose",
    "propose_change",
    "put_live",
    "remove_line",
    "renew_touched",
    "run_trials",
    "score_customers",
    "set_line",
    "settle_storm",
    "sign_report",
    "spend_import",
    "spend_night",
    "suppress",
    "throw_away",
    "told",
    "visible_measures",
    "wake",
]
