"""A proposed indicator tried: on today's customers, and on the months there are (WRN-1, WRN-8)."""

from early_warnings.services.trying.hitting import Hit, Hits, TooLong, hit_now
from early_warnings.services.trying.orders import ask_trial, months_there_are
from early_warnings.services.trying.running import run_trials
from early_warnings.services.trying.telling import Told, told

__all__ = ["Hit", "Hits", "Told", "TooLong", "ask_trial", "hit_now", "months_there_are", "run_trials", "told"]
